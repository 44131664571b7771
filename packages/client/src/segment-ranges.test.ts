import { expect, test } from "vitest";
import { missingRanges, splitRanges } from "./segment-ranges.ts";

const range = (from: number, to: number) => ({ from, to });

test.each([
  ["all, where nothing is there", [], [range(0, 100)]],
  ["nothing, where all is", [range(0, 100)], []],
  [
    "what is between and behind, in whatever order it came",
    [range(60, 70), range(0, 10)],
    [range(10, 60), range(70, 100)],
  ],
  ["what no overlapping ranges hold", [range(0, 30), range(20, 50), range(40, 45)], [range(50, 100)]],
])("missing is %s", (_what, done, missing) => {
  expect(missingRanges(100, done)).toEqual(missing);
});

test.each([
  [
    "one range into as many as are wanted",
    [range(0, 100)],
    4,
    1,
    [range(0, 25), range(25, 50), range(50, 75), range(75, 100)],
  ],
  ["none below the least", [range(0, 100)], 10, 40, [range(0, 50), range(50, 100)]],
  [
    "a long one more often than a short one",
    [range(0, 30), range(40, 100)],
    3,
    1,
    [range(0, 30), range(40, 70), range(70, 100)],
  ],
  ["nothing into nothing", [], 4, 1, []],
])("it cuts %s", (_what, ranges, count, least, expected) => {
  expect(splitRanges(ranges, count, least)).toEqual(expected);
});
