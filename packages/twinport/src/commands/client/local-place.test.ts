import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ScratchFolder } from "../../../../../test/testkit/scratch-folder.ts";
import { clientEn } from "../../messages/client-en.ts";
import { localPlace } from "./local-place.ts";
import { remoteUrl } from "./remote-url.ts";

let scratch: ScratchFolder;
beforeEach(() => (scratch = new ScratchFolder()));
afterEach(() => scratch[Symbol.asyncDispose]());

const url = (text: string) => remoteUrl(text, clientEn);

test("a folder takes files under their own names, and one that ends with a slash is made", async () => {
  mkdirSync(path.join(scratch.path, "there"));
  const there = await localPlace(path.join(scratch.path, "there"), 2, clientEn);
  expect(there(url("ftp://h/a/b%20c.txt"))).toBe(path.join(scratch.path, "there", "b c.txt"));
  const made = path.join(scratch.path, "new", "deep");
  expect((await localPlace(`${made}/`, 1, clientEn))(url("ftp://h/a.txt"))).toBe(path.join(made, "a.txt"));
  expect(existsSync(made)).toBe(true);
});

test("what is no folder is a file, and takes one only", async () => {
  const file = path.join(scratch.path, "file");
  expect((await localPlace(file, 1, clientEn))(url("ftp://h/a.txt"))).toBe(file);
  await expect(localPlace(file, 2, clientEn)).rejects.toThrow("cannot take several");
});

test.each(["ftp://h/", "ftp://h", "ftp://h/sub/", "ftp://h/sub/..", "ftp://h/%2E%2E"])(
  "%s names no file that could be written here",
  async (written) => {
    const place = await localPlace(scratch.path, 1, clientEn);
    expect(() => place(url(written))).toThrow("names a folder");
  },
);
