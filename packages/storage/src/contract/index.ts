import assert from "node:assert/strict";
import fs from "node:fs";
import { virtualPath } from "@twinport/protocol";
import { StorageError } from "../errors.ts";
import { canResolve, canSetMode, canSetModified, canTellSpace, keepsUnfinished } from "../storage.ts";
import type { Entry } from "@twinport/protocol";
import type { StorageErrorCode } from "../errors.ts";
import type { Storage, WriteOptions } from "../storage.ts";

/** What a test runner has to offer: `test` of vitest, of node:test, or any other that takes a title and a function. */
export type TestFunction = (title: string, run: () => Promise<void>) => unknown;

/** What {@link storageContract} needs of a backend: an empty storage, writable, for each test. */
export interface StorageUnderTest {
  readonly test: TestFunction;
  readonly create: () => Storage | Promise<Storage>;
  /** Whether it keeps uploads out of sight until they are whole, and announces that. */
  readonly unfinished?: boolean;
}

const at = virtualPath;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The suite that every storage passes. */
export function storageContract({ test, create, unfinished = false }: StorageUnderTest): void {
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

  on("behind the end a file grows with the first byte, and not without one", async (storage) => {
    await put(storage, "/new", "", { at: 5 });
    assert.equal((await storage.stat(at("/new"))).size, 0);
    await put(storage, "/a", "ab");
    await put(storage, "/a", "", { at: 5 });
    assert.equal(await get(storage, "/a"), "ab");
    await put(storage, "/a", "f", { at: 5 });
    assert.equal(await get(storage, "/a"), "ab\0\0\0f");
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
      const upload = await storage.write(at(`/${keep}`), { at: 0, owner: "ann" });
      await upload.write(bytes("half"));
      await upload.abandon(keep);
    }
    await fails("not-found", () => storage.stat(at("/false")));
    if (!unfinished) return assert.equal(await get(storage, "/true"), "half");
    await fails("not-found", () => storage.stat(at("/true")));
    assert.equal((await partOf(storage, "/true", "ann")).size, 4);
    await fails("not-found", () => partOf(storage, "/false", "ann"));
  });

  on("an upload may fail while a write is under way: what that brings has come too", async (storage) => {
    const whole = new Uint8Array(1_000_003).fill(7);
    const upload = await storage.write(at("/a"), { at: 0 });
    const writing = upload.write(whole);
    await upload.abandon(true);
    await writing;
    const { size } = unfinished ? await partOf(storage, "/a", "") : await storage.stat(at("/a"));
    assert.equal(size, whole.length);
    await put(storage, "/a", "!", { at: whole.length });
    assert.deepEqual((await read(storage, "/a")).subarray(0, -1), whole);
  });

  on("a file has one writer: the second is refused until the first has ended", async (storage) => {
    await put(storage, "/a", "old");
    for (const end of ["commit", "abandon"] as const) {
      const first = await storage.write(at("/a"), { at: 0 });
      await fails("busy", () => storage.write(at("/a"), { at: 0, owner: "bob" }));
      await fails("busy", () => storage.write(at("/a"), { at: "end" }));
      await fails("busy", () => storage.removeFile(at("/a")));
      await fails("busy", () => storage.rename(at("/a"), at("/b")));
      await put(storage, "/c", "c");
      await fails("busy", () => storage.rename(at("/c"), at("/a")));
      if (end === "commit") await first.commit();
      else await first.abandon(true);
      await put(storage, "/a", end);
    }
    assert.equal(await get(storage, "/a"), "abandon");
    await storage.removeFile(at("/a"));
  });

  on("a new file has one writer too", async (storage) => {
    const first = await storage.write(at("/a"), { at: 0 });
    await fails("busy", () => storage.write(at("/a"), { at: 0 }));
    await fails("exists", () => storage.write(at("/a"), { at: 0, exclusive: true }));
    await assert.rejects(async () => storage.makeDirectory(at("/a")), StorageError);
    await first.write(bytes("1"));
    await first.commit();
    assert.equal(await get(storage, "/a"), "1");
  });

  on(
    "a rename that must not replace finds out at the rename itself, and moves what is free to move",
    async (storage) => {
      const keep = { replace: false };
      await put(storage, "/a", "a");
      await put(storage, "/b", "b");
      await storage.makeDirectory(at("/d"));
      await storage.makeDirectory(at("/e"));
      await fails("exists", () => storage.rename(at("/a"), at("/b"), keep));
      await fails("exists", () => storage.rename(at("/a"), at("/d"), keep));
      await fails("exists", () => storage.rename(at("/d"), at("/e"), keep));
      await fails("not-found", () => storage.rename(at("/no"), at("/b"), keep));
      assert.equal(await get(storage, "/b"), "b");
      const upload = await storage.write(at("/c"), { at: 0 });
      await upload.write(bytes("c"));
      const refused = Promise.allSettled([
        (async () => storage.rename(at("/a"), at("/c"), keep))(),
        (async () => upload.commit())(),
      ]);
      assert.deepEqual(
        (await refused).map(({ status }) => status),
        ["rejected", "fulfilled"],
      );
      assert.equal(await get(storage, "/c"), "c");
      await storage.rename(at("/a"), at("/a"), keep);
      await storage.rename(at("/a"), at("/d/new"), keep);
      await storage.rename(at("/d"), at("/f"), keep);
      assert.equal(await get(storage, "/f/new"), "a");
      assert.deepEqual(await names(storage, "/"), ["b", "c", "e", "f"]);
    },
  );

  on("an upload that expects no finished file is refused by one, however lately it came", async (storage) => {
    const expects = "no-finished-file" as const;
    await put(storage, "/a", "finished");
    for (const where of [0, 3, "end"] as const) {
      await fails("exists", () => storage.write(at("/a"), { at: where, expects }));
    }
    assert.equal(await get(storage, "/a"), "finished");
    const first = await storage.write(at("/b"), { at: 0, owner: "ann" });
    await fails("busy", () => storage.write(at("/b"), { at: "end", owner: "bob", expects }));
    await first.write(bytes("first"));
    // Both are asked at once: whoever is second has seen no file when it was sent off.
    const committed = (async () => first.commit())();
    const second = (async () => storage.write(at("/b"), { at: 2, owner: "bob", expects }))();
    const [, late] = await Promise.allSettled([committed, second]);
    assert.ok(late.status === "rejected", "the second is refused");
    assert.ok(late.reason instanceof StorageError && ["exists", "busy"].includes(late.reason.code));
    assert.equal(await get(storage, "/b"), "first");
    await fails("not-a-file", () => storage.write(at("/"), { at: 0, expects }));
    await put(storage, "/new", "new", { at: "end", expects });
    assert.equal(await get(storage, "/new"), "new");
  });

  if (unfinished) unfinishedContract(on);

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

  on("a rename never replaces a folder, nor with one, nor goes into itself", async (storage) => {
    await put(storage, "/f", "x");
    await storage.makeDirectory(at("/d"));
    await storage.makeDirectory(at("/e"));
    await fails("exists", () => storage.rename(at("/f"), at("/d")));
    await fails("exists", () => storage.rename(at("/d"), at("/f")));
    await fails("exists", () => storage.rename(at("/d"), at("/e")));
    await fails("permission-denied", () => storage.rename(at("/d"), at("/d/d")));
    await fails("permission-denied", () => storage.rename(at("/"), at("/d/d")));
    await fails("permission-denied", () => storage.rename(at("/d"), at("/")));
    await storage.rename(at("/f"), at("/f"));
    assert.deepEqual(await names(storage, "/"), ["d", "e", "f"]);
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
    assert.equal(keepsUnfinished(storage), unfinished);
    if (canSetMode(storage)) {
      await storage.makeDirectory(at("/d"));
      for (const path of ["/a", "/d"]) {
        await storage.setMode(at(path), 0o750);
        assert.equal(((await storage.stat(at(path))).mode ?? 0) & 0o777, 0o750);
        await fails("permission-denied", () => storage.setMode(at(path), 0o4755));
      }
      await fails("not-found", () => storage.setMode(at("/no"), 0o600));
    }
    if (canResolve(storage)) {
      for (const path of ["/", "/a", "/no", "/no/deep/name", "/a/below"])
        assert.equal(await storage.resolve(at(path)), path);
    }
    if (canTellSpace(storage)) {
      assert.ok((await storage.freeSpace(at("/"))) >= 0);
      await fails("not-found", () => storage.freeSpace(at("/no")));
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

/** What a storage promises that keeps uploads out of sight until they are whole. */
function unfinishedContract(on: (title: string, run: (storage: Storage) => Promise<void>) => void): void {
  const cutOff = async (storage: Storage, path: string, content: string, options: WriteOptions): Promise<void> => {
    const upload = await storage.write(at(path), options);
    await upload.write(bytes(content));
    await upload.abandon(true);
  };

  on("an unfinished upload is seen by nobody, and resumed by its owner alone", async (storage) => {
    await cutOff(storage, "/a", "half", { at: 0, owner: "ann" });
    assert.deepEqual(await names(storage, "/"), []);
    await fails("not-found", () => storage.read(at("/a")));
    await fails("not-found", () => storage.removeFile(at("/a")));
    await fails("not-found", () => storage.rename(at("/a"), at("/b")));
    await fails("not-found", () => partOf(storage, "/a", "bob"));
    const bobs = await storage.write(at("/a"), { at: "end", owner: "bob" });
    assert.equal(bobs.start, 0);
    await bobs.abandon(true);
    const anns = await storage.write(at("/a"), { at: "end", owner: "ann" });
    assert.equal(anns.start, 4);
    await anns.write(bytes("way"));
    await anns.commit();
    assert.equal(await get(storage, "/a"), "halfway");
    await fails("not-found", () => partOf(storage, "/a", "ann"));
  });

  on("what was cut off goes on where no finished file is expected", async (storage) => {
    await cutOff(storage, "/a", "half", { at: 0, owner: "ann" });
    await put(storage, "/a", "way", { at: "end", owner: "ann", expects: "no-finished-file" });
    assert.equal(await get(storage, "/a"), "halfway");
  });

  on("an upload goes on from inside what has come, or begins anew", async (storage) => {
    await cutOff(storage, "/a", "0123456789", { at: 0 });
    await put(storage, "/a", "xy", { at: 4 });
    assert.equal(await get(storage, "/a"), "0123xy");
    await cutOff(storage, "/b", "0123456789", { at: 0 });
    await put(storage, "/b", "anew");
    assert.equal(await get(storage, "/b"), "anew");
  });

  on("an upload that never began leaves what was cut off before", async (storage) => {
    await cutOff(storage, "/a", "half", { at: 0 });
    await (await storage.write(at("/a"), { at: 0 })).abandon(true);
    assert.equal((await partOf(storage, "/a", "")).size, 4);
    await (await storage.write(at("/a"), { at: 0 })).abandon(false);
    await fails("not-found", () => partOf(storage, "/a", ""));
  });

  on("a finished file is as it was until the upload is whole, wherever that begins", async (storage) => {
    for (const where of [0, 3, "end"] as const) {
      for (const keep of [true, false]) {
        await put(storage, "/a", "finished");
        const upload = await storage.write(at("/a"), { at: where, owner: "ann" });
        await upload.write(bytes("new"));
        assert.equal(await get(storage, "/a"), "finished");
        await upload.abandon(keep);
        assert.equal(await get(storage, "/a"), "finished");
        await fails("not-found", () => partOf(storage, "/a", "ann"));
      }
    }
    await put(storage, "/a", "!", { at: "end", owner: "ann" });
    assert.equal(await get(storage, "/a"), "finished!");
    await storage.removeFile(at("/a"));
    await fails("not-found", () => partOf(storage, "/a", "ann"));
  });

  on("what was cut off can be counted and taken away, and goes with its folder", async (storage) => {
    assert.ok(keepsUnfinished(storage));
    await storage.makeDirectory(at("/d"));
    await cutOff(storage, "/d/a", "half", { at: 0, owner: "ann" });
    await cutOff(storage, "/d/b", "other", { at: 0, owner: "bob" });
    const sizes = async (): Promise<number[]> => {
      const all: number[] = [];
      for (const folder of ["/", "/d"])
        for await (const batch of storage.listUnfinished(at(folder))) all.push(...batch.map(({ size }) => size));
      return all.toSorted((one, other) => one - other);
    };
    assert.deepEqual(await sizes(), [4, 5]);
    await storage.discardUnfinished(at("/d/b"), "bob");
    await fails("not-found", () => storage.discardUnfinished(at("/d/b"), "bob"));
    assert.deepEqual(await sizes(), [4]);
    const running = await storage.write(at("/d/a"), { at: "end", owner: "ann" });
    await fails("busy", () => storage.discardUnfinished(at("/d/a"), "ann"));
    await running.abandon(true);
    await storage.removeDirectory(at("/d"));
    await fails("not-found", () => storage.stat(at("/d")));
  });

  on("of exclusive uploads none replaces a file that came meanwhile", async (storage) => {
    const upload = await storage.write(at("/a"), { at: 0, exclusive: true, owner: "ann" });
    await upload.write(bytes("1"));
    await fails("busy", () => storage.write(at("/a"), { at: 0, owner: "bob" }));
    await upload.commit();
    assert.equal(await get(storage, "/a"), "1");
    await fails("exists", () => storage.write(at("/a"), { at: 0, exclusive: true, owner: "bob" }));
  });
}

async function partOf(storage: Storage, path: string, owner: string): Promise<Entry> {
  assert.ok(keepsUnfinished(storage), "the storage announces that it keeps unfinished uploads");
  return storage.unfinished(at(path), owner);
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
