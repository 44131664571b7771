import type { Readable, Writable } from "node:stream";

/** What of a terminal's input a password needs; the same as of `process.stdin`. */
export type Input = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };

/** Where something is written: to a person, if it is a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What a command reads from, and says things to. */
export interface Terminal {
  readonly input: Input;
  /** What was asked for. */
  readonly output: Output;
  /** Questions, warnings and progress. */
  readonly errors: Output;
  readonly environment: NodeJS.ProcessEnv;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back when somebody wants it to stop (Ctrl-C, SIGTERM), until the call that this gives. */
  readonly onInterrupt?: (call: () => void) => () => void;
}
