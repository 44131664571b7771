import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { RawClient } from "../testkit/raw-client.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { inBatches } from "../testkit/in-batches.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { proving } from "../testkit/proving.ts";
import { runProgram } from "../testkit/run-program.ts";
import type { ChildProcess } from "node:child_process";
import type { DataMode } from "@twinport/protocol";
import type { ServerUsage } from "@twinport/server";

const KILLED = proving ? 1000 : 100;
const AT_ONCE = 50;

interface Look {
  readonly usage: ServerUsage;
  readonly descriptors: readonly string[];
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const ports = passiveRange(import.meta.url);
const scratch = new ScratchFolder();
const served = join(scratch.path, "served");
let child: ChildProcess | undefined;
let port: number;

beforeAll(async () => {
  await mkdir(served);
  await writeFile(join(served, "large"), Buffer.alloc(64 * 1024 * 1024, "twinport"));
  // A process of its own runs what is built; with nothing changed this takes a second.
  await runProgram(join(root, "node_modules/.bin/tsc"), ["-b", join(root, "packages/server")], { home: scratch.path });
  const script = new URL("../testkit/server-process.mjs", import.meta.url);
  child = fork(script, [served, String(ports.from), String(ports.to)], { execArgv: [] });
  ({ port } = (await nextOf(child)) as { port: number });
});

afterAll(async () => {
  if (child?.connected) {
    const gone = once(child, "exit");
    child.disconnect();
    await gone;
  }
  await scratch[Symbol.asyncDispose]();
});

/** What the server's process says next. */
async function nextOf(speaker: ChildProcess): Promise<unknown> {
  const [message] = (await once(speaker, "message", { signal: AbortSignal.timeout(10_000) })) as [unknown];
  return message;
}

async function look(): Promise<Look> {
  if (!child) throw new Error("the server's process has not been started");
  const looked = nextOf(child);
  child.send("look");
  return (await looked) as Look;
}

async function connect(): Promise<RawClient> {
  const client = await RawClient.connect({ address: "127.0.0.1", port });
  return client.login({ user: "ann", password: "secret" });
}

async function transferAndQuit(mode: DataMode): Promise<void> {
  const client = await connect();
  (await client.transfer(mode, "STOR up-first")).end("first");
  await client.expect(226);
  await client.ask("QUIT", 221);
}

const quiet = { sessions: 0, lentPorts: 0, dataConnections: 0, bufferBytes: 0 };

/** What the server has open when everybody is gone; it is given five seconds to find that out. */
async function quietLook(): Promise<Look> {
  return vi.waitFor(
    async () => {
      const looked = await look();
      expect(looked.usage).toMatchObject(quiet);
      return looked;
    },
    { timeout: 5000, interval: 50 },
  );
}

describe.skipIf(process.platform !== "linux")(`${KILLED} clients killed in mid-transfer`, () => {
  it("leave nothing behind in the server's process", async () => {
    // The range is opened at its first use, and stays open.
    for (const mode of ["passive", "active"] as const) await transferAndQuit(mode);
    const before = await vi.waitFor(
      async () => {
        const looked = await quietLook();
        expect(looked.usage.openPorts).toBe(ports.to - ports.from + 1);
        return looked;
      },
      { timeout: 5000 },
    );

    await inBatches(KILLED, AT_ONCE, async (number) => {
      const client = await connect();
      const [mode, how] = [number % 4 < 2 ? "passive" : "active", number % 8 < 4 ? "close" : "reset"] as const;
      const isUpload = number % 2 === 0;
      const data = await client.transfer(mode, isUpload ? `STOR up-${number}` : "RETR large");
      if (isUpload) await new Promise((resolve) => data.write(Buffer.alloc(number * 1000), resolve));
      else await once(data, "readable");
      client.destroy(how);
    });
    const busiest = await look();
    expect(busiest.usage.openPorts).toBeLessThanOrEqual(ports.to - ports.from + 1);

    const after = await vi.waitFor(
      async () => {
        const looked = await quietLook();
        expect(looked.descriptors).toEqual(before.descriptors);
        return looked;
      },
      { timeout: 5000, interval: 50 },
    );
    expect(after.usage).toEqual(before.usage);

    const expected = new Set(["large", "up-first", ...Array.from({ length: KILLED }, (_, number) => `up-${number}`)]);
    expect((await readdir(served)).filter((name) => !expected.has(name))).toEqual([]);
    await transferAndQuit("passive");
  });

  it("give their ports back also when nobody came to them", async () => {
    const before = await quietLook();
    const clients = await inBatches(AT_ONCE, AT_ONCE, async (number) => {
      const client = await connect();
      if (number % 2 === 0) await client.ask("EPSV", 229);
      else await client.ask("EPRT |1|127.0.0.1|40000|", 200);
      return client;
    });
    expect((await look()).usage.lentPorts).toBe(AT_ONCE / 2);
    for (const client of clients) client.destroy();
    expect((await quietLook()).usage).toEqual(before.usage);
  });
});
