import { performance } from "node:perf_hooks";

/** How long one list may keep everybody else waiting. */
const TURN_MS = 4;

/** Looks at the clock between two of so many entries. */
const A_LOOK = 32;

/** Does something with each item, and lets others have their turns in between if it takes its time. */
export async function inTurns<Item, Made>(items: readonly Item[], make: (item: Item) => Made): Promise<Made[]> {
  const made: Made[] = [];
  let began = performance.now();
  for (const [i, item] of items.entries()) {
    made.push(make(item));
    if (i % A_LOOK !== A_LOOK - 1 || performance.now() - began < TURN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  }
  return made;
}
