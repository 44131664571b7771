import { randomBytes } from "node:crypto";
import { deflateRawSync, deflateSync, inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { StorageError, memoryStorage } from "@twinport/storage";
import { FailingStorage } from "../../../test/testkit/failing-storage.ts";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import type { WireClient } from "../../../test/testkit/wire-client.ts";

const MI = 1024 * 1024;
const text = Buffer.from("a line of text that is like the others\n".repeat(50_000));
const noise = randomBytes(MI);

async function inModeZ(place: LoopbackServer): Promise<WireClient> {
  const client = await place.client();
  expect((await client.ask("MODE Z")).code).toBe(200);
  return client;
}

async function contentOf(client: WireClient, path: string): Promise<Buffer> {
  await client.ask("MODE S");
  const { bytes } = await client.download(path);
  await client.ask("MODE Z");
  return bytes;
}

test.each([
  ["text, level 1", text, 1],
  ["text, level 9", text, 9],
  ["what cannot be compressed", noise, 6],
  ["nothing", Buffer.alloc(0), 6],
])("a download of %s is one stream of zlib", async (_what, bytes, level) => {
  await using place = await LoopbackServer.start({ files: { "/a": bytes } });
  const client = await inModeZ(place);
  expect((await client.ask(`OPTS MODE Z LEVEL ${level}`)).code).toBe(200);
  const { codes, bytes: wire, last } = await client.download("a");
  expect(codes).toEqual([150, 226]);
  expect(inflateSync(wire).equals(bytes)).toBe(true);
  expect(last.text).toBe(`226 Transfer complete: ${wire.length} bytes.`);
  if (bytes === text) expect(wire.length).toBeLessThan(text.length / 50);
});

test("what does not become smaller is soon sent as it is, and what follows is tried again", async () => {
  const bytes = Buffer.concat([...Array.from({ length: 8 }, () => noise), text, text, text]);
  await using place = await LoopbackServer.start({ files: { "/a": bytes } });
  const client = await inModeZ(place);
  const { codes, bytes: wire } = await client.download("a");
  expect(codes).toEqual([150, 226]);
  expect(inflateSync(wire).equals(bytes)).toBe(true);
  expect(wire.length).toBeLessThan(9 * MI);
});

test("a server may do without", async () => {
  await using place = await LoopbackServer.start({ compression: false, files: { "/a": "hello" } });
  const client = await place.client();
  expect((await client.ask("MODE Z")).text).toBe("504 Only stream mode (S) is here.");
  expect((await client.ask("FEAT")).text).not.toContain("MODE Z");
  expect((await client.download("a")).bytes.toString()).toBe("hello");
});

test("listings are compressed, in each form", async () => {
  const files = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`/file-${i}.txt`, ""]));
  await using place = await LoopbackServer.start({ files });
  const client = await inModeZ(place);
  for (const verb of ["LIST", "NLST", "MLSD"]) {
    const { bytes } = await client.download("", verb);
    expect(inflateSync(bytes).toString().split("\r\n")).toHaveLength(3001);
  }
});

test.each([
  ["zlib", deflateSync],
  ["deflate alone, as Go programs send it", deflateRawSync],
])("an upload may be %s, however it is cut", async (_what, compress) => {
  await using place = await LoopbackServer.start();
  const client = await inModeZ(place);
  for (const bytes of [text, noise, Buffer.alloc(0), Buffer.from("x")]) {
    expect((await client.upload("a", compress(bytes))).codes).toEqual([150, 226]);
    expect((await contentOf(client, "a")).equals(bytes)).toBe(true);
  }
  const data = await client.passive();
  expect((await client.ask("STOR cut")).code).toBe(150);
  for (const byte of compress(Buffer.from("byte by byte"))) {
    await new Promise<void>((resolve) => data.socket.write(Uint8Array.of(byte), () => setImmediate(resolve)));
  }
  data.end();
  expect((await client.reply()).code).toBe(226);
  expect((await contentOf(client, "cut")).toString()).toBe("byte by byte");
});

