import { isPassive } from "@twinport/protocol";
import type { AttemptEvidence, FarSight } from "../evidence.ts";
import type { FarEnd } from "./far-end.ts";
import type { Sightings } from "./sightings.ts";

/** Outcomes of which the server may have seen something. */
const unmet: ReadonlySet<AttemptEvidence["outcome"]> = new Set([
  ...(["dial-silent", "dial-refused", "dial-unreachable", "nobody-came", "server-cannot-connect"] as const),
  ...(["control-silent", "no-bytes", "data-broken"] as const),
]);

/** What the server has seen of an attempt that came to nothing, asked at once. */
export async function farSightOf(
  farEnd: FarEnd,
  attempt: AttemptEvidence,
  sightings: Sightings,
): Promise<FarSight | undefined> {
  const { mode, told, outcome } = attempt;
  await farEnd.noteHeard(attempt);
  if (!unmet.has(outcome) || !told) return undefined;
  if (isPassive(mode)) return await farEnd.arrivalAt(told.port);
  // It takes its time: of the two commands one is enough.
  if (sightings.hasDialedBack) return undefined;
  sightings.hasDialedBack = true;
  const dialBack = await farEnd.dialBack();
  return dialBack && { dialBack };
}
