import { randomBytes } from "node:crypto";
import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { virtualPath } from "@twinport/protocol";
import { CuttingProxy } from "../../../test/testkit/cutting-proxy.ts";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { ScratchFolder } from "../../../test/testkit/scratch-folder.ts";
import { createPool } from "./pool.ts";
import { downloadSegmented } from "./segmented.ts";
import type { ClientWarning } from "./client-events.ts";
import type { Faults } from "../../../test/testkit/cutting-proxy.ts";
import type { PoolOptions } from "./pool.ts";
import type { SegmentedOptions } from "./segmented.ts";

const bytes = randomBytes(12_000_000);

/** Bytes a second at which a test sees how far it is before it is done. */
const SLOW = 30_000_000;

async function stage(faults: Faults = {}, more: PoolOptions = {}) {
  const place = await LoopbackServer.start({ files: { "/big": bytes, "/small": "small" } });
  const proxy = await CuttingProxy.start(place.server.url, faults);
  const folder = new ScratchFolder();
  const pool = createPool(`ftp://ann:secret@127.0.0.1:${proxy.port}/`, {
    memory: false,
    backOff: { first: 0.01, most: 0.05 },
    ...more,
  });
  const warnings: ClientWarning[] = [];
  pool.on("warning", (warning) => warnings.push(warning));
  const local = join(folder.path, "big");
  return {
    place,
    proxy,
    pool,
    local,
    fetch: (options: SegmentedOptions = {}) => downloadSegmented(pool, "big", local, options),
    isRight: async () => (await readFile(local)).equals(bytes),
    names: () => readdir(folder.path),
    warned: () => warnings.map(({ code }) => code),
    [Symbol.asyncDispose]: async () => {
      await pool.close({ abort: true });
      await proxy[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

type WritableFile = Awaited<ReturnType<LoopbackServer["storage"]["write"]>>;

/** At once: storage in memory has no promises. */
function writeOver({ storage }: LoopbackServer, content: Uint8Array): void {
  const file = storage.write(virtualPath("/big"), { at: 0 }) as WritableFile;
  expect([file.write(content), file.commit()]).toEqual([undefined, undefined]);
}

test("a file comes over several connections at the same time, with its time, and nothing stays beside it", async () => {
  await using on = await stage();
  const seen: number[] = [];
  const result = await on.fetch({ verify: "hash", onProgress: ({ bytes: count }) => seen.push(count) });
  expect(result).toMatchObject({ size: bytes.length, moved: bytes.length, segments: 4, verified: "sha256" });
  expect(await on.isRight()).toBe(true);
  expect(on.proxy.most).toBe(4);
  expect(await on.names()).toEqual(["big"]);
  expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  expect(seen.at(-1)).toBe(bytes.length);
  expect(Math.floor((await stat(on.local)).mtimeMs / 1000)).toBe(Math.floor((result.modified ?? 0) / 1000));
  // The connections that were stopped in the middle are of use.
  expect(await on.pool.size("small")).toBe(5);
});

test.each([
  ["data connections", false],
  ["both connections", true],
])("parts whose %s break go on where they were", async (_what, cutsControl) => {
  await using on = await stage({ cutAfter: (count) => (count < 6 ? 700_000 : undefined), cutsControl });
  const result = await on.fetch({ verify: "hash" });
  expect(result).toMatchObject({ moved: bytes.length, verified: "sha256" });
  expect(await on.isRight()).toBe(true);
});

test("one that was stopped is gone on with by the next call", async () => {
  await using on = await stage({}, { limitRate: SLOW });
  const stop = new AbortController();
  const first = on.fetch({
    signal: stop.signal,
    onProgress: ({ bytes: count }) => {
      if (count > 3_000_000) stop.abort();
    },
  });
  await expect(first).rejects.toMatchObject({ code: "aborted" });
  expect((await on.names()).toSorted()).toEqual(["big.twinport-segments", "big.twinport-segments.json"]);
  const second = await on.fetch({ verify: "hash" });
  expect(second.moved).toBeLessThan(bytes.length - 2_000_000);
  expect(await on.isRight()).toBe(true);
  expect(await on.names()).toEqual(["big"]);
});

test.each([
  [
    "of another time",
    '{"version":1,"of":{"server":"S","path":"big","size":12000000,"modified":1},"done":[{"from":0,"to":12000000}]}',
  ],
  ["that is broken", '{"version":1,"of":'],
  ["with ranges beyond the file", '{"version":1,"done":[{"from":0,"to":1e12}]}'],
])("a record %s is not believed", async (_what, record) => {
  await using on = await stage();
  await writeFile(`${on.local}.twinport-segments`, Buffer.alloc(bytes.length));
  await writeFile(`${on.local}.twinport-segments.json`, record);
  expect((await on.fetch()).moved).toBe(bytes.length);
  expect(await on.isRight()).toBe(true);
});

test("a server that cannot begin in the middle is asked for one stream", async () => {
  await using on = await stage({ answer: (line) => (line.startsWith("REST") ? "502 no" : undefined) });
  expect(await on.fetch()).toMatchObject({ segments: 1, moved: bytes.length });
  expect(await on.isRight()).toBe(true);
  expect(on.warned()).toContain("segments-not-possible");
  expect(await on.names()).toEqual(["big"]);
});

test("a server that says it begins in the middle and does not leaves no wrong file", async () => {
  await using on = await stage({ answer: (line) => (line.startsWith("REST") ? "350 yes" : undefined) });
  await expect(on.fetch()).rejects.toMatchObject({ code: "remote-changed" });
  expect(await on.names()).toEqual([]);
});

test("a file that changes meanwhile is begun anew", async () => {
  await using on = await stage({}, { limitRate: SLOW });
  const later = randomBytes(11_000_000);
  let hasChanged = false;
  await on.fetch({
    onProgress: ({ bytes: count }) => {
      if (count < 2_000_000 || hasChanged) return;
      hasChanged = true;
      writeOver(on.place, later);
    },
  });
  expect((await readFile(on.local)).equals(later)).toBe(true);
});

test("one that changes each time is given up, and no part of it kept", async () => {
  await using on = await stage({}, { limitRate: SLOW });
  let last = 0;
  const asked = on.fetch({
    onProgress: ({ bytes: count }) => {
      const isLater = count >= last;
      last = count;
      if (isLater && count < 2_000_000) return;
      writeOver(on.place, randomBytes(9_000_000 + Math.floor(Math.random() * 1e6)));
    },
  });
  await expect(asked).rejects.toMatchObject({ code: "remote-changed", retryable: true });
  expect(await on.names()).toEqual([]);
});

test.each([
  ["small", { leastSegment: 7_000_000 }],
  ["asked for in one part", { segments: 1 }],
])("what is %s is one stream", async (_what, options) => {
  await using on = await stage();
  expect((await on.fetch(options)).segments).toBe(1);
  expect(await on.isRight()).toBe(true);
});

test("without a size it is one stream", async () => {
  await using on = await stage({ answer: (line) => (line.startsWith("SIZE") ? "502 no" : undefined) });
  expect((await on.fetch()).segments).toBe(1);
  expect(await on.isRight()).toBe(true);
});

test("without a time nothing is kept for later, and the file is right", async () => {
  await using on = await stage({ answer: (line) => (line.startsWith("MDTM") ? "502 no" : undefined) });
  expect(await on.fetch()).toMatchObject({ segments: 4, modified: undefined });
  expect(await on.isRight()).toBe(true);
});

test("a hash that differs leaves nothing", async () => {
  const wrong = `213 SHA-256 0-1 ${"0".repeat(64)} big`;
  await using on = await stage({ answer: (line) => (line.startsWith("HASH") ? wrong : undefined) });
  await expect(on.fetch({ verify: "hash" })).rejects.toMatchObject({ code: "hash-differs" });
  expect(await on.names()).toEqual([]);
});

test("a file that is not there is not found, and a folder that is not there is a local matter", async () => {
  await using on = await stage();
  await expect(downloadSegmented(on.pool, "none", on.local)).rejects.toMatchObject({ code: "not-found" });
  await expect(downloadSegmented(on.pool, "big", join(on.local, "x", "y"))).rejects.toMatchObject({
    code: "local-file",
  });
});
