import { describe, expect, it } from "vitest";
import { Selection } from "./selection.ts";

describe("what is excluded", () => {
  it.each([
    ["*.log", "a.log", true],
    ["*.log", "deep/down/a.log", true],
    ["*.log", "a.log/x", false],
    ["/build/", "build", false],
    ["/build/", "build/", true],
    ["/build/", "deep/build/", false],
    ["node_modules/", "deep/node_modules/", true],
    ["**/node_modules/", "node_modules/", true],
    ["**/node_modules/", "a/b/node_modules/", true],
    ["docs/*.md", "docs/a.md", true],
    ["docs/*.md", "docs/b/a.md", false],
    ["docs/**/*.md", "docs/b/c/a.md", true],
    ["docs/**", "docs/", false],
    ["docs/**", "docs/a", true],
    ["docs/**", "docs/a/b", true],
    [".*", ".git/", true],
    ["[ab]?", "b1", true],
    ["e\u0301", "\u00e9", true],
    ["**", "anything", true],
  ])("%s and %s: %s", (pattern, path, isExcluded) => {
    const selection = new Selection({ exclude: [pattern] });
    expect(selection.isExcluded(path.replace(/\/$/, ""), path.endsWith("/"))).toBe(isExcluded);
  });

  it("is answered in no time for patterns that were made to take long", () => {
    const selection = new Selection({ exclude: [`${"**/a/".repeat(100)}b`] });
    expect(selection.isExcluded("a/".repeat(250) + "c", false)).toBe(false);
  });
});

describe("what is included", () => {
  it("is everything where nobody says what", () => {
    expect(new Selection({}).isIncluded("a", false)).toBe(true);
  });

  it("is what matches one of the patterns", () => {
    const selection = new Selection({ include: ["*.html", "/img/"] });
    expect(["a.html", "x/a.html", "a.css"].map((path) => selection.isIncluded(path, false))).toEqual([
      true,
      true,
      false,
    ]);
    expect(selection.isIncluded("img", true)).toBe(true);
  });
});
