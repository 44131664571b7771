import { expect, test } from "vitest";
import fc from "fast-check";
import { LocalProtocolError } from "./errors.ts";
import { childOf, foldNames, isWithin, nameOf, namesOf, parentOf, resolvePath, ROOT, virtualPath } from "./path.ts";

test.each([
  ["/", "a", "/a"],
  ["/a", "b", "/a/b"],
  ["/a", "/b", "/b"],
  ["/a", ".", "/a"],
  ["/a", "./b/.", "/a/b"],
  ["/a/b", "..", "/a"],
  ["/a/b", "../c", "/a/c"],
  ["/a", "..", "/"],
  ["/a", "../../..", "/"],
  ["/a", "/../../etc/passwd", "/etc/passwd"],
  ["/", "a/../../b", "/b"],
  ["/", "//a///b//", "/a/b"],
  ["/a", "/", "/"],
  ["/", "...", "/..."],
  ["/", ".. ", "/.. "],
  ["/", " a ", "/ a "],
  ["/", "a\\..\\b", "/a\\..\\b"],
  ["/", "~", "/~"],
  ["/", "%2e%2e/a", "/%2e%2e/a"],
  ["/", "中文/é", "/中文/é"],
  ["/", "．．/a", "/．．/a"],
])("from %s, %j is %s", (from, written, path) => {
  expect(resolvePath(virtualPath(from), written)).toEqual({ kind: "path", path });
});

test.each([
  ["nothing", "", "empty"],
  ["a NUL", "a\0b", "nul-byte"],
  ["a NUL in what .. takes away", "a\0/..", "nul-byte"],
  ["a name of 256 bytes", "x".repeat(256), "name-too-long"],
  ["a name of 86 letters of three bytes", "中".repeat(86), "name-too-long"],
  ["a path of 4097 bytes", `${`${"x".repeat(240)}/`.repeat(17)}`, "path-too-long"],
])("refused: %s", (_name, written, because) => {
  expect(resolvePath(ROOT, written)).toEqual({ kind: "refused", because });
});

test.each([
  ["a name of 255 bytes", "x".repeat(255)],
  ["a name of 85 letters of three bytes", "中".repeat(85)],
  ["a path of 4096 bytes", `${"x".repeat(255)}/`.repeat(16).slice(0, -1)],
])("taken: %s", (_name, written) => {
  expect(resolvePath(ROOT, written)).toEqual({ kind: "path", path: `/${written}` });
});

test("the folder counts for the length too", () => {
  const deep = virtualPath(`${"x".repeat(250)}/`.repeat(16));
  expect(resolvePath(deep, "x".repeat(100))).toEqual({ kind: "refused", because: "path-too-long" });
});

test("a path of our own that cannot be is our own error", () => {
  expect(() => virtualPath("")).toThrow(LocalProtocolError);
  expect(() => virtualPath("a\0")).toThrow("nul-byte");
});

test.each([
  ["/", [], "/", ""],
  ["/a", ["a"], "/", "a"],
  ["/a/b", ["a", "b"], "/a", "b"],
])("%s has its names, its folder and its last name", (path, names, parent, name) => {
  expect(namesOf(virtualPath(path))).toEqual(names);
  expect(parentOf(virtualPath(path))).toBe(parent);
  expect(nameOf(virtualPath(path))).toBe(name);
});

test.each([
  ["/", "/", true],
  ["/", "/a", true],
  ["/a", "/a", true],
  ["/a", "/a/b", true],
  ["/a", "/ab", false],
  ["/a/b", "/a", false],
  ["/a", "/", false],
])("whether %s holds %s: %j", (folder, path, within) => {
  expect(isWithin(virtualPath(folder), virtualPath(path))).toBe(within);
});

test.each([
  ["Straße", "STRASSE"],
  ["straße", "STRAẞE"],
  ["é", "E\u0301"],
  ["ſ", "S"],
  ["ΟΔΟΣ", "οδος"],
  ["ǅ", "Ǆ"],
])("a file system that folds names may take %s for %s", (one, other) => {
  expect(foldNames(one)).toBe(foldNames(other));
});

const anything = fc
  .array(fc.constantFrom("/", ".", "..", "a", "b", "\\", " ", "中", "\0"), { maxLength: 12 })
  .map((parts) => parts.join(""));

test("whatever is written, the result is absolute, has no dots to follow, and is its own result", () => {
  fc.assert(
    fc.property(anything, anything, (first, second) => {
      const from = resolvePath(ROOT, first);
      const got = resolvePath(from.kind === "path" ? from.path : ROOT, second);
      if (got.kind === "refused") return;
      expect(got.path.startsWith("/")).toBe(true);
      expect(namesOf(got.path)).not.toContain("..");
      expect(namesOf(got.path)).not.toContain(".");
      expect(namesOf(got.path)).not.toContain("");
      expect(got.path).not.toContain("\0");
      expect(resolvePath(ROOT, got.path)).toEqual(got);
      expect(isWithin(parentOf(got.path), got.path)).toBe(true);
      if (got.path !== ROOT) expect(childOf(parentOf(got.path), nameOf(got.path))).toBe(got.path);
    }),
  );
});
