import { expect, test } from "vitest";
import { BufferBudget } from "./buffer-budget.ts";

const KI = 1024;
const MI = KI * KI;

test.each([
  ["nothing", 0, 64 * KI],
  ["one byte", 1, 64 * KI],
  ["the smallest", 64 * KI, 64 * KI],
  ["a little more than the smallest", 64 * KI + 1, 128 * KI],
  ["what an upload takes", 256 * KI, 256 * KI],
  ["the largest", MI, MI],
  ["more than the largest", 64 * MI, MI],
])("who wants %s gets a buffer of a fitting size", (_name, wanted, size) => {
  const budget = new BufferBudget();
  const lent = budget.lend(wanted);
  expect([lent.bytes.length, budget.lent]).toEqual([size, size]);
  lent.giveBack();
  expect(budget.lent).toBe(0);
});

test("nobody gets more than an eighth of what is left, and everybody gets the smallest", () => {
  const budget = new BufferBudget(4 * MI);
  const sizes = Array.from({ length: 100 }, () => budget.lend(MI).bytes.length / KI);
  expect(sizes.slice(0, 3)).toEqual([512, 256, 256]);
  expect(sizes).toEqual([...sizes].sort((one, other) => other - one));
  expect(sizes.at(-1)).toBe(64);
});

test("a buffer that was given back twice is lent once", () => {
  const budget = new BufferBudget();
  const lent = budget.lend(MI);
  lent.giveBack();
  lent.giveBack();
  expect(budget.lent).toBe(0);
  expect(budget.lend(MI).bytes === budget.lend(MI).bytes).toBe(false);
});

test("buffers are used again", () => {
  const budget = new BufferBudget();
  const first = budget.lend(MI);
  first.giveBack();
  expect(budget.lend(MI).bytes === first.bytes).toBe(true);
});

test("of many only some stay allocated when all have been given back", () => {
  const budget = new BufferBudget();
  const lent = Array.from({ length: 60 }, () => budget.lend(MI));
  const memory = new Set(lent.map(({ bytes }) => bytes.buffer));
  for (const one of lent) one.giveBack();
  const again = Array.from({ length: 60 }, () => budget.lend(MI));
  const kept = again.filter(({ bytes }) => memory.has(bytes.buffer)).reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThanOrEqual(8 * MI);
});

test("no two that are lent share memory", () => {
  const budget = new BufferBudget();
  const lent = Array.from({ length: 30 }, () => budget.lend(256 * KI));
  expect(new Set(lent.map(({ bytes }) => bytes.buffer)).size).toBe(30);
  for (const { bytes } of lent) {
    expect(bytes.byteOffset % 4096, "not at a page's start").not.toBe(0);
    expect(bytes.byteOffset + bytes.length).toBeLessThanOrEqual(bytes.buffer.byteLength);
  }
});
