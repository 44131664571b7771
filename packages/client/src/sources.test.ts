import fs from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { ScratchFolder } from "../../../test/testkit/scratch-folder.ts";
import { inTime } from "../../../test/testkit/in-time.ts";
import { openSource } from "./sources.ts";
import type { Repeatable, UploadSource } from "./sources.ts";

const text = "what is to be sent";

async function readAll(source: Repeatable, offset = 0, size = 5): Promise<string> {
  const from = source.from(offset);
  const into = new Uint8Array(size);
  let all = "";
  for (let count = await from.read(into); count > 0; count = await from.read(into)) {
    all += Buffer.from(into.subarray(0, count)).toString();
  }
  return all;
}

async function* pieces() {
  yield text.slice(0, 4);
  yield new Uint8Array(0);
  yield Buffer.from(text.slice(4));
}

test.each<[string, () => UploadSource, number | undefined]>([
  ["bytes", () => Buffer.from(text), text.length],
  ["a Blob", () => new Blob([text]), text.length],
  ["an async iterable, of bytes and text", () => pieces(), undefined],
  ["an iterable", () => [Buffer.from(text)], undefined],
  ["a Node stream", () => Readable.from([text]), undefined],
  ["a Web stream", () => new Blob([text]).stream(), undefined],
])("%s is read, again, and from the middle", async (_name, source, size) => {
  const opened = await openSource(source());
  expect(opened.size).toBe(size);
  expect(await readAll(opened)).toBe(text);
  expect(opened.canRepeat()).toBe(true);
  expect(await readAll(opened, 5, 100)).toBe(text.slice(5));
  await opened.close();
});

test.each([10, 300_000])("a file of %i bytes", async (size) => {
  await using folder = new ScratchFolder();
  const at = path.join(folder.path, "a");
  fs.writeFileSync(at, "x".repeat(size));
  const opened = await openSource(at);
  expect([opened.size, opened.modified]).toEqual([size, fs.statSync(at).mtimeMs]);
  expect(await readAll(opened, size - 3)).toBe("xxx");
  await opened.close();
});

test("a folder, or nothing, is no source", async () => {
  await using folder = new ScratchFolder();
  await expect(openSource(folder.path)).rejects.toMatchObject({ code: "local-file" });
  await expect(openSource(path.join(folder.path, "none"))).rejects.toMatchObject({ code: "local-file" });
});

describe("of a stream", () => {
  const MiB = 1024 * 1024;
  async function* big() {
    for (let i = 0; i < 10; i++) yield new Uint8Array(MiB).fill(i);
  }

  test("the last 4 MiB are kept, and what is gone is not made up", async () => {
    const opened = await openSource(big());
    const from = opened.from(0);
    const into = new Uint8Array(MiB);
    for (let i = 0; i < 8; i++) await from.read(into);
    expect([opened.canRepeat(), opened.canRepeat(4 * MiB)]).toEqual([false, true]);
    expect(() => opened.from(3 * MiB)).toThrow(expect.objectContaining({ code: "source-not-repeatable" }));
    await opened.from(4 * MiB).read(into);
    expect(into.every((byte) => byte === 4)).toBe(true);
    await opened.close();
  });

  test("nothing is read before it is asked for, and two who ask read it once", async () => {
    let reads = 0;
    async function* counted() {
      reads++;
      yield "one";
      reads++;
      yield "two";
    }
    const opened = await openSource(counted());
    expect(reads).toBe(0);
    const [one, other] = [new Uint8Array(3), new Uint8Array(3)];
    await Promise.all([opened.from(0).read(one), opened.from(0).read(other)]);
    expect([Buffer.from(one).toString(), Buffer.from(other).toString(), reads]).toEqual(["one", "one", 1]);
    await opened.close();
  });

  test("one that says nothing can be closed", async () => {
    async function* never(): AsyncGenerator<string> {
      await new Promise(() => {});
      yield "";
    }
    for (const source of [never(), new Readable({ read() {} }), new ReadableStream<Uint8Array>()]) {
      const opened = await openSource(source);
      void Promise.resolve(opened.from(0).read(new Uint8Array(5))).catch(() => {});
      await inTime("the close", opened.close(), 1);
    }
  });

  test("one that is left before its end is told so", async () => {
    let isLeft = false;
    async function* watched() {
      try {
        yield "one";
        yield "two";
      } finally {
        isLeft = true;
      }
    }
    const opened = await openSource(watched());
    await opened.from(0).read(new Uint8Array(3));
    await opened.close();
    expect(isLeft).toBe(true);
  });
});
