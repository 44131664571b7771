import type { AttemptEvidence, Family } from "../evidence.ts";
import { said, failedOf, guessBehind, stalled } from "./door.ts";
import { whereDialStops } from "./far-end.ts";
import { hasMoved, isMeant, isSecured, isShut, waysLike, wordsOf } from "./scene.ts";
import type { Scene } from "./scene.ts";
import { isRewrittenByServer } from "./addresses.ts";
import { mixedPorts } from "./ports.ts";
import type { MixedPorts } from "./ports.ts";
import { isOfExhaustion, isOfReuse, refusalOf, saysNobodyCame, saysStrangerCame } from "./words.ts";
import { storyOf } from "./story.ts";
import type { Guess, Story } from "./story.ts";

/** Why we could not come to the server's ports. */
export function passiveStories(scene: Scene): Story[] {
  const stories = failedOf(scene, true).flatMap((attempt) => {
    const guess = guessOf(scene, attempt);
    return guess ? [storyOf(attempt, guess)] : [];
  });
  return [...oneWord(stories), ...rangeStories(scene), ...tightStories(scene)];
}

function guessOf(scene: Scene, attempt: AttemptEvidence): Guess | undefined {
  const { outcome, connected } = attempt;
  const words = wordsOf(attempt);
  const stranger = strangerFor(scene, attempt);
  if (stranger) return { ...stranger, blocks: isShut(scene, attempt) };
  // vsftpd ends the session with these words.
  if (!connected && isOfExhaustion(words) && !outcome.startsWith("dial-")) return exhausted(scene, attempt);
  switch (outcome) {
    case "command-refused":
    case "reply-not-usable":
      return refused(scene, attempt);
    case "dial-refused":
    case "dial-silent":
    case "dial-unreachable":
      return notThrough(scene, attempt);
    case "server-cannot-connect":
      if (isOfReuse(words) && isSecured(attempt)) return guessBehind(scene, { ...attempt, outcome: "tls-failed" });
      return isAnsweredByAnother(attempt) ? stalled(scene, attempt) : noConnection(scene, attempt);
    default:
      return guessBehind(scene, attempt);
  }
}

function exhausted(scene: Scene, attempt: AttemptEvidence): Guess {
  return {
    cause: "range-exhausted",
    side: "server",
    confidence: 0.95,
    blocks: isShut(scene, attempt),
    facts: said(attempt),
  };
}

/** The server says no. That it knows only one of the two commands is usual: EPSV is the younger one. */
function refused(scene: Scene, attempt: AttemptEvidence): Guess | undefined {
  const blocks = isShut(scene, attempt);
  const isGarbled = attempt.outcome === "reply-not-usable";
  if (!blocks && (attempt.mode === "epsv" || isGarbled)) return undefined;
  return {
    cause: "server-refuses-mode",
    side: isGarbled ? "undecided" : "server",
    confidence: isGarbled ? 0.5 : 0.95,
    blocks,
    facts: isGarbled ? { garbled: wordsOf(attempt).at(-1) ?? "" } : said(attempt),
  };
}

/** It took the connection and has no connection: a box stands for it. Who says so at once has not waited for anybody. */
function isAnsweredByAnother(attempt: AttemptEvidence): boolean {
  const { connected, ms } = attempt;
  const words = wordsOf(attempt);
  const hasWaited = saysNobodyCame(words) ? ms > 1000 : ms > 5000;
  return connected && !saysStrangerCame(words) && hasWaited;
}

/** The far end has seen somebody else come to the port: our data connection has another address there. */
function strangerFor({ evidence }: Scene, attempt: AttemptEvidence): Guess | undefined {
  const came = attempt.seen?.stranger;
  if (came === undefined || !attempt.connected) return undefined;
  const expected = evidence.observed?.address ?? attempt.control.local.address;
  const facts = { came, expected, what: "us", ...said(attempt) };
  return { cause: "address-wrong", side: "undecided", confidence: 0.9, blocks: true, facts };
}

function noConnection(scene: Scene, attempt: AttemptEvidence): Guess {
  const facts = { ...said(attempt), connected: attempt.connected ? "yes" : "no" };
  return { cause: "server-425", side: "undecided", confidence: 0.8, blocks: isShut(scene, attempt), facts };
}

