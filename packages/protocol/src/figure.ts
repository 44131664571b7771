import { lookUpVerb, ruleOf } from "./command/verbs.ts";
import type { DataMode, Endpoint, TraceStep } from "./trace.ts";

/** One arrow of the figure: who sends from which port to which, and what it is. */
export interface FigureStep {
  readonly number: 1 | 2 | 3 | 4;
  readonly from: "client" | "server";
  readonly clientPort: number | undefined;
  readonly serverPort: number | undefined;
  readonly what: "asks" | "answers" | "connects" | "acknowledges";
  /** What was said on the command connection, for the first two. */
  readonly line?: string;
}

/**
 * One transfer as the four numbered steps in which the mode is always explained: the client's command port asks the
 * server's, is answered, then one of the two opens the data connection, and data and ACKs flow on it.
 */
export interface Figure {
  readonly session: string;
  readonly mode: DataMode;
  readonly clientAddress: string;
  readonly serverAddress: string;
  /** The command that moved data, if it came to that. */
  readonly command: string | undefined;
  /** The version of TLS on the data connection, where that was secured. */
  readonly tls?: string;
  readonly steps: readonly [FigureStep, FigureStep, FigureStep, FigureStep];
  /** The number of the step that did not happen. */
  readonly brokenAt: 3 | undefined;
  /** What moved; 0 where a client's transfer broke, for its trace does not tell. */
  readonly bytes: number;
  readonly outcome: "complete" | "aborted" | "never-connected";
  /** Why it did not complete. */
  readonly code: string;
}

/** Whose trace it is. */
export type FigureRole = "client" | "server";

interface Draft {
  readonly mode: DataMode;
  readonly client: Endpoint;
  readonly server: Endpoint;
  asks: string;
  answers: string;
  clientData: number | undefined;
  serverData: number | undefined;
  command: string | undefined;
  isConnected: boolean;
  tls: string | undefined;
  /** What has moved, once the last byte has. */
  bytes: number | undefined;
}

/** The other half of a command: which of the two the draft waits for. */
type Awaited = "command" | "answer" | undefined;

/** Follows the steps of one session and gives a figure whenever a transfer has ended or failed to begin. */
export class FigureTracker {
  readonly #role: FigureRole;
  #control: { readonly client: Endpoint; readonly server: Endpoint } | undefined;
  #lastCommand = "";
  #lastAnswer = "";
  #lastCode = 0;
  #draft: Draft | undefined;
  #awaits: Awaited;

  /** @param role whose trace it is (default the server's) */
  constructor(role: FigureRole = "server") {
    this.#role = role;
  }

