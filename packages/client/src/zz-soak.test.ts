import { randomBytes, randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { CuttingProxy } from "../../../test/testkit/cutting-proxy.ts";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { ScratchFolder } from "../../../test/testkit/scratch-folder.ts";
import { memoryStorage } from "@twinport/storage";
import { createPool } from "./pool.ts";
import { downloadSegmented } from "./segmented.ts";

test("soak", { timeout: 70_000 }, async () => {
  const end = Date.now() + 30_000;
  const stats: Record<string, number> = {};
  const note = (key: string): void => void (stats[key] = (stats[key] ?? 0) + 1);
  while (Date.now() < end) {
    const bytes = randomBytes(randomInt(1, 7_000_000));
    const older = randomBytes(randomInt(1, 3_000_000));
    const atomic = randomInt(2) === 0;
    const place = await LoopbackServer.start({ storage: memoryStorage({ files: { "/big": bytes, "/old": older, "/old2": older }, atomic }), untraced: true });
    for (const name of ["/old", "/old2", "/big"]) (place.storage as unknown as { setModified(p: string, at: number): void }).setModified(name, Date.now() - 3_600_000);
    const often = randomInt(2, 6);
    const cutsControl = randomInt(2) === 0;
    const proxy = await CuttingProxy.start(place.server.url, {
      cutAfter: () => (randomInt(often) === 0 ? randomInt(1, 3_000_000) : undefined),
      cutsControl,
      greeting: () => (randomInt(6) === 0 ? "421 full" : undefined),
    });
    const folder = new ScratchFolder();
    const pool = createPool(`ftp://ann:secret@127.0.0.1:${proxy.port}/`, { memory: false, backOff: { first: 0.005, most: 0.02 }, growAfter: 0.05, retries: 4 });
    const works: [string, () => Promise<Uint8Array>, Uint8Array][] = [
      ["file", async () => { await pool.download("big", join(folder.path, "f")); return readFile(join(folder.path, "f")); }, bytes],
      ["stream", async () => { const chunks: Buffer[] = []; await pool.download("big", new Writable({ write(c: Buffer, _e, done) { chunks.push(c); setImmediate(done); } })); return Buffer.concat(chunks); }, bytes],
      ["readAll", () => pool.readAll("big"), bytes],
      ["segments", async () => { await downloadSegmented(pool, "big", join(folder.path, "s"), { leastSegment: 100_000 }); return readFile(join(folder.path, "s")); }, bytes],
      ["upload", async () => { await pool.upload(bytes, "old"); return direct("old"); }, bytes],
      ["upload atomic", async () => { await pool.upload(bytes, "old2", { atomic: true }); return direct("old2"); }, bytes],
      ["upload stream", async () => { await pool.upload((async function* () { for (let at = 0; at < bytes.length; at += 60_000) yield bytes.subarray(at, at + 60_000); })(), "new"); return direct("new"); }, bytes],
    ];
    const direct = async (name: string): Promise<Uint8Array> => {
      const plain = createPool(place.server.url, { user: "ann", password: "secret", memory: false });
      try { return await plain.readAll(name); } finally { await plain.close(); }
    };
    await Promise.all(works.map(async ([what, work, want]) => {
      try {
        const got = await work();
        note(`${what} ${Buffer.from(got).equals(want) ? "right" : "WRONG"}`);
        if (!Buffer.from(got).equals(want)) console.log(what, { atomic, cutsControl, often, size: want.length, got: got.length, older: older.length, firstDiff: Buffer.from(got).findIndex((b, i) => b !== want[i]), prefixIsOld: Buffer.from(got.subarray(0, 100)).equals(older.subarray(0, 100)) });
      } catch (error) {
        note(`${what} ${(error as { code?: string }).code ?? String(error)}`);
      }
    }));
    await pool.close({ abort: true });
    await proxy[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
    note("rounds");
  }
  console.log(stats);
  expect(Object.keys(stats).filter((key) => key.includes("WRONG"))).toEqual([]);
});
