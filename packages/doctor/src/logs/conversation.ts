import { isPassive, lookUpVerb, ruleOf, visible } from "@twinport/protocol";
import { answer, draftOf, outcomeOf } from "./attempt-draft.ts";
import { attemptOf } from "./finished-attempt.ts";
import type { AttemptOutcome } from "@twinport/protocol";
import type { ControlEvidence, SaidReply, TlsUse } from "../evidence.ts";
import type { AttemptDraft } from "./attempt-draft.ts";
import type { LogEvent } from "./log-attempt.ts";
import type { LogEnd, LogStep } from "./log-step.ts";

/** Commands whose replies are awaited at a time: a client that sends more ahead is none that is known. */
const MOST_AWAITED = 64;

type Side = "client" | "server";

/** Follows one conversation of a log, and gives each try of a mode when it has come to its end. */
export class Conversation {
  readonly #side: Side;
  #client: LogEnd = {};
  #server: LogEnd = {};
  #awaited: string[] = [];
  #draft: AttemptDraft | undefined;
  #tls: TlsUse = "off";
  #isDataSecured = false;
  #hasAuth = false;
  #hasReplies = false;
  #hasSpoken = false;
  #isIn = false;
  #failure: { readonly outcome: string; readonly reply?: SaidReply } | undefined;
  /** What SIZE said, and of which file. */
  #size: { readonly path: string; readonly bytes: number } | undefined;
  /** What 150 said, and what the program says itself. */
  #opened: number | undefined;
  #expected: number | undefined;
  /** Where REST lets the next transfer begin. */
  #from = 0;
  #events: LogEvent[] = [];
  #at: number | undefined;

  constructor(side: Side) {
    this.#side = side;
  }

  /** Something was said in it. */
  get hasBegun(): boolean {
    return this.#hasSpoken || this.#awaited.length > 0;
  }

  /** Takes the next step; gives what it has brought to an end. */
  take(step: LogStep): LogEvent[] {
    this.#events = [];
    this.#at = step.at ?? this.#at;
    this.#step(step);
    return this.#events;
  }

