// The invariant: a path is normalised once and for all: absolute, without `.`, `..`, NUL or what is too long; and folding takes what a file system takes for the same.
import fc from "fast-check";
import { expect } from "vitest";
import {
  MAX_NAME_BYTES,
  MAX_PATH_BYTES,
  MAX_PATH_DEPTH,
  ROOT,
  childOf,
  foldNames,
  isWithin,
  nameOf,
  namesOf,
  parentOf,
  resolvePath,
} from "../packages/protocol/src/index.ts";
import { textOf, wellFormed } from "./pieces.ts";
import { fuzz } from "./target.ts";
import type { VirtualPath } from "../packages/protocol/src/index.ts";

const piece = textOf("/", "//", "..", "../", "./", ".", "a", "b/", "文", "\0", "\\", " ", "...", "%2e");
const long = fc
  .tuple(fc.constantFrom("a/", "/", "文", "../a/", "x"), fc.nat(5000))
  .map(([one, times]) => one.repeat(times));
const written = fc.oneof({ weight: 5, arbitrary: piece }, { weight: 1, arbitrary: long });
const folder = written.map((text) => {
  const resolved = resolvePath(ROOT, text);
  return resolved.kind === "path" ? resolved.path : ROOT;
});

/** Names from the root on, one step after the other. */
function walk(from: VirtualPath, text: string): string[] {
  const absolute = text.startsWith("/") ? text : `${from}/${text}`;
  return absolute.split("/").reduce<string[]>((names, name) => {
    if (name === "" || name === ".") return names;
    return name === ".." ? names.slice(0, -1) : [...names, name];
  }, []);
}

const cased = textOf(
  "a",
  "ß",
  "ẞ",
  "ſ",
  "İ",
  "ı",
  "ǆ",
  "ǅ",
  "é",
  "e\u0301",
  "Å",
  "Å",
  "Σ",
  "ς",
  "ﬃ",
  "ŉ",
  "ᾳ",
  "한",
  "K",
  "/",
);

fuzz({
  "any path": fc.property(folder, written, (from, text) => {
    const resolved = resolvePath(from, text);
    const names = walk(from, text);
    const path = `/${names.join("/")}`;
    if (resolved.kind === "refused") {
      const longest = Math.max(0, ...text.split("/").map((name) => Buffer.byteLength(name)));
      const isFit = Buffer.byteLength(path) <= MAX_PATH_BYTES && names.length <= MAX_PATH_DEPTH;
      expect(text === "" || text.includes("\0") || longest > MAX_NAME_BYTES || !isFit).toBe(true);
      return;
    }
    expect(resolved.path).toBe(path);
    expect(namesOf(resolved.path)).toEqual(names);
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(MAX_PATH_BYTES);
    for (const name of names) {
      expect(["", ".", ".."]).not.toContain(name);
      expect(name).not.toMatch(/[/\0]/);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(MAX_NAME_BYTES);
    }
    expect(resolvePath(ROOT, resolved.path)).toEqual(resolved);
    expect(resolvePath(from, resolved.path)).toEqual(resolved);
    if (resolved.path !== ROOT) expect(childOf(parentOf(resolved.path), nameOf(resolved.path))).toBe(resolved.path);
  }),
  "what lies within": fc.property(folder, folder, (one, other) => {
    const [above, below] = [namesOf(one), namesOf(other)];
    expect(isWithin(one, other)).toBe(above.every((name, i) => below[i] === name));
  }),
  "folded names": fc.property(cased, (text) => {
    const name = wellFormed(text);
    const folded = foldNames(name);
    expect(foldNames(folded)).toBe(folded);
    // Letters are taken apart before their case changes: an iota below a letter becomes one behind it.
    const apart = name.normalize("NFD");
    const same = [apart, apart.toUpperCase(), apart.toLowerCase(), name.normalize("NFC")];
    for (const other of same) expect(foldNames(other)).toBe(folded);
    expect(folded.split("/")).toHaveLength(name.split("/").length);
  }),
});
