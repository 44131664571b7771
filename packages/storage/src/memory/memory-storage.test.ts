import { describe, expect, test } from "vitest";
import { virtualPath } from "@twinport/protocol";
import { storageContract } from "../contract/index.ts";
import { memoryStorage } from "./memory-storage.ts";

describe("as files", () => {
  storageContract({ test, create: () => memoryStorage() });
});
describe("atomic", () => {
  storageContract({ test, create: () => memoryStorage({ atomic: true }), unfinished: true });
});

test("files given at the start are there, with their folders", () => {
  const storage = memoryStorage({ files: { "/in/a.txt": "hello" } });
  expect(storage.stat(virtualPath("/in")).kind).toBe("directory");
  expect(storage.stat(virtualPath("/in/a.txt")).size).toBe(5);
});

test("the capacity counts all files, and what is replaced or removed is free again", async () => {
  const storage = memoryStorage({ capacity: 10 });
  const put = async (path: string, bytes: number): Promise<void> => {
    const upload = storage.write(virtualPath(path), { at: 0 });
    await upload.write(new Uint8Array(bytes));
    await upload.commit();
  };
  await put("/a", 6);
  await put("/a", 7);
  await expect(put("/b", 4)).rejects.toThrow("no space");
  storage.removeFile(virtualPath("/a"));
  await put("/b", 10);
  expect(storage.stat(virtualPath("/b")).size).toBe(10);
});
