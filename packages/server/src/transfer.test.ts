import { randomBytes } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { StorageError, diskStorage, memoryStorage, uploadSink } from "@twinport/storage";
import { virtualPath } from "@twinport/protocol";
import { FailingStorage } from "../../../test/testkit/failing-storage.ts";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { ScratchFolder } from "../../../test/testkit/scratch-folder.ts";
import { inTime } from "../../../test/testkit/in-time.ts";
import type { Failing } from "../../../test/testkit/failing-storage.ts";
import type { StorageErrorCode } from "@twinport/storage";

const MI = 1024 * 1024;
const large = randomBytes(3 * MI + 12_345);
const folder = { operation: "write" as const, path: "/x" };

test.each([0, 1, 4096, 64 * 1024, 64 * 1024 + 1, 256 * 1024, MI, large.length])(
  "%i bytes go up and come down",
  async (size) => {
    await using place = await LoopbackServer.start();
    const client = await place.client();
    const bytes = large.subarray(0, size);
    expect((await client.upload("a.bin", bytes)).codes).toEqual([150, 226]);
    const back = await client.download("a.bin");
    expect(back.codes).toEqual([150, 226]);
    expect(back.bytes.equals(bytes)).toBe(true);
    expect(back.last.text).toBe(`226 Transfer complete: ${size} bytes.`);
  },
);

test("REST and STOR keep the bytes before, and what stood behind goes", async () => {
  await using scratch = new ScratchFolder();
  for (const storage of [memoryStorage(), diskStorage(scratch.path)]) {
    await using place = await LoopbackServer.start({ storage });
    const client = await place.client();
    await client.upload("a.bin", large);
    await client.codes("REST 1000000");
    expect((await client.upload("a.bin", "the new end")).codes).toEqual([150, 226]);
    const { bytes } = await client.download("a.bin");
    expect(bytes.equals(Buffer.concat([large.subarray(0, 1_000_000), Buffer.from("the new end")]))).toBe(true);
  }
});

test("REST to the size of a file gives nothing and 226; beyond it is refused, and says so for one that is not there", async () => {
  await using place = await LoopbackServer.start({ files: { "/a.txt": "12345" } });
  const client = await place.client();
  await client.codes("REST 5");
  expect(await client.download("a.txt")).toMatchObject({ codes: [150, 226], bytes: Buffer.alloc(0) });
  await client.codes("REST 6");
  expect((await client.download("a.txt")).codes).toEqual([554]);
  await client.codes("REST 6");
  expect((await client.upload("a.txt", "x")).codes).toEqual([554]);
  await client.codes("REST 1");
  expect((await client.upload("new.txt", "x")).codes).toEqual([554]);
  await client.codes("REST 5");
  expect((await client.upload("a.txt", "6")).codes).toEqual([150, 226]);
  expect((await client.download("a.txt")).bytes.toString()).toBe("123456");
});

test.each([2 ** 31, 2 ** 32, 5 * 2 ** 32])("offsets of %i bytes work in both directions", async (offset) => {
  await using scratch = new ScratchFolder();
  const real = join(scratch.path, "sparse.bin");
  fs.writeFileSync(real, "");
  fs.truncateSync(real, offset);
  await using place = await LoopbackServer.start({ storage: diskStorage(scratch.path) });
  const client = await place.client();
  expect((await client.upload("sparse.bin", "appended", "APPE")).codes).toEqual([150, 226]);
  expect((await client.ask("SIZE sparse.bin")).text).toBe(`213 ${offset + 8}`);
  await client.codes(`REST ${offset}`);
  expect((await client.download("sparse.bin")).bytes.toString()).toBe("appended");
  await client.codes(`REST ${offset + 3}`);
  expect((await client.upload("sparse.bin", "ENDED")).codes).toEqual([150, 226]);
  await client.codes(`REST ${offset - 2}`);
  expect((await client.download("sparse.bin")).bytes.toString()).toBe("\0\0appENDED");
});

test("fifty uploads at once by STOU get fifty names", async () => {
  await using place = await LoopbackServer.start();
  const clients = await Promise.all(Array.from({ length: 50 }, (_, i) => place.client({ from: `127.0.1.${i + 1}` })));
  const names = await Promise.all(
    clients.map(async (client, i) => {
      const data = await client.passive();
      const { text } = await client.ask(i % 2 ? "STOU" : "STOU same.txt");
      const name = /^150 FILE: (.+)$/.exec(text)?.[1];
      data.end(`from ${i}`);
      expect((await client.reply()).code).toBe(226);
      return name!;
    }),
  );
  expect(new Set(names).size).toBe(50);
  expect(names).toContain("same.txt");
  for (const [i, name] of names.entries()) {
    expect((await clients[0]!.download(name)).bytes.toString()).toBe(`from ${i}`);
  }
});

