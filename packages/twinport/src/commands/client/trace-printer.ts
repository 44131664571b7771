import { FigureTracker, formatEndpoint, formatFigure, visible } from "@twinport/protocol";
import { jsonLine } from "./json-line.ts";
import type { Endpoint, TraceStep } from "@twinport/protocol";
import type { Messages } from "../../messages/index.ts";
import type { Report } from "./report.ts";

/** Tells every step of a client's conversations: what is said, what is tried and why, and each transfer as a figure. */
export class TracePrinter {
  readonly #report: Report;
  readonly #messages: Messages;
  readonly #trackers = new Map<string, FigureTracker>();
  readonly #hasQuit = new Set<string>();

  constructor(report: Report, messages: Messages) {
    this.#report = report;
    this.#messages = messages;
  }

  readonly take = (step: TraceStep): void => {
    if (this.#report.isJson) {
      const { kind, ...facts } = step;
      this.#report.draw([jsonLine({ event: kind, ...facts })]);
      return;
    }
    const line = this.#lineOf(step);
    if (line !== undefined) this.#report.draw([visible(line)]);
    const figure = this.#trackerOf(step).take(step);
    if (!figure) return;
    this.#report.draw(["", ...formatFigure(figure, this.#messages.client.figure).map(visible), ""]);
  };

  #trackerOf({ session, kind }: TraceStep): FigureTracker {
    // A client that connects anew has its old name.
    if (kind === "control-connected") this.#trackers.delete(session);
    let tracker = this.#trackers.get(session);
    if (!tracker) this.#trackers.set(session, (tracker = new FigureTracker("client")));
    return tracker;
  }

  #lineOf(step: TraceStep): string | undefined {
    const { trace: say, attempt } = this.#messages.client;
    switch (step.kind) {
      case "control-connected":
        return `* ${say.connected(at(step.local), at(step.peer))}`;
      case "control-secured":
      case "data-secured":
        return `* ${say.secured(step.protocol, step.isResumed)}`;
      case "command-sent":
        if (step.line === "QUIT") this.#hasQuit.add(step.session);
        return `> ${step.line}`;
      case "reply-received":
        return `< ${step.code} ${step.line}`;
      case "attempt-began":
        return `* ${say.attempt(step.mode.toUpperCase(), this.#because(step.because))}`;
      case "attempt-ended":
        if (step.outcome === "moved") return `* ${say.ended(step.mode.toUpperCase(), step.seconds.toFixed(1))}`;
        return `* ${attempt({ mode: step.mode, outcome: step.outcome, seconds: step.seconds, because: [], facts: {} })}`;
      case "data-offered":
        return `* ${say.offered(at(step.bound), at(step.advertised))}`;
      case "data-dialing":
        return `* ${say.dialing(at(step.local), at(step.dialed), this.#because(step.because))}`;
      case "data-dial-failed":
        return `* ${say.dialFailed(at(step.dialed), step.code)}`;
      case "data-connected":
        return `* ${say.dataConnected(at(step.local), at(step.peer))}`;
      case "control-closed":
        // Whoever has said QUIT knows.
        return this.#hasQuit.delete(step.session) ? undefined : `* ${say.closed(step.because)}`;
      default:
        return undefined;
    }
  }

  #because(reasons: readonly string[]): string {
    const { because, trace } = this.#messages.client;
    return trace.reasons(reasons.map((reason) => because[reason] ?? reason));
  }
}

function at({ address, port }: Endpoint): string {
  return formatEndpoint(address, port);
}