  /** The log has no more of it. */
  end(): LogEvent[] {
    this.#events = [];
    if (this.#draft) this.#finish(this.#leftOutcome("closed"));
    const control = this.#control();
    if (control) this.#events.push({ ...this.#ends(), kind: "control", evidence: control });
    return this.#events;
  }

  #step(step: LogStep): void {
    switch (step.kind) {
      case "connected":
        this.#client = { ...this.#client, ...step.client };
        this.#server = { ...this.#server, ...step.server };
        return;
      case "connect-failed":
        this.#server = { ...this.#server, ...step.server };
        this.#failure = { outcome: step.how === "name" ? "name-not-found" : `connect-${step.how}` };
        return;
      case "command":
        return this.#command(step.line);
      case "reply":
        return this.#reply(step.code, visible(step.text));
      case "control-secured":
        this.#tls = this.#hasAuth ? "explicit" : "implicit";
        return;
      case "tls-failed":
        return this.#tlsFailed(step.said, step.isCertificate);
      case "timed-out":
        return this.#timedOut(step.bytes);
      case "lost":
      case "closed":
        if (this.#draft) this.#finish(this.#leftOutcome(step.kind));
        return;
      case "transferred": {
        const { command, bytes, isComplete } = step;
        this.#events.push({ ...this.#ends(), kind: "transfer", command: visible(command), bytes, isComplete });
        return;
      }
      default:
        if (this.#draft) this.#data(step, this.#draft);
    }
  }

  /** What is told of the data connection. */
  #data(step: LogStep, draft: AttemptDraft): void {
    switch (step.kind) {
      case "dialing":
        draft.dialed = step.to;
        if (isPassive(draft.mode)) draft.client = { ...draft.client, ...step.from };
        else draft.server = { ...draft.server, ...step.from };
        draft.dialedAt = this.#at;
        return;
      case "data-connected":
        draft.isConnected = true;
        draft.client = { ...draft.client, ...step.client };
        draft.server = { ...draft.server, ...step.server };
        return;
      case "dial-failed":
        if (isPassive(draft.mode)) return this.#finish(`dial-${step.how}`);
        // The server dials: what it says of that is its reply in other words.
        draft.lastReply = { code: 425, text: visible(step.said ?? step.how) };
        return this.#finish("server-cannot-connect");
      case "data-secured":
        draft.tls = step.protocol ?? "TLS";
        return;
      case "moved":
        draft.bytes = (draft.bytes ?? 0) + step.bytes;
        return;
      case "expected":
        this.#expected = step.bytes;
        return;
      case "attempt-ended":
        if (step.missing !== undefined && this.#expected !== undefined) draft.bytes = this.#expected - step.missing;
        this.#finish(step.outcome);
        return;
      default:
    }
  }

  #command(written: string): void {
    const line = visible(written);
    // A server reads a command when it has answered the one before.
    if (this.#side === "server" || this.#awaited.length >= MOST_AWAITED) this.#awaited = [];
    this.#awaited.push(line);
    const draft = draftOf(line, this.#at);
    if (draft) {
      if (this.#draft) this.#finish(this.#leftOutcome("open"));
      this.#draft = draft;
      if (this.#isDataSecured) draft.tls = "TLS";
    } else if (this.#draft && movesData(line)) this.#draft.command ??= line;
    else if (this.#draft && !/^(?:ABOR|NOOP|QUIT)\b/i.test(line)) this.#draft.wentOn = true;
    if (/^AUTH\b/i.test(line)) this.#hasAuth = true;
  }

  #reply(code: number, text: string): void {
    this.#hasReplies = true;
    const reply = { code, text };
    if (!this.#hasSpoken) {
      this.#hasSpoken = true;
      if (this.#awaited.length === 0) return;
    }
    if (code === 421) return this.#dismissed(reply);
    const line = this.#answered(code);
    if (line === undefined) return;
    if (code < 200) return this.#began(reply, line);
    if (this.#draft && line === this.#draft.command) {
      this.#draft.lastReply = reply;
      if (code < 400) this.#draft.isConnected = true;
      this.#finish(outcomeOf(code));
    } else if (this.#draft && line === this.#draft.asks) {
      const end = answer(this.#draft, code, text);
      if (end) this.#finish(end);
    } else this.#saidBesides(line, reply);
  }

  /** The command that a reply is about. */
  #answered(code: number): string | undefined {
    // These tell by themselves what they answer: what was asked before it is out of step.
    const sure = { 227: /^PASV/i, 229: /^EPSV/i }[code];
    const at = sure ? this.#awaited.findIndex((line) => sure.test(line)) : 0;
    if (at > 0) this.#awaited.splice(0, at);
    return code < 200 ? this.#awaited[0] : this.#awaited.shift();
  }

  #began(reply: SaidReply, line: string): void {
    if (!this.#draft || line !== this.#draft.command) return;
    this.#draft.lastReply = reply;
    // Servers say so when they have the connection; a client may hear it before he has.
    if (this.#side === "server") this.#draft.isConnected = true;
    const size = /\((\d+) bytes\)/.exec(reply.text)?.[1];
    if (size !== undefined) this.#opened = Number(size);
  }

  #saidBesides(line: string, reply: SaidReply): void {
    const [word = ""] = line.toUpperCase().split(" ");
    const isRefused = reply.code >= 400;
    if (word === "PASS" || word === "USER" || word === "ACCT") {
      if (isRefused) this.#failure = { outcome: "login-refused", reply };
      else if (reply.code < 300) this.#isIn = true;
    } else if (word === "AUTH") {
      if (isRefused) this.#hasAuth = false;
      else this.#tls = "explicit";
    } else if (word === "PROT" && !isRefused) this.#isDataSecured = / P$/i.test(line);
    else if (word === "SIZE") this.#size = isRefused ? undefined : { path: line.slice(5), bytes: Number(reply.text) };
    else if (word === "REST" && !isRefused) this.#from = Number(line.slice(5));
  }

  /** 421: the server ends it. */
  #dismissed(reply: SaidReply): void {
    if (!this.#isIn) this.#failure ??= { outcome: "server-busy", reply };
    if (!this.#draft) return;
    this.#draft.lastReply = reply;
    this.#finish("control-lost");
  }

  #tlsFailed(said: string, isCertificate: boolean): void {
    if (this.#draft) return this.#finish("tls-failed");
    this.#tls = this.#hasAuth ? "explicit" : "implicit";
    this.#failure = {
      outcome: isCertificate ? "certificate-refused" : "tls-failed",
      reply: { code: 0, text: visible(said).replaceAll(/^[\s:]+|[\s.]+$/g, "") },
    };
  }

  #timedOut(bytes: number | undefined): void {
    const draft = this.#draft;
    if (draft?.isConnected) draft.bytes = bytes ?? draft.bytes;
    if (!draft) {
      if (!this.#hasSpoken) this.#failure = { outcome: "connect-silent" };
      else if (!this.#isIn) this.#failure ??= { outcome: "timed-out" };
      return;
    }
    if (draft.isConnected) return this.#finish((draft.bytes ?? 0) > 0 ? "data-broken" : "no-bytes");
    if (!draft.modeReply) return this.#finish("control-silent");
    this.#finish(isPassive(draft.mode) ? "dial-silent" : "nobody-came");
  }

  /** What a mode has come to of which nothing more is told. */
  #leftOutcome(how: "lost" | "closed" | "open"): AttemptOutcome {
    const draft = this.#draft;
    if (!draft) return "stopped";
    // Replies are not in every log, and what has moved was told.
    if (!this.#hasReplies && draft.bytes !== undefined) draft.isConnected = true;
    if (draft.isConnected) {
      if (!this.#hasReplies || !draft.lastReply) return this.#side === "server" ? "moved" : "stopped";
      return how === "lost" ? "data-broken" : "stopped";
    }
    // The server had told its port, and the client never said that he is there.
    if (this.#side === "server") {
      const isAwaited = isPassive(draft.mode) && draft.told && (draft.command !== undefined || !draft.wentOn);
      return isAwaited ? "dial-silent" : "stopped";
    }
    return how === "lost" ? "control-lost" : "stopped";
  }

  #finish(outcome: AttemptOutcome): void {
    const draft = this.#draft;
    this.#draft = undefined;
    if (!draft) return;
    const isGuessed = this.#side === "server" && outcome === "dial-silent";
    const facts = {
      side: this.#side,
      client: this.#client,
      server: this.#server,
      tls: this.#tls,
      at: this.#at,
      size: this.#sizeOf(draft),
      isGuessed,
    };
    this.#events.push({ ...this.#ends(), ...attemptOf(draft, outcome, facts) });
    [this.#size, this.#opened, this.#expected, this.#from] = [undefined, undefined, undefined, 0];
    this.#isIn = true;
  }

  /** What a download brings. Servers differ in whether 150 tells the whole file where it begins in the middle. */
  #sizeOf({ command }: AttemptDraft): number | undefined {
    if (this.#expected !== undefined) return this.#expected;
    const whole = this.#size && this.#size.path === command?.slice(5) ? this.#size.bytes : undefined;
    if (this.#from === 0) return this.#opened ?? whole;
    return whole === undefined ? undefined : whole - this.#from;
  }

  #ends() {
    const { address: client } = this.#client;
    const { address: server, port: serverPort } = this.#server;
    return { client, server, serverPort };
  }

  #control(): ControlEvidence | undefined {
    const { outcome, reply } = this.#isIn ? { outcome: "ready" } : (this.#failure ?? {});
    if (outcome === undefined) return undefined;
    const { address = "?", port = 0 } = this.#server;
    return {
      family: address.includes(":") ? 6 : 4,
      tls: this.#tls,
      outcome,
      peer: { address, port },
      ...(reply && { reply }),
      facts: reply && reply.code === 0 ? { cause: reply.text } : {},
    };
  }
}

function movesData(line: string): boolean {
  const found = lookUpVerb(line.split(" ", 1)[0]!);
  return found.kind === "verb" && ruleOf(found.verb).channel !== undefined;
}
