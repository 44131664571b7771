// The invariant: however often connections break, what a pool of connections says is done is whole, and nothing else is said to be.
import { createCipheriv } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import fc from "fast-check";
import { expect } from "vitest";
import { ClientError, createPool, downloadSegmented } from "@twinport/client";
import { virtualPath } from "@twinport/protocol";
import { canSetModified, memoryStorage } from "@twinport/storage";
import { CuttingProxy } from "../test/testkit/cutting-proxy.ts";
import { LoopbackServer } from "../test/testkit/loopback-server.ts";
import { ScratchFolder } from "../test/testkit/scratch-folder.ts";
import { fuzz } from "./target.ts";
import type { Pool } from "@twinport/client";

/** An hour: what is overwritten was not written just now. */
const AGO = 3_600_000;

/** How connections break, and of what size the file is. */
const troubles = fc.record({
  size: fc.integer({ min: 0, max: 3_000_000 }),
  older: fc.integer({ min: 0, max: 1_000_000 }),
  /** Bytes after which the data connections are cut, one after the other; then none is. */
  cuts: fc.array(fc.option(fc.integer({ min: 0, max: 2_000_000 }), { nil: undefined }), { maxLength: 8 }),
  cutsControl: fc.boolean(),
  /** Command connections that are sent away. */
  full: fc.array(fc.boolean(), { maxLength: 4 }),
  hidesUnfinished: fc.boolean(),
  keepsUnfinished: fc.boolean(),
});

type Troubles = typeof troubles extends fc.Arbitrary<infer One> ? One : never;

/** Bytes without a hole, and nowhere the same as themselves some way off. */
function bytesOf(size: number, seed: string): Buffer {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(size));
}

type Work = (pool: Pool, folder: string, bytes: Buffer) => Promise<Uint8Array | "remote">;

const works: Readonly<Record<string, Work>> = {
  async "to a file"(pool, folder) {
    await pool.download("file", join(folder, "file"));
    return await readFile(join(folder, "file"));
  },
  async "to a stream"(pool) {
    const chunks: Buffer[] = [];
    const target = new Writable({
      write(chunk: Buffer, _encoding, taken) {
        chunks.push(chunk);
        setImmediate(taken);
      },
    });
    await pool.download("file", target);
    return Buffer.concat(chunks);
  },
  async "in segments"(pool, folder) {
    await downloadSegmented(pool, "file", join(folder, "file"), { leastSegment: 100_000 });
    return await readFile(join(folder, "file"));
  },
  async "up, over another"(pool, _folder, bytes) {
    await pool.upload(bytes, "other");
    return "remote";
  },
  async "up, from a stream"(pool, _folder, bytes) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / 60_000) }, (_, index) => index * 60_000);
    await pool.upload(
      pieces.map((at) => bytes.subarray(at, at + 60_000)),
      "other",
    );
    return "remote";
  },
};

async function check(work: Work, { size, older, cuts, full, cutsControl, ...kept }: Troubles): Promise<void> {
  const bytes = bytesOf(size, "new");
  const storage = memoryStorage({
    files: { "/file": bytes, "/other": bytesOf(older, "old") },
    atomic: kept.hidesUnfinished,
  });
  if (canSetModified(storage)) storage.setModified(virtualPath("/other"), Date.now() - AGO);
  await using folder = new ScratchFolder();
  await using place = await LoopbackServer.start({
    storage,
    partialUploads: kept.keepsUnfinished ? "keep" : "discard",
    untraced: true,
  });
  await using proxy = await CuttingProxy.start(place.server.url, {
    cutAfter: (count) => cuts[count],
    greeting: (count) => (full[count] === true ? "421 full" : undefined),
    cutsControl,
  });
  const pool = createPool(`ftp://ann:secret@127.0.0.1:${proxy.port}/`, {
    memory: false,
    backOff: { first: 0.001, most: 0.005 },
    growAfter: 0.01,
  });
  try {
    const got = await work(pool, folder.path, bytes);
    const whole = got === "remote" ? await remote(place) : Buffer.from(got);
    expect(whole.length).toBe(bytes.length);
    expect(whole.equals(bytes)).toBe(true);
  } catch (error) {
    // It may fail; it may not be wrong.
    if (!(error instanceof ClientError)) throw error;
  } finally {
    await pool.close({ abort: true });
  }
}

async function remote(place: LoopbackServer): Promise<Buffer> {
  const straight = createPool(place.server.url, { user: "ann", password: "secret", memory: false });
  try {
    return Buffer.from(await straight.readAll("other"));
  } finally {
    await straight.close();
  }
}

fuzz(
  Object.fromEntries(
    Object.entries(works).map(([what, work]) => [
      `${what} it is whole`,
      fc.asyncProperty(troubles, (trouble) => check(work, trouble)),
    ]),
  ),
  { runsARound: 10 },
);
