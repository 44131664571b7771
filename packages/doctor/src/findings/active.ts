import { ip, reachOf } from "@twinport/protocol";
import type { AttemptEvidence } from "../evidence.ts";
import type { Side } from "../findings.ts";
import { tellsOtherAddress } from "./addresses.ts";
import { cutShort, failedOf, guessBehind, isCutShort, said } from "./door.ts";
import { whereArrivalStops } from "./far-end.ts";
import {
  hasMoved,
  isHidden,
  isMeant,
  isMended,
  isSecured,
  isShut,
  observedOtherwise,
  roundTrip,
  waysLike,
  wordsOf,
} from "./scene.ts";
import type { Scene } from "./scene.ts";
import { storyOf } from "./story.ts";
import type { Guess, Story } from "./story.ts";
import { addressesIn, asksForMode, refusalOf } from "./words.ts";

/** Why the server could not come to our port. */
export function activeStories(scene: Scene): Story[] {
  const stories = failedOf(scene, false).flatMap((attempt) => {
    const guess = guessOf(scene, attempt);
    return guess ? [storyOf(attempt, guess)] : [];
  });
  return [...oneWord(stories), ...helperStories(scene)];
}

function guessOf(scene: Scene, attempt: AttemptEvidence): Guess | undefined {
  const { outcome, strangers, connected, modeReply } = attempt;
  const stranger = strangers[0];
  if (stranger && !connected) {
    const facts = { came: stranger.address, expected: attempt.control.peer.address, what: "stranger" };
    return { cause: "address-wrong", side: "server", confidence: 0.9, blocks: isShut(scene, attempt), facts };
  }
  if (isCutShort(attempt) && !connected) return cutShort(scene, attempt);
  const isSilent =
    (outcome === "control-silent" || outcome === "control-lost") && !connected && modeReply !== undefined;
  if (outcome === "command-refused" || outcome === "reply-not-usable") return refused(scene, attempt);
  if (outcome === "nobody-came" || outcome === "server-cannot-connect" || isSilent) return notReached(scene, attempt);
  return guessBehind(scene, attempt);
}

/** In clear the server reaches us, and under TLS it does not: what is read in clear opens the way, or mends the address. */
function blind(scene: Scene, attempt: AttemptEvidence): Guess | undefined {
  const { family } = attempt;
  const isBlind =
    isSecured(attempt) && isShut(scene, attempt) && hasMoved(scene, { passive: false, family, secured: false });
  if (!isBlind) return undefined;
  const side = isHidden(scene, attempt) || isMended(scene.evidence) ? "client" : "undecided";
  return { cause: "helper-blind-under-tls", side, confidence: 0.9, blocks: true, facts: said(attempt) };
}

function refused(scene: Scene, attempt: AttemptEvidence): Guess | undefined {
  const blocks = isShut(scene, attempt);
  // Of the two commands, servers and boxes know PORT; EPRT is the younger one.
  if (!blocks && attempt.mode === "eprt") return undefined;
  const why = refusalOf([attempt.modeReply, attempt.lastReply].flatMap((reply) => reply ?? []));
  const refuses = { cause: "server-refuses-mode", blocks, facts: said(attempt) } as const;
  if (why === "off") return { ...refuses, side: "server", confidence: 0.9 };
  const isForeign = why === "foreign";
  const seenOtherwise = isForeign || isHidden(scene, attempt) || observedOtherwise(scene, attempt) !== undefined;
  const guess = seenOtherwise ? (blind(scene, attempt) ?? hidden(scene, attempt)) : undefined;
  if (guess) return guess;
  // It sees another address of ours than we do. By a NAT at our end, or by a box that it stands behind, where it does.
  const isOpen = isForeign && !tellsOtherAddress(scene);
  return { ...refuses, side: isOpen ? "undecided" : "server", confidence: isForeign ? 0.8 : 0.95 };
}

