import { ClientError } from "@twinport/client";
import { formatPicture, sayFinding, sayVerdict, hangText } from "@twinport/doctor";
import { displayWidth, isPassive, modeCommands, padToWidth, visible } from "@twinport/protocol";
import type { ClientErrorCode } from "@twinport/client";
import type { Diagnosis, Finding, Language, Picture } from "@twinport/doctor";
import type { CommandSetting } from "../command-setting.ts";
import type { Messages } from "../../messages/index.ts";

type Evidence = Diagnosis["evidence"];
type Attempt = Evidence["attempts"][number];
type Control = Evidence["controls"][number];

/** Letters that turn the direction of those behind them. */
const turning = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** What is told to programs. */
export function diagnosisJson({ evidence, findings, verdict }: Diagnosis, language: Language): object {
  const { attempts, trace, ...rest } = evidence;
  const { mode, command, works } = verdict;
  return {
    verdict: { mode, command, works, sentence: sayVerdict(verdict, language) },
    attempts: attempts.filter(isTurn).map(attemptFacts),
    findings: findings.map((finding) => findingFacts(finding, language)),
    further: attempts.filter((attempt) => !isTurn(attempt)).map(attemptFacts),
    ...rest,
    trace,
  };
}

const isTurn = ({ purpose }: Attempt): boolean => purpose === "turn";

function attemptFacts({ tls, ...attempt }: Attempt): object {
  return { ...attempt, tls: tls !== "off", tlsUse: tls };
}

function findingFacts(finding: Finding, language: Language): object {
  const { cause, side, port = null, confidence, ...more } = finding;
  const { what, fix, decide, doc } = sayFinding(finding, language);
  return { cause, side, port, confidence, fix, doc, what, ...(decide !== undefined && { decide }), ...more };
}

/** What is told to people, in lines that fit a terminal; what came from the other end steers none. */
export function diagnosisLines(
  diagnosis: Diagnosis,
  pictures: readonly Picture[],
  { messages, language }: Pick<CommandSetting, "messages" | "language">,
  isInterrupted = false,
): string[] {
  const { evidence, findings, verdict } = diagnosis;
  const { elsewhere } = evidence;
  // Of what was broken off nothing follows but what was seen.
  const isKnown = !isInterrupted || verdict.works || findings.length > 0;
  const say = messages.doctor;
  const tried = triedLines(evidence, messages);
  return [
    ...(tried.length > 0 ? [say.tried, ...tried, ""] : []),
    ...limitedLines(diagnosis, messages),
    ...(elsewhere ? [...hanging("", say.elsewhere(saidBy(elsewhere))), ""] : []),
    ...(evidence.isCut && !isInterrupted ? [say.cut, ""] : []),
    ...(findings.length === 0 ? (verdict.works ? [say.nothingFound, ""] : []) : [say.found]),
    ...findings.flatMap((finding) => [...findingLines(finding, messages, language), ""]),
    ...pictures.flatMap((picture) => [...formatPicture(picture), ""]),
    ...(isKnown ? hanging("", sayVerdict(verdict, language)) : []),
  ].map((line) => visible(line).replace(turning, "?"));
}

/** A text behind a head, its further lines below its first. */
function hanging(head: string, text: string): string[] {
  return hangText(head, visible(text));
}