  /** Takes the next step; gives the figure that it completes, if any. */
  take(step: TraceStep): Figure | undefined {
    switch (step.kind) {
      case "control-connected":
        this.#control = this.#sidesOf(step);
        return undefined;
      case "command-received":
      case "command-sent":
        this.#said(step.line);
        return undefined;
      case "reply-sent":
        this.#answered(step.line);
        return undefined;
      case "reply-received":
        this.#lastCode = step.code;
        this.#answered(`${step.code} ${step.line}`);
        return undefined;
      case "data-offered":
        if (this.#role === "server") this.#begin("passive", { serverData: step.bound.port }, "answer");
        // The client opens its port before it tells it.
        else this.#begin("active", { clientData: step.bound.port }, "command");
        return undefined;
      case "data-told":
        this.#begin("active", { clientData: step.dialed.port }, "answer");
        return undefined;
      case "data-dialing":
        this.#dials(step.local.port === 0 ? undefined : step.local.port, step.dialed.port);
        return undefined;
      case "data-connected":
        this.#connects(this.#sidesOf(step));
        return undefined;
      case "data-secured":
        if (this.#draft) this.#draft.tls = step.protocol;
        return undefined;
      case "data-last-byte":
        if (this.#draft) this.#draft.bytes = step.bytes;
        return undefined;
      case "data-dial-failed":
        return this.#end(step.session, "never-connected", 0, step.code);
      case "data-offer-expired":
        return this.#end(step.session, "never-connected", 0, "offer-expired");
      case "data-closed":
        return this.#end(step.session, step.outcome, step.bytes, step.code);
      case "attempt-ended":
        return this.#attempted(step.session, step.outcome);
      default:
        return undefined;
    }
  }

  #sidesOf({ local, peer }: { readonly local: Endpoint; readonly peer: Endpoint }) {
    return this.#role === "server" ? { client: peer, server: local } : { client: local, server: peer };
  }

  #said(line: string): void {
    this.#lastCommand = line;
    const draft = this.#draft;
    if (!draft) return;
    if (this.#awaits === "command") {
      draft.asks = line;
      this.#awaits = "answer";
    } else if (this.#awaits === undefined && movesData(line)) draft.command = line;
  }

  #answered(line: string): void {
    this.#lastAnswer = line;
    if (this.#draft && this.#awaits === "answer") this.#draft.answers = line;
    if (this.#awaits === "answer") this.#awaits = undefined;
  }

  #dials(from: number | undefined, to: number): void {
    if (this.#role === "client") {
      this.#begin("passive", { clientData: from, serverData: to }, undefined);
      if (this.#draft) this.#draft.answers = this.#lastAnswer;
    } else if (this.#draft) this.#draft.serverData = from;
  }

  #connects({ client, server }: { readonly client: Endpoint; readonly server: Endpoint }): void {
    if (!this.#draft) return;
    this.#draft.clientData = client.port;
    this.#draft.serverData = server.port;
    this.#draft.isConnected = true;
  }

  #begin(mode: DataMode, ports: Partial<Pick<Draft, "clientData" | "serverData">>, awaits: Awaited): void {
    if (!this.#control) return;
    this.#draft = {
      mode,
      ...this.#control,
      asks: this.#lastCommand,
      answers: "",
      clientData: ports.clientData,
      serverData: ports.serverData,
      command: undefined,
      isConnected: false,
      tls: undefined,
      bytes: undefined,
    };
    this.#awaits = awaits;
  }

  /** The end of a client's attempt; a command that was refused is no transfer. */
  #attempted(session: string, outcome: string): Figure | undefined {
    const draft = this.#draft;
    if (!draft || outcome === "command-refused") {
      this.#draft = undefined;
      return undefined;
    }
    const isWhole = outcome === "moved" && draft.bytes !== undefined;
    if (isWhole) return this.#end(session, "complete", draft.bytes ?? 0, "done");
    // What the server refused for reasons of its own is told by its reply.
    const code = outcome === "moved" ? String(this.#lastCode) : outcome;
    return this.#end(session, draft.isConnected ? "aborted" : "never-connected", draft.bytes ?? 0, code);
  }

  #end(session: string, outcome: Figure["outcome"], bytes: number, code: string): Figure | undefined {
    const draft = this.#draft;
    this.#draft = undefined;
    if (!draft) return undefined;
    const opener = draft.mode === "active" ? "server" : "client";
    const other = opener === "server" ? "client" : "server";
    const control = { clientPort: draft.client.port, serverPort: draft.server.port };
    const data = { clientPort: draft.clientData, serverPort: draft.serverData };
    return {
      session,
      mode: draft.mode,
      clientAddress: draft.client.address,
      serverAddress: draft.server.address,
      command: draft.command,
      ...(draft.tls !== undefined && { tls: draft.tls }),
      steps: [
        { number: 1, from: "client", ...control, what: "asks", line: draft.asks },
        { number: 2, from: "server", ...control, what: "answers", line: draft.answers },
        { number: 3, from: opener, ...data, what: "connects" },
        { number: 4, from: other, ...data, what: "acknowledges" },
      ],
      brokenAt: outcome === "never-connected" ? 3 : undefined,
      bytes,
      outcome,
      code,
    };
  }
}

function movesData(line: string): boolean {
  const found = lookUpVerb(line.split(" ", 1)[0]!);
  return found.kind === "verb" && ruleOf(found.verb).channel !== undefined;
}
