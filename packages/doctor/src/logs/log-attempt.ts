import type { Figure } from "@twinport/protocol";
import type { AttemptEvidence, ControlEvidence } from "../evidence.ts";

/** One try of a mode, as a log tells it. */
export interface LogAttempt {
  readonly kind: "attempt";
  readonly evidence: AttemptEvidence;
  readonly figure: Figure;
  /** The figure's number of bytes is known. */
  readonly hasBytes: boolean;
  /** The server's log does not say what the client met: that he went away is all that is known. */
  readonly isGuessed: boolean;
  /** Server's log: the address that the client came from, which need not be the one that he has. */
  readonly observed: string | undefined;
}

/** A transfer of which a log tells no more than its end. */
export interface LogTransfer {
  readonly kind: "transfer";
  readonly command: string;
  readonly bytes: number;
  readonly isComplete: boolean;
}

/** What became of one command connection. */
export interface LogControl {
  readonly kind: "control";
  readonly evidence: ControlEvidence;
}

/** Something that a log has told to its end; `client` and `server` as far as they are known. */
export type LogEvent = {
  readonly client: string | undefined;
  readonly server: string | undefined;
  readonly serverPort: number | undefined;
} & (LogAttempt | LogTransfer | LogControl);
