import { isPassive } from "@twinport/protocol";
import type { ModeCommand } from "@twinport/protocol";
import type { AttemptEvidence } from "../evidence.ts";
import type { Lane } from "./lane.ts";

/** Dials to further ports where one was reached; where none was; and where a second login dials for the same. */
const MOST = 6;
const MOST_UNREACHED = 4;
const MOST_SHARED = 2;

/** Dials beyond these where exactly one port was shut: that may be chance, and a second one is none. */
const MORE = 3;

/** Seconds for a port where all before it were silent; where one was reached; and at the most. */
const SILENT = 1.5;
const REACHED = 2;
const LONGEST = 5;

/** On a longer way, and where a SYN was lost, the next one may be as well: it is sent again after 1 and 3 s. */
const LONG_WAY_MS = 100;
const SECOND_SYN_MS = 900;
const THIRD_SYN = 3;

/** Ports that were dialled, beyond which one more tells nothing where all were reached, or none was. */
const ENOUGH = 6;

/** Different ports of which none was reached: that it is some of them only is unlikely then. */
const ENOUGH_UNREACHED = 4;

/** Milliseconds for all of them, and for another lane's dial that has to end before. */
const MOST_MS = 7000;
const OTHERS_MS = 5500;

/**
 * Dials some more ports of the server's range, without a transfer: whether all of it is open, and whether it was the
 * port or the command that a first one failed by.
 */
export async function tryFurtherPorts(lane: Lane): Promise<void> {
  const { examination, passive, sightings } = lane.setting;
  const dialed = sightings.all.filter(isDial);
  const mine = dialed.filter(({ tls }) => tls === lane.tls);
  const modes = modesFor(mine);
  const isReached = mine.some(({ connected }) => connected);
  const isMissed = mine.some(({ connected }) => !connected);
  const isMixed = isReached && isMissed;
  if (modes.length === 0) return;
  if (!isMixed && dialed.length >= ENOUGH && dialed.every(({ connected }) => connected === isReached)) return;
  const dial = isReached ? secondsFor(mine) : SILENT;
  let most = isReached ? MOST : sightings.logins.size > 1 ? MOST_SHARED : MOST_UNREACHED;
  if (!(await lane.ready()) || !(await passive.take(OTHERS_MS, examination.signal))) return;
  const until = Math.min(MOST_MS, examination.left() / 3) + performance.now();
  try {
    for (let i = 0; i < most; i++) {
      if (!isReached && portsOf(sightings.all).size >= ENOUGH_UNREACHED) return;
      const isLate = performance.now() > until;
      const isLast = i === most - 1 || isLate;
      // The last one moves something: until then a server holds its port, which may be its only one.
      const moves = isLast && isReached ? {} : ({ moves: "nothing" } as const);
      const mode = modes[i % modes.length]!;
      const attempt = await lane.attempt(mode, { purpose: "further-port", ...moves, seconds: { dial } });
      if (i === MOST - 1 && hasOneShut(sightings.all)) most += MORE;
      if (!attempt || i === most - 1 || isLate || !(await lane.ready())) return;
    }
  } finally {
    passive.give();
  }
}

function isDial({ mode, dialed }: AttemptEvidence): boolean {
  return isPassive(mode) && dialed !== undefined;
}

/** Exactly one port was shut among others that were not. */
function hasOneShut(attempts: readonly AttemptEvidence[]): boolean {
  const dialed = attempts.filter(isDial);
  return portsOf(dialed.filter(({ connected }) => !connected)).size === 1 && dialed.some(({ connected }) => connected);
}

function portsOf(attempts: readonly AttemptEvidence[]): ReadonlySet<number> {
  return new Set(attempts.flatMap((attempt) => (isDial(attempt) ? [attempt.dialed!.port] : [])));
}

/** First those that have failed by their dial: then those that have not. */
function modesFor(dialed: readonly AttemptEvidence[]): ModeCommand[] {
  const of = (isMeant: (attempt: AttemptEvidence) => boolean): ModeCommand[] => [
    ...new Set(dialed.filter(isMeant).map(({ mode }) => mode)),
  ];
  return [...of(({ connected }) => !connected), ...of(({ connected }) => connected)];
}

/** By the round trip: that is the least that any of them has taken. */
function secondsFor(dialed: readonly AttemptEvidence[]): number {
  const times = dialed.flatMap(({ connected, dialMs }) => (connected && dialMs !== undefined ? [dialMs] : []));
  const roundTrip = Math.min(...times, LONGEST * 1000);
  const isBad = times.some((one) => one > SECOND_SYN_MS) || (times.length > 0 && roundTrip > LONG_WAY_MS);
  return isBad ? Math.min(LONGEST, THIRD_SYN + (2 * roundTrip) / 1000) : REACHED;
}
