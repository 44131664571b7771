import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { connectClient } from "./client.ts";

const bytes = randomBytes(3_000_000);

async function stage() {
  const place = await LoopbackServer.start({ files: { "/big": bytes } });
  const client = await connectClient(place.server.url, { user: "ann", password: "secret", memory: false });
  return {
    place,
    client,
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

const isSame = (got: ArrayBuffer | Uint8Array): boolean => Buffer.from(got as Uint8Array).equals(bytes);

async function* pieces() {
  for (let at = 0; at < bytes.length; at += 99_999) yield bytes.subarray(at, at + 99_999);
}

test("a file is read as a Web stream, by its reader, by iteration, and as a response", async () => {
  await using on = await stage();
  expect(isSame(await new Response(on.client.readWeb("big")).arrayBuffer())).toBe(true);
  const chunks: Uint8Array[] = [];
  for await (const chunk of on.client.readWeb("big")) chunks.push(chunk);
  expect(isSame(Buffer.concat(chunks))).toBe(true);
  const reader = on.client.readWeb("big").getReader();
  const { value } = await reader.read();
  expect(value).toBeInstanceOf(Uint8Array);
  await reader.cancel();
  expect(await on.client.size("big")).toBe(bytes.length);
});

test("one that is not read for long holds no more than it may", async () => {
  await using on = await stage();
  const stream = on.client.readWeb("big");
  const reader = stream.getReader();
  await reader.read();
  let held = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    held = Math.max(held, value.length);
  }
  expect(held).toBeLessThanOrEqual(512 * 1024);
});

test("a Web stream fails with the client's error", async () => {
  await using on = await stage();
  await expect(new Response(on.client.readWeb("none")).arrayBuffer()).rejects.toMatchObject({ code: "not-found" });
});

test("a file is written to a Web stream, which is closed behind it", async () => {
  await using on = await stage();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const got = new Response(readable).arrayBuffer();
  const result = await on.client.download("big", writable, { verify: "hash" });
  expect(result.verified).toBe("sha256");
  expect(isSame(await got)).toBe(true);
});

test("a Web stream whose file is not there is aborted: its reader does not wait for ever", async () => {
  await using on = await stage();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const outcomes = await Promise.allSettled([
    on.client.download("none", writable),
    new Response(readable).arrayBuffer(),
  ]);
  expect(outcomes).toMatchObject([
    { status: "rejected", reason: { code: "not-found" } },
    { status: "rejected", reason: { code: "not-found" } },
  ]);
});

test("a Web stream whose reader has left ends the download, and the client is of use", async () => {
  await using on = await stage();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const downloaded = on.client.download("big", writable);
  const reader = readable.getReader();
  await reader.read();
  await reader.cancel(new Error("enough"));
  await expect(downloaded).rejects.toMatchObject({ code: "local-file" });
  expect(await on.client.size("big")).toBe(bytes.length);
});

test.each([
  ["a Web stream", () => new Response(bytes).body!],
  ["a Web stream of a generator", () => ReadableStream.from(pieces()) as ReadableStream<Uint8Array>],
  ["a blob", () => new Blob([bytes])],
  ["a generator", () => pieces()],
  ["an array of pieces", () => [bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000)]],
])("%s is sent", async (_what, source) => {
  await using on = await stage();
  expect((await on.client.upload(source(), "up", { verify: "hash" })).verified).toBe("sha256");
  expect(isSame(await on.client.readAll("up"))).toBe(true);
});

test("a generator of text is sent as UTF-8", async () => {
  await using on = await stage();
  function* lines() {
    yield "één\n";
    yield "二\n";
  }
  await on.client.upload(lines(), "text");
  expect(Buffer.from(await on.client.readAll("text")).toString()).toBe("één\n二\n");
});

test("a source that fails ends the upload with its own error, and the client is of use", async () => {
  await using on = await stage();
  async function* failing() {
    yield bytes;
    throw new Error("the source broke");
  }
  await expect(on.client.upload(failing(), "up")).rejects.toThrow("the source broke");
  expect(await on.client.size("big")).toBe(bytes.length);
});

test("a file goes from server to server through a Web stream", async () => {
  await using on = await stage();
  await using other = await stage();
  await other.client.upload(on.client.readWeb("big"), "copy", { verify: "hash" });
  expect(isSame(await other.client.readAll("copy"))).toBe(true);
});

test("a stream to write to is done when the server has all of it, and not before", async () => {
  await using on = await stage();
  const stream = on.client.write("written");
  stream.write(bytes.subarray(0, 1000));
  stream.end(bytes.subarray(1000));
  await new Promise<void>((resolve, reject) => stream.on("finish", resolve).on("error", reject));
  expect(await on.client.size("written")).toBe(bytes.length);
  const refused = on.client.write("no/such/folder/x");
  refused.end("x");
  await expect(new Promise((_resolve, reject) => refused.on("error", reject))).rejects.toMatchObject({
    code: "not-found",
  });
  const left = on.client.write("left");
  left.write("half");
  left.destroy(new Error("left"));
  await new Promise((resolve) => left.on("close", resolve).on("error", () => {}));
  expect(await on.client.size("big")).toBe(bytes.length);
});
