import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { virtualPath } from "@twinport/protocol";
import { CuttingProxy } from "../../../test/testkit/cutting-proxy.ts";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { ScratchFolder } from "../../../test/testkit/scratch-folder.ts";
import { createPool } from "./pool.ts";
import type { Faults } from "../../../test/testkit/cutting-proxy.ts";
import type { ClientWarning } from "./client-events.ts";
import type { LoopbackOptions } from "../../../test/testkit/loopback-server.ts";
import type { PoolOptions } from "./pool.ts";

const quick: PoolOptions = { backOff: { first: 0.01, most: 0.05 }, memory: false };

/** A server, a proxy that breaks what goes there, and a pool that does not know of it. */
async function stage({ faults = {}, pool = {}, ...server }: LoopbackOptions & { faults?: Faults; pool?: PoolOptions }) {
  const place = await LoopbackServer.start(server);
  const proxy = await CuttingProxy.start(place.server.url, faults);
  const made = createPool(`ftp://ann:secret@127.0.0.1:${proxy.port}/`, { ...quick, ...pool });
  const warnings: ClientWarning[] = [];
  made.on("warning", (warning) => warnings.push(warning));
  return {
    place,
    proxy,
    pool: made,
    warned: () => warnings.map(({ code }) => code),
    [Symbol.asyncDispose]: async () => {
      await made.close({ abort: true });
      await proxy[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `f${index}.txt`);

const files = (count: number): Record<string, string> =>
  Object.fromEntries(names(count).map((name) => [`/${name}`, `this is ${name}`]));

test("what is asked at the same time is done over as many connections as there may be, and no more", async () => {
  await using on = await stage({ files: files(20), pool: { size: 3 } });
  const got = await Promise.all(names(20).map((name) => on.pool.readAll(name)));
  expect(got.map(String)).toEqual(names(20).map((name) => `this is ${name}`));
  expect(on.proxy.most).toBe(3);
  expect(on.pool.connections).toBe(3);
});

test("one call opens one connection, and the next one takes it", async () => {
  await using on = await stage({ files: files(3) });
  for (const name of names(3)) await on.pool.size(name);
  expect(on.proxy.connections).toBe(1);
});

test("all that a client does, a pool does", async () => {
  await using on = await stage({});
  const { pool } = on;
  await pool.makeDirectory("a/b", { recursive: true });
  await pool.upload(new TextEncoder().encode("one"), "a/b/x");
  await pool.append(new TextEncoder().encode(" two"), "a/b/x");
  await pool.rename("a/b/x", "a/b/y");
  expect(String(await pool.readAll("a/b/y"))).toBe("one two");
  expect(await pool.stat("a/b/y")).toMatchObject({ kind: "file", size: 7 });
  expect(await pool.names("a/b")).toEqual(["y"]);
  const walked: string[] = [];
  for await (const entry of pool.walk()) walked.push(entry.path);
  expect(walked).toEqual(["a", "a/b", "a/b/y"]);
  expect(await pool.setModified("a/b/y", 1_700_000_000_000)).toBe(true);
  expect((await pool.modified("a/b/y"))?.at).toBe(1_700_000_000_000);
  await pool.remove("a/b/y");
  await pool.removeDirectory("a", { recursive: true });
  expect(await pool.listAll()).toEqual([]);
});

test.each([
  ["at the greeting", { greeting: (count: number) => (count >= 2 ? "421 too many connections from you" : undefined) }],
  [
    "behind the password",
    (() => {
      let logins = 0;
      return {
        answer: (line: string) => (line.startsWith("PASS") && ++logins > 2 ? "530 Sorry, too many users" : undefined),
      };
    })(),
  ],
  [
    "by 421 behind the user's name",
    (() => {
      let logins = 0;
      return { answer: (line: string) => (line.startsWith("USER") && ++logins > 2 ? "421 no more of you" : undefined) };
    })(),
  ],
] satisfies [string, Faults][])(
  "a server that lets two in has all its work done by two: refused %s",
  async (_when, faults) => {
    await using on = await stage({ files: files(12), faults, pool: { size: 5 } });
    const got = await Promise.all(names(12).map((name) => on.pool.readAll(name)));
    expect(got).toHaveLength(12);
    expect(on.pool.limit).toBe(2);
    expect(on.warned()).toContain("connections-limited");
    expect(on.warned()).not.toContain("call-repeated");
  },
);

test("some time after a refusal one more connection is tried", async () => {
  let isFull = true;
  const faults: Faults = { greeting: (count) => (isFull && count >= 1 ? "421 full" : undefined) };
  await using on = await stage({ files: files(30), faults, pool: { size: 2, growAfter: 0.05 } });
  await Promise.all(names(4).map((name) => on.pool.size(name)));
  expect(on.pool.limit).toBe(1);
  isFull = false;
  await expect
    .poll(async () => {
      await Promise.all(names(30).map((name) => on.pool.size(name)));
      return on.pool.limit;
    })
    .toBe(2);
});

test("a server that has nobody in yet and is full is asked again, and then given up", async () => {
  let refusals = 0;
  await using on = await stage({
    files: files(1),
    faults: { greeting: () => (refusals++ < 2 ? "421 full" : undefined) },
  });
  expect(await on.pool.size("f0.txt")).toBe(14);
  expect(on.warned()).toEqual(["call-repeated", "call-repeated"]);
  await using full = await stage({ faults: { greeting: () => "421 full" } });
  await expect(full.pool.size("f0.txt")).rejects.toMatchObject({ code: "server-busy" });
  expect(full.proxy.connections).toBe(3);
});

test("a wrong password is told to all who wait, once", async () => {
  await using place = await LoopbackServer.start({});
  const pool = createPool(place.server.url, { ...quick, user: "ann", password: "wrong", size: 4 });
  const outcomes = await Promise.allSettled(names(9).map((name) => pool.size(name)));
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: "login-refused" } });
  await pool.close();
});

