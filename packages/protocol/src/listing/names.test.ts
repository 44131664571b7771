import { expect, test } from "vitest";
import { lastComponent, readName, withoutAsked } from "./names.ts";

test.each([
  ["a name", "a b.txt", undefined, "a b.txt", "unknown"],
  ["spaces", " a ", undefined, " a ", "unknown"],
  ["a folder (ls -p)", "pub/", undefined, "pub", "directory"],
  ["a path before it", "pub/a", undefined, "a", "unknown"],
  ["a path of this folder", "./a", undefined, "a", "unknown"],
  ["a path and a slash behind", "pub/sub/", undefined, "sub", "directory"],
  ["the path that was asked for", "/pub/a", "/pub", "a", "unknown"],
  ["the same with a slash", "/pub/a", "/pub/", "a", "unknown"],
  ["the path that leads up, as it was asked for", "../pub/a", "../pub", "a", "unknown"],
  ["the root", "/a", "/", "a", "unknown"],
  ["a file that was asked for itself", "/pub/a.txt", "/pub/a.txt", "a.txt", "unknown"],
  ["an absolute path is not taken apart", "/etc/passwd", "/pub", "/etc/passwd", "unknown"],
  ["a path that leads up is not taken apart", "../x", undefined, "../x", "unknown"],
  ["nor one that leads up inside", "a/../../x", undefined, "a/../../x", "unknown"],
  ["nor one behind what was asked for", "/pub/../x", "/pub", "../x", "unknown"],
  ["nor one with a gap", "a//b", undefined, "a//b", "unknown"],
  ["a version", "A.TXT;1", undefined, "A.TXT;1", "unknown"],
])("%s", (_name, line, asked, name, kind) => {
  expect(readName(line, { asked, isVms: false })).toMatchObject({ entry: { name, kind, raw: line } });
});

test.each([
  ["A.TXT;1", "A.TXT;1", "unknown"],
  ["PUB.DIR;1", "PUB", "directory"],
  ["DISK$USER:[ANN.SUB]A.TXT;1", "A.TXT;1", "unknown"],
])("VMS: %s", (line, name, kind) => {
  expect(readName(line, { asked: undefined, isVms: true })).toMatchObject({ entry: { name, kind } });
});

test.each([["ls: x: No such file or directory"], ["/bin/ls: /pub/*.z: No such file or directory"]])(
  "what ls complains of is no name: %s",
  (line) => {
    expect(readName(line, { asked: undefined, isVms: false })).toBeUndefined();
  },
);

test.each([
  ["a/b/c", "c"],
  [".", "."],
  ["..", ".."],
  ["/", "/"],
  ["", ""],
])("the last name of %j is %j", (path, name) => {
  expect(lastComponent(path)).toBe(name);
});

test("what was asked for is taken off whole names only", () => {
  expect(withoutAsked("/public/a", "/pub")).toBe("/public/a");
  expect(withoutAsked("/pub/a", "")).toBe("/pub/a");
});
