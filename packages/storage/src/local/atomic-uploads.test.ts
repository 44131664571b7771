import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { virtualPath as at } from "@twinport/protocol";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { Stopped, Stopping, copyBeginning } from "./copied-upload.ts";
import { diskStorage } from "./disk-storage.ts";
import type { DiskStorage } from "./disk-storage.ts";
import type { WriteOptions } from "../storage.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function begin(storage: DiskStorage, where: string, content: string, options: Partial<WriteOptions> = {}) {
  const upload = await storage.write(at(where), { at: 0, owner: "ann", ...options });
  await upload.write(bytes(content));
  return upload;
}

async function names(storage: DiskStorage, where = "/", wanted: "facts" | "names" = "facts"): Promise<string[]> {
  const all: string[] = [];
  for await (const batch of storage.list(at(where), wanted)) all.push(...batch.map(({ name }) => name));
  return all.toSorted();
}

describe.each([
  ["beside the file", {}, ".a.ann.part"],
  ["in a folder", { folder: "/.parts" }, ".parts"],
])("an unfinished upload %s", (_name, atomic, hidden) => {
  test("is there under a name that nobody sees, uses or gives, and that only the server may read", async () => {
    await using scratch = new ScratchFolder();
    const storage = diskStorage(scratch.path, { atomic, umask: 0 });
    const upload = await begin(storage, "/a", "half");
    expect(fs.readdirSync(scratch.path)).toEqual([hidden]);
    expect(fs.statSync(path.join(scratch.path, hidden)).mode & 0o077).toBe(0);
    fs.symlinkSync(hidden, path.join(scratch.path, "link"));
    fs.writeFileSync(path.join(scratch.path, "other"), "x");
    expect(await names(storage)).toEqual(["link", "other"]);
    expect(await names(storage, "/", "names")).toEqual(["link", "other"]);
    for (const where of [`/${hidden}`, `/${hidden}/x`, "/link"]) {
      expect(() => storage.stat(at(where))).toThrow("nothing is there");
      expect(() => storage.read(at(where))).toThrow("nothing is there");
      await expect(names(storage, where)).rejects.toThrow("nothing is there");
      if (where === "/link") continue;
      expect(() => storage.removeFile(at(where))).toThrow("nothing is there");
      expect(() => storage.removeDirectory(at(where))).toThrow("nothing is there");
      expect(() => storage.rename(at(where), at("/x"))).toThrow("nothing is there");
      expect(() => storage.setMode(at(where), 0o777)).toThrow("nothing is there");
      expect(() => storage.write(at(where), { at: 0 })).toThrow("name cannot be used");
      expect(() => storage.makeDirectory(at(where))).toThrow("name cannot be used");
      expect(() => storage.rename(at("/other"), at(where))).toThrow("name cannot be used");
    }
    await upload.commit();
    expect(fs.readFileSync(path.join(scratch.path, "a"), "utf8")).toBe("half");
  });

  test("goes where its folder went, and fails where that is gone", async () => {
    await using scratch = new ScratchFolder();
    const storage = diskStorage(scratch.path, { atomic });
    storage.makeDirectory(at("/d"));
    const upload = await begin(storage, "/d/a", "x");
    await storage.rename(at("/d"), at("/e"));
    await upload.commit();
    expect(await names(storage, "/e")).toEqual(["a"]);
    const lost = await begin(storage, "/e/b", "x");
    fs.rmSync(path.join(scratch.path, "e"), { recursive: true });
    expect(() => lost.commit()).toThrow("nothing is there");
    expect(await names(storage)).toEqual([]);
    const again = await begin(storage, "/b", "x");
    await again.commit();
  });

  test("replaces a file with its mode, and what a link leads to, not the link", async () => {
    await using scratch = new ScratchFolder();
    const storage = diskStorage(scratch.path, { atomic, umask: 0o022 });
    fs.mkdirSync(path.join(scratch.path, "d"));
    fs.writeFileSync(path.join(scratch.path, "d/a"), "old", { mode: 0o640 });
    fs.chownSync(path.join(scratch.path, "d/a"), process.getuid?.() === 0 ? 1234 : -1, -1);
    const { uid } = fs.statSync(path.join(scratch.path, "d/a"));
    fs.symlinkSync("d/a", path.join(scratch.path, "link"));
    await (await begin(storage, "/link", "new")).commit();
    const now = fs.statSync(path.join(scratch.path, "d/a"));
    expect([now.mode & 0o777, now.uid]).toEqual([0o640, uid]);
    expect(fs.readlinkSync(path.join(scratch.path, "link"))).toBe("d/a");
    expect(fs.readFileSync(path.join(scratch.path, "d/a"), "utf8")).toBe("new");
  });

  test("never replaces what came meanwhile if it is exclusive", async () => {
    await using scratch = new ScratchFolder();
    const storage = diskStorage(scratch.path, { atomic });
    const upload = await begin(storage, "/a", "mine", { exclusive: true });
    fs.writeFileSync(path.join(scratch.path, "a"), "theirs");
    expect(() => upload.commit()).toThrow("there already");
    expect(fs.readFileSync(path.join(scratch.path, "a"), "utf8")).toBe("theirs");
    expect(fs.readdirSync(scratch.path).filter((name) => name !== ".parts")).toEqual(["a"]);
  });

  test("that was killed between its two names does not let the next one into the finished file", async () => {
    await using scratch = new ScratchFolder();
    const storage = diskStorage(scratch.path, { atomic });
    await (await begin(storage, "/a", "half")).abandon(true);
    const part = fs.readdirSync(path.join(scratch.path, hidden === ".parts" ? hidden : "")).join("");
    fs.linkSync(path.join(scratch.path, hidden === ".parts" ? hidden : "", part), path.join(scratch.path, "a"));
    expect(() => storage.unfinished(at("/a"), "ann")).toThrow("nothing is there");
    const upload = await begin(storage, "/a", "new and longer");
    expect(fs.readFileSync(path.join(scratch.path, "a"), "utf8")).toBe("half");
    await upload.abandon(true);
    expect(fs.readFileSync(path.join(scratch.path, "a"), "utf8")).toBe("half");
  });

  test("a large file is replaced and removed with no session waiting for its blocks", async () => {
    await using scratch = new ScratchFolder();
    const storage = diskStorage(scratch.path, { atomic });
    for (const name of ["a", "b"]) {
      fs.writeFileSync(path.join(scratch.path, name), "");
      fs.truncateSync(path.join(scratch.path, name), 2 ** 27);
    }
    await (await begin(storage, "/a", "small")).commit();
    const removing = storage.removeFile(at("/b"));
    expect(removing).toBeInstanceOf(Promise);
    await removing;
    expect(await names(storage)).toEqual(["a"]);
  });
});