test("connections that have died are replaced unseen", async () => {
  await using on = await stage({ files: files(6), pool: { size: 3 } });
  await Promise.all(names(6).map((name) => on.pool.size(name)));
  on.proxy.cutAll();
  const sizes = await Promise.all(names(6).map((name) => on.pool.size(name)));
  expect(sizes).toEqual(names(6).map(() => 14));
});

test.each([
  ["the data connection", 12, false],
  ["both connections", 12, true],
  ["all but its beginning, while the server thinks that it has sent it,", 1, false],
])("a download that loses %s goes on where it was, again and again", async (_what, megabytes, cutsControl) => {
  await using folder = new ScratchFolder();
  const bytes = randomBytes(megabytes * 1_000_000);
  const cuts = megabytes === 1 ? 2 : 4;
  const faults: Faults = { cutAfter: (count) => (count < cuts ? 300_000 : undefined), cutsControl };
  await using on = await stage({ files: { "/big": bytes }, faults });
  await on.pool.download("big", join(folder.path, "big"));
  const fetched = await readFile(join(folder.path, "big"));
  expect(fetched.equals(bytes)).toBe(true);
  const restarts = on.proxy.lines.filter((line) => line.startsWith("REST ")).map((line) => Number(line.slice(5)));
  expect([...new Set(restarts)]).toEqual([300_000, 600_000, 900_000, 1_200_000].slice(0, cuts));
});

test("a stream that a broken download was given to is given the rest, and nothing twice", async () => {
  const bytes = randomBytes(12_000_000);
  const faults: Faults = { cutAfter: (count) => (count < 4 ? 200_000 : undefined), cutsControl: true };
  await using on = await stage({ files: { "/big": bytes }, faults });
  const chunks: Buffer[] = [];
  const target = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await on.pool.download("big", target);
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  expect(Buffer.concat(await on.pool.read("big").toArray()).equals(bytes)).toBe(true);
});

