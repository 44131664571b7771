import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { virtualPath as at } from "@twinport/protocol";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
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
  expect(() => storage.removeDirectory(at("/d"))).toThrow("in use");
  await running.abandon(true);
  fs.mkdirSync(path.join(scratch.path, "d/.x.y.part"));
  expect(() => storage.removeDirectory(at("/d"))).toThrow("not empty");
  fs.rmdirSync(path.join(scratch.path, "d/.x.y.part"));
  storage.removeDirectory(at("/d"));
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