test("TYPE A turns line ends in both directions, wherever the pieces are cut", async () => {
  let text = "";
  for (let i = 0; text.length < 3 * MI; i++) text += `${"x".repeat((i * 7919) % 251)}${i % 3 ? "\n" : "\n\n"}`;
  const wire = text.replaceAll("\n", "\r\n");
  await using place = await LoopbackServer.start({ files: { "/a.txt": text, "/crlf.txt": wire } });
  const client = await place.client();
  expect((await client.ask("TYPE A")).code).toBe(200);
  expect((await client.download("a.txt")).bytes.toString() === wire).toBe(true);
  expect((await client.download("crlf.txt")).bytes.toString() === wire).toBe(true);
  const data = await client.passive();
  expect((await client.ask("STOR b.txt")).code).toBe(150);
  // CR and LF in two pieces, again and again.
  for (let at = 0; at < wire.length;) {
    const end = at < 20_000 ? wire.indexOf("\r", at + 1) + 1 || wire.length : at + 99_991;
    if (!data.socket.write(wire.slice(at, end))) await once(data.socket, "drain");
    at = end;
    if (at < 20_000) await new Promise((resolve) => setImmediate(resolve));
  }
  data.end();
  expect((await client.reply()).code).toBe(226);
  expect(await client.codes("SIZE b.txt", "TYPE I", "SIZE b.txt")).toEqual([550, 200, 213]);
  expect((await client.download("b.txt")).bytes.toString() === text).toBe(true);
});

test.each([
  ["keep", "213 70000"],
  ["discard", "550"],
] as const)("an upload that is reset is never 226; its bytes: %s", async (partialUploads, size) => {
  await using scratch = new ScratchFolder();
  for (const storage of [memoryStorage(), diskStorage(scratch.path)]) {
    await using place = await LoopbackServer.start({ storage, partialUploads });
    const client = await place.client();
    const data = await client.passive();
    expect((await client.ask("STOR a.bin")).code).toBe(150);
    data.socket.write(large.subarray(0, 70_000), () => data.reset());
    expect((await client.reply()).text).toBe("426 The data connection was reset.");
    expect((await client.ask("SIZE a.bin")).text.startsWith(size)).toBe(true);
    expect(fs.readdirSync(scratch.path).filter((name) => name !== "a.bin")).toEqual([]);
  }
});

test("an upload that is reset again and again is never 226, wherever the reset comes", async () => {
  await using place = await LoopbackServer.start({ partialUploads: "discard" });
  const client = await place.client();
  for (let i = 0; i < 60; i++) {
    const data = i % 2 ? await client.passive() : undefined;
    const peer = data ? undefined : await client.active();
    client.send("STOR a.bin");
    const connection = data ?? (await peer!.accept());
    const size = 1 + ((i * 104_729) % 400_000);
    connection.socket.write(large.subarray(0, size), () => connection.reset());
    const first = await client.reply();
    // The reset of a connection that is only just being made is seen by the dial.
    if (first.code !== 425 || data) {
      expect(first.code, `${size} bytes`).toBe(150);
      expect((await client.reply()).code, `${size} bytes`).toBe(426);
    }
    await peer?.[Symbol.asyncDispose]();
  }
});

test("the loss of the command connection ends a transfer, and nothing is left", async () => {
  await using scratch = new ScratchFolder();
  await using place = await LoopbackServer.start({ storage: diskStorage(scratch.path), partialUploads: "discard" });
  for (const how of ["destroy", "reset"] as const) {
    const client = await place.client();
    const data = await client.passive();
    expect((await client.ask("STOR a.bin")).code).toBe(150);
    data.send("some bytes");
    const finished = place.next("transfer-finished");
    await expect.poll(() => place.dataSteps.at(-1)).toBe("data-first-byte");
    if (how === "reset") client.socket.resetAndDestroy();
    else client.socket.destroy();
    expect(await finished).toMatchObject({ outcome: "failed", code: "control-lost" });
    await data.over();
    await place.quiet();
    expect(fs.readdirSync(scratch.path)).toEqual([]);
  }
});

