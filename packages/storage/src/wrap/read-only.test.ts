import { expect, test } from "vitest";
import { virtualPath } from "@twinport/protocol";
import { memoryStorage } from "../memory/memory-storage.ts";
import { readOnly } from "./read-only.ts";

const path = virtualPath("/a");

test("everything can be read and nothing changed", async () => {
  const storage = readOnly(memoryStorage({ files: { "/a": "x" } }));
  expect((await storage.stat(path)).size).toBe(1);
  expect((await storage.read(path)).size).toBe(1);
  for (const change of [
    () => storage.write(path, { at: 0 }),
    () => storage.removeFile(path),
    () => storage.removeDirectory(path),
    () => storage.makeDirectory(path),
    () => storage.rename(path, path),
  ]) {
    expect(change).toThrow("does not allow");
  }
});

test("of what the storage can, only that is announced which changes nothing", () => {
  const able = memoryStorage();
  const all = ["set-modified", "set-mode", "free-space", "unfinished", "links", "folds-names", "descriptor"];
  Object.defineProperty(able, "features", { value: new Set(all) });
  expect([...readOnly(able).features]).toEqual(["links", "folds-names", "descriptor"]);
});
