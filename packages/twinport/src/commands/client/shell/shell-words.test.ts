import { expect, test } from "vitest";
import { quoteWord, shellWords, wordAtEnd } from "./shell-words.ts";

const texts = (line: string): string[] => shellWords(line).map(({ text }) => text);

test.each([
  ["get a b", ["get", "a", "b"]],
  ["  get   a\t b ", ["get", "a", "b"]],
  [String.raw`get a\ b`, ["get", "a b"]],
  [`get "a b" 'c "d"'`, ["get", "a b", 'c "d"']],
  [String.raw`get "a \" b" 'c\d'`, ["get", 'a " b', String.raw`c\d`]],
  [`get ""`, ["get", ""]],
  [`get "open`, ["get", "open"]],
  ["", []],
  ["   ", []],
])("%j has the words %j", (line, expected) => expect(texts(line)).toEqual(expected));

test("a word knows whether it was quoted: a star in quotes is a star", () => {
  expect(shellWords(String.raw`*.txt \*.txt "*"`).map(({ isQuoted }) => isQuoted)).toEqual([false, true, true]);
});

test.each([
  ["get ab", "ab"],
  ["get ", ""],
  [String.raw`get a\ b`, "a b"],
  ["", ""],
])("the word at the end of %j is %j", (line, expected) => expect(wordAtEnd(line).text).toBe(expected));

test.each(["plain", "a b", `a'b"c`, "a\\b", "*?[x]", "中 文"])("%j is one word when it is quoted", (name) => {
  expect(texts(`get ${quoteWord(name)}`)).toEqual(["get", name]);
});