test("an existing file outlives a transfer that does not begin", async () => {
  await using scratch = new ScratchFolder();
  for (const storage of [memoryStorage({ files: { "/old.txt": "old" } }), diskStorage(scratch.path)]) {
    fs.writeFileSync(join(scratch.path, "old.txt"), "old");
    await using place = await LoopbackServer.start({ storage, limits: { offerSeconds: 0.05 } });
    const client = await place.client();
    expect((await client.ask("STOR old.txt")).code).toBe(425);
    await client.offered();
    expect((await client.ask("STOR old.txt")).code).toBe(425);
    await client.offered();
    expect((await client.ask("STOR new.txt")).code).toBe(425);
    const peer = await client.active();
    await peer[Symbol.asyncDispose]();
    expect((await client.ask("STOR old.txt")).code).toBe(425);
    expect((await client.download("old.txt")).bytes.toString()).toBe("old");
    expect((await client.ask("SIZE new.txt")).code).toBe(550);
  }
});

const faults: readonly (readonly [string, StorageErrorCode | "unforeseen", number])[] = [
  ["a full disk", "no-space", 452],
  ["a used up quota", "quota-exceeded", 552],
  ["a limit of the file system", "too-large", 552],
  ["a broken disk", "io-failed", 451],
  ["what nobody foresaw", "unforeseen", 451],
];

test.each(faults)("%s is told and never 226, whatever it strikes", async (_name, code, expected) => {
  const error = code === "unforeseen" ? new Error("a secret of ours") : new StorageError(code, folder);
  const failings: Omit<Failing, "error">[] = [
    { act: "open" },
    { act: "write" },
    { act: "write", after: 1 },
    { act: "write", after: 100_000, later: true },
    { act: "commit" },
    { act: "commit", later: true },
  ];
  for (const failing of failings) {
    const failed = new FailingStorage();
    await using place = await LoopbackServer.start({ storage: failed.storage });
    const client = await place.client();
    failed.failing = { ...failing, error };
    const { codes, last } = await client.upload("a.bin", large);
    expect(codes.at(-1), JSON.stringify(failing)).toBe(expected);
    expect(last.text).not.toContain("secret");
    expect(failed.open).toBe(0);
    failed.failing = undefined;
    expect((await client.upload("b.bin", large)).codes).toEqual([150, 226]);
  }
});

test.each(faults.filter(([, code]) => code === "io-failed" || code === "unforeseen"))(
  "%s during a download is told and never 226",
  async (_name, code, expected) => {
    const error = code === "unforeseen" ? new Error("a secret of ours") : new StorageError(code, folder);
    for (const failing of [{ act: "open" }, { act: "read" }, { act: "read", after: MI, later: true }] as const) {
      const failed = new FailingStorage({ "/a.bin": large });
      await using place = await LoopbackServer.start({ storage: failed.storage });
      const client = await place.client();
      failed.failing = { ...failing, error };
      const data = await client.passive();
      const first = await client.ask("RETR a.bin");
      const last = first.code === 150 ? await client.reply() : first;
      expect(last.code).toBe(expected);
      // What came of it cannot pass for the whole.
      if (first.code === 150) expect(await data.over()).toBe("reset");
      expect(failed.open).toBe(0);
    }
  },
);

test("a file that shrinks while it is sent is no whole file: never 226", async () => {
  const failed = new FailingStorage({ "/a.bin": large });
  const shrinking = new Proxy(failed.storage, {
    get: (target, name) =>
      name === "read"
        ? async (path: Parameters<typeof target.read>[0]) => {
            const file = await target.read(path);
            return { ...file, readInto: (buffer: Uint8Array, at: number) => (at > MI ? 0 : file.readInto(buffer, at)) };
          }
        : (Reflect.get(target, name) as unknown),
  });
  await using place = await LoopbackServer.start({ storage: shrinking });
  const client = await place.client();
  await client.passive();
  expect([(await client.ask("RETR a.bin")).code, (await client.reply()).code]).toEqual([150, 451]);
});

test("an abandoned upload that cannot be abandoned is not 226 either", async () => {
  const failed = new FailingStorage();
  await using place = await LoopbackServer.start({ storage: failed.storage });
  const client = await place.client();
  failed.failing = { act: "abandon", error: new StorageError("io-failed", folder) };
  const data = await client.passive();
  expect((await client.ask("STOR a.bin")).code).toBe(150);
  data.socket.write("x", () => data.reset());
  expect((await client.reply()).code).toBeGreaterThanOrEqual(400);
  expect((await client.ask("NOOP")).code).toBe(200);
});

test("a client that does not close its end of a download holds nothing up", async () => {
  await using place = await LoopbackServer.start({ files: { "/a.txt": "hello" } });
  const client = await place.client();
  for (let i = 0; i < 5; i++) {
    const data = await client.passive();
    expect((await client.ask("RETR a.txt")).code).toBe(150);
    expect((await data.bytes()).toString()).toBe("hello");
    expect((await client.reply()).code).toBe(226);
  }
});