test("a folder goes with what was cut off in it, unless that is being written or more is there", async () => {
  await using scratch = new ScratchFolder();
  const storage = diskStorage(scratch.path, { atomic: {} });
  storage.makeDirectory(at("/d"));
  const running = await begin(storage, "/d/a", "x");
  await (await begin(storage, "/d/b", "x")).abandon(true);
  await expect(storage.removeDirectory(at("/d"))).rejects.toThrow("in use");
  await running.abandon(true);
  fs.mkdirSync(path.join(scratch.path, "d/.x.y.part"));
  await expect(storage.removeDirectory(at("/d"))).rejects.toThrow("not empty");
  fs.rmdirSync(path.join(scratch.path, "d/.x.y.part"));
  await storage.removeDirectory(at("/d"));
  expect(fs.readdirSync(scratch.path)).toEqual([]);
});

test("a folder of thousands that were cut off goes without holding anybody up", async () => {
  await using scratch = new ScratchFolder();
  const storage = diskStorage(scratch.path, { atomic: {} });
  storage.makeDirectory(at("/d"));
  for (let i = 0; i < 4000; i++) fs.writeFileSync(path.join(scratch.path, `d/.${i}.ann.part`), "");
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  const removing = storage.removeDirectory(at("/d"));
  expect(fs.readdirSync(path.join(scratch.path, "d"))).toHaveLength(4000);
  await removing;
  clearInterval(counting);
  expect(turns).toBeGreaterThan(5);
  expect(fs.readdirSync(scratch.path)).toEqual([]);
});