test("an upload of nothing at all is an empty file, as some clients send it", async () => {
  await using place = await LoopbackServer.start();
  const client = await inModeZ(place);
  expect((await client.upload("a", "")).codes).toEqual([150, 226]);
  expect((await client.ask("SIZE a")).text).toBe("213 0");
});

test("REST counts the bytes of the file, in both directions", async () => {
  await using place = await LoopbackServer.start({ files: { "/a": "0123456789" } });
  const client = await inModeZ(place);
  await client.ask("REST 4");
  expect(inflateSync((await client.download("a")).bytes).toString()).toBe("456789");
  await client.ask("REST 4");
  expect((await client.upload("a", deflateSync("abc"))).codes).toEqual([150, 226]);
  expect((await contentOf(client, "a")).toString()).toBe("0123abc");
  expect((await client.upload("a", deflateSync("de"), "APPE")).codes).toEqual([150, 226]);
  expect((await contentOf(client, "a")).toString()).toBe("0123abcde");
});

const whole = deflateSync(text);

test.each([
  ["that is none", Buffer.from("x\u0001\u0007 this is not a stream"), "426 The compressed data is broken."],
  [
    "with a wrong sum at its end",
    Buffer.concat([whole.subarray(0, -1), Buffer.of(whole.at(-1)! ^ 1)]),
    "426 The compressed data is broken.",
  ],
  ["that is cut off in the middle", whole.subarray(0, -9), "426 The compressed data ends before its time."],
  ["that is cut off behind its first byte", whole.subarray(0, 1), "426 The compressed data ends before its time."],
  [
    "that goes on behind its end",
    Buffer.concat([whole, Buffer.from("more")]),
    "426 Something follows the end of the compressed data.",
  ],
  ["and another behind it", Buffer.concat([whole, whole]), "426 Something follows the end of the compressed data."],
])("a stream %s fails, and what stood there before is not taken for it", async (_what, wire, reply) => {
  const storage = new FailingStorage({ "/a": "before" });
  await using place = await LoopbackServer.start({ storage: storage.storage, partialUploads: "discard" });
  const client = await inModeZ(place);
  expect((await client.upload("a", wire)).last.text).toBe(reply);
  expect(storage.open).toBe(0);
  expect((await contentOf(client, "a")).toString()).toBe("before");
  expect((await client.upload("a", whole)).codes).toEqual([150, 226]);
  expect((await contentOf(client, "a")).equals(text)).toBe(true);
});

test("something behind the end of a stream that comes later is found too", async () => {
  await using place = await LoopbackServer.start();
  const client = await inModeZ(place);
  const data = await client.passive();
  expect((await client.ask("STOR a")).code).toBe(150);
  data.send(deflateSync("hello"));
  await expect.poll(async () => (await (await place.client()).ask("NOOP")).code).toBe(200);
  data.end("more");
  expect((await client.reply()).text).toBe("426 Something follows the end of the compressed data.");
});