test("a client that takes nothing is given up after the time for it", async () => {
  await using place = await LoopbackServer.start({
    files: { "/a.bin": randomBytes(16 * MI) },
    limits: { stallSeconds: 0.3 },
  });
  const client = await place.client();
  const data = await client.passive();
  data.socket.pause();
  expect((await client.ask("RETR a.bin")).code).toBe(150);
  expect((await client.reply()).text).toBe("426 No data moved for 0.3 s.");
  const upload = await client.passive();
  expect((await client.ask("STOR b.bin")).code).toBe(150);
  expect((await client.reply()).text).toBe("426 No data moved for 0.3 s.");
  upload.destroy();
});

test.each([
  ["up", 300_000],
  ["down", 300_000],
])("the rate is held, %s", async (way, rate) => {
  const size = 180_000;
  await using place = await LoopbackServer.start({
    files: { "/a.bin": large.subarray(0, size) },
    limits: { rateUp: rate, rateDown: rate },
  });
  const client = await place.client();
  const began = performance.now();
  if (way === "up") await client.upload("b.bin", large.subarray(0, size));
  else expect((await client.download("a.bin")).bytes.length).toBe(size);
  const seconds = (performance.now() - began) / 1000;
  expect(size / seconds).toBeGreaterThan(rate * 0.75);
  expect(size / seconds).toBeLessThan(rate * 1.25);
});

test("an upload is handed on as a stream without a disk", async () => {
  const seen: { path: string; bytes: Buffer }[] = [];
  const storage = uploadSink(async ({ path, stream }) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    seen.push({ path, bytes: Buffer.concat(chunks) });
  });
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  expect((await client.upload("camera.jpg", large)).codes).toEqual([150, 226]);
  expect(seen[0]!.path).toBe("/camera.jpg");
  expect(seen[0]!.bytes.equals(large)).toBe(true);
});

test("a handler of uploads that throws is 451; one that is done early does not hold the client up", async () => {
  let handle: (stream: ReadableStream<Uint8Array>) => Promise<void> = () => Promise.reject(new Error("no"));
  await using place = await LoopbackServer.start({ storage: uploadSink(({ stream }) => handle(stream)) });
  const client = await place.client();
  expect((await client.upload("a", large)).codes.at(-1)).toBe(451);
  handle = (stream) => stream.cancel();
  expect((await client.upload("a", large)).codes.at(-1)).toBeGreaterThanOrEqual(226);
  handle = async (stream) => {
    const reader = stream.getReader();
    await reader.read();
  };
  expect((await client.upload("a", large)).codes.at(-1)).toBeGreaterThanOrEqual(226);
  handle = () => Promise.resolve();
  expect((await inTime("an answer", client.upload("a", large))).codes.at(-1)).toBeGreaterThanOrEqual(226);
});

test("LIST, NLST and MLSD of ten thousand files come whole", async () => {
  const files = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`/in/file ${i}.txt`, "x"]));
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  for (const verb of ["LIST", "NLST", "MLSD"]) {
    const { codes, bytes } = await client.download("in", verb);
    expect(codes).toEqual([150, 226]);
    expect(bytes.toString().trimEnd().split("\r\n").length, verb).toBe(10_000);
  }
});

test("a listing that is broken off in the middle gives everything back", async () => {
  await using scratch = new ScratchFolder();
  for (let i = 0; i < 1500; i++) fs.writeFileSync(join(scratch.path, `${i}`.padEnd(200, "x")), "");
  await using place = await LoopbackServer.start({ storage: diskStorage(scratch.path) });
  const before = fs.readdirSync("/proc/self/fd").length;
  for (let i = 0; i < 2; i++) {
    const client = await place.client();
    const data = await client.passive();
    client.send("LIST");
    expect((await client.reply()).code).toBe(150);
    data.reset();
    await client.reply();
    client.destroy();
  }
  await place.quiet();
  await expect.poll(() => fs.readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(before + 10);
});

test("the storage is asked for the path as the protocol has it", async () => {
  const storage = memoryStorage({ files: { "/in/a.txt": "x" } });
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  await client.codes("CWD in");
  await client.upload("../in/./b.txt", "y");
  expect(storage.stat(virtualPath("/in/b.txt")).size).toBe(1);
});

test("what a client says on its download's data connection takes nothing from the download", async () => {
  const bytes = new Uint8Array(3 * 1024 * 1024).fill(7);
  await using place = await LoopbackServer.start({ files: { "/big": bytes } });
  const client = await place.client();
  const data = await client.passive();
  data.send("this is not for you");
  client.send("RETR big");
  expect((await client.reply()).code).toBe(150);
  expect((await client.reply()).code).toBe(226);
  expect((await data.end().bytes()).length).toBe(bytes.length);
});
