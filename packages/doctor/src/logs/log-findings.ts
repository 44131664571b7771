import { cannotReach, isPassive, parseIp, sameIp } from "@twinport/protocol";
import type { AttemptEvidence, Evidence } from "../evidence.ts";
import { findingsOf } from "../findings-of-evidence.ts";
import type { Finding } from "../findings.ts";
import type { LogAttempt } from "./log-attempt.ts";

/** What is certain of a client's own dial is a guess where only the server's log tells that he went away. */
const OF_A_GUESS = 0.6;

/** What the attempts of a log say: as the doctor says it of his own, and what only logs can show. */
export function findingsOfLog(evidence: Evidence, attempts: readonly LogAttempt[], hasPort: boolean): Finding[] {
  const all = findingsOf(evidence);
  const findings = [...all, ...nowAndThen(evidence, all)].map((one) => (hasPort ? one : withoutPort(one)));
  return hiddenClient(attempts, believedReply(evidence, guessed(findings, attempts)));
}

/** What fails now and then: a log is of days, and what moved once need not move each time. */
function nowAndThen(evidence: Evidence, findings: readonly Finding[]): Finding[] {
  const failed = evidence.attempts.filter(({ outcome }) => outcome !== "moved");
  if (failed.length === 0 || failed.length === evidence.attempts.length) return [];
  return findingsOf({ ...evidence, attempts: failed })
    .filter(
      ({ blocks, cause, modes }) =>
        blocks && !findings.some((one) => one.cause === cause || (isOfPorts(one) && modes.every(isPassive))),
    )
    .map((finding) => ({ ...finding, blocks: false, confidence: Math.min(finding.confidence, OF_A_GUESS) }));
}

const isOfPorts = ({ cause }: Finding): boolean => cause === "range-outside-firewall";

/** A log that does not name the command port says nothing of it. */
function withoutPort(finding: Finding): Finding {
  return finding.port === 0 ? { ...finding, port: undefined } : finding;
}

function guessed(findings: readonly Finding[], attempts: readonly LogAttempt[]): Finding[] {
  const isGuess = attempts.some((one) => one.isGuessed);
  return findings.map((finding) =>
    isGuess && (finding.cause === "out-silent" || finding.cause === "range-outside-firewall")
      ? { ...finding, confidence: Math.min(finding.confidence, OF_A_GUESS) }
      : finding,
  );
}

/** A client that dials what 227 tells, and not the server that he talks to, fails by that alone. */
function believedReply(evidence: Evidence, findings: readonly Finding[]): Finding[] {
  const failed = evidence.attempts.filter(isFailedDial);
  const misled = failed.filter(believesReply);
  if (misled.length === 0 || misled.length < failed.length) return [...findings];
  const moved = evidence.attempts.some(({ mode, outcome }) => isPassive(mode) && outcome === "moved");
  return findings.flatMap((finding) => {
    if (isOutward(finding)) return [];
    const isWhy = finding.cause === "address-private" || finding.cause === "address-wrong";
    return isWhy && finding.side === "server" ? [{ ...finding, blocks: !moved, confidence: 0.95 }] : [finding];
  });
}

const isOutward = ({ cause, modes }: Finding): boolean =>
  (cause === "out-silent" || cause === "out-refused") && modes.length > 0 && modes.every(isPassive);

function isFailedDial({ mode, outcome }: AttemptEvidence): boolean {
  return isPassive(mode) && outcome.startsWith("dial-");
}

function believesReply({ told, dialed, control }: AttemptEvidence): boolean {
  const [asked, at, peer] = [told?.address, dialed?.address, control.peer.address].map((text) => parseIp(text ?? ""));
  return asked !== undefined && at !== undefined && peer !== undefined && sameIp(asked, at) && !sameIp(asked, peer);
}

/** The server sees the client at an address that is not the one that PORT tells, and could not be reached. */
function hiddenClient(attempts: readonly LogAttempt[], findings: readonly Finding[]): Finding[] {
  const hidden = attempts.filter(isHidden);
  const [first] = hidden;
  if (!first || findings.some(({ cause, side }) => cause === "address-private" && side === "client"))
    return [...findings];
  const { evidence, observed = "" } = first;
  const moved = attempts.some((one) => !isPassive(one.evidence.mode) && one.evidence.outcome === "moved");
  const told = evidence.told?.address ?? "";
  const because: Finding = {
    cause: "address-private",
    side: "client",
    port: evidence.told?.port,
    confidence: 0.95,
    modes: [...new Set(hidden.map((one) => one.evidence.mode))],
    tls: [...new Set(hidden.map((one) => one.evidence.tls !== "off"))],
    families: [evidence.family],
    facts: { told, client: told, observed, server: evidence.control.peer.address, mode: evidence.mode },
    blocks: !moved,
  };
  const isSame = ({ modes }: Finding): boolean =>
    modes.length > 0 && modes.every((mode) => because.modes.includes(mode));
  return [because, ...findings.filter((finding) => !isSame(finding))];
}

function isHidden({ evidence, observed }: LogAttempt): boolean {
  const [told, seen] = [evidence.told?.address, observed].map((text) => parseIp(text ?? ""));
  if (isPassive(evidence.mode) || evidence.outcome === "moved" || !told || !seen) return false;
  return !sameIp(told, seen) && cannotReach(told, seen) !== undefined;
}
