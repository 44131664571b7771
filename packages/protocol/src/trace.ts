import type { AttemptOutcome, ModeCommand } from "./mode/choose-mode.ts";

/** One end of a connection: whose it is stands in the field that holds it. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What every step has: when it happened (ms since 1970) and in whose session. */
interface Step {
  readonly at: number;
  readonly session: string;
}

/** Our end and the peer's end of a connection. */
interface Ends {
  readonly local: Endpoint;
  readonly peer: Endpoint;
}

/** How a data connection came about: who opened it. */
export type DataMode = "active" | "passive";

/** The typed steps of a conversation, in the order in which they happen. */
export type TraceStep = Step &
  (
    | ({ readonly kind: "control-connected" } & Ends)
    | { readonly kind: "command-received"; readonly line: string }
    | { readonly kind: "reply-sent"; readonly code: number; readonly line: string }
    // The client's view of the same two.
    | { readonly kind: "command-sent"; readonly line: string }
    | { readonly kind: "reply-received"; readonly code: number; readonly line: string }
    | { readonly kind: "control-secured"; readonly protocol: string; readonly isResumed: boolean }
    | { readonly kind: "attempt-began"; readonly mode: ModeCommand; readonly because: readonly string[] }
    | {
        readonly kind: "attempt-ended";
        readonly mode: ModeCommand;
        readonly outcome: AttemptOutcome;
        readonly seconds: number;
      }
    | {
        readonly kind: "data-offered";
        readonly bound: Endpoint;
        readonly advertised: Endpoint;
        readonly because: readonly string[];
      }
    | {
        readonly kind: "data-told";
        readonly asked: Endpoint;
        readonly dialed: Endpoint;
        readonly because: readonly string[];
      }
    | { readonly kind: "data-told-refused"; readonly asked: Endpoint; readonly because: string }
    | {
        readonly kind: "data-dialing";
        readonly local: Endpoint;
        readonly dialed: Endpoint;
        readonly because: readonly string[];
      }
    | { readonly kind: "data-dial-failed"; readonly dialed: Endpoint; readonly code: string }
    | ({ readonly kind: "data-connected"; readonly mode: DataMode } & Ends)
    | ({ readonly kind: "data-secured"; readonly protocol: string; readonly isResumed: boolean } & Ends)
    | { readonly kind: "data-offer-expired"; readonly bound: Endpoint }
    | ({ readonly kind: "data-first-byte"; readonly direction: "send" | "receive" } & Ends)
    | ({ readonly kind: "data-last-byte"; readonly direction: "send" | "receive"; readonly bytes: number } & Ends)
    | ({
        readonly kind: "data-closed";
        readonly bytes: number;
        readonly outcome: "complete" | "aborted";
        readonly code: string;
      } & Ends)
    | { readonly kind: "control-closed"; readonly because: string }
  );

/** Somebody who came to a passive port and whom no offer waited for; belongs to no session. */
export interface StrangerStep {
  readonly kind: "data-stranger-dropped";
  readonly at: number;
  /** Nobody waited for him; or whom he came for could not be told, or he was one too many, or never came to an end. */
  readonly because: "no-offer" | "ambiguous" | "too-many" | "too-long";
  readonly local: Endpoint;
  readonly peer: Endpoint;
}

/** Anything that a trace holds. */
export type TraceEvent = TraceStep | StrangerStep;

/** A step without what every step has; the session adds that. */
export type TraceStepFacts = TraceStep extends infer One
  ? One extends TraceStep
    ? Omit<One, "at" | "session">
    : never
  : never;
