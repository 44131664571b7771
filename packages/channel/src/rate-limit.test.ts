import { expect, test } from "vitest";
import { ManualClock } from "../../../test/testkit/manual-clock.ts";
import { RateLimit, allOf } from "./rate-limit.ts";

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

/** Transfers that move a piece, wait for their turn, and move the next, as the pump does; what each has moved. */
class Sharing {
  readonly clock = new ManualClock();
  readonly moved: number[] = [];

  /** @param most bytes that come at once, as of a client that sends small pieces */
  join(rates: readonly RateLimit[], most = Number.POSITIVE_INFINITY): () => void {
    const who = this.moved.push(0) - 1;
    const leaves = rates.map((rate) => rate.share());
    const rate = allOf(rates)!;
    let isOver = false;
    const move = (): void => {
      if (isOver) return;
      const count = Math.min(rate.piece, most);
      this.moved[who]! += count;
      this.clock.after(rate.spend(count), move);
    };
    move();
    return () => {
      isOver = true;
      for (const leave of leaves) leave();
    };
  }

  /** Bytes a second of each over some seconds. */
  over(seconds: number): number[] {
    const before = [...this.moved];
    this.clock.advance(seconds * 1000);
    return this.moved.map((moved, i) => (moved - (before[i] ?? 0)) / seconds);
  }
}

const sum = (all: readonly number[]): number => all.reduce((one, other) => one + other, 0);

test.each([2, 3, 5, 8])("%i transfers that share a rate have the same part of it, and all of it together", (count) => {
  for (const total of [20_000, 1_000_000, 50_000_000]) {
    const all = new Sharing();
    const shared = new RateLimit(total, all.clock);
    for (let i = 0; i < count; i++) all.join([shared]);
    const rates = all.over(20);
    expect(sum(rates) / total).toBeCloseTo(1, 1);
    for (const rate of rates) expect((rate * count) / total).toBeCloseTo(1, 1);
  }
});

test("who comes later has the same part at once, and who leaves gives it back", () => {
  const all = new Sharing();
  const shared = new RateLimit(1_000_000, all.clock);
  all.join([shared]);
  expect(all.over(5)[0]! / 1_000_000).toBeCloseTo(1, 1);
  const leave = all.join([shared]);
  all.join([shared]);
  all.over(0.5);
  for (const rate of all.over(5)) expect(rate / 333_333).toBeCloseTo(1, 1);
  leave();
  all.over(0.5);
  const [first, second, third] = all.over(5);
  expect(second).toBe(0);
  expect(first! / 500_000).toBeCloseTo(1, 1);
  expect(third! / 500_000).toBeCloseTo(1, 1);
});

test("who moves small pieces does not hold up the others, and never has more than they", () => {
  const all = new Sharing();
  const shared = new RateLimit(1_000_000, all.clock);
  all.join([shared]);
  all.join([shared], 1000);
  all.join([shared]);
  const [one, small, other] = all.over(10);
  expect(sum([one!, small!, other!]) / 1_000_000).toBeCloseTo(1, 1);
  expect(one! / other!).toBeCloseTo(1, 1);
  expect(small!).toBeLessThan(one!);
});

test("rates of the session, the account and everybody hold at the same time", () => {
  const all = new Sharing();
  const server = new RateLimit(1_000_000, all.clock);
  const account = new RateLimit(300_000, all.clock);
  const own = (): RateLimit => new RateLimit(100_000, all.clock);
  // Four of one account, of which one is slower still; two that only share the server.
  all.join([own(), account, server]);
  for (let i = 0; i < 3; i++) all.join([account, server]);
  for (let i = 0; i < 2; i++) all.join([server]);
  const rates = all.over(30);
  expect(rates[0]!).toBeLessThan(101_000);
  expect(sum(rates.slice(0, 4))).toBeLessThan(303_000);
  expect(sum(rates.slice(0, 4))).toBeGreaterThan(270_000);
  expect(sum(rates)).toBeLessThan(1_010_000);
  expect(sum(rates)).toBeGreaterThan(950_000);
  expect(rates[4]! / rates[5]!).toBeCloseTo(1, 1);
});

test("a clock that is set back stops nobody", () => {
  let now = 10_000_000;
  const rate = new RateLimit(1000, { now: () => now, after: () => ({ refresh() {}, cancel() {} }) });
  expect(rate.spend(500)).toBe(500);
  now -= 3_600_000;
  expect(rate.spend(500)).toBe(1000);
});
