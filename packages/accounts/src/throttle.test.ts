import { expect, test } from "vitest";
import { LoginThrottle } from "./throttle.ts";
import type { ThrottleOptions } from "./throttle.ts";

/** A throttle with its time; the address is always the same unless one is given. */
class Guessing {
  now = 1_000_000;
  readonly throttle: LoginThrottle;

  constructor(options: Partial<ThrottleOptions> = {}) {
    this.throttle = new LoginThrottle(options, () => this.now);
  }

  /** Milliseconds to wait, or `banned`. */
  ask(name = "ann", address = "192.0.2.7"): number | "banned" {
    const verdict = this.throttle.ask(address, name);
    return verdict.kind === "wait" ? verdict.milliseconds : "banned";
  }

  /** An attempt that waits, and is refused. */
  guess(name = "ann", address = "192.0.2.7"): number | "banned" {
    const wait = this.ask(name, address);
    if (wait === "banned") return wait;
    this.now += wait;
    this.throttle.refused(address, name);
    return wait;
  }

  guesses(count: number, name?: string, address?: string): (number | "banned")[] {
    return Array.from({ length: count }, () => this.guess(name, address));
  }
}

test("after three guesses each further one waits twice as long, and the tenth shuts the name out", () => {
  const one = new Guessing();
  expect(one.guesses(11)).toEqual([0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 16_000, 16_000, "banned"]);
  expect(one.throttle.ask("192.0.2.7", "ann")).toEqual({ kind: "banned", seconds: 900 });
  one.now += 899_001;
  expect(one.throttle.ask("192.0.2.7", "ann")).toEqual({ kind: "banned", seconds: 1 });
  one.now += 999;
  expect(one.guesses(5)).toEqual([0, 0, 0, 1000, 2000]);
});

test("one device with an old password shuts out itself, and not the office", () => {
  const one = new Guessing();
  one.guesses(11, "device");
  expect(one.ask("device")).toBe("banned");
  expect(one.ask("ann")).toBe(0);
  expect(one.ask("device", "198.51.100.1")).toBe(0);
});

test("attempts that come at the same time stand in line, and the line has an end", () => {
  const one = new Guessing();
  one.guesses(5);
  const waits = Array.from({ length: 20 }, () => one.ask());
  expect(waits.slice(0, 3)).toEqual([4000, 8000, 12_000]);
  expect(waits.slice(15)).toEqual(Array(5).fill("banned"));
  // Who is sent away does not make the line longer.
  one.now += 8000;
  expect(one.ask()).toBe(56_000);
});

test("what was tried before the ban and is refused only now does not end it", () => {
  const one = new Guessing();
  for (let i = 0; i < 55; i++) expect(one.ask()).toBe(0);
  const bans = Array.from({ length: 55 }, () => one.throttle.refused("192.0.2.7", "ann"));
  expect(bans.indexOf("name")).toBe(9);
  expect(one.ask()).toBe("banned");
  expect(one.throttle.secondsShutOut("192.0.2.7", "ann")).toBe(900);
});

test("who is let in begins anew, and stays welcome when names are tried from the same address", () => {
  const one = new Guessing({ namesBeforeBan: 5 });
  one.guesses(9);
  one.throttle.accepted("192.0.2.7", "ann");
  expect(one.ask()).toBe(0);
  const bans = ["a", "b", "c", "d", "e"].map((name) => one.throttle.refused("192.0.2.7", name));
  expect(bans).toEqual([undefined, undefined, undefined, undefined, "address"]);
  expect([one.ask("ann"), one.ask("a"), one.ask("never seen"), one.ask("a", "192.0.2.8")]).toEqual([
    0,
    "banned",
    "banned",
    0,
  ]);
  // To be welcome is no leave to guess.
  expect(one.guesses(4, "ann")).toEqual([0, 0, 0, 1000]);
  one.now += 900_000;
  expect(one.ask("never seen")).toBe(0);
});

test("names that were refused long ago do not count together with those of now", () => {
  const one = new Guessing({ namesBeforeBan: 3 });
  one.guess("a");
  one.guess("b");
  one.now += 900_001;
  expect(one.throttle.refused("192.0.2.7", "c")).toBeUndefined();
  expect(one.throttle.refused("192.0.2.7", "c")).toBeUndefined();
  expect(one.throttle.refused("192.0.2.7", "d")).toBeUndefined();
  expect(one.throttle.refused("192.0.2.7", "e")).toBe("address");
});

test("failures are forgotten with time", () => {
  const one = new Guessing();
  one.guesses(9);
  one.now += 900_001;
  expect(one.guesses(4)).toEqual([0, 0, 0, 1000]);
});

test("what is remembered is bounded, however many names and addresses come and however long they are", () => {
  const one = new Guessing();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 60_000; i++) one.throttle.refused(`2001:db8:${i >> 4}`, `${i}${"x".repeat(4000)}`);
  globalThis.gc?.();
  expect((process.memoryUsage().heapUsed - before) / 1024 / 1024).toBeLessThan(150);
  // The latest are still known.
  const name = `59999${"x".repeat(4000)}`;
  for (let i = 0; i < 9; i++) one.throttle.refused("2001:db8:3749", name);
  expect(one.ask(name, "2001:db8:3749")).toBe("banned");
});
