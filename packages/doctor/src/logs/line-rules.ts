import type { LogReader, LogStep, LogStepFacts } from "./log-step.ts";

/** What a line means that looks so; undefined groups are empty. */
export type LineRule = readonly [pattern: RegExp, read: (...groups: string[]) => LogStepFacts | undefined];

/** Reads a line by the first rule that fits it. */
export function factsOf(line: string, rules: readonly LineRule[]): LogStepFacts | undefined {
  for (const [pattern, read] of rules) {
    const found = pattern.exec(line);
    if (found) return read(...found.slice(1).map((group) => group ?? ""));
  }
  return undefined;
}

/**
 * A reader of a client's log: what is said on a connection begins a conversation, and everything up to the next one is of it.
 *
 * @param strip takes the time and other things before a line from it
 */
export function clientReader(rules: readonly LineRule[], strip: (line: string) => Stripped): LogReader {
  let sessions = 0;
  return (line) => {
    const { text, at } = strip(line);
    const facts = factsOf(text, rules);
    if (!facts) return [];
    if (facts.kind === "connected" || facts.kind === "connect-failed") sessions++;
    return [stepOf(facts, String(sessions), at)];
  };
}

/** A line without its time. */
export interface Stripped {
  readonly text: string;
  readonly at?: number | undefined;
}

export function stepOf(facts: LogStepFacts, session: string, at?: number): LogStep {
  return { ...facts, session, ...(at !== undefined && { at }) };
}

/** `227 Entering …` as a reply; a line of one that goes on, and anything else, is none. */
export function replyOf(line: string): LogStepFacts | undefined {
  const [, code, text = ""] = /^([1-6]\d\d)(?: (.*))?$/.exec(line) ?? [];
  return code === undefined ? undefined : { kind: "reply", code: Number(code), text };
}

/** Milliseconds of a date as most logs write it, in UTC: what counts is how far lines are apart. */
export function timeOf(text: string): number | undefined {
  const time = Date.parse(
    `${text.replace(",", ".").replace(/^(\d{4}-\d\d-\d\d) /, "$1T")}${/[Z+]/.test(text) ? "" : "Z"}`,
  );
  return Number.isNaN(time) ? undefined : time;
}

/** How a dial ended, by the words of the system. */
export function failureOf(words: string): "refused" | "silent" | "unreachable" {
  if (/refused/i.test(words)) return "refused";
  return /unreach|no route|not permitted|denied/i.test(words) ? "unreachable" : "silent";
}

/** So many conversations are remembered at a time; those before have most likely ended. */
const MOST = 10_000;

/** Remembers something under a key, and forgets the oldest where there is too much. */
export function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  if (map.size <= MOST) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
