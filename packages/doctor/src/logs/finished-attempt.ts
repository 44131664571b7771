import { isPassive } from "@twinport/protocol";
import type { AttemptOutcome, Endpoint, Figure } from "@twinport/protocol";
import type { AttemptEvidence, TlsUse } from "../evidence.ts";
import type { AttemptDraft } from "./attempt-draft.ts";
import type { LogAttempt } from "./log-attempt.ts";
import type { LogEnd } from "./log-step.ts";

/** What is known around an attempt. */
export interface AttemptFacts {
  readonly side: "client" | "server";
  readonly client: LogEnd;
  readonly server: LogEnd;
  readonly tls: TlsUse;
  readonly at: number | undefined;
  /** Of the file, where the server has said it. */
  readonly size: number | undefined;
  readonly isGuessed: boolean;
}

/** What a program waits at least before it says that nothing came. */
const LEAST_PATIENCE = 1000;
/** As long as servers wait. */
const LONG = 10_000;

/** An attempt that has come to its end, as evidence and as a figure. */
export function attemptOf(draft: AttemptDraft, outcome: AttemptOutcome, facts: AttemptFacts): LogAttempt {
  const bytes = draft.bytes ?? (outcome === "moved" && isDownload(draft) ? facts.size : undefined);
  return {
    kind: "attempt",
    evidence: evidenceOf(draft, outcome, bytes ?? 0, facts),
    figure: figureOf(draft, outcome, bytes ?? 0, facts),
    hasBytes: bytes !== undefined,
    isGuessed: facts.isGuessed,
    observed: facts.side === "server" ? facts.client.address : undefined,
  };
}

function isDownload({ command = "" }: AttemptDraft): boolean {
  return /^RETR\b/i.test(command);
}

function evidenceOf(draft: AttemptDraft, outcome: AttemptOutcome, bytes: number, facts: AttemptFacts): AttemptEvidence {
  const { mode, told, dialed, isConnected, modeReply, lastReply } = draft;
  const control = { local: endpoint(ownEnd(draft, facts)), peer: endpoint(facts.server) };
  const since = (began: number | undefined): number | undefined =>
    facts.at === undefined || began === undefined ? undefined : Math.max(0, facts.at - began);
  const dialMs = dialedFor(outcome, since(draft.dialedAt));
  const isSix = [told?.address, control.local.address, control.peer.address].some((address) => address?.includes(":"));
  return {
    ...{ mode, outcome, bytes, control, strangers: [], facts: {}, purpose: "turn" },
    family: isSix ? 6 : 4,
    tls: facts.tls,
    ms: since(draft.began) ?? unknownTime(outcome, lastReply?.text),
    connected: isConnected,
    ...(told && { told }),
    ...(dialed && { dialed: endpoint(dialed) }),
    ...(dialMs !== undefined && { dialMs }),
    ...(modeReply && { modeReply }),
    ...(lastReply && { lastReply }),
  };
}

/** A client behind a NAT has the address that he tells, not the one that the server sees. */
function ownEnd({ mode, told }: AttemptDraft, { side, client }: AttemptFacts): LogEnd {
  return side === "server" && !isPassive(mode) && told?.address !== undefined
    ? { ...client, address: told.address }
    : client;
}

/** A log without times does not say how long the program has waited. */
function dialedFor(outcome: AttemptOutcome, ms: number | undefined): number | undefined {
  return outcome === "dial-silent" ? Math.max(LEAST_PATIENCE, ms ?? 0) : ms;
}

/** A reply that does not say so is not taken for that of a server that was refused at once. */
function unknownTime(outcome: AttemptOutcome, said = ""): number {
  return outcome === "server-cannot-connect" && !/refus|reset/i.test(said) ? LONG : 0;
}

function endpoint({ address = "?", port = 0 }: LogEnd): Endpoint {
  return { address, port };
}

function figureOf(draft: AttemptDraft, outcome: AttemptOutcome, bytes: number, facts: AttemptFacts): Figure {
  const { mode, asks, answers, command, tls, isConnected } = draft;
  const passive = isPassive(mode);
  const [opener, other] = passive ? (["client", "server"] as const) : (["server", "client"] as const);
  const control = { clientPort: facts.client.port, serverPort: facts.server.port };
  const data = { clientPort: draft.client.port, serverPort: draft.server.port };
  const isWhole = outcome === "moved";
  const ended = isWhole ? "complete" : isConnected ? "aborted" : "never-connected";
  return {
    session: "",
    mode: passive ? "passive" : "active",
    clientAddress: facts.client.address ?? "?",
    serverAddress: facts.server.address ?? "?",
    command,
    ...(tls !== undefined && { tls }),
    steps: [
      { number: 1, from: "client", ...control, what: "asks", line: asks },
      { number: 2, from: "server", ...control, what: "answers", line: answers },
      { number: 3, from: opener, ...data, what: "connects" },
      { number: 4, from: other, ...data, what: "acknowledges" },
    ],
    brokenAt: ended === "never-connected" ? 3 : undefined,
    bytes,
    outcome: ended,
    code: isWhole ? "done" : outcome,
  };
}
