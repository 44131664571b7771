import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ObservedServer } from "../testkit/observed-server.ts";
import { RawClient } from "../testkit/raw-client.ts";
import { inBatches } from "../testkit/in-batches.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { proving } from "../testkit/proving.ts";
import { sha256 } from "../testkit/sha256.ts";
import type net from "node:net";

const IDLE = proving ? 2000 : 300;
const TRANSFERS = proving ? 200 : 40;

// More than the kernel holds for a connection, so that all downloads stand until they are let go.
const download = randomBytes(16 * 1024 * 1024);
const upload = randomBytes(1024 * 1024);
const [downloadDigest, uploadDigest] = [download, upload].map((bytes) =>
  createHash("sha256").update(bytes).digest("hex"),
);

let server: ObservedServer;

beforeAll(async () => {
  server = await ObservedServer.start(passiveRange(import.meta.url));
  await writeFile(join(server.root, "large"), download);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function connect(number: number): Promise<RawClient> {
  // Four client addresses, as four hosts would have.
  const localAddress = `127.0.0.${(number % 4) + 1}`;
  const client = await RawClient.connect({ address: "127.0.0.1", port: server.port("127.0.0.1"), localAddress });
  return client.login(server);
}

async function digestOf(data: net.Socket): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of data) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

it(`${IDLE} sessions idle and ${TRANSFERS} transfers run at once on one server`, async () => {
  const idle = await inBatches(IDLE, 100, connect);
  const running = await inBatches(TRANSFERS, 20, async (number) => {
    const client = await connect(number);
    const uploads = number % 2 === 0;
    const data = await client.transfer(
      number % 4 < 2 ? "passive" : "active",
      uploads ? `STOR up-${number}` : "RETR large",
    );
    return { client, data, uploads, number };
  });
  expect(server.server.usage).toMatchObject({ sessions: IDLE + TRANSFERS, dataConnections: TRANSFERS, lentPorts: 0 });
  expect(server.transfers.filter(({ started }) => started.mode === "active").length).toBe(TRANSFERS / 2);

  await inBatches(IDLE, 100, async (number) => idle[number]!.ask("NOOP", 200));

  await Promise.all(
    running.map(async ({ client, data, uploads, number }) => {
      if (uploads) data.end(upload);
      else expect(await digestOf(data)).toBe(downloadDigest);
      await client.expect(226);
      if (uploads) expect(await sha256(join(server.root, `up-${number}`))).toBe(uploadDigest);
    }),
  );
  expect(server.transfers.map(({ finished }) => finished?.code)).toEqual(Array(TRANSFERS).fill("complete"));

  const all = [...idle, ...running.map(({ client }) => client)];
  await inBatches(all.length, 100, async (number) => {
    const { control } = all[number]!;
    await all[number]!.ask("QUIT", 221);
    if (!control.closed) await once(control, "close");
  });
  await server.quiet();
});
