import process from "node:process";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { memoryStorage } from "@twinport/storage";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { ManualClock } from "../../../test/testkit/manual-clock.ts";
import { HashPool } from "./hash-pool.ts";
import { hashNames } from "./hash-names.ts";
import type { ReadableFile, Storage } from "@twinport/storage";
import type { HashName } from "./hash-names.ts";

const MI = 1024 * 1024;
const large = Buffer.alloc(24 * MI, "twinport ");
const never = new AbortController().signal;

const threads = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Worker").length;

afterEach(() => {
  expect(threads(), "threads that are left").toBe(0);
});

function fileOf(
  bytes: Uint8Array,
  read: ReadableFile["readInto"] = (into, at) => copied(bytes, into, at),
): ReadableFile {
  return { size: bytes.length, modified: 0, readInto: read, close() {} };
}

function copied(bytes: Uint8Array, into: Uint8Array, at: number): number {
  const part = bytes.subarray(at, at + into.length);
  into.set(part);
  return part.length;
}

function expected(name: HashName, bytes: Uint8Array): string {
  if (name === "CRC32") return crc32(bytes).toString(16).padStart(8, "0");
  return createHash(name.replace("-", "").toLowerCase()).update(bytes).digest("hex");
}

/** A storage whose files give their bytes only when told, and count how often they were closed. */
function heldStorage(files: Readonly<Record<string, Uint8Array>>) {
  const inner = memoryStorage({ files });
  const held = { reads: 0, closed: 0, go: () => {} };
  const gate = new Promise<void>((resolve) => (held.go = resolve));
  const storage = new Proxy(inner, {
    get: (target, name) => {
      if (name === "read")
        return (path: never) => {
          const file = inner.read(path);
          const readInto = async (into: Uint8Array, at: number): Promise<number> => {
            held.reads++;
            await gate;
            return file.readInto(into, at);
          };
          return { size: file.size, modified: 0, readInto, close: () => void held.closed++ };
        };
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return { storage: storage as Storage, held };
}

test.each(hashNames)("%s of a large file, of a part and of nothing is what the library says", async (hash) => {
  const pool = new HashPool(new ManualClock());
  const file = fileOf(large);
  const of = (from: number, to: number) => pool.hash({ hash, file, owner: "ann", path: "/a", from, to, signal: never });
  expect(await of(0, large.length)).toEqual({ kind: "done", hex: expected(hash, large) });
  expect(await of(5, 300_005)).toEqual({ kind: "done", hex: expected(hash, large.subarray(5, 300_005)) });
  expect(await of(7, 7)).toEqual({ kind: "done", hex: expected(hash, new Uint8Array(0)) });
  await pool.close();
});

test("a storage that gives a few bytes at a time is read to the end", async () => {
  const pool = new HashPool(new ManualClock());
  const bytes = large.subarray(0, 10_000);
  const file = fileOf(bytes, (into, at) => Promise.resolve(copied(bytes, into.subarray(0, 7), at)));
  expect(
    await pool.hash({ hash: "MD5", file, owner: "ann", path: "/a", from: 0, to: bytes.length, signal: never }),
  ).toEqual({
    kind: "done",
    hex: expected("MD5", bytes),
  });
  await pool.close();
});

test("a small file does not wait for a large one", async () => {
  const pool = new HashPool(new ManualClock(), 1);
  const done: string[] = [];
  const one = async (name: string, file: ReadableFile): Promise<void> => {
    await pool.hash({ hash: "SHA-512", file, owner: "ann", path: "/a", from: 0, to: file.size, signal: never });
    done.push(name);
  };
  await Promise.all([one("large", fileOf(large)), one("small", fileOf(large.subarray(0, 1000)))]);
  expect(done).toEqual(["small", "large"]);
  await pool.close();
});

/** A pool whose jobs read nothing before they are told, and the owners of those that have begun. */
function heldPool() {
  const pool = new HashPool(new ManualClock());
  const began: string[] = [];
  const gates: (() => void)[] = [];
  const ask = (owner: string, signal = never) => {
    const file = fileOf(large.subarray(0, 10), async (into, at) => {
      began.push(owner);
      await new Promise<void>((resolve) => gates.push(resolve));
      return copied(large, into, at);
    });
    return pool.hash({ hash: "MD5", file, owner, path: "/a", from: 0, to: 10, signal });
  };
  return { pool, began, ask, go: (count: number) => gates.splice(0, count).forEach((open) => open()) };
}

test("what runs and what waits is bounded, in all and of one client", async () => {
  const { pool, began, ask, go } = heldPool();
  const impatient = new AbortController();
  const ofAnn = Array.from({ length: 16 }, () => ask("ann"));
  expect(await ask("ann")).toEqual({ kind: "too-many" });
  const others = Array.from({ length: 55 }, (_, i) => ask(`client ${i}`));
  const leaves = ask("bob", impatient.signal);
  expect(await ask("carol")).toEqual({ kind: "too-many" });
  expect(began).toHaveLength(8);
  impatient.abort();
  expect(await leaves).toEqual({ kind: "given-up" });
  const all = Promise.all([...ofAnn, ...others, ask("carol")]);
  const opening = setInterval(() => go(100), 1);
  expect(new Set((await all).map(({ kind }) => kind))).toEqual(new Set(["done"]));
  clearInterval(opening);
  expect(began).toHaveLength(72);
  await pool.close();
});

test("a place that is free goes to the client who has the fewest", async () => {
  const { pool, began, ask, go } = heldPool();
  const all = [...Array.from({ length: 16 }, () => ask("ann")), ask("bob"), ask("carol")];
  await expect.poll(() => began.length).toBe(8);
  go(2);
  await expect.poll(() => began.length).toBe(10);
  expect(began.slice(8)).toEqual(["bob", "carol"]);
  const opening = setInterval(() => go(100), 1);
  await Promise.all(all);
  clearInterval(opening);
  await pool.close();
});

test("a thread is made when it is needed, used again, and ended after ten seconds without work", async () => {
  const clock = new ManualClock();
  const pool = new HashPool(clock, 1);
  expect(pool.workers).toBe(0);
  const file = fileOf(large.subarray(0, 10));
  const ask = () => pool.hash({ hash: "MD5", file, owner: "ann", path: "/a", from: 0, to: 10, signal: never });
  for (let i = 0; i < 3; i++) {
    expect((await ask()).kind).toBe("done");
    expect(pool.workers).toBe(1);
    clock.advance(9_000);
  }
  clock.advance(1_000);
  expect(pool.workers).toBe(0);
  expect((await ask()).kind).toBe("done");
  await pool.close();
  expect(clock.pending).toBe(0);
});

test("a pool that is closed gives up what runs, what waits, and what comes", async () => {
  const pool = new HashPool(new ManualClock());
  const file = fileOf(large, () => new Promise<number>(() => {}));
  const aborts = Array.from({ length: 10 }, () => new AbortController());
  const all = aborts.map(({ signal }) =>
    pool.hash({ hash: "MD5", file, owner: "ann", path: "/a", from: 0, to: 10, signal }),
  );
  for (const one of aborts.slice(0, 8)) one.abort();
  await pool.close();
  expect((await Promise.all(all)).map(({ kind }) => kind)).toEqual(Array.from({ length: 10 }, () => "given-up"));
  expect(await pool.hash({ hash: "MD5", file, owner: "ann", path: "/a", from: 0, to: 10, signal: never })).toEqual({
    kind: "given-up",
  });
});

test("ABOR gives a hash up: 426 for it, then 226; the file is closed and the session goes on", async () => {
  const { storage, held } = heldStorage({ "/a": large });
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  client.send("HASH a");
  await expect.poll(() => held.reads).toBe(1);
  client.send("ABOR");
  expect([(await client.reply()).text, (await client.reply()).code]).toEqual(["426 The hash was given up.", 226]);
  expect(held.closed).toBe(1);
  expect((await client.ask("ABOR")).code).toBe(225);
  held.go();
  expect((await client.ask("HASH a")).text).toBe(`213 SHA-256 0-${large.length} ${expected("SHA-256", large)} a`);
});

test("ABOR in one piece with HASH gives it up too", async () => {
  const { storage, held } = heldStorage({ "/a": large });
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  client.send("HASH a", "ABOR", "PWD");
  expect([(await client.reply()).code, (await client.reply()).code, (await client.reply()).code]).toEqual([
    426, 226, 257,
  ]);
  expect(held.closed).toBe(1);
});

test("what is said behind HASH is answered behind it, and other sessions do not wait", async () => {
  const { storage, held } = heldStorage({ "/a": large });
  await using place = await LoopbackServer.start({ storage });
  const [client, other] = [await place.client(), await place.client()];
  client.send("HASH a", "NOOP", "STAT");
  await expect.poll(() => held.reads).toBe(1);
  expect((await other.ask("NOOP")).code).toBe(200);
  expect((await other.ask("SITE WHO")).text).toMatch(/ann from 127\.0\.0\.1 since \d{14}: HASH \/a\n/);
  expect(client.unread).toBe(0);
  held.go();
  expect([(await client.reply()).code, (await client.reply()).code, (await client.reply()).code]).toEqual([
    213, 200, 211,
  ]);
});

test.each(["goes without a word", "says QUIT and goes"])("of a client that %s", async (how) => {
  const { storage, held } = heldStorage({ "/a": large });
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  client.send("XMD5 a");
  await expect.poll(() => held.reads).toBe(1);
  if (how === "goes without a word") {
    client.destroy();
    await place.quiet();
  } else {
    client.send("QUIT");
    client.socket.end();
    held.go();
    expect([(await client.reply()).code, (await client.reply()).code]).toEqual([250, 221]);
  }
  await expect.poll(() => held.closed).toBe(1);
});

test("a server that is closed gives its hashes up", async () => {
  const { storage, held } = heldStorage({ "/a": large });
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  client.send("HASH a");
  await expect.poll(() => held.reads).toBe(1);
  await place.server.close();
  expect(held.closed).toBe(1);
  expect(threads()).toBe(0);
});

test("the clock for commands stands still while a hash is computed", async () => {
  const clock = new ManualClock();
  const { storage, held } = heldStorage({ "/a": large });
  await using place = await LoopbackServer.start({ storage, clock, limits: { idleSeconds: 10 } });
  const client = await place.client();
  client.send("XCRC a");
  await expect.poll(() => held.reads).toBe(1);
  for (let i = 0; i < 5; i++) clock.advance(9_000);
  held.go();
  expect((await client.reply()).text).toBe(`250 ${expected("CRC32", large).toUpperCase()}`);
  clock.advance(10_000);
  expect((await client.reply()).code).toBe(421);
});

test("a file that becomes shorter while it is hashed is a failure of the storage", async () => {
  const inner = memoryStorage({ files: { "/a": "hello" } });
  const storage = new Proxy(inner, {
    get: (target, name) => {
      if (name === "read") return () => ({ size: 10, modified: 0, readInto: () => 0, close() {} });
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  expect((await client.ask("HASH a")).code).toBe(451);
  expect(place.warned("storage-failed")).toHaveLength(1);
});

test("whoever may not read a file learns nothing of it", async () => {
  const { singleAccount } = await import("@twinport/accounts");
  const accounts = singleAccount<Storage>({ name: "ann", password: "secret", permissions: new Set(["list"] as const) });
  await using place = await LoopbackServer.start({ accounts, files: { "/a 1": "hello" } });
  const client = await place.client();
  for (const line of ["HASH a 1", "XCRC a 1", 'XMD5 "a 1"', "XSHA nowhere", "XSHA512 nowhere 1"]) {
    expect((await client.ask(line)).text).toBe("550 This account may not read here.");
  }
});
