import { expect, test } from "vitest";
import fc from "fast-check";
import { formatTimestamp, parseTimestamp } from "./timestamp.ts";

test.each([
  ["the beginning", 0, "19700101000000"],
  ["a second", Date.UTC(2026, 0, 31, 23, 59, 58), "20260131235958"],
  ["milliseconds", Date.UTC(2026, 0, 31, 23, 59, 58, 7), "20260131235958.007"],
  ["before the beginning", -1, "19691231235959.999"],
  ["parts of a millisecond are dropped, as stat gives them", 1.75, "19700101000000.001"],
])("%s is written and read", (_name, milliseconds, text) => {
  expect(formatTimestamp(milliseconds)).toBe(text);
  expect(parseTimestamp(text)).toBe(Math.trunc(milliseconds));
});

test.each([
  ["a fraction of one digit", "20260101000000.5", 500],
  ["a fraction of two digits", "20260101000000.05", 50],
  ["a fraction finer than we keep", "20260101000000.0019999", 1],
  ["a fraction of any length (RFC 3659 §2.3)", `20260101000000.${"1".repeat(30)}`, 111],
])("%s", (_name, text, milliseconds) => {
  expect(parseTimestamp(text)).toBe(Date.UTC(2026, 0, 1) + milliseconds);
});

test.each([
  "",
  "2026",
  "2026010100000",
  "202601010000000",
  "20261301000000",
  "20260001000000",
  "20260231000000",
  "20250229000000",
  "20260101240000",
  "20260101006000",
  "20260101000060",
  "20260101000000.",
  "20260101000000.x",
  "-20260101000000",
  " 20260101000000",
  "20260101000000 ",
  "20260101000000\n",
])("%j is no time", (text) => {
  expect(parseTimestamp(text)).toBeUndefined();
});

test("the 29th of February is a day every four years", () => {
  expect(parseTimestamp("20240229000000")).toBe(Date.UTC(2024, 1, 29));
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, -1e300, 8.64e15, 253_402_300_800_000, -62_167_219_200_001])(
  "%d, which a disk may hold, is still written in four digits a year",
  (milliseconds) => {
    expect(formatTimestamp(milliseconds)).toMatch(/^\d{14}(\.\d{3})?$/);
  },
);

test("any time with a year of four digits comes back", () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (milliseconds) => {
      expect(parseTimestamp(formatTimestamp(milliseconds))).toBe(milliseconds);
    }),
  );
});
