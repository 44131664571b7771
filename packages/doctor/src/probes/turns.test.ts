import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

const never = new AbortController().signal;

test("who comes second waits until it is given back", async () => {
  const turns = new Turns();
  expect(await turns.take(0, never)).toBe(true);
  const second = turns.take(1000, never);
  turns.give();
  expect(await second).toBe(true);
  turns.give();
  expect(await turns.take(0, never)).toBe(true);
});

test("who has waited long enough goes without, and is not called later", async () => {
  const turns = new Turns();
  await turns.take(0, never);
  expect(await turns.take(1, never)).toBe(false);
  const stop = new AbortController();
  const called = turns.take(1000, stop.signal);
  stop.abort();
  expect(await called).toBe(false);
  turns.give();
  expect(await turns.take(0, never)).toBe(true);
});
