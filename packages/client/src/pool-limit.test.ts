import { expect, test } from "vitest";
import { AdaptiveLimit } from "./pool-limit.ts";
import { ManualClock } from "../../../test/testkit/manual-clock.ts";

const limitOf = (most: number): { limit: AdaptiveLimit; clock: ManualClock } => {
  const clock = new ManualClock();
  return { clock, limit: new AdaptiveLimit(most, 30, clock) };
};

test("it lets as many in as were asked for, until a server refuses one", () => {
  const { limit } = limitOf(4);
  expect([0, 3, 4].map((standing) => limit.allows(standing))).toEqual([true, true, false]);
  limit.refused(2);
  expect(limit.value).toBe(2);
  expect([1, 2, 3].map((standing) => limit.allows(standing))).toEqual([true, false, false]);
});

test("it never falls below one", () => {
  const { limit } = limitOf(4);
  limit.refused(0);
  expect(limit.value).toBe(1);
  expect(limit.allows(0)).toBe(true);
});

test("some time after a refusal one more is tried, and no two", () => {
  const { limit, clock } = limitOf(4);
  limit.refused(1);
  expect(limit.growsIn).toBe(30_000);
  clock.advance(30_000);
  expect([1, 2].map((standing) => limit.allows(standing))).toEqual([true, false]);
  limit.opened(2);
  expect(limit.value).toBe(2);
  expect(limit.allows(2)).toBe(false);
});

test("a try that is refused is not made again as soon", () => {
  const { limit, clock } = limitOf(4);
  limit.refused(1);
  const waits: (number | undefined)[] = [];
  for (let tries = 0; tries < 7; tries++) {
    clock.advance(limit.growsIn ?? 0);
    limit.refused(1);
    waits.push(limit.growsIn);
  }
  expect(waits).toEqual([60_000, 120_000, 240_000, 480_000, 600_000, 600_000, 600_000]);
});

test("when none stands, and not for their number, all may be tried again", () => {
  const { limit } = limitOf(4);
  limit.refused(1);
  limit.reset();
  expect(limit.value).toBe(4);
  expect(limit.growsIn).toBeUndefined();
});
