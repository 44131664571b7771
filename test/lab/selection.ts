import process from "node:process";
import { vi } from "vitest";
import { proving } from "../testkit/proving.ts";
import { Lab, MachineLacksError } from "./lab.ts";
import { Slots } from "./slots.ts";
import { moreBoxes } from "./topologies-boxes.ts";
import { farEnds } from "./topologies-far.ts";
import { relays } from "./topologies-relays.ts";
import { topologies } from "./topologies.ts";
import { isOfShortForm, titleOf, variantsOf } from "./topology.ts";
import type { Topology, Variant } from "./topology.ts";

const chosenOf = (all: readonly Topology[]): (readonly [string, Variant])[] =>
  variantsOf(all)
    .filter((variant) => proving || isOfShortForm(variant))
    .map((variant) => [titleOf(variant), variant] as const);

/** Every topology: those that clients are held to, and those that are there for the doctor. */
export const allTopologies: readonly Topology[] = [...topologies, ...moreBoxes, ...relays, ...farEnds];

/** What this run builds, with titles: the short form, or with TWINPORT_PROVE all that is declared. */
export const chosenVariants = chosenOf(topologies);

/** The same, with what is there for the doctor. */
export const declaredVariants = chosenOf(allTopologies);

// Labs are mostly waiting: so many at a time are no load for two cores. Of its own accord vitest runs five.
const slots = new Slots(6);
/** For tests that measure no seconds, or are given many. */
export const manySlots = new Slots(10);
vi.setConfig({ maxConcurrency: 10 });

/** Builds a variant for a test. Where this machine's kernel lacks something, the test is skipped; not under CI. */
export function inLab(
  variant: Variant,
  { skip }: { readonly skip: (why: string) => void },
  work: (lab: Lab) => Promise<void>,
  among: Slots = slots,
): Promise<void> {
  return among.use(async () => {
    try {
      await using lab = await Lab.build(variant.topology, variant);
      await work(lab);
    } catch (error) {
      if (error instanceof MachineLacksError && !process.env["CI"]) skip(`this machine lacks: ${error.message}`);
      throw error;
    }
  });
}