function notThrough(scene: Scene, attempt: AttemptEvidence): Guess | undefined {
  const { family, told } = attempt;
  // Told by the ports that pass.
  const mixed = rangeOf(scene, family);
  if (mixed && !mixed.passed.includes(told?.port ?? 0)) return undefined;
  // What moved in its place says that the way is open: something was lost, this once.
  if (!isShut(scene, attempt)) return undefined;
  if (isSecured(attempt) && hasMoved(scene, { passive: true, family, secured: false })) {
    const isServers = isRewrittenByServer(scene);
    const confidence = isServers || sharesPort(scene, attempt) ? 0.95 : 0.8;
    return { cause: "helper-blind-under-tls", side: isServers ? "server" : "undecided", confidence, blocks: true };
  }
  const cause = attempt.outcome === "dial-silent" ? "out-silent" : "out-refused";
  return { cause, blocks: true, ...whereDialStops(scene, attempt) };
}

/** The very port that passed in clear: so it is not by the port. */
function sharesPort({ evidence }: Scene, { told, family }: AttemptEvidence): boolean {
  const clear = { passive: true, family, secured: false };
  return evidence.attempts.some((one) => isMeant(one, clear) && one.connected && one.told?.port === told?.port);
}

/** Boxes that refuse do so only so often, and are silent then: refused is what it is. */
function oneWord(stories: readonly Story[]): Story[] {
  const refused = (family: Story["family"]) =>
    stories.find((story) => story.cause === "out-refused" && story.family === family);
  return stories.map((story) => {
    const word = story.cause === "out-silent" ? refused(story.family) : undefined;
    return word ? { ...story, cause: word.cause, side: word.side, confidence: word.confidence } : story;
  });
}

/** Some of the server's ports pass. */
function rangeStories(scene: Scene): Story[] {
  return ([4, 6] as const).flatMap((family) => {
    const mixed = rangeOf(scene, family);
    const first = mixed?.attempts[0];
    if (!mixed || !first) return [];
    const { side, facts: how } = whereDialStops(scene, first);
    const facts = { ...how, passed: mixed.passed.join(", "), stopped: mixed.stopped.join(", ") };
    if (mixed.onlyTold) {
      const only = { ...facts, only: mixed.onlyTold };
      return [storyOf(first, { cause: "helper-present", side, confidence: 0.6, blocks: false, facts: only })];
    }
    const samples = mixed.passed.length + mixed.stopped.length;
    const blocks = failedOf(scene, true).some((one) => one.family === family && isDial(one));
    const confidence = samples < 3 ? 0.5 : mixed.stopped.length < 2 ? 0.7 : 0.9;
    return [storyOf(first, { cause: "range-outside-firewall", side, confidence, blocks, facts })];
  });
}

/** The ports that pass and those that do not, in clear or else under TLS. */
function rangeOf(scene: Scene, family: Family): MixedPorts | undefined {
  return mixedPorts(scene, family, false) ?? mixedPorts(scene, family, true);
}

const isDial = ({ outcome }: AttemptEvidence): boolean => outcome.startsWith("dial-");

/** Refused beside others and given alone: the ports do not suffice for two at once. */
function tightStories({ evidence: { attempts } }: Scene): Story[] {
  const alone = attempts.filter(({ purpose, outcome }) => purpose === "alone" && outcome === "moved");
  return alone.flatMap((attempt) => {
    const turn = attempts.find(
      (one) => one.purpose === "turn" && one.mode === attempt.mode && isMeant(one, waysLike(attempt)),
    );
    const isTight = turn && isMeant(turn, { passive: true }) && isShortOfPorts(turn);
    if (!isTight) return [];
    return [
      storyOf(attempt, { cause: "range-exhausted", side: "server", confidence: 0.8, blocks: false, facts: said(turn) }),
    ];
  });
}

function isShortOfPorts(turn: AttemptEvidence): boolean {
  const { outcome, modeReply, lastReply } = turn;
  if (isOfExhaustion(wordsOf(turn))) return true;
  return outcome === "command-refused" && refusalOf([modeReply, lastReply].flatMap((one) => one ?? [])) !== "off";
}
