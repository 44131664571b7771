import { cutFaults, tlsFaults } from "./cut-faults.ts";
import { ownDeeds } from "./own-client.ts";
import { programDeeds } from "./programs.ts";
import { rawFaults } from "./raw-faults.ts";
import type { Place } from "../testkit/client-matrix.ts";
import type { Dice } from "./dice.ts";
import type { Deed, Tls } from "./spot.ts";

/** When TLS begins, on the whole. */
const tlsWays: readonly Tls[] = ["off", "explicit", "implicit"];

/** All that can be done. */
export const deeds: readonly Deed[] = [...programDeeds, ...ownDeeds, ...rawFaults, ...cutFaults, ...tlsFaults];

const byWeight = deeds.flatMap((deed) => Array.from({ length: deed.weight }, () => deed));

const ways: readonly Place["way"][] = [
  { mode: "passive", verb: "EPSV", address: "127.0.0.1" },
  { mode: "passive", verb: "PASV", address: "127.0.0.1" },
  { mode: "active", verb: "EPRT", address: "127.0.0.1" },
  { mode: "active", verb: "PORT", address: "127.0.0.1" },
];

/** A deed and how it is done. */
export interface Throw {
  readonly deed: Deed;
  readonly tls: Tls;
  readonly user: "ann" | "bob" | "eve";
  readonly way: Place["way"];
}

/** @param deed undefined for any */
export function throwFor(dice: Dice, deed = dice.of(byWeight)): Throw {
  return {
    deed,
    tls: dice.of(deed.tls ?? tlsWays),
    user: deed.user ?? dice.of(["ann", "bob"]),
    way: dice.of(ways.filter(({ mode }) => (deed.mode ?? mode) === mode)),
  };
}
