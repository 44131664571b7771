import { expect, test } from "vitest";
import fc from "fast-check";
import { HeldEntries } from "./held-entries.ts";
import { inOrder, orderOf } from "./order.ts";
import type { Entry } from "@twinport/protocol";

const entry = (name: string, modified: number, size: number): Entry => ({ name, kind: "file", modified, size });

async function* inBatches(entries: readonly Entry[], size: number): AsyncGenerator<readonly Entry[]> {
  for (let at = 0; at < entries.length; at += size) yield entries.slice(at, at + size);
}

async function sorted(entries: readonly Entry[], letters: string, batch = 256): Promise<string[]> {
  const names: string[] = [];
  const order = orderOf(new Set(letters))!;
  for await (const part of inOrder(inBatches(entries, batch), order, new HeldEntries())) {
    expect(part.length).toBeGreaterThan(0);
    names.push(...part.map(({ name }) => name));
  }
  return names;
}

const some = [entry("b", 2, 10), entry("a", 3, 5), entry("d", 2, 5), entry("c", 1, 99)];

test.each([
  ["t", "abdc"],
  ["tr", "cdba"],
  ["S", "cbad"],
  ["Sr", "dabc"],
  ["r", "dcba"],
  ["tS", "abdc"],
])("-%s: %s", async (letters, names) => {
  for (const batch of [1, 2, 3, 100]) expect((await sorted(some, letters, batch)).join("")).toBe(names);
});

test("with no letter for it there is no order", () => {
  expect(orderOf(new Set("laR1"))).toBeUndefined();
});

test.each(["t", "tr", "S", "Sr", "r"])("10,000 entries in any order come out right: -%s", async (letters) => {
  let random = 7;
  const next = (most: number): number => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    return (random >>> 8) % most;
  };
  const entries = Array.from({ length: 10_000 }, (_, i) => entry(`${next(5000)}-${i}`, next(300), next(300)));
  const expected = [...entries].sort(orderOf(new Set(letters))).map(({ name }) => name);
  expect(await sorted(entries, letters)).toEqual(expected);
});

test("however the batches are cut, nothing is lost and the order is the same", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))),
      fc.integer({ min: 1, max: 9 }),
      async (all, batch) => {
        const entries = all.map(([modified, size], i) => entry(`f${i}`, modified, size));
        const expected = [...entries].sort(orderOf(new Set("t"))).map(({ name }) => name);
        expect(await sorted(entries, "t", batch)).toEqual(expected);
      },
    ),
  );
});