/** The address that we told is not the one that the server has of us. */
function hidden(scene: Scene, attempt: AttemptEvidence): Guess | undefined {
  const blocks = isShut(scene, attempt);
  const observed = observedOtherwise(scene, attempt);
  const facts = {
    told: attempt.told?.address ?? attempt.control.local.address,
    ...(observed && { observed }),
    ...said(attempt),
  };
  if (isHidden(scene, attempt)) return { cause: "address-private", side: "client", confidence: 0.95, blocks, facts };
  if (observed === undefined || isMended(scene.evidence)) return undefined;
  return {
    cause: "address-wrong",
    side: sideOfObserved(observed, attempt.control.local.address),
    confidence: 0.9,
    blocks,
    facts: { ...facts, what: "observed" },
  };
}

/** Who comes from the public and is seen with a private address has passed a box that stands with the server. */
function sideOfObserved(observed: string, ours: string): Side {
  const isPublic = [ours, observed].map((text) => reachOf(ip(text)) === "public");
  return isPublic[0] && !isPublic[1] ? "server" : "undecided";
}

function notReached(scene: Scene, attempt: AttemptEvidence): Guess | undefined {
  const { family, outcome, ms } = attempt;
  // The other command tells the same address, so the way is open; only boxes that read along make a difference.
  if (!isShut(scene, attempt)) return undefined;
  const guess = blind(scene, attempt) ?? hidden(scene, attempt);
  if (guess) return guess;
  const patience = 2000 + 4 * (roundTrip(scene, family) ?? 0);
  const isWord = outcome === "server-cannot-connect" && ms < patience && !asksForMode(wordsOf(attempt));
  const where = whereArrivalStops(scene, attempt);
  const facts = { ...where.facts, ...said(attempt) };
  return { ...where, cause: isWord ? "server-425" : "in-silent", blocks: true, facts };
}

/** Boxes that refuse do so only so often: what was refused once is refused. */
function oneWord(stories: readonly Story[]): Story[] {
  return stories.map((story) => {
    const isRefused = stories.some(({ cause, family }) => cause === "server-425" && family === story.family);
    return story.cause === "in-silent" && isRefused ? { ...story, cause: "server-425" } : story;
  });
}

/** We told an address that means nothing to the server, and it came: a box at our end has mended it. */
function helperStories(scene: Scene): Story[] {
  const { evidence, tried } = scene;
  const came = tried.filter((one) => one.outcome === "moved" && isMeant(one, { passive: false, secured: false }));
  return came.flatMap((attempt) => {
    const { family, control, mode, told } = attempt;
    const isCertain = isMended(evidence);
    if (!isCertain && !isHidden(scene, attempt)) return [];
    // The server dials its control peer whatever it is told, and the way in is open without any reading.
    const isReadAlong =
      evidence.heard === undefined && !namesOther(attempt) && !dialsItsPeer(evidence.attempts, attempt);
    if (!isCertain && !isReadAlong) return [];
    if (tried.some((one) => isMeant(one, { passive: false, family, secured: true }) && isConclusive(one))) return [];
    const facts = { told: told?.address ?? control.local.address, only: mode };
    return [
      storyOf(attempt, {
        cause: "helper-present",
        side: "client",
        confidence: isCertain ? 1 : 0.75,
        blocks: false,
        facts,
      }),
    ];
  });
}

/** The server says that it will dial another address than it was told: it may do so of itself. */
function namesOther({ modeReply, told }: AttemptEvidence): boolean {
  return addressesIn(modeReply?.text ?? "").some((address) => address !== told?.address);
}

/** Told 0.0.0.0, it came all the same. */
function dialsItsPeer(attempts: readonly AttemptEvidence[], attempt: AttemptEvidence): boolean {
  const decided = attempts.filter(({ purpose, outcome }) => purpose === "decide" && outcome === "moved");
  return decided.some((one) => one.told?.address === "0.0.0.0" && isMeant(one, waysLike(attempt)));
}

const isConclusive = ({ outcome }: AttemptEvidence): boolean => outcome !== "stopped" && outcome !== "refused";
