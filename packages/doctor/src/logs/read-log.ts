import { verdictOf } from "../verdict.ts";
import { Conversation } from "./conversation.ts";
import { kindOf, logFormats } from "./formats.ts";
import { findingsOfLog } from "./log-findings.ts";
import { logLines } from "./log-lines.ts";
import type { Evidence } from "../evidence.ts";
import type { Finding } from "../findings.ts";
import type { Verdict } from "../verdict.ts";
import type { LogKind } from "./formats.ts";
import type { LogAttempt, LogControl, LogEvent, LogTransfer } from "./log-attempt.ts";
import type { LogStep } from "./log-step.ts";

/** What a log says of the conversations with one other side: of a client's log a server, of a server's log a client. */
export interface LogParty {
  /** As the log names it: `192.0.2.7`, `192.0.2.7:21`, `?`. */
  readonly name: string;
  /** Transfers that came through, and that did not; of the latter those that the mode is not to blame for, too. */
  readonly moved: number;
  readonly failed: number;
  readonly evidence: Evidence;
  readonly findings: readonly Finding[];
  /** Undefined where the log tells nothing of modes. */
  readonly verdict: Verdict | undefined;
}

/** What was found in a log. */
export interface LogReport {
  readonly kind: LogKind;
  readonly side: "client" | "server";
  readonly lines: number;
  /** Those with findings first. */
  readonly parties: readonly LogParty[];
  /** The other sides of which there was no room to tell. */
  readonly moreParties: number;
  /** The transfers to be drawn: of each kind of trouble some, and some that came through. */
  readonly attempts: readonly LogAttempt[];
  /** Transfers without their mode: an xferlog. */
  readonly transfers: readonly LogTransfer[];
}

/** A log may be as large as a disk; what is kept of it is not. */
const MOST_PARTIES = 200;
const MOST_ATTEMPTS = 200;
const MOST_SESSIONS = 2000;
const MOST_FIGURES = 12;
const MOST_TRANSFERS = 1000;
/** Lines by which a log is known: of the first so many that have a mark, for what is fetched may stand before them. */
const FIRST_LINES = 300;

/**
 * Reads the log of an FTP program, and says what it shows of the modes: with the doctor's words, as far as a log goes.
 * Undefined where it is the log of none that is known.
 */
export async function readLog(chunks: AsyncIterable<Uint8Array>, as?: LogKind): Promise<LogReport | undefined> {
  const first: string[] = [];
  let before = 0;
  let summary = as && new LogSummary(as);
  for await (const line of logLines(chunks)) {
    if (summary) summary.take(line);
    else if (first.push(line) === FIRST_LINES && !(summary = recognised(first, before))) {
      first.length = 0;
      before += FIRST_LINES;
    }
  }
  summary ??= recognised(first, before);
  return summary?.report();
}

function recognised(lines: readonly string[], before: number): LogSummary | undefined {
  const kind = kindOf(lines);
  const summary = kind && new LogSummary(kind, before);
  for (const line of lines) summary?.take(line);
  return summary;
}

interface PartyDraft {
  readonly server: string;
  readonly port: number | undefined;
  moved: number;
  failed: number;
  readonly attempts: LogAttempt[];
  readonly controls: LogControl[];
}

class LogSummary {
  readonly #kind: LogKind;
  readonly #read: (line: string) => readonly LogStep[];
  readonly #conversations = new Map<string, Conversation>();
  readonly #parties = new Map<string, PartyDraft>();
  readonly #figures: LogAttempt[] = [];
  readonly #transfers: LogTransfer[] = [];
  #more = 0;
  #lines: number;

  constructor(kind: LogKind, linesBefore = 0) {
    this.#kind = kind;
    this.#lines = linesBefore;
    this.#read = logFormats[kind].reader();
  }

  get #side(): "client" | "server" {
    return logFormats[this.#kind].side;
  }

  take(line: string): void {
    this.#lines++;
    for (const step of this.#read(line)) {
      const conversation = this.#conversationOf(step);
      for (const event of conversation.take(step)) this.#keep(event);
    }
  }

  report(): LogReport {
    for (const session of this.#conversations.keys()) this.#end(session);
    const parties = [...this.#parties].map(([name, draft]) => partyOf(name, draft));
    const weight = ({ findings }: LogParty): number => Number(findings.length > 0);
    return {
      ...{ kind: this.#kind, side: this.#side, lines: this.#lines, moreParties: this.#more },
      parties: parties.toSorted((one, other) => weight(other) - weight(one)),
      attempts: this.#figures,
      transfers: this.#transfers,
    };
  }

  #conversationOf(step: LogStep): Conversation {
    // A process may have the number of an old one, and the logs of several runs stand in one file.
    const isNew = step.kind === "connected" && step.client !== undefined;
    let conversation = this.#conversations.get(step.session);
    if (conversation && isNew && conversation.hasBegun) this.#end(step.session);
    else if (conversation) return conversation;
    if (this.#conversations.size >= MOST_SESSIONS) this.#end(this.#conversations.keys().next().value ?? "");
    conversation = new Conversation(this.#side);
    this.#conversations.set(step.session, conversation);
    return conversation;
  }

  #end(session: string): void {
    const conversation = this.#conversations.get(session);
    this.#conversations.delete(session);
    for (const event of conversation?.end() ?? []) this.#keep(event);
  }

  #keep(event: LogEvent): void {
    const party = this.#partyOf(event);
    if (event.kind === "transfer") {
      if (this.#transfers.length < MOST_TRANSFERS) this.#transfers.push(event);
      if (party) party[event.isComplete ? "moved" : "failed"]++;
    } else if (event.kind === "control") {
      if (party && party.controls.length < MOST_ATTEMPTS) party.controls.push(event);
    } else {
      this.#draw(event);
      if (!party) return;
      party[event.evidence.outcome === "moved" ? "moved" : "failed"]++;
      if (party.attempts.length < MOST_ATTEMPTS) party.attempts.push(event);
    }
  }

  #partyOf({ client = "?", server = "?", serverPort }: LogEvent): PartyDraft | undefined {
    const name = this.#side === "server" ? client : server;
    const known = this.#parties.get(name);
    if (known) return known;
    if (this.#parties.size >= MOST_PARTIES) {
      this.#more++;
      return undefined;
    }
    const draft = { server, port: serverPort, moved: 0, failed: 0, attempts: [], controls: [] };
    this.#parties.set(name, draft);
    return draft;
  }

  /** What the mode is not to blame for is no figure. */
  #draw(attempt: LogAttempt): void {
    const { outcome } = attempt.evidence;
    if (outcome === "command-refused" || outcome === "refused") return;
    const alike = this.#figures.filter((one) => one.evidence.outcome === outcome);
    if (this.#figures.length < MOST_FIGURES || alike.length === 0) this.#figures.push(attempt);
  }
}

/** It was refused or given up for reasons that are not of the mode. */
function isOfNoMode({ evidence: { outcome } }: LogAttempt): boolean {
  return outcome === "refused" || outcome === "stopped";
}

function partyOf(name: string, { server, port, moved, failed, attempts, controls }: PartyDraft): LogParty {
  const evidence: Evidence = {
    host: server,
    port: port ?? 0,
    controls: controls.map((one) => one.evidence),
    attempts: attempts.map((one) => one.evidence),
    tls: [],
    trace: [],
  };
  const findings = findingsOfLog(evidence, attempts, port !== undefined);
  const hasModes = findings.length > 0 || attempts.some((one) => !isOfNoMode(one));
  return { name, moved, failed, evidence, findings, verdict: hasModes ? verdictOf(evidence, findings) : undefined };
}
