import { expect, test } from "vitest";
import { ManualClock } from "../../../test/testkit/manual-clock.ts";
import { RateLimit } from "./rate-limit.ts";

test.each([
  ["slow", 100, 1024],
  ["quick", 1_000_000, 100_000],
  ["of a fraction", 0.5, 1024],
])("a piece of a %s rate is a tenth of a second's worth, and never tiny", (_name, rate, piece) => {
  expect(new RateLimit(rate, new ManualClock()).piece).toBe(piece);
});

test("the waiting time is what the bytes take at the rate", () => {
  const clock = new ManualClock();
  const rate = new RateLimit(1000, clock);
  expect(rate.spend(500)).toBe(500);
  expect(rate.spend(500)).toBe(1000);
  clock.advance(1000);
  expect(rate.spend(1000)).toBe(1000);
});

test("what was not used for a long time is made up for by a tenth of a second's worth", () => {
  const clock = new ManualClock();
  const rate = new RateLimit(1000, clock);
  clock.advance(3_600_000);
  expect(rate.spend(100)).toBe(0);
  expect(rate.spend(1000)).toBe(1000);
});

test.each([[1024], [10_000], [262_144]])("pieces of %i bytes come out at the rate in the long run", (size) => {
  const clock = new ManualClock();
  const rate = new RateLimit(100_000, clock);
  const began = clock.now();
  for (let sent = 0; sent < 10_000_000; sent += size) clock.advance(rate.spend(size));
  const seconds = (clock.now() - began) / 1000;
  expect(seconds).toBeGreaterThan(99);
  expect(seconds).toBeLessThan(103);
});
