import type { Readable, Writable } from "node:stream";

/** What of a terminal's input a password needs; the same as of `process.stdin`. */
export type Input = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };

/** What an account command reads from, and says things to. */
export interface Terminal {
  readonly input: Input;
  /** What was asked for. */
  readonly output: Writable;
  /** Questions and warnings. */
  readonly errors: Writable;
  readonly environment: NodeJS.ProcessEnv;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
