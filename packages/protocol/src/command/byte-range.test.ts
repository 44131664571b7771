import { expect, test } from "vitest";
import { parseByteRange, rangeWithin } from "./byte-range.ts";

const MOST = Number.MAX_SAFE_INTEGER;

test.each([
  ["the first byte", "0 0", { kind: "range", range: { first: 0, last: 0 } }],
  ["two bytes", "0 1", { kind: "range", range: { first: 0, last: 1 } }],
  ["bytes beyond 4 GiB", "5000000000 6000000000", { kind: "range", range: { first: 5e9, last: 6e9 } }],
  ["zeros in front", "007 0010", { kind: "range", range: { first: 7, last: 10 } }],
  ["farther than a number counts", "1 9007199254740993", { kind: "range", range: { first: 1, last: MOST } }],
  ["all of it farther out", "9007199254740993 9007199254740994", { kind: "range", range: { first: MOST, last: MOST } }],
  ["what takes it back", "1 0", { kind: "whole" }],
  ["backwards", "2 1", { kind: "refused", because: "backwards" }],
  [
    "backwards by less than a number sees",
    "9007199254740993 9007199254740992",
    { kind: "refused", because: "backwards" },
  ],
  ["negative", "-1 5", { kind: "refused", because: "not-valid" }],
  ["a fraction", "0 1.5", { kind: "refused", because: "not-valid" }],
  ["one number", "5", { kind: "refused", because: "not-valid" }],
  ["three", "1 2 3", { kind: "refused", because: "not-valid" }],
  ["nothing", "", { kind: "refused", because: "not-valid" }],
  ["other digits", "٠ ١", { kind: "refused", because: "not-valid" }],
  ["a number without end", `0 ${"9".repeat(4000)}`, { kind: "refused", because: "not-valid" }],
])("%s", (_name, text, parsed) => {
  expect(parseByteRange(text)).toEqual(parsed);
});

test.each([
  ["no range is the whole file", undefined, 10, { from: 0, to: 10 }],
  ["the last byte belongs to it", { first: 2, last: 4 }, 10, { from: 2, to: 5 }],
  ["the end of the file ends it", { first: 2, last: MOST }, 10, { from: 2, to: 10 }],
  ["the last byte of the file", { first: 9, last: 9 }, 10, { from: 9, to: 10 }],
  ["behind the end there is nothing", { first: 10, last: 12 }, 10, undefined],
  ["an empty file has no part", { first: 0, last: 0 }, 0, undefined],
])("%s", (_name, range, size, part) => {
  expect(rangeWithin(range, size)).toEqual(part);
});
