/** Something that will happen, unless it is put off or called off. */
export interface Timer {
  /** Starts the time anew. */
  refresh(): void;
  cancel(): void;
}

/** Time comes from outside, so that a test turns it by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs something once, after so many milliseconds. A timer alone does not keep the process alive. */
  after(milliseconds: number, run: () => void): Timer;
}

/** The time of this machine. */
export const systemClock: Clock = {
  now: Date.now,
  after(milliseconds, run) {
    const timeout = setTimeout(run, Math.min(milliseconds, 2 ** 31 - 1));
    timeout.unref();
    return { refresh: () => void timeout.refresh(), cancel: () => clearTimeout(timeout) };
  },
};
