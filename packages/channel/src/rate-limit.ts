import type { Clock } from "./clock.ts";

/** At most so many bytes a second; a pause is made up for by no more than a tenth of a second's worth. */
export class RateLimit {
  readonly bytesPerSecond: number;
  readonly #clock: Clock;
  #freeAt: number;

  constructor(bytesPerSecond: number, clock: Clock) {
    this.bytesPerSecond = bytesPerSecond;
    this.#clock = clock;
    this.#freeAt = clock.now();
  }

  /** The largest piece that should move at once, so that the rate is even to the eye. */
  get piece(): number {
    return Math.max(1024, Math.floor(this.bytesPerSecond / 10));
  }

  /** Counts bytes that have moved, and gives the milliseconds to wait before the next. */
  spend(bytes: number): number {
    const now = this.#clock.now();
    this.#freeAt = Math.max(this.#freeAt, now - 100) + (bytes * 1000) / this.bytesPerSecond;
    return Math.max(0, this.#freeAt - now);
  }
}
