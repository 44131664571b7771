import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { virtualPath as at } from "@twinport/protocol";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { storageContract } from "../contract/index.ts";
import { diskStorage } from "../local/disk-storage.ts";
import { memoryStorage } from "../memory/memory-storage.ts";
import { mountedStorage } from "./mounted.ts";
import { quotaStorage } from "./quota.ts";
import { readOnly } from "./read-only.ts";
import type { VirtualPath } from "@twinport/protocol";
import type { Storage } from "../storage.ts";

describe("without mounts it is the storage itself", () => {
  storageContract({ test, create: () => mountedStorage(memoryStorage(), new Map()) });
});

async function names(storage: Storage, where: string): Promise<string[]> {
  const all: string[] = [];
  for await (const batch of storage.list(at(where), "facts")) {
    all.push(...batch.map(({ name, kind }) => (kind === "directory" ? `${name}/` : name)));
  }
  return all.toSorted();
}

async function put(storage: Storage, where: string): Promise<void> {
  const upload = await storage.write(at(where), { at: 0 });
  await upload.write(new Uint8Array(1));
  await upload.commit();
}

/** A tree as an operator would make it: a home, a shared folder, and one at a place that the home does not have. */
function tree() {
  const home = memoryStorage({ files: { "/own": "own", "/shared/hidden": "hidden", "/Shared": "a file" } });
  const shared = memoryStorage({ files: { "/all": "all", "/sub/deep": "deep" } });
  const far = memoryStorage({ files: { "/far": "far" } });
  const mounts = new Map([
    [at("/shared"), shared],
    [at("/a/b/far"), far],
    [at("/shared/sub"), readOnly(far)],
  ]);
  return { home, shared, far, storage: mountedStorage(home, mounts) };
}

test("each folder shows what its storage has, and mounts instead of what they hide", async () => {
  const { storage } = tree();
  expect(await names(storage, "/")).toEqual(["Shared", "a/", "own", "shared/"]);
  expect(await names(storage, "/shared")).toEqual(["all", "sub/"]);
  expect(await names(storage, "/shared/sub")).toEqual(["far"]);
  expect(await names(storage, "/a")).toEqual(["b/"]);
  expect(await names(storage, "/a/b/far")).toEqual(["far"]);
  expect(await storage.stat(at("/a/b"))).toMatchObject({ name: "b", kind: "directory" });
  expect(await storage.stat(at("/a/b/far"))).toMatchObject({ name: "far", kind: "directory" });
  await expect(async () => storage.stat(at("/shared/hidden"))).rejects.toThrow("nothing is there");
  await expect(names(storage, "/a/no")).rejects.toThrow("nothing is there");
});

test("what is changed is changed in the storage that has it", async () => {
  const { storage, shared, home } = tree();
  await put(storage, "/shared/new");
  expect(shared.stat(at("/new")).size).toBe(1);
  await storage.rename(at("/shared/new"), at("/shared/newer"));
  await storage.makeDirectory(at("/shared/folder"));
  await storage.removeFile(at("/shared/all"));
  expect(await names(storage, "/shared")).toEqual(["folder/", "newer", "sub/"]);
  await put(storage, "/mine");
  expect(home.stat(at("/mine")).size).toBe(1);
  await storage.setMode(at("/shared/newer"), 0o600);
  expect(shared.stat(at("/newer")).mode).toBe(0o600);
});

test("mounts stay where they are, and so do the folders on the way", async () => {
  const { storage } = tree();
  for (const where of ["/shared", "/a", "/a/b", "/a/b/far"]) {
    await expect(async () => storage.removeDirectory(at(where))).rejects.toThrow("does not allow");
    await expect(async () => storage.rename(at(where), at("/x"))).rejects.toThrow("does not allow");
    await expect(async () => storage.rename(at("/own"), at(where))).rejects.toThrow("does not allow");
    await expect(async () => storage.makeDirectory(at(where))).rejects.toThrow("there already");
    await expect(async () => storage.removeFile(at(where))).rejects.toThrow("not a file");
    await expect(async () => storage.write(at(where), { at: 0 })).rejects.toThrow("not a file");
    await expect(async () => storage.read(at(where))).rejects.toThrow("not a file");
  }
});

