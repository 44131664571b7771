import { isPassive } from "@twinport/protocol";
import type { AttemptEvidence, Evidence } from "../evidence.ts";
import { isMeant, isSecured, isShut, waysLike, wordsOf } from "./scene.ts";
import type { Scene } from "./scene.ts";
import type { Guess } from "./story.ts";
import { isOfReuse } from "./words.ts";

// What can become of an attempt whichever end dials.

/** What became of the command connection at the command of a mode, or of the data connection that stood. */
export function guessBehind(scene: Scene, attempt: AttemptEvidence): Guess | undefined {
  const { outcome, connected, modeReply } = attempt;
  switch (outcome) {
    case "tls-failed":
      return guessTls(scene, attempt);
    case "no-bytes":
    case "data-broken":
      return isOfReuse(wordsOf(attempt)) && isSecured(attempt) ? guessTls(scene, attempt) : stalled(scene, attempt);
    case "control-lost":
    case "control-silent":
      if (isCutShort(attempt)) return cutShort(scene, attempt);
      if (connected) return isWornOut(attempt) ? undefined : stalled(scene, attempt);
      return modeReply ? undefined : cut(scene, attempt);
    default:
      return undefined;
  }
}

/** The command connection was lost as soon as data was asked for: nobody has waited for any packet. */
export function isCutShort({ outcome, modeReply, ms }: AttemptEvidence): boolean {
  return outcome === "control-lost" && modeReply !== undefined && ms < 1000;
}

/** Nothing is the matter with a mode that works: the server has ended that one session. */
export function cutShort(scene: Scene, attempt: AttemptEvidence): Guess | undefined {
  if (!isShut(scene, attempt)) return undefined;
  const facts = { how: "lost", at: "transfer", ...said(attempt) };
  return { cause: "control-cut", side: "undecided", confidence: 0.7, blocks: true, facts };
}

/** Data has moved for long, and then the command connection was gone: a box had forgotten it. */
export function isWornOut({ outcome, bytes, ms }: AttemptEvidence): boolean {
  return (outcome === "control-lost" || outcome === "control-silent") && bytes >= 32_768 && ms >= 10_000;
}

/** How a large file failed by a data connection that stood: it came to a halt, or was cut. */
export function bulkFailure({
  purpose,
  outcome,
  connected,
  bytes,
  facts,
}: AttemptEvidence): "halt" | "cut" | undefined {
  if (purpose !== "bulk" || !connected) return undefined;
  if (outcome === "data-broken" && /reset|closed/.test(String(facts["cause"]))) return "cut";
  const isHalt = outcome === "no-bytes" || outcome === "control-silent" || outcome === "data-broken";
  return isHalt && bytes < 4096 ? "halt" : undefined;
}

/**
 * Whether large files come to nothing. What halts large packets halts them in every mode, as far as no large file came in
 * another one; what cuts a connection may have been made for one of them.
 */
export function isBulkShut({ attempts }: Evidence, which: AttemptEvidence): boolean {
  const bulks = attempts.filter(({ purpose, family }) => purpose === "bulk" && family === which.family);
  const like = bulks.filter((one) => isMeant(one, waysLike(which)));
  if (like.some(({ outcome }) => outcome === "moved")) return false;
  if (like.some((one) => bulkFailure(one) !== undefined)) return true;
  return !bulks.some(({ outcome }) => outcome === "moved") && bulks.some((one) => bulkFailure(one) === "halt");
}

/** It stands and carries nothing: large packets are lost, or somebody has answered in the place of the server. */
export function stalled(scene: Scene, attempt: AttemptEvidence): Guess {
  const { bytes, outcome } = attempt;
  const confidence = outcome === "data-broken" ? 0.5 : 0.8;
  return {
    cause: "data-stalls",
    side: "undecided",
    confidence,
    blocks: isShut(scene, attempt),
    facts: { bytes, what: outcome === "data-broken" || bytes > 0 ? "cut" : "nothing", ...said(attempt) },
  };
}

function cut(scene: Scene, attempt: AttemptEvidence): Guess | undefined {
  if (!isOfTheCommand(scene, attempt)) return undefined;
  const how = attempt.outcome === "control-lost" ? "lost" : "silent";
  // The other command of the mode was answered: then it is this one that somebody does not like.
  const isApart = scene.tried.some(
    (other) => isMeant(other, waysLike(attempt)) && other.mode !== attempt.mode && other.modeReply,
  );
  const blocks = isShut(scene, attempt);
  // What is said under TLS nobody can read but the server.
  if (isSecured(attempt) && how === "lost") {
    return { cause: "control-cut", side: "server", confidence: 0.8, blocks, facts: { how, read: "no" } };
  }
  const facts = { how, read: isSecured(attempt) ? "no" : "yes" };
  return { cause: "control-cut", side: "undecided", confidence: isApart ? 0.9 : 0.6, blocks, facts };
}

/** Whether it is the command that was cut, and not a login that something before it had spoilt. */
function isOfTheCommand({ evidence }: Scene, attempt: AttemptEvidence): boolean {
  const lane = evidence.attempts.filter(({ family, tls }) => family === attempt.family && tls === attempt.tls);
  const before = lane[lane.indexOf(attempt) - 1];
  const isFresh = before === undefined || before.outcome === "control-lost" || before.outcome === "control-silent";
  const same = lane.filter(
    ({ mode, outcome, modeReply }) => mode === attempt.mode && outcome === attempt.outcome && !modeReply,
  );
  if (isFresh || same.length > 1) return true;
  return attempt.outcome === "control-lost" && attempt.lastReply === undefined && attempt.ms > 0;
}

function guessTls(scene: Scene, attempt: AttemptEvidence): Guess {
  const blocks = isShut(scene, attempt);
  const facts = { ...attempt.facts, ...said(attempt) };
  if (isOfReuse(wordsOf(attempt)))
    return { cause: "tls-reuse-required", side: "server", confidence: 0.95, blocks, facts };
  return { cause: "tls-failed", side: "undecided", confidence: 0.7, blocks, facts: { ...facts, on: "data" } };
}

/** What the server said against it, as facts. */
export function said({ modeReply, lastReply }: Pick<AttemptEvidence, "modeReply" | "lastReply">): { said?: string } {
  const against = [lastReply, modeReply].find((reply) => reply !== undefined && reply.code >= 400);
  return against ? { said: `${against.code} ${against.text}` } : {};
}

/** The attempts of one way that did not come to data, and not for reasons of their own. */
export function failedOf(scene: Scene, passive: boolean): AttemptEvidence[] {
  const notOfTheMode = new Set(["moved", "refused", "stopped", "cannot-listen"]);
  return scene.tried.filter(({ mode, outcome }) => isPassive(mode) === passive && !notOfTheMode.has(outcome));
}
