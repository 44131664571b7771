import { describe, expect, it } from "vitest";
import { compareTimes } from "./same-time.ts";
import type { RemoteTime } from "@twinport/protocol";

const at = (
  seconds: number,
  precision: RemoteTime["precision"] = "second",
  zone: RemoteTime["zone"] = "utc",
): RemoteTime => ({
  at: seconds * 1000,
  precision,
  zone,
});

describe("two times", () => {
  it.each([
    ["to the second", at(100), at(100), 1, "same"],
    ["a second apart", at(101), at(100), 1, "newer"],
    ["within what the coarser one says", at(119), at(60, "minute"), 1, "same"],
    ["beyond it", at(120), at(60, "minute"), 1, "newer"],
    ["on one day, in whatever zone", at(30 * 3600), at(0, "day", "server"), 1, "same"],
    ["on other days", at(40 * 3600), at(0, "day", "server"), 1, "newer"],
    ["on a file system that counts in twos", at(101.5), at(100), 2000, "same"],
    ["earlier", at(1), at(100), 1, "older"],
    ["in a zone that nobody knows", at(100), at(100, "minute", "server"), 1, "not-known"],
    ["one of which is not told", at(100), undefined, 1, "not-known"],
  ] as const)("%s", (_title, source, target, grain, difference) => {
    expect(compareTimes(source, target, grain)).toBe(difference);
  });
});
