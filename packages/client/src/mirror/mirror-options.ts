import { ClientError } from "../errors.ts";
import type { Verify } from "../operations/verify.ts";
import type { MirrorEvent } from "./mirror-event.ts";

/** What makes a file another one; without any of these its size and its time together do. */
export type MirrorCompare = "size" | "time" | "hash";

/** What decides what a mirror does. */
export interface PlanOptions {
  /** Default: size and time. `hash` needs a server that can tell one. */
  readonly compare?: MirrorCompare;
  /** Also removes what the source does not have; never what is excluded (default false). */
  readonly delete?: boolean;
  /** Only what matches one of these: `*.html`, `/build/`, `docs/**`. */
  readonly include?: readonly string[];
  /** What matches one of these is left alone on both sides, even where it is included. */
  readonly exclude?: readonly string[];
  /** What becomes of symbolic links in the source (default `skip`: they are told). */
  readonly links?: "skip" | "follow";
  /** Files get the time of the ones they were made from, where that can be (default true). */
  readonly preserveTime?: boolean;
  /** Connections at the same time, where a single client was given (default 4). */
  readonly parallel?: number;
  /** Names that there may be on both sides together (default 10,000,000). */
  readonly maxEntries?: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: MirrorEvent) => void;
}

/** How a plan is carried out. */
export interface RunOptions {
  /** `size` (default), `hash` where the server can, or nothing. */
  readonly verify?: Verify;
  /** Uploads go under another name first (default true); where the server does not let them, they go under their own. */
  readonly atomic?: boolean;
  readonly preserveTime?: boolean;
  readonly parallel?: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: MirrorEvent) => void;
}

/** What can be asked of a mirror. */
export interface MirrorOptions extends PlanOptions, RunOptions {
  /** Plans, and does nothing. */
  readonly dryRun?: boolean;
}

/** Connections at the same time, where nobody says. */
const PARALLEL = 4;

/** More than this no server would want, and no network needs. */
const MOST_PARALLEL = 64;

/**
 * How many connections are asked for.
 *
 * @throws {ClientError} `option-not-valid`
 */
export function parallelOf({ parallel = PARALLEL }: { readonly parallel?: number }): number {
  if (Number.isInteger(parallel) && parallel >= 1 && parallel <= MOST_PARALLEL) return parallel;
  throw new ClientError("option-not-valid", {
    option: "parallel",
    because: `needs a whole number of 1 to ${MOST_PARALLEL}, not ${parallel}`,
  });
}
