import { stepOf } from "./line-rules.ts";
import type { Endpoint, TraceStep } from "@twinport/protocol";
import type { LogFormat, LogStep, LogStepFacts } from "./log-step.ts";

/** What the lines of our own trace have: the kind of the step as `event`. */
type Line = { readonly event: TraceStep["kind"] } & Readonly<Record<string, unknown>>;

/** `--trace --json` of the client. */
export const twinportClient: LogFormat = {
  side: "client",
  marks: /^\{.*"event":"(?:command-sent|reply-received|attempt-began)"/,
  reader: () => (line) => read(line, "client"),
};

/** `serve --trace --json`. */
export const twinportServer: LogFormat = {
  side: "server",
  marks: /^\{.*"event":"(?:command-received|reply-sent)"/,
  reader: () => (line) => read(line, "server"),
};

function read(line: string, side: "client" | "server"): LogStep[] {
  const parsed = parse(line);
  if (!parsed) return [];
  const { event, session, at, ...facts } = parsed;
  if (typeof session !== "string") return [];
  const step = { ...facts, kind: event, session, at } as unknown as TraceStep;
  return factsOf(step, side).map((one) => stepOf(one, session, typeof at === "number" ? at : undefined));
}

function parse(line: string): Line | undefined {
  const start = line.indexOf("{");
  try {
    const value: unknown = JSON.parse(start > 0 ? line.slice(start) : line);
    return typeof value === "object" && value !== null && "event" in value ? (value as Line) : undefined;
  } catch {
    return undefined;
  }
}

function endsOf({ local, peer }: { readonly local: Endpoint; readonly peer: Endpoint }, side: "client" | "server") {
  return side === "client" ? { client: local, server: peer } : { client: peer, server: local };
}

function factsOf(step: TraceStep, side: "client" | "server"): LogStepFacts[] {
  switch (step.kind) {
    case "control-connected":
      return [{ kind: "connected", ...endsOf(step, side) }];
    case "command-received":
    case "command-sent":
      return [{ kind: "command", line: step.line }];
    case "reply-received":
      return [{ kind: "reply", code: step.code, text: step.line }];
    case "reply-sent":
      return [{ kind: "reply", code: step.code, text: (step.line.split("\r\n").at(-1) ?? "").slice(4) }];
    case "control-secured":
      return [{ kind: "control-secured", protocol: step.protocol }];
    case "data-secured":
      return [{ kind: "data-secured", protocol: step.protocol }];
    case "data-dialing":
      return [{ kind: "dialing", to: step.dialed, ...(step.local.port > 0 && { from: step.local }) }];
    case "data-dial-failed":
      return [{ kind: "dial-failed", how: howOf(step.code) }];
    case "data-connected":
      return [{ kind: "data-connected", ...endsOf(step, side) }];
    case "data-last-byte":
      return [{ kind: "moved", bytes: step.bytes }];
    case "data-offer-expired":
      return [{ kind: "timed-out" }];
    case "attempt-ended":
      return [{ kind: "attempt-ended", outcome: step.outcome }];
    case "control-closed":
      return [{ kind: side === "client" ? "lost" : "closed" }];
    default:
      return [];
  }
}

function howOf(code: string): "refused" | "silent" | "unreachable" {
  if (code.endsWith("refused")) return "refused";
  return code.endsWith("unreachable") ? "unreachable" : "silent";
}
