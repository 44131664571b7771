import { isPassive, visible } from "@twinport/protocol";
import { pictureOfFigure } from "../explain/picture-of-figure.ts";
import { hangText } from "../explain/picture-lines.ts";
import { formatPicture } from "../explain/picture-text.ts";
import { explainMessages } from "../messages/explain.ts";
import { logsMessages } from "../messages/logs.ts";
import { sayFinding, sayVerdict } from "../messages/findings.ts";
import type { Picture } from "../explain/picture.ts";
import type { Finding } from "../findings.ts";
import type { Language } from "../language.ts";
import type { LogsMessages } from "../messages/logs-en.ts";
import type { LogAttempt } from "./log-attempt.ts";
import type { LogParty, LogReport } from "./read-log.ts";

/** Who is told of one by one; a log of a year may have thousands. */
const MOST_PARTIES = 10;
const MOST_TRANSFERS = 20;

/** The transfers of a log, drawn: each with the ports that it tells. */
export function picturesOfLog({ attempts, parties }: LogReport, language: Language): Picture[] {
  const findings = parties.flatMap((party) => party.findings);
  return attempts.map((attempt) => {
    const picture = pictureOfFigure(attempt.figure, language);
    const title = isOfUnknownSize(attempt) ? titleWithoutBytes(attempt, language) : picture.title;
    return { ...picture, title, notes: notesOf(attempt, findings, language) };
  });
}

function isOfUnknownSize({ hasBytes, figure }: LogAttempt): boolean {
  return !hasBytes && figure.outcome === "complete";
}

function titleWithoutBytes({ figure: { mode, tls, command } }: LogAttempt, language: Language): string {
  const parts = [explainMessages[language].figure[mode], tls, command, logsMessages[language].whole];
  return parts.filter((part) => part !== undefined).join(" · ");
}

function notesOf({ evidence }: LogAttempt, findings: readonly Finding[], language: Language): string[] {
  if (evidence.outcome === "moved") return [];
  const mine = findings.filter(({ blocks, modes }) => blocks && modes.includes(evidence.mode));
  return [...new Set(mine.map((finding) => sayFinding(named(finding, language), language).what))];
}

/** What is found in a log, in words: figures, findings and verdicts. */
export function sayLog(report: LogReport, language: Language): string[] {
  const say = logsMessages[language];
  const { kind, side, lines, parties, attempts, transfers } = report;
  const limits = say.unknown[kind];
  const shown = parties.slice(0, MOST_PARTIES);
  const drawn = picturesOfLog(report, language);
  const left = attemptsOf(parties) - attempts.length;
  const text = [
    ...hangText("", say.heading(say.kinds[kind], lines, sumOf(parties))),
    ...(limits === undefined ? [] : hangText("", say.limits(limits))),
    ...(side === "server" && parties.some(({ verdict }) => verdict) ? hangText("", say.asClient) : []),
    "",
    ...drawn.flatMap((picture) => [...formatPicture(picture), ""]),
    ...(parties.length === 0 ? [say.nothing] : []),
    ...(drawn.length > 0 && left > 0 ? [say.more(left), ""] : []),
    ...transfers.slice(0, MOST_TRANSFERS).map((one) => say.transfer(one.command, one.bytes, one.isComplete)),
    ...(transfers.length > MOST_TRANSFERS ? [say.more(transfers.length - MOST_TRANSFERS)] : []),
    ...shown.flatMap((party) => partyLines(party, shown.length > 1, language)),
    ...(parties.length > shown.length ? [say.more(parties.length - shown.length)] : []),
    ...(report.moreParties > 0 ? [say.moreParties(report.moreParties)] : []),
  ];
  return text.map(visible);
}

function sumOf(parties: readonly LogParty[]) {
  const sum = (pick: (party: LogParty) => number): number => parties.reduce((total, party) => total + pick(party), 0);
  return { moved: sum(({ moved }) => moved), failed: sum(({ failed }) => failed) };
}

function attemptsOf(parties: readonly LogParty[]): number {
  const { moved, failed } = sumOf(parties);
  return moved + failed;
}

function partyLines(party: LogParty, isOneOfMany: boolean, language: Language): string[] {
  const say = logsMessages[language];
  const { name, findings, verdict } = party;
  return [
    ...(isOneOfMany ? [say.party(name, party)] : []),
    ...(findings.length > 0 ? [say.found] : []),
    ...findings.flatMap((finding) => [...findingLines(finding, say, language), ""]),
    ...hangText("", verdict ? sayVerdict(verdict, language) : say.noModes),
    "",
  ].slice(0, -1);
}

/** A finding about ends that the log does not name. */
function named(finding: Finding, language: Language): Finding {
  const { end } = logsMessages[language];
  const names = Object.entries(end).filter(([name]) => finding.facts[name] === "?");
  return names.length === 0 ? finding : { ...finding, facts: { ...finding.facts, ...Object.fromEntries(names) } };
}

function findingLines(finding: Finding, say: LogsMessages, language: Language): string[] {
  const { what, fix, decide, doc } = sayFinding(named(finding, language), language);
  return [
    ...hangText("  ", `${what} ${say.about(say.at[finding.side], say.sure(finding.confidence))}`),
    ...hangText("    ", say.fix(fix)),
    ...(decide === undefined ? [] : hangText("    ", say.decide(decide))),
    `    ${say.page(doc)}`,
  ];
}

/** What is found in a log, for programs. */
export function logFacts(report: LogReport, language: Language): object {
  const { kind, side, lines, parties, attempts, transfers } = report;
  return {
    ...{ kind, side, lines },
    figures: attempts.map(({ figure, evidence, hasBytes }) => {
      const { session: _, bytes, ...drawn } = figure;
      const { mode: command, outcome: ended } = evidence;
      return { ...drawn, ...(hasBytes && { bytes }), by: command, ended, isPassive: isPassive(command) };
    }),
    transfers: transfers.map(({ command, bytes, isComplete }) => ({ command, bytes, isComplete })),
    parties: parties.map(({ name, moved, failed, findings, verdict }) => ({
      ...{ name, moved, failed },
      findings: findings.map((finding) => ({ ...finding, ...sayFinding(named(finding, language), language) })),
      verdict: verdict ? { ...verdict, sentence: sayVerdict(verdict, language) } : null,
    })),
  };
}
