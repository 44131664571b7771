import { expect, test } from "vitest";
import fc from "fast-check";
import { formatQuotedPath, parseQuotedPath } from "./quoted-path.ts";

test.each([
  ["a path", '"/a" is the current directory', "/a"],
  ["a path with quotes (RFC 959 appendix II)", '"/a""b" created', '/a"b'],
  ["a path that is quotes only", '""""', '"'],
  ["a path that ends with a quote", '"/a""" created', '/a"'],
  ["an empty path", '"" is it', ""],
  ["a path and another one", '"/a" and "/b"', "/a"],
  ["text before it", 'Created "/a"', "/a"],
  ["no quotes", "/a created", undefined],
  ["one quote", '"/a created', undefined],
])("%s", (_name, text, path) => {
  expect(parseQuotedPath(text)).toBe(path);
});

test("a path comes back as it was written, whatever is said behind it", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('"', "/", "a", " ") }),
      fc.constantFrom("", " created", ' "x"'),
      (path, text) => {
        expect(parseQuotedPath(`${formatQuotedPath(path)}${text}`)).toBe(path);
      },
    ),
  );
});
