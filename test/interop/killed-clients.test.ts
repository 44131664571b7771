import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { RawClient } from "../testkit/raw-client.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { inBatches } from "../testkit/in-batches.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { proving } from "../testkit/proving.ts";
import { ServerProcess, buildServer } from "../testkit/server-process.ts";
import type { DataMode } from "@twinport/protocol";
import type { ServerLook } from "../testkit/server-process.ts";

const KILLED = proving ? 1000 : 100;
const AT_ONCE = 50;

const ports = passiveRange(import.meta.url);
const scratch = new ScratchFolder();
const served = join(scratch.path, "served");
let server: ServerProcess;

beforeAll(async () => {
  await mkdir(served);
  await writeFile(join(served, "large"), Buffer.alloc(64 * 1024 * 1024, "twinport"));
  await buildServer();
  server = await ServerProcess.start({ folder: served, ports });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

async function connect(): Promise<RawClient> {
  const client = await RawClient.connect(server.address);
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
async function quietLook(): Promise<ServerLook> {
  return vi.waitFor(
    async () => {
      const looked = await server.look();
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
    const busiest = await server.look();
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
    expect((await server.look()).usage.lentPorts).toBe(AT_ONCE / 2);
    for (const client of clients) client.destroy();
    expect((await quietLook()).usage).toEqual(before.usage);
  });
});
