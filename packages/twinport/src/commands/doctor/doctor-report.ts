import { formatPicture, sayFinding, sayVerdict } from "@twinport/doctor";
import { displayWidth, padToWidth } from "@twinport/protocol";
import type { Diagnosis, Finding, Language, Picture } from "@twinport/doctor";
import type { CommandSetting } from "../command-setting.ts";
import type { Messages } from "../../messages/index.ts";

type Attempt = Diagnosis["evidence"]["attempts"][number];

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

/** What is told to people. */
export function diagnosisLines(
  diagnosis: Diagnosis,
  pictures: readonly Picture[],
  { messages, language }: CommandSetting,
): string[] {
  const { evidence, findings, verdict } = diagnosis;
  const say = messages.doctor;
  const tried = triedLines(diagnosis, messages);
  return [
    ...(tried.length > 0 ? [say.tried, ...tried.map(indented), ""] : []),
    ...limitedLines(diagnosis, messages),
    ...(evidence.isCut ? [say.cut, ""] : []),
    ...(findings.length === 0 ? (verdict.works ? [say.nothingFound, ""] : []) : [say.found]),
    ...findings.flatMap((finding) => [...findingLines(finding, messages, language).map(indented), ""]),
    ...pictures.flatMap((picture) => [...formatPicture(picture), ""]),
    sayVerdict(verdict, language),
  ];
}

const indented = (line: string): string => `  ${line}`;

function triedLines({ evidence }: Diagnosis, messages: Messages): string[] {
  const say = messages.doctor;
  const rows = evidence.attempts
    .filter(isTurn)
    .map((attempt) => [
      say.lane(attempt),
      messages.client.attempt({ ...attempt, seconds: attempt.ms / 1000, because: [] }),
    ]);
  const lacking = evidence.controls
    .filter(({ outcome, facts }) => outcome !== "ready" && facts["after"] === undefined)
    .map((control) => {
      const lane = say.lane(control);
      if (control.outcome === "tls-not-offered" && evidence.login === "off") return say.noTls(lane);
      return say.noControl(lane, control.reply ? saidBy(control.reply) : control.outcome);
    });
  const width = Math.max(0, ...rows.map(([lane = ""]) => displayWidth(lane)));
  return [...rows.map(([lane = "", sentence = ""]) => `${padToWidth(lane, width)}  ${sentence}`), ...lacking];
}

/** What was let in once, and not again. */
function limitedLines({ evidence: { controls } }: Diagnosis, { doctor: say }: Messages): string[] {
  const lanes = controls.filter(({ facts }) => facts["after"] !== undefined).map((control) => say.lane(control));
  return [...new Set(lanes)].flatMap((lane) => [say.limited(lane), ""]);
}

const saidBy = ({ code, text }: { readonly code: number; readonly text: string }): string => `${code} ${text}`;

function findingLines(finding: Finding, { doctor: say }: Messages, language: Language): string[] {
  const { what, fix, decide, doc } = sayFinding(finding, language);
  return [
    `${what}${say.about(say.at[finding.side], say.sure(finding.confidence))}`,
    say.fix(fix),
    ...(decide === undefined ? [] : [say.decide(decide)]),
    say.page(doc),
  ].map((line, at) => (at === 0 ? line : `  ${line}`));
}
