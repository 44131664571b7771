import type { Entry } from "@twinport/protocol";
import type { HeldEntries } from "./held-entries.ts";
import type { Batches } from "./listing.ts";

type Compare = (one: Entry, other: Entry) => number;

/** Entries that are held to be sorted; a folder with more of them is sorted in groups of so many. */
const MOST_SORTED = 200_000;

/** Entries that are given at once: others get a turn between two of them. */
const A_BATCH = 256;

const byName: Compare = (one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0);
const byTime: Compare = (one, other) => other.modified - one.modified || byName(one, other);
const bySize: Compare = (one, other) => other.size - one.size || byName(one, other);

/** The order that options ask for, as `ls` has it; undefined for that of the storage. */
export function orderOf(options: ReadonlySet<string>): Compare | undefined {
  const order = options.has("t") ? byTime : options.has("S") ? bySize : undefined;
  if (!options.has("r")) return order;
  return (one, other) => (order ?? byName)(other, one);
}

/** Sorts in small parts, which are then merged: the sort of a large folder would hold up everybody else. */
export async function* inOrder(batches: Batches, compare: Compare, all: HeldEntries): AsyncGenerator<readonly Entry[]> {
  let runs: Entry[][] = [];
  let held = 0;
  try {
    for await (const batch of batches) {
      runs.push([...batch].sort(compare));
      held += batch.length;
      const hasRoom = all.hold(batch.length);
      if (hasRoom && held < MOST_SORTED) continue;
      yield* merged(runs, compare);
      runs = [];
      all.letGo(held);
      held = 0;
    }
    yield* merged(runs, compare);
  } finally {
    all.letGo(held);
  }
}

async function* merged(runs: readonly Entry[][], compare: Compare): AsyncGenerator<readonly Entry[]> {
  const heap = new RunHeap(runs, compare);
  for (;;) {
    const batch: Entry[] = [];
    for (let next = heap.take(); next !== undefined; next = heap.take()) {
      batch.push(next);
      if (batch.length === A_BATCH) break;
    }
    if (batch.length === 0) return;
    yield batch;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Sorted runs, of which the one with the first entry is at the top of a binary heap. */
class RunHeap {
  readonly #heap: { readonly run: readonly Entry[]; at: number }[];
  readonly #compare: Compare;

  constructor(runs: readonly Entry[][], compare: Compare) {
    this.#compare = compare;
    this.#heap = runs.filter((run) => run.length > 0).map((run) => ({ run, at: 0 }));
    for (let i = this.#heap.length >> 1; i >= 0; i--) this.#sink(i);
  }

  take(): Entry | undefined {
    const top = this.#heap[0];
    if (!top) return undefined;
    const entry = top.run[top.at++];
    if (top.at === top.run.length) {
      const last = this.#heap.pop()!;
      if (this.#heap.length > 0) this.#heap[0] = last;
    }
    this.#sink(0);
    return entry;
  }

  #sink(from: number): void {
    for (let i = from; ;) {
      let first = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < this.#heap.length && this.#isBefore(child, first)) first = child;
      }
      if (first === i) return;
      [this.#heap[i], this.#heap[first]] = [this.#heap[first]!, this.#heap[i]!];
      i = first;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const first = this.#heap[one]!;
    const second = this.#heap[other]!;
    return this.#compare(first.run[first.at]!, second.run[second.at]!) < 0;
  }
}
