import { expect, test } from "vitest";
import { formatBytes, formatDuration, parseBytes, parseCount, parsePorts, parseSeconds } from "./quantity.ts";

test.each([
  ["1000", 1000],
  ["500k", 512_000],
  ["500K", 512_000],
  ["500kb", 512_000],
  ["1.5M", 1_572_864],
  ["1G", 1_073_741_824],
  ["0", undefined],
  ["-1", undefined],
  ["k", undefined],
  ["1e3", undefined],
  ["", undefined],
  ["9999999T", undefined],
])("%j is so many bytes: %s", (written, expected) => expect(parseBytes(written)).toBe(expected));

test.each([
  ["10", 10],
  ["0.5", 0.5],
  [".5", 0.5],
  ["0", undefined],
  ["soon", undefined],
  ["-1", undefined],
])("%j is so many seconds: %s", (written, expected) => expect(parseSeconds(written)).toBe(expected));

test.each([
  ["40000-40099", { from: 40_000, to: 40_099 }],
  ["40000", { from: 40_000, to: 40_000 }],
  ["40099-40000", undefined],
  ["0-5", undefined],
  ["1-70000", undefined],
  ["a-b", undefined],
])("%j is a range of ports: %j", (written, expected) => expect(parsePorts(written)).toEqual(expected));

test("counts have a least", () => {
  expect(parseCount("0", 0)).toBe(0);
  expect(parseCount("0", 1)).toBeUndefined();
  expect(parseCount("1.5", 0)).toBeUndefined();
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [1_048_575, "1.0 MiB"],
  [1_572_864, "1.5 MiB"],
  [5 * 1024 ** 4, "5.0 TiB"],
])("%d bytes are %s", (bytes, expected) => expect(formatBytes(bytes)).toBe(expected));

test.each([
  [0, "0:00"],
  [65, "1:05"],
  [59.7, "1:00"],
  [3723, "1:02:03"],
])("%d seconds are %s", (seconds, expected) => expect(formatDuration(seconds)).toBe(expected));
