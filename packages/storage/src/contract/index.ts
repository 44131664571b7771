import assert from "node:assert/strict";
import fs from "node:fs";
import { virtualPath } from "@twinport/protocol";
import { StorageError } from "../errors.ts";
import { canSetModified } from "../storage.ts";
import type { Entry } from "@twinport/protocol";
import type { StorageErrorCode } from "../errors.ts";
import type { Storage, WriteOptions } from "../storage.ts";

/** What a test runner has to offer: `test` of vitest, of node:test, or any other that takes a title and a function. */
export type TestFunction = (title: string, run: () => Promise<void>) => unknown;

/** What {@link storageContract} needs of a backend: an empty storage, writable, for each test. */
export interface StorageUnderTest {
  readonly test: TestFunction;
  readonly create: () => Storage | Promise<Storage>;
}

const at = virtualPath;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The suite that every storage passes. */
export function storageContract({ test, create }: StorageUnderTest): void {
  const on = (title: string, run: (storage: Storage) => Promise<void>): void => {
    test(title, async () => run(await create()));
  };

  on("the root is a folder from the start", async (storage) => {
    assert.equal((await storage.stat(at("/"))).kind, "directory");
    assert.deepEqual(await names(storage, "/"), []);
  });

  on("what was written is read again, also in parts", async (storage) => {
    await put(storage, "/a", "0123456789");
    assert.equal(await get(storage, "/a"), "0123456789");
    const file = await storage.read(at("/a"));
    assert.equal(file.size, 10);
    const part = new Uint8Array(4);
    assert.equal(await file.readInto(part, 3), 4);
    assert.equal(new TextDecoder().decode(part), "3456");
    assert.equal(await file.readInto(part, 8), 2);
    assert.equal(await file.readInto(part, 10), 0);
    await file.close();
  });

  on("an empty upload is an empty file", async (storage) => {
    await put(storage, "/empty", "");
    assert.equal((await storage.stat(at("/empty"))).size, 0);
  });

  on("a megabyte in odd pieces arrives whole", async (storage) => {
    const whole = Uint8Array.from({ length: 1_000_003 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
    const upload = await storage.write(at("/big"), { at: 0 });
    for (let done = 0; done < whole.length; done += 99_991) await upload.write(whole.subarray(done, done + 99_991));
    await upload.commit();
    assert.deepEqual(await read(storage, "/big"), whole);
  });

  on("writing anew leaves nothing of what was there", async (storage) => {
    await put(storage, "/a", "a long content");
    await put(storage, "/a", "short");
    assert.equal(await get(storage, "/a"), "short");
  });

  on("writing at an offset keeps what stands before it, and nothing behind", async (storage) => {
    await put(storage, "/a", "ABCDEFGHIJ");
    await put(storage, "/a", "xyz", { at: 5 });
    assert.equal(await get(storage, "/a"), "ABCDExyz");
  });

  on("appending begins at the end, and makes a file where there is none", async (storage) => {
    await put(storage, "/a", "one", { at: "end" });
    const upload = await storage.write(at("/a"), { at: "end" });
    assert.equal(upload.start, 3);
    await upload.write(bytes("two"));
    await upload.commit();
    assert.equal(await get(storage, "/a"), "onetwo");
  });

  on("an upload that never began leaves the file as it was", async (storage) => {
    await put(storage, "/a", "precious");
    await (await storage.write(at("/a"), { at: 0 })).abandon(true);
    assert.equal(await get(storage, "/a"), "precious");
    await (await storage.write(at("/new"), { at: 0 })).abandon(true);
    await fails("not-found", () => storage.stat(at("/new")));
  });

  on("a failed upload keeps what came only if it is told to", async (storage) => {
    for (const keep of [true, false]) {
      const upload = await storage.write(at(`/${keep}`), { at: 0 });
      await upload.write(bytes("half"));
      await upload.abandon(keep);
    }
    assert.equal(await get(storage, "/true"), "half");
    await fails("not-found", () => storage.stat(at("/false")));
  });

  on("an upload may fail while a write is under way: what that brings has come too", async (storage) => {
    const whole = new Uint8Array(1_000_003).fill(7);
    const upload = await storage.write(at("/a"), { at: 0 });
    const writing = upload.write(whole);
    await upload.abandon(true);
    await writing;
    assert.deepEqual(await read(storage, "/a"), whole);
  });

  on("of exclusive uploads to one name a single one begins", async (storage) => {
    await put(storage, "/a", "1", { at: 0, exclusive: true });
    await fails("exists", () => storage.write(at("/a"), { at: 0, exclusive: true }));
    assert.equal(await get(storage, "/a"), "1");
  });

  on("folders are made, listed, and removed when they are empty", async (storage) => {
    await storage.makeDirectory(at("/d"));
    await put(storage, "/d/f", "x");
    await storage.makeDirectory(at("/d/sub"));
    assert.deepEqual(await names(storage, "/d"), ["f", "sub"]);
    await fails("exists", () => storage.makeDirectory(at("/d")));
    await fails("not-found", () => storage.makeDirectory(at("/no/d")));
    await fails("not-empty", () => storage.removeDirectory(at("/d")));
    await storage.removeFile(at("/d/f"));
    await storage.removeDirectory(at("/d/sub"));
    await storage.removeDirectory(at("/d"));
    await fails("not-found", () => storage.stat(at("/d")));
  });

  on("a list has every entry once, with its facts, in batches", async (storage) => {
    const wanted = Array.from({ length: 700 }, (_, i) => `file ${i}`);
    for (const name of wanted) await put(storage, `/${name}`, name);
    assert.deepEqual(await names(storage, "/"), wanted.toSorted());
    const listed = await entries(storage, "/");
    const entry = listed.find(({ name }) => name === "file 12");
    assert.equal(entry?.size, 7);
    assert.equal(entry?.kind, "file");
  });

  on("names may have spaces, quotes, a leading dash and any script", async (storage) => {
    for (const name of ["two words", 'q"uote', "-rf", "中文 名字", "é", "trailing.", "*?["]) {
      await put(storage, `/${name}`, name);
      assert.equal(await get(storage, `/${name}`), name);
    }
    assert.equal((await names(storage, "/")).length, 7);
  });

  on("a rename moves files and folders, and replaces a file", async (storage) => {
    await put(storage, "/a", "a");
    await put(storage, "/b", "b");
    await storage.rename(at("/a"), at("/b"));
    assert.equal(await get(storage, "/b"), "a");
    await storage.makeDirectory(at("/d"));
    await storage.rename(at("/b"), at("/d/c"));
    await storage.rename(at("/d"), at("/e"));
    assert.equal(await get(storage, "/e/c"), "a");
    await fails("not-found", () => storage.rename(at("/a"), at("/x")));
    await fails("not-found", () => storage.rename(at("/e"), at("/no/x")));
  });

  on("what is missing, or of the wrong kind, is said so", async (storage) => {
    await put(storage, "/f", "x");
    await storage.makeDirectory(at("/d"));
    await fails("not-found", () => storage.stat(at("/no")));
    await fails("not-found", () => storage.read(at("/no")));
    await fails("not-found", () => storage.read(at("/no/no")));
    await fails("not-a-file", () => storage.read(at("/d")));
    await fails("not-a-file", () => storage.write(at("/d"), { at: 0 }));
    await fails("not-found", () => storage.write(at("/no/f"), { at: 0 }));
    await fails("not-a-file", () => storage.removeFile(at("/d")));
    await fails("not-found", () => storage.removeFile(at("/no")));
    await fails("not-a-directory", () => storage.removeDirectory(at("/f")));
    await fails("not-found", () => names(storage, "/no"));
    await fails("not-a-directory", () => names(storage, "/f"));
  });

  on("a reader goes on with what it opened when the name is removed", async (storage) => {
    await put(storage, "/a", "still here");
    const file = await storage.read(at("/a"));
    await storage.removeFile(at("/a"));
    const buffer = new Uint8Array(32);
    const read = await file.readInto(buffer, 0);
    assert.equal(new TextDecoder().decode(buffer.subarray(0, read)), "still here");
    await file.close();
  });

  on("an announced ability is there", async (storage) => {
    await put(storage, "/a", "abcdef");
    if (canSetModified(storage)) {
      await storage.setModified(at("/a"), Date.UTC(2001, 1, 3, 4, 5, 6));
      assert.equal((await storage.stat(at("/a"))).modified, Date.UTC(2001, 1, 3, 4, 5, 6));
      await fails("not-found", () => storage.setModified(at("/no"), 0));
    }
    const file = await storage.read(at("/a"));
    assert.equal(file.descriptor !== undefined, storage.features.has("descriptor"));
    if (file.descriptor !== undefined) {
      // The descriptor must give the very bytes that readInto gives: a wrapper that changes them withholds it.
      const direct = new Uint8Array(6);
      fs.readSync(file.descriptor, direct, 0, 6, 0);
      assert.equal(new TextDecoder().decode(direct), "abcdef");
    }
    await file.close();
  });
}

async function put(storage: Storage, path: string, content: string, options: WriteOptions = { at: 0 }): Promise<void> {
  const upload = await storage.write(at(path), options);
  if (content !== "") await upload.write(bytes(content));
  await upload.commit();
}

async function read(storage: Storage, path: string): Promise<Uint8Array> {
  const file = await storage.read(at(path));
  const content = new Uint8Array(file.size);
  let done = 0;
  while (done < content.length) done += await file.readInto(content.subarray(done), done);
  await file.close();
  return content;
}

async function get(storage: Storage, path: string): Promise<string> {
  return new TextDecoder().decode(await read(storage, path));
}

async function entries(storage: Storage, path: string): Promise<Entry[]> {
  const all: Entry[] = [];
  for await (const batch of storage.list(at(path), "facts")) all.push(...batch);
  return all;
}

async function names(storage: Storage, path: string): Promise<string[]> {
  return (await entries(storage, path)).map(({ name }) => name).toSorted();
}

async function fails(code: StorageErrorCode, run: () => unknown): Promise<void> {
  await assert.rejects(
    async () => run(),
    (error) => {
      assert.ok(error instanceof StorageError, `a StorageError was expected, not ${String(error)}`);
      assert.equal(error.code, code);
      return true;
    },
  );
}
