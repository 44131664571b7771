import path from "node:path";
import process from "node:process";
import v8 from "node:v8";
import vm from "node:vm";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";

// A failure prints the seed of its round; given here, it comes up in the first round.
const seed = Number(process.env["TWINPORT_FUZZ_SEED"] ?? Date.now() % 2_147_483_647);
console.log(`TWINPORT_FUZZ_SEED=${seed}`);

/** For each target, whatever the number of its properties. */
const seconds = Number(process.env["TWINPORT_FUZZ_SECONDS"] ?? 1);

/** What a target may hold when it has run for long, beyond what it held when it was warm. */
const MAX_GROWTH_MIB = 64;

/** The part of the time in which caches fill and code is compiled. */
const WARM_UP = 0.2;

v8.setFlagsFromString("--expose-gc");
const collectGarbage = vm.runInNewContext("gc") as () => void;

/** How a target runs. */
interface Effort {
  /** Runs between two looks at the clock, made with one seed; fast-check holds something of each run until its end. */
  readonly runsARound?: number;
}

type Property = fc.IProperty<unknown> | fc.IAsyncProperty<unknown>;

/**
 * One fuzz target: its properties share its time, in rounds that each have a seed of their own. Fails also where memory
 * grows with the runs.
 */
export function fuzz(properties: Readonly<Record<string, Property>>, { runsARound = 200 }: Effort = {}): void {
  const all = Object.entries(properties);
  const share = (seconds * 1000) / all.length;
  let file = "";
  let runs = 0;
  let spent = 0;
  let growth = 0;

  test.each(all)(
    "%s",
    async (_title, property) => {
      file = expect.getState().testPath ?? "";
      const start = performance.now();
      const left = (): number => start + share - performance.now();
      let warm: number | undefined;
      for (let round = 0; round === 0 || left() > 0; round++) {
        const details = await fc.check(property, {
          seed: (seed + round) | 0,
          numRuns: runsARound,
          interruptAfterTimeLimit: Math.max(left(), 1),
          markInterruptAsFailure: false,
        });
        // One without an example has only come to the end of its time.
        if (details.failed && details.counterexample !== null) {
          const again = `TWINPORT_FUZZ_SEED=${details.seed} repeats this`;
          throw new Error(`${fc.defaultReportMessage(details)}\n${again}`, { cause: details.errorInstance });
        }
        runs += details.numRuns;
        if (left() > 0 && left() < share * (1 - WARM_UP)) warm ??= await residentMib();
      }
      spent += performance.now() - start;
      // One round took all the time: there is nothing to compare.
      if (warm === undefined) return;
      growth = Math.max(growth, (await residentMib()) - warm);
      expect(growth, "MiB that are held after all runs").toBeLessThan(MAX_GROWTH_MIB);
    },
    // A round that has failed is made smaller first, and a session has its own waits.
    (seconds * 2 + 60) * 1000,
  );

  afterAll(() => {
    const target = path.basename(file, ".test.ts");
    const rate = Math.round(runs / Math.max(spent / 1000, 0.001));
    console.log(`${target}: ${runs} runs, ${rate}/s, ${Math.max(0, Math.round(growth))} MiB more`);
  });
}

async function residentMib(): Promise<number> {
  // V8 gives pages back beside the program, some time after they are free.
  for (let time = 0; time < 3; time++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage.rss() / 1024 / 1024;
}
