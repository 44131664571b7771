import { expect, test } from "vitest";
import { ip } from "@twinport/protocol";
import { AskingRate } from "./asking-rate.ts";

const times = (rate: AskingRate, count: number, address: string, now: number): boolean[] =>
  Array.from({ length: count }, () => rate.take(ip(address), now));

test("somebody asks so often a minute, whatever others ask, and again in the next one", () => {
  const rate = new AskingRate(2);
  expect(times(rate, 3, "192.0.2.7", 0)).toEqual([true, true, false]);
  expect(times(rate, 1, "192.0.2.8", 0)).toEqual([true]);
  expect(times(rate, 1, "192.0.2.7", 59_999)).toEqual([false]);
  expect(times(rate, 3, "192.0.2.7", 60_000)).toEqual([true, true, false]);
});

test("the addresses of one IPv6 network are one client", () => {
  const rate = new AskingRate(1);
  expect([rate.take(ip("2001:db8::1"), 0), rate.take(ip("2001:db8::2"), 0)]).toEqual([true, false]);
});

test("no more clients are remembered than so many", () => {
  const rate = new AskingRate(1);
  for (let i = 0; i < 3000; i++) rate.take(ip(`10.0.${i >> 8}.${i & 255}`), 0);
  expect(rate.size).toBe(1024);
});
