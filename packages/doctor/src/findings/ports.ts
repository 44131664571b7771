import { isPassive } from "@twinport/protocol";
import type { ModeCommand } from "@twinport/protocol";
import type { AttemptEvidence, Family } from "../evidence.ts";
import { isSecured } from "./scene.ts";
import type { Scene } from "./scene.ts";

/** Which ports of the server came through and which did not, with the same use of TLS. */
export interface MixedPorts {
  readonly passed: readonly number[];
  readonly stopped: readonly number[];
  /** All that were stopped, as they were tried. */
  readonly attempts: readonly AttemptEvidence[];
  /** Not the port makes the difference: what one command told passes, and what the other one told never does. */
  readonly onlyTold?: ModeCommand;
}

/** What keeps ports apart, if some pass and others do not; undefined where all are alike, or it is by chance. */
export function mixedPorts(scene: Scene, family: Family, secured: boolean): MixedPorts | undefined {
  const dialed = scene.evidence.attempts.filter(
    (attempt) => attempt.family === family && isSecured(attempt) === secured && isPassive(attempt.mode) && attempt.told,
  );
  const came = dialed.filter(({ connected }) => connected);
  const slowest = Math.max(0, ...came.map(({ dialMs }) => dialMs ?? 0));
  const attempts = dialed.filter((attempt) => isStopped(attempt, slowest));
  const passed = portsOf(came);
  const stopped = portsOf(attempts);
  // One that was silent for a moment is one that was lost.
  if (stopped.length === 1 && !attempts.some(isSolid)) return undefined;
  // The same port once so and once so: something is lost on the way, or busy for a while.
  if (passed.length === 0 || stopped.length === 0 || stopped.some((port) => passed.includes(port))) return undefined;
  const onlyTold = commandThatPasses(came, attempts);
  return { passed, stopped, attempts, ...(onlyTold && { onlyTold }) };
}

/** A dial that was refused, or waited for with more patience than those took that came through. */
function isStopped({ outcome, connected, dialMs = 0 }: AttemptEvidence, slowest: number): boolean {
  if (connected) return false;
  if (outcome === "dial-refused" || outcome === "dial-unreachable") return true;
  return outcome === "dial-silent" && dialMs >= Math.max(900, slowest * 1.5);
}

/** Refused, or silent for a SYN and two repetitions. */
const isSolid = ({ outcome, dialMs = 0 }: AttemptEvidence): boolean => outcome !== "dial-silent" || dialMs >= 3000;

function commandThatPasses(
  came: readonly AttemptEvidence[],
  stopped: readonly AttemptEvidence[],
): ModeCommand | undefined {
  const passing = new Set(came.map(({ mode }) => mode));
  const isApart = passing.size === 1 && !stopped.some(({ mode }) => passing.has(mode));
  // With fewer it may as well be the port.
  return isApart && portsOf(came).length >= 3 ? [...passing][0] : undefined;
}

function portsOf(attempts: readonly AttemptEvidence[]): number[] {
  return [...new Set(attempts.flatMap(({ told }) => told?.port ?? []))].toSorted((one, other) => one - other);
}