test("a file that has changed between two attempts begins anew", async () => {
  await using folder = new ScratchFolder();
  const later = "b".repeat(9_000_000);
  const faults: Faults = { cutAfter: (count) => (count < 3 ? 150_000 : undefined) };
  await using on = await stage({ files: { "/big": "a".repeat(9_000_000) }, faults, pool: { retries: 1 } });
  const asked = on.pool.download("big", join(folder.path, "big"));
  on.pool.on("warning", ({ code }) => {
    if (code === "call-repeated") writeOver(on.place, "/big", later);
  });
  await asked;
  expect(on.warned()).toContain("call-repeated");
  expect((await readFile(join(folder.path, "big"), "utf8")) === later).toBe(true);
});

type WritableFile = Awaited<ReturnType<LoopbackServer["storage"]["write"]>>;

/** At once: storage in memory has no promises. */
function writeOver({ storage }: LoopbackServer, path: string, text: string): void {
  const file = storage.write(virtualPath(path), { at: 0 }) as WritableFile;
  expect([file.write(Buffer.from(text)), file.commit()]).toEqual([undefined, undefined]);
  // As if it were later: MDTM tells seconds, and this test takes none.
  const { setModified } = storage as Partial<Record<"setModified", (path: string, at: number) => void>>;
  setModified?.call(storage, path, Date.now() + 5000);
}

test("an upload that breaks again and again is whole in the end", async () => {
  const bytes = randomBytes(1_000_000);
  const faults: Faults = { cutAfter: (count) => (count < 4 ? 120_000 : undefined), cutsControl: true };
  await using on = await stage({ faults });
  await on.pool.upload(bytes, "up.bin");
  expect(Buffer.from(await on.pool.readAll("up.bin")).equals(bytes)).toBe(true);
});

test("what cannot be read again is not sent again", async () => {
  const faults: Faults = { cutAfter: (count) => (count < 1 ? 6_000_000 : undefined), cutsControl: true };
  await using on = await stage({ faults, partialUploads: "discard" });
  async function* once() {
    for (let index = 0; index < 80; index++) yield new Uint8Array(100_000).fill(index);
  }
  await expect(on.pool.upload(once(), "once.bin")).rejects.toMatchObject({ code: expect.any(String) });
  expect(on.warned()).not.toContain("call-repeated");
});

test.each([
  ["rename", (line: string) => line.startsWith("RNTO"), 1],
  ["append", (line: string) => line.startsWith("APPE"), 1],
])("a %s whose connection dies in the middle of it is not done blindly again", async (what, isIt, times) => {
  const cut: { all: () => void } = { all: () => {} };
  const faults: Faults = {
    answer: (line) => {
      if (isIt(line)) queueMicrotask(cut.all);
      return isIt(line) ? "150-" : undefined;
    },
  };
  await using on = await stage({ files: files(1), faults, pool: { timeouts: { search: 1 } } });
  cut.all = () => on.proxy.cutAll();
  const work = what === "rename" ? on.pool.rename("f0.txt", "g") : on.pool.append(Buffer.from("x"), "f0.txt");
  await expect(work).rejects.toMatchObject({ code: expect.any(String) });
  expect(on.warned()).not.toContain("call-repeated");
  expect(on.proxy.lines.filter(isIt).length).toBeGreaterThanOrEqual(times);
});

test("a sequence has a connection of its own, and leaves it as it was", async () => {
  await using on = await stage({ files: { "/in/a": "1", "/b": "2" }, pool: { size: 1 } });
  const seen = await on.pool.use(async (client) => {
    await client.changeDirectory("in");
    await client.send("TYPE A");
    return await client.names();
  });
  expect(seen).toEqual(["a"]);
  expect((await on.pool.names()).toSorted()).toEqual(["b", "in"]);
  expect(String(await on.pool.readAll("b"))).toBe("2");
  expect(on.proxy.connections).toBe(1);
});