test("nothing is renamed into another storage, made in a folder that is only shown, or changed where that cannot be", async () => {
  const { storage } = tree();
  await expect(async () => storage.rename(at("/own"), at("/shared/own"))).rejects.toThrow("cannot do it");
  await expect(async () => storage.rename(at("/shared/all"), at("/all"))).rejects.toThrow("cannot do it");
  await expect(put(storage, "/a/new")).rejects.toThrow("does not allow");
  await expect(async () => storage.makeDirectory(at("/a/b/new"))).rejects.toThrow("does not allow");
  await expect(async () => storage.rename(at("/own"), at("/a/own"))).rejects.toThrow("does not allow");
  await expect(put(storage, "/shared/sub/new")).rejects.toThrow("does not allow");
  await expect(async () => storage.setMode(at("/shared/sub/far"), 0o600)).rejects.toThrow("cannot do it");
  await expect(put(storage, "/no/new")).rejects.toThrow("nothing is there");
});

test("a member that takes letters of another case for the same makes the mounts do so", async () => {
  const folding = memoryStorage({ files: { "/SHARED/hidden": "x" } });
  Object.defineProperty(folding, "features", { value: new Set(["folds-names"]) });
  const storage = mountedStorage(folding, new Map([[at("/shared"), memoryStorage({ files: { "/f": "x" } })]]));
  expect(storage.features.has("folds-names")).toBe(true);
  expect(await names(storage, "/")).toEqual(["shared/"]);
  expect(await names(storage, "/ShArEd")).toEqual(["f"]);
  await expect(async () => storage.removeDirectory(at("/SHARED"))).rejects.toThrow("does not allow");
  await expect(async () => storage.stat(at("/SHARED/hidden"))).rejects.toThrow("nothing is there");
});

test("it can what any member can, and has descriptors only if all have", async () => {
  await using scratch = new ScratchFolder();
  const disk = diskStorage(scratch.path, { atomic: {} });
  const mixed = mountedStorage(disk, new Map([[at("/m"), memoryStorage({ files: { "/f": "x" } })]]));
  expect([...mixed.features].toSorted()).toEqual(["free-space", "links", "set-mode", "set-modified", "unfinished"]);
  await put(mixed, "/f");
  const file = await mixed.read(at("/f"));
  expect(file.descriptor).toBeUndefined();
  await file.close();
  expect(() => mixed.freeSpace(at("/m"))).toThrow("cannot do it");
  expect(() => mixed.unfinished(at("/m/x"), "ann")).toThrow("nothing is there");
  expect(mountedStorage(disk, new Map([[at("/m"), readOnly(disk)]])).features.has("descriptor")).toBe(true);
});

test("a mount at the root, or two at one path, are refused", () => {
  const storage = memoryStorage();
  expect(() => mountedStorage(storage, new Map([[at("/"), storage]]))).toThrow(RangeError);
});

test("a link is resolved by the storage that has it, to a path of the whole tree", async () => {
  await using scratch = new ScratchFolder();
  fs.mkdirSync(path.join(scratch.path, "d"));
  fs.symlinkSync("d", path.join(scratch.path, "l"));
  const disk = diskStorage(scratch.path);
  const mounts = new Map<VirtualPath, Storage>([
    [at("/a/b"), readOnly(disk)],
    [at("/plain"), memoryStorage()],
    [at("/counted"), quotaStorage(disk, {})],
  ]);
  const storage = mountedStorage(disk, mounts);
  expect(storage.features.has("links")).toBe(true);
  for (const [written, leads] of [
    ["/l/x", "/d/x"],
    ["/a", "/a"],
    ["/a/b", "/a/b"],
    ["/a/b/l/x", "/a/b/d/x"],
    ["/counted/l", "/counted/d"],
    ["/plain/l", "/plain/l"],
  ] as const) {
    expect(await storage.resolve(at(written)), written).toBe(leads);
  }
});
