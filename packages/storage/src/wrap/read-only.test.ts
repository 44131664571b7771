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
  expect(storage.features.has("set-modified")).toBe(false);
});
