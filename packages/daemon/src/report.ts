import { AccountsFileError } from "@twinport/accounts";
import { FigureTracker, formatEndpoint, formatFigure } from "@twinport/protocol";
import { describe } from "./describe.ts";
import { FloodGate } from "./flood-gate.ts";
import type { Server, ServerWarning, SessionInfo } from "@twinport/server";
import type { Endpoint } from "@twinport/protocol";
import type { Log } from "./log.ts";
import type { Messages } from "./messages/index.ts";

const at = ({ address, port }: Endpoint): string => formatEndpoint(address, port);

/**
 * Reports what the operator should know. What comes with each login or connection for one and the same reason is reported
 * once a minute, with how often it came between.
 *
 * @param now milliseconds, from any beginning
 */
export function reportWarnings(server: Pick<Server, "on">, log: Log, messages: Messages, now: () => number): void {
  const gate = new FloodGate(now);
  server.on("warning", (warning) => {
    const { code, ...rest } = warning;
    const floods = floodOf(warning);
    const unsaid = floods === undefined ? 0 : gate.pass(floods);
    if (unsaid === undefined) return;
    const facts = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, plain(value, messages)]));
    const sentence = sentenceOf(warning, messages);
    log.report({
      level: "warn",
      event: code,
      facts: unsaid > 0 ? { ...facts, unsaid } : facts,
      sentence: unsaid > 0 ? messages.andUnsaid(sentence, unsaid) : sentence,
    });
  });
}

/** What comes again with each login or connection; undefined for what is said each time. */
function floodOf(warning: ServerWarning): string | undefined {
  switch (warning.code) {
    case "accounts-failed":
      return warning.error instanceof AccountsFileError ? warning.error.code : undefined;
    case "login-in-clear":
    case "tls-failed":
    case "clear-behind-auth":
      return `${warning.code} ${warning.peer}`;
    case "foreign-protocol":
      return `${warning.code} ${warning.spoke} ${warning.peer}`;
    default:
      return undefined;
  }
}

/** Reports who comes and what is transferred. */
export function reportEvents(server: Server, log: Log, messages: Messages): void {
  const info = (event: string, facts: Readonly<Record<string, unknown>>, sentence: string): void =>
    log.report({ level: "info", event, facts, sentence });
  server.on("login-accepted", (session) => {
    info("login-accepted", factsOf(session), messages.loggedIn(session.account ?? "", at(session.peer)));
  });
  server.on("login-refused", ({ session, name, because }) => {
    const shown = JSON.stringify(name);
    info("login-refused", { ...factsOf(session), name, because }, messages.loginRefused(shown, at(session.peer)));
  });
  server.on("session-refused", ({ peer, because }) => {
    info("session-refused", { peer: at(peer), because }, messages.sessionRefused(at(peer), because));
  });
  server.on("transfer-finished", ({ session, ...transfer }) => {
    const { verb, path, bytes, milliseconds, outcome, code } = transfer;
    const name = session.account ?? "";
    const what = `${verb} ${path}`;
    const sentence =
      outcome === "complete"
        ? messages.transferred(name, what, bytes, (milliseconds / 1000).toFixed(2))
        : messages.transferFailed(name, what, bytes, code);
    const { wasTruncated } = transfer;
    const facts = { verb, path, bytes, milliseconds, outcome, code, ...(wasTruncated && { wasTruncated }) };
    info("transfer-finished", { ...factsOf(session), ...facts }, sentence);
  });
}

/** Reports every step of every conversation: to people as a figure a transfer, in JSON step by step. */
export function reportTrace(server: Server, log: Log, messages: Messages, json: boolean): void {
  const trackers = new Map<string, FigureTracker>();
  server.on("trace", (step) => {
    if (json) {
      const { kind, ...facts } = step;
      log.report({ level: "info", event: kind, facts, sentence: "" });
      return;
    }
    if (!("session" in step)) return;
    let tracker = trackers.get(step.session);
    if (!tracker) trackers.set(step.session, (tracker = new FigureTracker()));
    const figure = tracker.take(step);
    if (figure) log.say(["", ...formatFigure(figure, messages.figure), ""].join("\n"));
    if (step.kind === "control-closed") trackers.delete(step.session);
  });
}

function factsOf(session: SessionInfo): Readonly<Record<string, unknown>> {
  const { id, peer, account, tls } = session;
  return { session: id, peer: at(peer), account, ...(tls !== undefined && { tls }) };
}

function sentenceOf(warning: ServerWarning, messages: Messages): string {
  const { warnings } = messages;
  switch (warning.code) {
    case "active-port-refused":
      return warnings[warning.code](warning.port, warning.cause);
    case "accept-failed":
    case "passive-port-busy":
      return warnings[warning.code](at(warning.bound), warning.cause);
    case "login-banned":
      return warnings[warning.code](warning.peer, JSON.stringify(warning.name), warning.scope);
    case "passive-address-unreachable":
      return warnings[warning.code](warning.peer, warning.advertised);
    case "offers-not-taken":
      return warnings[warning.code](warning.clients, warning.network, warning.ports);
    case "passive-name-not-resolved":
      return warnings[warning.code](warning.name, warning.cause);
    case "login-in-clear":
      return warnings[warning.code](JSON.stringify(warning.name), warning.peer);
    case "foreign-protocol":
      return warnings[warning.code][warning.spoke](warning.peer, at(warning.bound));
    case "tls-failed":
      return warnings[warning.code](warning.peer, warning.cause);
    case "clear-behind-auth":
      return warnings[warning.code](warning.peer, warning.bytes);
    default:
      return warnings[warning.code](describe(warning.error, messages));
  }
}

function plain(value: unknown, messages: Messages): unknown {
  return value instanceof Error ? describe(value, messages) : value;
}
