import { performance } from "node:perf_hooks";
import process from "node:process";
import tty from "node:tty";

/** SIGTERM and SIGINT as they come. */
export interface StopSignals {
  readonly first: Promise<void>;
  readonly second: Promise<void>;
  /** Asks for it as a signal does. */
  ask(): void;
  /** Leaves the signals to the system again. */
  ignore(): void;
}

/** A terminal's Ctrl-C reaches a process that npm started twice, from both: that is one wish to stop. */
const ONE_WISH_MS = 1000;

/** Watches for the signals that ask a daemon to stop. */
export function stopSignals(): StopSignals {
  const calls: (() => void)[] = [];
  const next = (): Promise<void> => new Promise((resolve) => calls.push(resolve));
  const first = next();
  const second = next();
  let last = 0;
  const take = (): void => {
    const now = performance.now();
    if (last !== 0 && now - last < ONE_WISH_MS) return;
    last = now;
    calls.shift()?.();
  };
  process.on("SIGTERM", take);
  process.on("SIGINT", take);
  return {
    first,
    second,
    ask: take,
    ignore() {
      process.off("SIGTERM", take);
      process.off("SIGINT", take);
    },
  };
}

/** What SIGHUP asks for. */
export interface HangupWishes {
  /** Somebody wants files to be looked at again. */
  readonly again: () => void;
  /** The terminal has been closed. */
  readonly gone: () => void;
}

/** Watches for SIGHUP, until the call that this gives. Without it, the signal ends the process. */
export function onHangup({ again, gone }: HangupWishes): () => void {
  const hadTerminal = process.stdout.isTTY;
  // A terminal that was closed is none any more; one that somebody has sent the signal from still is.
  const take = (): void => (hadTerminal && !tty.isatty(1) ? gone() : again());
  process.on("SIGHUP", take);
  return () => void process.off("SIGHUP", take);
}
