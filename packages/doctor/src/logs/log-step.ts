import type { AttemptOutcome } from "@twinport/protocol";
import type { TlsUse } from "../evidence.ts";

/** One end of a connection, as far as a log knows it. */
export interface LogEnd {
  readonly address?: string;
  readonly port?: number;
}

/** How a dial ended, as far as a log says. */
type DialFailure = "refused" | "silent" | "unreachable";

/** Something that a line of a log tells, whichever program has written it. */
export type LogStep = {
  /** Which of the conversations in the log it is of. */
  readonly session: string;
  /** Milliseconds since 1970, where the log has times. */
  readonly at?: number;
} & (
  | { readonly kind: "connected"; readonly client?: LogEnd; readonly server?: LogEnd; readonly tls?: TlsUse }
  | { readonly kind: "connect-failed"; readonly server?: LogEnd; readonly how: DialFailure | "name" }
  | { readonly kind: "command"; readonly line: string }
  /** `text` as behind the code; only the last line of a reply of several. */
  | { readonly kind: "reply"; readonly code: number; readonly text: string }
  /** Who opens the data connection is about to: the end that he dials. */
  | { readonly kind: "dialing"; readonly to: LogEnd; readonly from?: LogEnd }
  | { readonly kind: "dial-failed"; readonly how: DialFailure; readonly said?: string }
  | { readonly kind: "data-connected"; readonly client?: LogEnd; readonly server?: LogEnd }
  | { readonly kind: "control-secured"; readonly protocol?: string }
  | { readonly kind: "data-secured"; readonly protocol?: string }
  | { readonly kind: "tls-failed"; readonly said: string; readonly isCertificate: boolean }
  | { readonly kind: "moved"; readonly bytes: number }
  /** So much is to come, of a transfer that goes on in the middle of a file, too. */
  | { readonly kind: "expected"; readonly bytes: number }
  /** A transfer of which no more is told than that it came to an end. */
  | { readonly kind: "transferred"; readonly command: string; readonly bytes: number; readonly isComplete: boolean }
  /** The program itself says what the mode came to, and how much was still to come. */
  | { readonly kind: "attempt-ended"; readonly outcome: AttemptOutcome; readonly missing?: number }
  /** The program has waited long enough; so much had moved, where it says that. */
  | { readonly kind: "timed-out"; readonly bytes?: number }
  /** The command connection was broken. */
  | { readonly kind: "lost" }
  | { readonly kind: "closed" }
);

/** A step without what every step has. */
export type LogStepFacts = LogStep extends infer One
  ? One extends LogStep
    ? Omit<One, "session" | "at">
    : never
  : never;

/** Reads the lines of one log, in their order. */
export type LogReader = (line: string) => readonly LogStep[];

/** A program whose logs can be read. */
export interface LogFormat {
  /** Whose view it is. */
  readonly side: "client" | "server";
  /** Whether a line is surely of this format. */
  readonly marks: RegExp;
  readonly reader: () => LogReader;
}