/** A line for each attempt, what belongs together in one place, and one for each use of TLS with no login. */
function triedLines(evidence: Evidence, messages: Messages): string[] {
  const say = messages.doctor;
  const { attempts, controls, login = "off" } = evidence;
  // Who got in without a certificate that can be believed has a finding for it.
  const isIn = (one: Control): boolean =>
    controls.some(({ outcome, family, tls }) => outcome === "ready" && family === one.family && tls === one.tls);
  const lacking = controls.filter((one) => one.outcome !== "ready" && one.facts["after"] === undefined && !isIn(one));
  const lanes = [...attempts, ...lacking].toSorted(
    (one, other) => one.family - other.family || Number(one.tls !== login) - Number(other.tls !== login),
  );
  const names = [...new Set(lanes.map(say.lane))];
  const width = Math.max(0, ...names.map(displayWidth));
  return names.flatMap((name) => {
    const isHere = (one: Attempt | Control): boolean => say.lane(one) === name;
    const here = attempts.filter(isHere);
    const without = lacking.filter(isHere).filter(({ outcome, facts }) => outcome !== "timed-out" || facts["what"]);
    const rows = [
      ...without.map((control) => lackingText(control, login, messages)),
      ...inOrder(here.filter(isTurn)).map((attempt) => attemptText(attempt, messages)),
      ...inOrder(here.filter(({ purpose }) => purpose === "alone")).map((one) => say.alone(attemptText(one, messages))),
      ...furtherTexts(here, messages),
      ...here.filter(({ purpose }) => purpose === "bulk").map((attempt) => say.bulk(attemptText(attempt, messages))),
    ];
    return rows.flatMap((row) => hanging(`  ${padToWidth(name, width)}  `, row));
  });
}

function inOrder(attempts: readonly Attempt[]): Attempt[] {
  return attempts.toSorted((one, other) => modeCommands.indexOf(one.mode) - modeCommands.indexOf(other.mode));
}

/** A server that was to dial and is silent is waiting for its own dial: what matters is that nobody came. */
function attemptText(attempt: Attempt, { client }: Messages): string {
  const { mode, connected, outcome, modeReply, told, ms } = attempt;
  const isWaiting = outcome === "control-silent" && !isPassive(mode) && !connected && modeReply !== undefined && told;
  // That there is no way is its cause once more.
  const { cause, ...facts } = attempt.facts;
  const isTwice = outcome === "dial-unreachable" && String(cause).includes("no way");
  const seen = isTwice ? { ...attempt, facts } : attempt;
  const known = isWaiting ? { ...attempt, outcome: "nobody-came" as const, facts: { port: told.port } } : seen;
  return client.attempt({ ...known, seconds: ms / 1000, because: [] });
}

/** The further ports of the passive range in one line. */
function furtherTexts(attempts: readonly Attempt[], { doctor: say }: Messages): string[] {
  const further = attempts.filter(({ purpose, dialed }) => purpose === "further-port" && dialed !== undefined);
  const portsOf = (isReached: boolean): number[] => {
    const meant = further.filter(({ connected }) => connected === isReached);
    return [...new Set(meant.flatMap(({ dialed }) => dialed?.port ?? []))].toSorted((one, other) => one - other);
  };
  return further.length === 0 ? [] : [say.further(portsOf(true), portsOf(false))];
}

function lackingText(control: Control, login: Control["tls"], { doctor: say, client }: Messages): string {
  const { outcome, facts, reply, tls } = control;
  if (outcome === "tls-not-offered" && tls !== login) return say.noTls;
  return say.noControl(reply ? saidBy(reply) : client.error(new ClientError(outcome as ClientErrorCode, facts)));
}

/** What was let in once, and not again. */
function limitedLines({ evidence: { controls } }: Diagnosis, { doctor: say }: Messages): string[] {
  const lanes = controls.filter(({ facts }) => facts["after"] !== undefined).map((control) => say.lane(control));
  return [...new Set(lanes)].flatMap((lane) => [...hanging("", say.limited(lane)), ""]);
}

const saidBy = ({ code, text }: { readonly code: number; readonly text: string }): string => `${code} ${text}`;

function findingLines(finding: Finding, { doctor: say }: Messages, language: Language): string[] {
  const { what, fix, decide, doc } = sayFinding(finding, language);
  return [
    ...hanging("  ", `${what}${say.about(say.at[finding.side], say.sure(finding.confidence))}`),
    ...[say.fix(fix), ...(decide === undefined ? [] : [say.decide(decide)]), say.page(doc)].flatMap((line) =>
      hanging("    ", line),
    ),
  ];
}
