import { isPassive } from "@twinport/protocol";
import type { ModeCommand } from "@twinport/protocol";
import type { AttemptEvidence } from "../evidence.ts";
import type { Lane } from "./lane.ts";

/** Dials to further ports where one was reached; where none was; and where a second login dials for the same. */
const MOST = 6;
const MOST_UNREACHED = 4;
const MOST_SHARED = 2;

/** Seconds for a port where all before it were silent. */
const SILENT = 1.5;

/** Ports that were dialled, beyond which one more tells nothing where all were reached, or none was. */
const ENOUGH = 6;

/** Different ports of which none was reached: that it is some of them only is unlikely then. */
const ENOUGH_UNREACHED = 4;

/** Milliseconds for all of them. */
const MOST_MS = 7000;

/**
 * Dials some more ports of the server's range, without a transfer: whether all of it is open, and whether it was the
 * port or the command that a first one failed by.
 */
export async function tryFurtherPorts(lane: Lane): Promise<void> {
  const { examination, passive, sightings } = lane.setting;
  const dialed = sightings.all.filter(({ mode, dialed: to }) => isPassive(mode) && to !== undefined);
  const mine = dialed.filter(({ tls }) => tls === lane.tls);
  const modes = modesFor(mine);
  const isReached = mine.some(({ connected }) => connected);
  const isMissed = mine.some(({ connected }) => !connected);
  const isMixed = isReached && isMissed;
  if (modes.length === 0) return;
  if (!isMixed && dialed.length >= ENOUGH && dialed.every(({ connected }) => connected === isReached)) return;
  const until = Math.min(MOST_MS, examination.left() / 3) + performance.now();
  const dial = isReached ? secondsFor(mine) : SILENT;
  const most = isReached ? MOST : sightings.logins.size > 1 ? MOST_SHARED : MOST_UNREACHED;
  if (!(await lane.ready()) || !(await passive.take(1000, examination.signal))) return;
  try {
    for (let i = 0; i < most; i++) {
      if (!isReached && countPorts(sightings.all) >= ENOUGH_UNREACHED) return;
      const isLast = i === most - 1 || performance.now() > until;
      // The last one moves something: until then a server holds its port, which may be its only one.
      const moves = isLast && isReached ? {} : ({ moves: "nothing" } as const);
      const mode = modes[i % modes.length]!;
      const attempt = await lane.attempt(mode, { purpose: "further-port", ...moves, seconds: { dial } });
      if (!attempt || isLast || examination.signal.aborted || !(await lane.ready())) return;
    }
  } finally {
    passive.give();
  }
}

function countPorts(attempts: readonly AttemptEvidence[]): number {
  return new Set(attempts.flatMap(({ mode, dialed }) => (isPassive(mode) && dialed ? [dialed.port] : []))).size;
}

/** First those that have failed by their dial: then those that have not. */
function modesFor(dialed: readonly AttemptEvidence[]): ModeCommand[] {
  const of = (isMeant: (attempt: AttemptEvidence) => boolean): ModeCommand[] => [
    ...new Set(dialed.filter(isMeant).map(({ mode }) => mode)),
  ];
  return [...of(({ connected }) => !connected), ...of(({ connected }) => connected)];
}

/** Longer than the ones that were answered have taken, as far as can be waited. */
function secondsFor(dialed: readonly AttemptEvidence[]): number {
  const longest = Math.max(0, ...dialed.filter(({ connected }) => connected).map(({ dialMs = 0 }) => dialMs));
  return Math.min(5, Math.max(2, (2 * longest) / 1000 + 1));
}