test("a sequence that lost its connection on the way leaves the next one as it was, too", async () => {
  await using on = await stage({ files: { "/in/a": "1", "/b": "2" }, pool: { size: 1 } });
  await on.pool.use(async (client) => {
    await client.changeDirectory("in");
    on.proxy.cutAll();
    // Which is noticed, and made good by another login in the same folder.
    await client.names().catch(() => client.names());
    expect(await client.workingDirectory()).toBe("/in");
  });
  expect((await on.pool.names()).toSorted()).toEqual(["b", "in"]);
});

test("a call that is aborted while it waits leaves the line; the others go on", async () => {
  await using on = await stage({ files: files(3), pool: { size: 1 } });
  const stop = new AbortController();
  const held = deferred();
  const first = on.pool.use(() => held.promise);
  const waiting = on.pool.size("f1.txt", { signal: stop.signal });
  const last = on.pool.size("f2.txt");
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: "aborted" });
  held.resolve();
  await first;
  expect(await last).toBe(14);
});

function deferred() {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

test("back-off ends with the caller's signal", async () => {
  await using on = await stage({ faults: { greeting: () => "421 full" }, pool: { backOff: { first: 60, most: 60 } } });
  const stop = new AbortController();
  const asked = on.pool.size("x", { signal: stop.signal });
  on.pool.once("warning", () => stop.abort());
  await expect(asked).rejects.toMatchObject({ code: "aborted" });
});

test("close waits for what was asked; with abort it does not", async () => {
  await using on = await stage({ files: files(8), pool: { size: 2 } });
  const asked = Promise.all(names(8).map((name) => on.pool.readAll(name)));
  await on.pool.close();
  expect(await asked).toHaveLength(8);
  await expect(on.pool.size("f0.txt")).rejects.toMatchObject({ code: "closed" });
  await using other = await stage({ files: files(8), pool: { size: 2 } });
  const outcomes = Promise.allSettled(names(8).map((name) => other.pool.readAll(name)));
  await other.pool.close({ abort: true });
  expect((await outcomes).some(({ status }) => status === "rejected")).toBe(true);
});

test("a walk lists ahead, and tells each folder before what is in it", async () => {
  const tree = Object.fromEntries([1, 2, 3].flatMap((one) => [1, 2].map((two) => [`/d${one}/e${two}/f`, "x"])));
  await using on = await stage({ files: tree, pool: { size: 3 } });
  const walked: string[] = [];
  for await (const { path } of on.pool.walk()) walked.push(path);
  const expected = [1, 2, 3].flatMap((one) => [
    `d${one}`,
    ...[1, 2].flatMap((two) => [`d${one}/e${two}`, `d${one}/e${two}/f`]),
  ]);
  expect(walked).toEqual(expected);
  expect(on.proxy.most).toBeGreaterThan(1);
});

test("the steps of all connections are told to who listens, also to who comes late", async () => {
  await using on = await stage({ files: files(2), pool: { size: 2 } });
  await on.pool.connect();
  const sessions = new Set<string>();
  on.pool.on("trace", ({ session }) => sessions.add(session));
  await Promise.all(names(2).map((name) => on.pool.readAll(name)));
  expect(sessions.size).toBe(2);
});

test.each([0, -1, 1.5])("a pool of %d connections is none", (size) => {
  expect(() => createPool("ftp://h/", { size })).toThrow(/size needs a whole number above 0/);
});

test("a file of this machine is sent and verified", async () => {
  await using folder = new ScratchFolder();
  await writeFile(join(folder.path, "local"), "local bytes");
  await using on = await stage({});
  const result = await on.pool.upload(join(folder.path, "local"), "remote");
  expect(result).toMatchObject({ size: 11, verified: "size" });
});
