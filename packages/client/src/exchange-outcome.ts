import type { AttemptFailure, Facts, Reply } from "@twinport/protocol";

/** In which state the command connection is left: nothing pending, replies still due, or gone. */
export type ControlState = "clean" | "busy" | "lost";

/** It did not come about, or broke. */
export interface FailedExchange {
  readonly kind: "failed";
  readonly failure: AttemptFailure;
  readonly facts: Facts;
  readonly moved: number;
  readonly control: ControlState;
  readonly reply?: Reply | undefined;
  readonly cause?: unknown;
}

/** All bytes have moved, and the server has not said its last word. */
export interface UnsettledExchange {
  readonly kind: "unsettled";
  readonly moved: number;
  readonly control: ControlState;
  readonly why: string;
}

/** What became of one transfer command and its data connection. */
export type ExchangeOutcome =
  | { readonly kind: "done"; readonly reply: Reply; readonly moved: number; readonly truncated: boolean }
  | UnsettledExchange
  | FailedExchange
  /** The server says no, for a reason that has nothing to do with the mode. */
  | { readonly kind: "refused"; readonly reply: Reply; readonly moved: number }
  /** Our own end of it failed (a full disk), or we were told to stop. */
  | { readonly kind: "stopped"; readonly error: unknown; readonly control: ControlState; readonly moved: number };

/** Seconds for the steps of an exchange. */
export interface ExchangePatience {
  /** For the server to come to the port that it was told. */
  readonly arrival: number;
  /** For TLS on the data connection. */
  readonly handshake: number;
  /** For any reply to the transfer command, once a data connection stands. */
  readonly firstReply: number;
  /** For the first byte after 150. */
  readonly firstByte: number;
  /** For the next byte. */
  readonly stall: number;
  /** For the last reply, once all bytes have moved and so many of ours may still be on their way. */
  readonly lastReply: (sent: number) => number;
  readonly reason: number;
  readonly missing150: number;
  readonly lateConnection: number;
}