test("a stream out of all proportion is broken off before it has filled the storage", async () => {
  let written = 0;
  const inner = memoryStorage();
  const storage = new Proxy(inner, {
    get: (target, name) => {
      if (name === "write")
        return () => ({
          start: 0,
          write: (bytes: Uint8Array) => void (written += bytes.length),
          commit() {},
          abandon() {},
        });
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  await using place = await LoopbackServer.start({ storage });
  const client = await inModeZ(place);
  // A thousand times what comes in: 40 GB of zeros fit into 40 MB.
  const bomb = deflateSync(Buffer.alloc(80 * MI), { level: 9 });
  expect((await client.upload("a", bomb)).last.text).toMatch(/^552 The compressed data expands too much/);
  expect(written).toBeLessThan(65 * MI);
});

test("a quota and a full storage see what comes out of the stream", async () => {
  await using place = await LoopbackServer.start({ storage: memoryStorage({ capacity: MI }) });
  const client = await inModeZ(place);
  expect((await client.upload("a", deflateSync(Buffer.alloc(2 * MI)))).last.code).toBe(452);
});

test("the rate holds for what comes out of the stream", async () => {
  await using place = await LoopbackServer.start({ limits: { rateUp: 4 * MI } });
  const client = await inModeZ(place);
  const began = performance.now();
  expect((await client.upload("a", deflateSync(Buffer.alloc(2 * MI)))).codes).toEqual([150, 226]);
  expect(performance.now() - began).toBeGreaterThan(300);
});

test("other sessions are answered while large streams are packed and unpacked", async () => {
  await using place = await LoopbackServer.start({
    files: { "/a": Buffer.concat([noise, noise, noise, text]) },
    untraced: true,
  });
  const [client, other] = [await inModeZ(place), await place.client()];
  await client.ask("OPTS MODE Z LEVEL 9");
  let answers = 0;
  let isDone = false;
  const running = client.download("a").finally(() => (isDone = true));
  for (; !isDone; answers++) await other.ask("NOOP");
  await running;
  expect(answers).toBeGreaterThan(5);
});

test("ABOR in the middle of a compressed download, and of an upload", async () => {
  await using place = await LoopbackServer.start({
    files: { "/noise": Buffer.concat(Array.from({ length: 8 }, () => noise)) },
  });
  const client = await inModeZ(place);
  const down = await client.passive();
  down.socket.once("data", () => down.socket.pause());
  expect((await client.ask("RETR noise")).code).toBe(150);
  client.send("ABOR");
  expect([(await client.reply()).code, (await client.reply()).code]).toEqual([426, 226]);
  down.destroy();
  const up = await client.passive();
  expect((await client.ask("STOR a")).code).toBe(150);
  up.send(deflateSync(noise).subarray(0, MI / 2));
  await expect.poll(async () => (await client.ask("STAT")).text).toMatch(/[1-9]\d* bytes received/);
  client.send("ABOR");
  expect([(await client.reply()).code, (await client.reply()).code]).toEqual([426, 226]);
  up.destroy();
  expect((await client.upload("b", whole)).codes).toEqual([150, 226]);
});

test("a storage that does not take what comes out stops what comes in", async () => {
  let go = (): void => {};
  const gate = new Promise<void>((resolve) => (go = resolve));
  let written = 0;
  const inner = memoryStorage();
  const storage = new Proxy(inner, {
    get: (target, name) => {
      if (name === "write")
        return () => ({
          start: 0,
          write: async (bytes: Uint8Array) => {
            await gate;
            written += bytes.length;
          },
          commit() {},
          abandon() {},
        });
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  await using place = await LoopbackServer.start({ storage });
  const client = await inModeZ(place);
  const data = await client.passive();
  expect((await client.ask("STOR a")).code).toBe(150);
  const all = Buffer.concat(Array.from({ length: 16 }, () => noise));
  data.end(deflateSync(all, { level: 1 }));
  const received = async (): Promise<number> =>
    Number(/(\d+) bytes received/.exec((await client.ask("STAT")).text)?.[1]);
  let last = -1;
  await expect
    .poll(
      async () => {
        const before = last;
        return (last = await received()) > 0 && last === before;
      },
      { interval: 100 },
    )
    .toBe(true);
  expect(last).toBeLessThan(4 * MI);
  go();
  expect((await client.reply(20)).code).toBe(226);
  expect(written).toBe(all.length);
});

test.each(["read", "write", "commit"] as const)(
  "a storage that fails to %s fails the transfer, and nothing stays open",
  async (act) => {
    const storage = new FailingStorage({ "/a": noise });
    await using place = await LoopbackServer.start({ storage: storage.storage });
    const client = await inModeZ(place);
    for (const later of [false, true]) {
      const error = new StorageError("no-space", { operation: "write", path: "/a" });
      storage.failing = { act, error, after: act === "commit" ? 0 : MI / 2, later };
      const { last } =
        act === "read" ? await brokenDownload(client) : await client.upload(`b-${later}`, deflateSync(noise));
      expect(last.text).toBe("452 Cannot write /a: no space is left.");
      storage.failing = undefined;
      expect(storage.open).toBe(0);
    }
    expect((await client.upload("c", whole)).codes).toEqual([150, 226]);
  },
);

async function brokenDownload(client: WireClient) {
  const data = await client.passive();
  expect((await client.ask("RETR a")).code).toBe(150);
  const last = await client.reply();
  data.destroy();
  return { last };
}
