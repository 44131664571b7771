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
  readonly steps: readonly [FigureStep, FigureStep, FigureStep, FigureStep];
  /** The number of the step that did not happen. */
  readonly brokenAt: 3 | undefined;
  readonly bytes: number;
  readonly outcome: "complete" | "aborted" | "never-connected";
  /** Why it did not complete. */
  readonly code: string;
}

interface Draft {
  readonly mode: DataMode;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly asks: string;
  answers: string;
  clientData: number | undefined;
  serverData: number | undefined;
  command: string | undefined;
}

/** Follows the steps of one session and gives a figure whenever a transfer has ended or failed to begin. */
export class FigureTracker {
  #control: { readonly client: Endpoint; readonly server: Endpoint } | undefined;
  #lastCommand = "";
  #draft: Draft | undefined;
  #awaitsAnswer = false;

  /** Takes the next step; gives the figure that it completes, if any. */
  take(step: TraceStep): Figure | undefined {
    switch (step.kind) {
      case "control-connected":
        this.#control = { client: step.peer, server: step.local };
        return undefined;
      case "command-received":
        this.#lastCommand = step.line;
        if (this.#draft && !this.#awaitsAnswer && movesData(step.line)) this.#draft.command = step.line;
        return undefined;
      case "data-offered":
        this.#begin("passive", undefined, step.bound.port);
        return undefined;
      case "data-told":
        this.#begin("active", step.dialed.port, undefined);
        return undefined;
      case "reply-sent":
        if (this.#draft && this.#awaitsAnswer) this.#draft.answers = step.line;
        this.#awaitsAnswer = false;
        return undefined;
      case "data-dialing":
        if (this.#draft) this.#draft.serverData = step.local.port === 0 ? undefined : step.local.port;
        return undefined;
      case "data-connected":
        if (this.#draft) {
          this.#draft.clientData = step.peer.port;
          this.#draft.serverData = step.local.port;
        }
        return undefined;
      case "data-dial-failed":
        return this.#end(step.session, "never-connected", 0, step.code);
      case "data-offer-expired":
        return this.#end(step.session, "never-connected", 0, "offer-expired");
      case "data-closed":
        return this.#end(step.session, step.outcome, step.bytes, step.code);
      default:
        return undefined;
    }
  }

  #begin(mode: DataMode, clientData: number | undefined, serverData: number | undefined): void {
    if (!this.#control) return;
    const { client, server } = this.#control;
    this.#draft = {
      mode,
      client,
      server,
      asks: this.#lastCommand,
      answers: "",
      clientData,
      serverData,
      command: undefined,
    };
    this.#awaitsAnswer = true;
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
