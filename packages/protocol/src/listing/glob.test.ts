import { expect, test } from "vitest";
import fc from "fast-check";
import { isPattern, matchesPattern } from "./glob.ts";

test.each([
  ["*", "abc", true],
  ["*", "", true],
  ["", "", true],
  ["", "a", false],
  ["*.txt", "a.txt", true],
  ["*.txt", "a.txt.gz", false],
  ["*.txt", ".txt", false],
  [".*", ".txt", true],
  ["?txt", ".txt", false],
  ["[.]txt", ".txt", false],
  ["a*b*c", "aXbYbZc", true],
  ["a*b*c", "aXbY", false],
  ["*a*a*a*", "aaa", true],
  ["*a*a*a*", "aa", false],
  ["a**b", "ab", true],
  ["?", "a", true],
  ["?", "", false],
  ["?", "😀", true],
  ["中?", "中文", true],
  ["[abc]", "b", true],
  ["[a-c]x", "bx", true],
  ["[a-c]", "d", false],
  ["[!a-c]", "d", true],
  ["[!a-c]", "b", false],
  ["[^a-c]", "d", true],
  ["[a-]", "-", true],
  ["[-a]", "-", true],
  ["[]]", "]", true],
  ["[]a]", "a", true],
  ["[!]a]", "b", true],
  ["[!]a]", "]", false],
  ["[!]a]", "a", false],
  ["[a", "[a", true],
  ["[", "[", true],
  ["[]", "[]", true],
  ["[!]", "[!]", true],
  ["[c-a]", "b", false],
  ["A", "a", false],
  ["a.c", "abc", false],
  ["(a|b)+", "(a|b)+", true],
  ["\\*", "\\x", true],
])("%s and %s: %j", (pattern, name, matches) => {
  expect(matchesPattern(pattern, name)).toBe(matches);
});

test.each([
  ["a.txt", false],
  ["*.txt", true],
  ["a?", true],
  ["[a]", true],
  ["a]", false],
])("whether %s is a pattern: %j", (name, expected) => {
  expect(isPattern(name)).toBe(expected);
});

test("a name without letters of a pattern matches itself and nothing else", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "b", ".", "-", "!", "]", "中") });
  fc.assert(
    fc.property(name, name, (one, other) => {
      expect(matchesPattern(one, one)).toBe(true);
      expect(matchesPattern(one, other)).toBe(one === other);
    }),
  );
});

test("stars and question marks match as the same regular expression does", () => {
  const letters = fc.constantFrom("*", "?", "a", "b");
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 8 }), fc.stringMatching(/^[ab]{0,10}$/), (pattern, name) => {
      const same = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`);
      expect(matchesPattern(pattern, name)).toBe(same.test(name));
    }),
  );
});

test.each([
  ["stars", `${"*a".repeat(2000)}b`, "a".repeat(255)],
  ["brackets that do not close", "[".repeat(8000), "[".repeat(255)],
  ["brackets that close at the end", `${"[".repeat(8000)}]`, "[".repeat(255)],
])("no pattern explodes: %s", (_name, pattern, name) => {
  const before = performance.now();
  for (let time = 0; time < 20; time++)
    expect(matchesPattern(pattern, name)).toBe(pattern.endsWith("]") && name === "[");
  expect(performance.now() - before).toBeLessThan(500);
});