describe("adding to a finished file", () => {
  const LARGE = 64 * 1024 * 1024;
  const copy = ".a.~copy.part";

  test.each(["end", 3] as const)("copies nothing before there is something to add (at %s)", async (where) => {
    await using scratch = new ScratchFolder();
    fs.writeFileSync(path.join(scratch.path, "a"), "finished");
    using storage = diskStorage(scratch.path, { atomic: {} });
    const upload = await storage.write(at("/a"), { at: where, owner: "ann" });
    expect(fs.readdirSync(scratch.path)).toEqual(["a"]);
    await upload.commit();
    // From a place inside, the rest goes all the same.
    expect(fs.readFileSync(path.join(scratch.path, "a"), "utf8")).toBe(where === "end" ? "finished" : "fin");
    const again = await begin(storage, "/a", "!", { at: where });
    expect(fs.readdirSync(scratch.path).sort()).toEqual([copy, "a"]);
    expect(fs.statSync(path.join(scratch.path, copy)).mode & 0o777).toBe(0o600);
    expect(storage.unfinishedSize(at("/a"), "ann")).toBeUndefined();
    await again.abandon(true);
    expect(fs.readdirSync(scratch.path)).toEqual(["a"]);
  });

  test("stops copying when it is given up", async () => {
    await using scratch = new ScratchFolder();
    const [from, to] = ["a", "b"].map((name) => fs.openSync(path.join(scratch.path, name), "w+")) as [number, number];
    fs.ftruncateSync(from, LARGE);
    const stopping = new Stopping();
    const copying = copyBeginning(from, to, LARGE, stopping);
    stopping.stop();
    await expect(copying).rejects.toThrow(Stopped);
    expect(fs.fstatSync(to).size).toBeLessThan(LARGE);
    for (const descriptor of [from, to]) fs.closeSync(descriptor);
  });

  test("can be given up while it copies, and leaves the file free and as it was", async () => {
    await using scratch = new ScratchFolder();
    fs.writeFileSync(path.join(scratch.path, "a"), "");
    fs.truncateSync(path.join(scratch.path, "a"), LARGE);
    using storage = diskStorage(scratch.path, { atomic: {} });
    const upload = await storage.write(at("/a"), { at: "end", owner: "ann" });
    const writing = upload.write(bytes("x"));
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([writing, upload.abandon(true)]);
    expect(fs.readdirSync(scratch.path)).toEqual(["a"]);
    expect(storage.stat(at("/a")).size).toBe(LARGE);
    await (await begin(storage, "/a", "new")).commit();
  });

  test("copies what is larger than a piece, and only what stands before it", async () => {
    await using scratch = new ScratchFolder();
    const whole = Buffer.alloc(9_000_001, "0123456789");
    fs.writeFileSync(path.join(scratch.path, "a"), whole);
    using storage = diskStorage(scratch.path, { atomic: {} });
    await (await begin(storage, "/a", "!", { at: 8_999_999 })).commit();
    const added = Buffer.concat([whole.subarray(0, 8_999_999), Buffer.from("!")]);
    expect(fs.readFileSync(path.join(scratch.path, "a")).equals(added)).toBe(true);
    await (await begin(storage, "/a", "?", { at: "end" })).commit();
    expect(fs.statSync(path.join(scratch.path, "a")).size).toBe(9_000_001);
  });

  test("leaves a copy when it is killed that nobody is offered, and that the next one takes away", async () => {
    await using scratch = new ScratchFolder();
    using storage = diskStorage(scratch.path, { atomic: {} });
    const listed = async (): Promise<number> => {
      let count = 0;
      for await (const batch of storage.listUnfinished(at("/"))) count += batch.length;
      return count;
    };
    const next = [
      async () => (await begin(storage, "/a", "new")).commit(),
      async () => (await begin(storage, "/a", "new", { at: "end" })).commit(),
    ];
    for (const upload of next) {
      fs.writeFileSync(path.join(scratch.path, "a"), "finished");
      fs.writeFileSync(path.join(scratch.path, copy), "finish");
      await storage.rename(at("/a"), at("/b"));
      for (const owner of ["ann", "", "~copy", "copy"]) {
        expect(() => storage.unfinished(at("/a"), owner)).toThrow("nothing is there");
        expect(storage.unfinishedSize(at("/a"), owner)).toBeUndefined();
      }
      expect([await listed(), await names(storage)]).toEqual([0, ["b"]]);
      await storage.rename(at("/b"), at("/a"));
      await upload();
      expect(fs.readdirSync(scratch.path)).toEqual(["a"]);
    }
    storage.makeDirectory(at("/d"));
    fs.writeFileSync(path.join(scratch.path, "d", copy), "finish");
    await storage.removeDirectory(at("/d"));
    expect(fs.readdirSync(scratch.path)).toEqual(["a"]);
  });
});

