import { expect, test } from "vitest";
import { parseSumRequest } from "./sum-request.ts";

test.each([
  ["a path", "a.txt", "a.txt", false, 0n, undefined],
  ["a path with spaces", "a b.txt", "a b.txt", false, 0n, undefined],
  ["and where to start", "a b.txt 5", "a b.txt", false, 5n, undefined],
  ["and where to end", "a b.txt 5 10", "a b.txt", false, 5n, 10n],
  ["a path in quotes", '"a b"', "a b", true, 0n, undefined],
  ["numbers behind the quotes", '"a 1 2" 0 10', "a 1 2", true, 0n, 10n],
  ["quotes in quotes", '"say ""hi"""', 'say "hi"', true, 0n, undefined],
  ["a name with a quote in it", 'a"b', 'a"b', false, 0n, undefined],
  ["quotes that do not end are of the name", '"a b', '"a b', false, 0n, undefined],
  ["numbers alone are a name first", "5", "5", false, 0n, undefined],
  ["more than a number counts", "a 0 9007199254740993", "a", false, 0n, 9007199254740993n],
  ["what is no number is of the name", "a -1", "a -1", false, 0n, undefined],
])("%s", (_name, argument, path, isQuoted, start, end) => {
  expect(parseSumRequest(argument)).toEqual({ path, isQuoted, start, end });
});
