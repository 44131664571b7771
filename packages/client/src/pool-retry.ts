import { setTimeout as pause } from "node:timers/promises";
import { ClientError } from "./errors.ts";

/** How long is waited before something is tried again. Times are in seconds. */
export interface BackOff {
  /** Before the first time (default 0.5); each one after that waits twice as long. */
  readonly first: number;
  /** Never longer than this (default 30). */
  readonly most: number;
}

/** The waits where none are told. */
export const defaultBackOff: BackOff = { first: 0.5, most: 30 };

/**
 * Seconds to wait before the so-and-so-many-th repetition, counted from 0: a half to the whole of what is due, so that
 * many who were thrown out together do not come back together.
 */
export function secondsBefore(repetition: number, { first, most }: BackOff, chance: number = Math.random()): number {
  return Math.min(most, first * 2 ** repetition) * (0.5 + chance / 2);
}

/**
 * Waits. Unlike a clock's timer this one keeps the process alive: nothing else may be open meanwhile.
 *
 * @throws {ClientError} `aborted`
 */
export async function backOffFor(seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(seconds * 1000, undefined, { signal });
  } catch (cause) {
    throw new ClientError("aborted", {}, { cause: signal.reason ?? cause });
  }
}

/**
 * Whether the same is worth another try over another connection. What has looked for a mode that moves bytes has tried
 * all that there are, and taken its time.
 */
export function isWorthRepeating(error: unknown): boolean {
  return error instanceof ClientError && error.retryable && error.code !== "no-mode-moves-data";
}

/** The server has as many of us, or of all, as it wants; some say so only when USER has come. */
export function isBusy(error: unknown): boolean {
  return error instanceof ClientError && (error.code === "server-busy" || error.reply?.code === 421);
}