test("a storage that is not atomic can hide what another one keeps out of sight", async () => {
  await using scratch = new ScratchFolder();
  const atomic = diskStorage(scratch.path, { atomic: {} });
  const direct = diskStorage(scratch.path, { hide: {} });
  expect(direct.features.has("unfinished")).toBe(false);
  direct.makeDirectory(at("/d"));
  await (await begin(atomic, "/d/a", "half")).abandon(true);
  expect(await names(direct, "/d")).toEqual([]);
  for (const reach of [
    () => direct.read(at("/d/.a.ann.part")),
    () => direct.removeFile(at("/d/.a.ann.part")),
    () => direct.rename(at("/d/.a.ann.part"), at("/mine")),
  ]) {
    expect(reach).toThrow("nothing is there");
  }
  expect(() => direct.write(at("/d/.a.ann.part"), { at: 0 })).toThrow("name cannot be used");
  await (await begin(direct, "/d/b", "straight")).commit();
  expect(await names(atomic, "/d")).toEqual(["b"]);
  await expect(direct.removeDirectory(at("/d"))).rejects.toThrow("not empty");
  await direct.removeFile(at("/d/b"));
  await direct.removeDirectory(at("/d"));
  expect(fs.readdirSync(scratch.path)).toEqual([]);
});

test("a pattern of one's own is what is hidden, and nothing else", async () => {
  await using scratch = new ScratchFolder();
  const storage = diskStorage(scratch.path, { atomic: { pattern: "{name}_{owner}.filepart" } });
  const upload = await begin(storage, "/a", "x");
  expect(fs.readdirSync(scratch.path)).toEqual(["a_ann.filepart"]);
  fs.writeFileSync(path.join(scratch.path, ".a.ann.part"), "x");
  expect(await names(storage)).toEqual([".a.ann.part"]);
  await upload.abandon(false);
  expect(() => diskStorage(scratch.path, { atomic: { pattern: "{name}.part" } })).toThrow(RangeError);
  expect(() => diskStorage(scratch.path, { atomic: { folder: "/" } })).toThrow(RangeError);
});

test("a file that may not be written is not replaced either", async ({ skip }) => {
  skip(process.getuid?.() === 0, "root may write everything");
  await using scratch = new ScratchFolder();
  const storage = diskStorage(scratch.path, { atomic: {} });
  fs.writeFileSync(path.join(scratch.path, "a"), "x", { mode: 0o444 });
  expect(() => storage.write(at("/a"), { at: 0 })).toThrow("does not allow");
});
