import type { AttemptEvidence, Family } from "../evidence.ts";
import type { Side } from "../findings.ts";
import type { FindingFacts } from "./story.ts";
import { hasMoved, roundTrip } from "./scene.ts";
import type { Scene } from "./scene.ts";

/** At whose end something is, how sure that is, and by which fact it was decided. */
export interface Located {
  readonly side: Side;
  readonly confidence: number;
  readonly facts: FindingFacts;
}

const undecided = (confidence: number, facts: FindingFacts = {}): Located => ({ side: "undecided", confidence, facts });

/**
 * At whose end our dial is stopped. A filter at the client's exit and one at the server's entrance look alike, unless the
 * answer came sooner than the server could have given it, or both ends have dialled each other at once.
 */
export function whereDialStops(scene: Scene, attempt: AttemptEvidence): Located {
  if (isPunched(scene, attempt.family)) return { side: "server", confidence: 0.95, facts: { by: "both-dialled" } };
  const early = earlyRefusal(scene, attempt);
  if (early) return { side: "client", confidence: 0.9, facts: { by: "answer-came-early", ...early } };
  const arrival = attempt.seen?.arrival;
  if (arrival === "half-open") return undecided(0.95, { arrival });
  return undecided(0.9, arrival === "nothing" ? { arrival } : {});
}

/** Whether refusals came much sooner than the server could have given them. */
function earlyRefusal(scene: Scene, { family, outcome }: AttemptEvidence): FindingFacts | undefined {
  const least = roundTrip(scene, family);
  if (least === undefined || outcome === "dial-silent") return undefined;
  const refusals = scene.evidence.attempts.filter((one) => one.family === family && isRefusal(one));
  const times = refusals.map(({ dialMs = Infinity }) => dialMs).toSorted((one, other) => one - other);
  // A busy machine is late with some of them, and early with none.
  const second = times[1] ?? times[0] ?? Infinity;
  return second < least / 4 ? { dialMs: round(second), least: round(least) } : undefined;
}

const isRefusal = ({ outcome }: AttemptEvidence): boolean =>
  outcome === "dial-refused" || outcome === "dial-unreachable";

/** At whose end the server's dial to us is stopped. */
export function whereArrivalStops(scene: Scene, { family, seen }: AttemptEvidence): Located {
  if (isPunched(scene, family)) return { side: "client", confidence: 0.95, facts: { by: "both-dialled" } };
  const dialBack = seen?.dialBack;
  if (!dialBack) return undecided(0.9);
  // What the server takes for us, and we are not, answers for us. At its own end nobody would.
  return undecided(0.9, { dialBack: dialBack.outcome });
}

/**
 * Each end dials the other at the same moment, and they are connected, though neither comes through alone. A stateful box
 * lets in what belongs to a connection that its own side has begun: so both ends let out, and each keeps the other one out.
 */
function isPunched(scene: Scene, family: Family): boolean {
  const { evidence } = scene;
  if (hasMoved(scene, { family, passive: true }) || hasMoved(scene, { family, passive: false })) return false;
  return evidence.attempts.some(
    (attempt) =>
      attempt.family === family &&
      attempt.seen?.punch?.together === "connected" &&
      attempt.seen.punch.solo !== "connected",
  );
}

const round = (ms: number): number => Math.round(ms * 10) / 10;
