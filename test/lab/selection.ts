import process from "node:process";
import { proving } from "../testkit/proving.ts";
import { Lab, MachineLacksError } from "./lab.ts";
import { Slots } from "./slots.ts";
import { topologies } from "./topologies.ts";
import { isOfShortForm, titleOf, variantsOf } from "./topology.ts";
import type { Variant } from "./topology.ts";

/** What this run builds, with titles: the short form, or with TWINPORT_PROVE all that is declared. */
export const chosenVariants = variantsOf(topologies)
  .filter((variant) => proving || isOfShortForm(variant))
  .map((variant) => [titleOf(variant), variant] as const);

// Labs are mostly waiting: so many at a time are no load for two cores.
const slots = new Slots(6);

/** Builds a variant for a test. Where this machine's kernel lacks something, the test is skipped; not under CI. */
export function inLab(
  variant: Variant,
  { skip }: { readonly skip: (why: string) => void },
  work: (lab: Lab) => Promise<void>,
): Promise<void> {
  return slots.use(async () => {
    try {
      await using lab = await Lab.build(variant.topology, variant);
      await work(lab);
    } catch (error) {
      if (error instanceof MachineLacksError && !process.env["CI"]) skip(`this machine lacks: ${error.message}`);
      throw error;
    }
  });
}
