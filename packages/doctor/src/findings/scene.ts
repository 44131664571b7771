import { ip, isPassive, parseIp, reachOf, sameIp } from "@twinport/protocol";
import type { ModeCommand } from "@twinport/protocol";
import type { AttemptEvidence, ControlEvidence, Evidence, Family, SaidReply, TlsUse } from "../evidence.ts";
import { addressTold, addressesIn } from "./words.ts";

/** The evidence, and what all rules ask of it. */
export interface Scene {
  readonly evidence: Evidence;
  /** What each mode came to with each family and use of TLS. */
  readonly tried: readonly AttemptEvidence[];
  readonly login: TlsUse;
}

export function sceneOf(seen: Evidence): Scene {
  const evidence = { ...seen, attempts: seen.attempts.map(asSeen) };
  const keys = new Map<string, AttemptEvidence[]>();
  for (const attempt of evidence.attempts) {
    if (attempt.purpose !== "turn" && attempt.purpose !== "alone") continue;
    const key = `${attempt.mode} ${attempt.family} ${attempt.tls}`;
    keys.set(key, [...(keys.get(key) ?? []), attempt]);
  }
  const login = evidence.login ?? evidence.controls[0]?.tls ?? evidence.attempts[0]?.tls ?? "off";
  return { evidence, tried: [...keys.values()].flatMap((of) => decisive(of) ?? []), login };
}

/** A reset that follows on the heels of the connection is not one of the port: that has answered. */
function asSeen(attempt: AttemptEvidence): AttemptEvidence {
  const isReset = attempt.outcome === "dial-unreachable" && /ECONNRESET/.test(String(attempt.facts["cause"]));
  return isReset ? { ...attempt, outcome: "data-broken", connected: true } : attempt;
}

/** What counts of several tries of the same: that it moved; else the one with nobody beside it; else the last. */
function decisive(attempts: readonly AttemptEvidence[]): AttemptEvidence | undefined {
  return (
    attempts.find(({ outcome }) => outcome === "moved") ??
    attempts.findLast(({ purpose }) => purpose === "alone") ??
    attempts.at(-1)
  );
}

/** Which of the attempts are meant: those with what is given. */
export interface Which {
  readonly passive?: boolean;
  readonly family?: Family;
  readonly secured?: boolean;
  readonly mode?: ModeCommand;
}

export const isSecured = ({ tls }: { readonly tls: TlsUse }): boolean => tls !== "off";

export function isMeant(attempt: AttemptEvidence, { passive, family, secured, mode }: Which): boolean {
  return (
    (passive === undefined || isPassive(attempt.mode) === passive) &&
    (family === undefined || attempt.family === family) &&
    (secured === undefined || isSecured(attempt) === secured) &&
    (mode === undefined || attempt.mode === mode)
  );
}

/** Whether one of the modes moved data. */
export function hasMoved({ tried }: Scene, which: Which): boolean {
  return tried.some((attempt) => attempt.outcome === "moved" && isMeant(attempt, which));
}

/** All attempts that look the same way with the same family and use of TLS: the other command of the mode too. */
export function waysLike(attempt: AttemptEvidence): Which {
  return { passive: isPassive(attempt.mode), family: attempt.family, secured: isSecured(attempt) };
}

/** Whether nothing that looks the same way moved data: then what is found of it keeps it from working. */
export function isShut(scene: Scene, attempt: AttemptEvidence): boolean {
  return !hasMoved(scene, waysLike(attempt));
}

/** All that the server said of an attempt. */
export function wordsOf({ modeReply, lastReply }: { readonly modeReply?: SaidReply; readonly lastReply?: SaidReply }) {
  return [modeReply, lastReply].flatMap((reply) => (reply ? [`${reply.code} ${reply.text}`] : []));
}

/** Whether a connection came about at all. */
export const hasConnected = ({ outcome }: ControlEvidence): boolean =>
  !outcome.startsWith("connect-") && outcome !== "name-not-found" && outcome !== "proxy-failed";

/** The address by which the server is to come to us: ours, or the one that we were asked to tell (--active-address). */
const offered = ({ told, control }: AttemptEvidence) => parseIp(told?.address ?? control.local.address);

/**
 * Whether our address means nothing to the server: a NAT stands at our end for certain. What the server has read of our
 * PORT tells that a box has mended it.
 */
export function isHidden({ evidence }: Scene, attempt: AttemptEvidence): boolean {
  const ours = offered(attempt);
  const theirs = parseIp(attempt.control.peer.address);
  if (!ours || !theirs || evidence.proxy !== undefined) return false;
  const isBehind = reachOf(ours) !== "public" && reachOf(theirs) === "public";
  return isBehind && (isSecured(attempt) || !isMended(evidence));
}

/** Whether a box has put an address into our PORT by which the server can reach us. */
export function isMended({ heard, observed }: Evidence): boolean {
  const told = heard && addressTold(heard.told);
  const read = heard && addressTold(heard.heard);
  if (told === undefined || read === undefined || told === read) return false;
  return observed ? read === observed.address : reachOf(ip(read)) === "public";
}

/** The address that the server has of us, where it is known and not the one that we told. */
export function observedOtherwise({ evidence }: Scene, attempt: AttemptEvidence): string | undefined {
  const ours = offered(attempt);
  const theirs = parseIp(attempt.control.peer.address);
  if (!ours || evidence.proxy !== undefined) return undefined;
  const told = [...(evidence.observed ? [evidence.observed.address] : []), ...wordsOf(attempt).flatMap(addressesIn)];
  return told.find((text) => {
    const seen = parseIp(text);
    return seen && seen.family === ours.family && !sameIp(seen, ours) && !(theirs && sameIp(seen, theirs));
  });
}

/** So many samples make it unlikely that all of them were held up by something else. */
const FEWEST_SAMPLES = 8;

/** Milliseconds below which a busy machine is as slow itself. */
const LEAST_TRIP = 40;

/**
 * The least time in which the server has answered anything, in milliseconds: a round trip takes no more. Undefined where
 * that is too little to compare with, or in doubt.
 */
export function roundTrip({ evidence }: Scene, family: Family): number | undefined {
  const controls = evidence.controls.filter((one) => one.family === family && hasConnected(one));
  const times = [
    ...controls.flatMap(({ connectMs, replyMs }) => [connectMs ?? [], replyMs ?? []].flat()),
    ...evidence.attempts.flatMap((one) => (one.family === family && isDialed(one) ? (one.dialMs ?? []) : [])),
    ...answerTimes(evidence),
  ];
  const least = Math.min(...times);
  return times.length >= FEWEST_SAMPLES && least >= LEAST_TRIP ? least : undefined;
}

const isDialed = ({ mode, connected }: AttemptEvidence): boolean => isPassive(mode) && connected;

/** Milliseconds from each command to the next reply. */
export function answerTimes({ trace }: Evidence): number[] {
  const asked = new Map<string, number>();
  return trace.flatMap((event) => {
    if (!("session" in event)) return [];
    const since = asked.get(event.session);
    asked.delete(event.session);
    if (event.kind === "command-sent") asked.set(event.session, event.at);
    return event.kind === "reply-received" && since !== undefined ? [event.at - since] : [];
  });
}
