import { expect, it } from "vitest";
import { cases, examine } from "./doctor-cases.ts";
import { complaintsOf, shortOf } from "./doctor-grade.ts";
import { labPeer } from "./lab-peer.ts";
import { manySlots, inLab } from "./selection.ts";

// What is built is what runs here: `npm run build` comes first.

labPeer("the doctor finds what the lab has built, and says no more than can be seen", ["unshare"], () => {
  it.concurrent.for(cases.map((one) => [one.title, one] as const))("%s", ([, examined], test) =>
    inLab(
      examined.variant,
      test,
      async (lab) => {
        const run = await examine(lab, examined);
        expect(complaintsOf(run, examined.built, examined), shortOf(run)).toEqual([]);
      },
      manySlots,
    ),
  );
});
