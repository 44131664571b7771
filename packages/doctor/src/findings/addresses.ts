import { cannotReach, parseIp, reachOf, sameIp } from "@twinport/protocol";
import type { AttemptEvidence } from "../evidence.ts";
import { hasMoved, isSecured } from "./scene.ts";
import type { Scene } from "./scene.ts";
import { addressTold } from "./words.ts";
import { storyOf } from "./story.ts";
import type { Story } from "./story.ts";

/** What 227 told in place of the address that we had dialled. */
interface ToldAddress {
  readonly attempt: AttemptEvidence;
  readonly told: string;
  readonly peer: string;
  /** Nobody at our place can reach it. */
  readonly isUnreachable: boolean;
}

/** What the server tells of itself that is not so. We dial the address of the command connection; others dial what is told. */
export function addressStories(scene: Scene): Story[] {
  const rewritten = rewrittenOf(scene);
  const told = toldOtherwise(scene);
  if (rewritten) {
    const { attempt, told: behind, peer } = rewritten;
    const facts = { told: peer, behind };
    return [storyOf(attempt, { cause: "address-rewritten", side: "server", confidence: 0.9, blocks: false, facts })];
  }
  return told.flatMap(({ attempt, told: address, peer, isUnreachable }) => {
    const facts = { told: address, peer };
    const reach = reachOf(parseIp(address)!);
    // 0.0.0.0 is nobody's address.
    if (isUnreachable && reach !== "unspecified") {
      const guess = { cause: "address-private", side: "server", confidence: 0.95, blocks: false } as const;
      return [storyOf(attempt, { ...guess, facts: { ...facts, reach } })];
    }
    // The data may really be there, unless it came from the address of the command connection.
    const confidence = hasMoved(scene, { mode: "pasv", family: attempt.family }) ? 0.8 : 0.5;
    const wrong = { cause: "address-wrong", side: "server", confidence, blocks: false } as const;
    return [storyOf(attempt, { ...wrong, facts: { ...facts, what: "told" } })];
  });
}

/** A box at the server's end writes the address that the world has of it into what can be read. */
export function isRewrittenByServer(scene: Scene): boolean {
  return rewrittenOf(scene) !== undefined;
}

/** Whether the server has another address than the one that we dialled: so it stands behind a box. */
export function tellsOtherAddress(scene: Scene): boolean {
  return toldOtherwise(scene).length > 0;
}

/** What the server says of itself, where something else comes here that is right. */
function rewrittenOf(scene: Scene): ToldAddress | undefined {
  const told = toldOtherwise(scene);
  const right = scene.evidence.attempts.find(
    (attempt) => attempt.mode === "pasv" && !isSecured(attempt) && isOfPeer(attempt),
  );
  if (!right || told.some(({ attempt }) => !isSecured(attempt))) return undefined;
  return told.find(({ attempt }) => isSecured(attempt)) ?? sentOtherwise(scene, right);
}

/** What the server says that it has sent. */
function sentOtherwise({ evidence: { answered } }: Scene, attempt: AttemptEvidence): ToldAddress | undefined {
  const sent = answered && addressTold(answered.told);
  const came = answered && addressTold(answered.heard);
  if (sent === undefined || came === undefined || sent === came) return undefined;
  return { attempt, told: sent, peer: came, isUnreachable: false };
}

function isOfPeer({ told, control }: AttemptEvidence): boolean {
  const address = told?.address === undefined ? undefined : parseIp(told.address);
  const peer = parseIp(control.peer.address);
  return address !== undefined && peer !== undefined && sameIp(address, peer);
}

function toldOtherwise({ evidence }: Scene): ToldAddress[] {
  // By a proxy, the other end of our command connection is not the server.
  if (evidence.proxy !== undefined) return [];
  const pasv = evidence.attempts.filter(({ mode }) => mode === "pasv");
  const reached = new Set(
    pasv.flatMap(({ outcome, dialed, control }) =>
      outcome === "moved" && dialed && dialed.address !== control.peer.address ? dialed.address : [],
    ),
  );
  return pasv.flatMap((attempt) => {
    const { told, control } = attempt;
    const address = told?.address === undefined ? undefined : parseIp(told.address);
    const peer = parseIp(control.peer.address);
    if (!address || !peer || sameIp(address, peer) || reached.has(address.text)) return [];
    return [{ attempt, told: address.text, peer: peer.text, isUnreachable: cannotReach(address, peer) !== undefined }];
  });
}
