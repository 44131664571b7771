import type { Clock } from "./clock.ts";

/** What a transfer asks about its pace. */
export interface Rate {
  /** The largest piece that should move at once now, so that the rate is even to the eye. */
  readonly piece: number;
  /** Counts bytes that have moved, and gives the milliseconds to wait before the next. */
  spend(bytes: number): number;
}

/**
 * At most so many bytes a second, for one transfer or for several that share it; a pause is made up for by no more than
 * a tenth of a second's worth. Who shares it moves pieces of the same size and waits for them in line, so that each has
 * the same part.
 */
export class RateLimit implements Rate {
  readonly bytesPerSecond: number;
  readonly #clock: Clock;
  #freeAt: number;
  #last: number;
  #sharers = 0;

  constructor(bytesPerSecond: number, clock: Clock) {
    // A rate of nothing would be a wait without end.
    this.bytesPerSecond = Math.max(1, bytesPerSecond);
    this.#clock = clock;
    this.#freeAt = clock.now();
    this.#last = this.#freeAt;
  }

  get piece(): number {
    return Math.max(1024, Math.floor(this.bytesPerSecond / 10 / Math.max(1, this.#sharers)));
  }

  spend(bytes: number): number {
    const now = this.#clock.now();
    // A clock that was set back by an hour must not stop everybody for that hour.
    if (now < this.#last) this.#freeAt -= this.#last - now;
    this.#last = now;
    this.#freeAt = Math.max(this.#freeAt, now - 100) + (bytes * 1000) / this.bytesPerSecond;
    return Math.max(0, this.#freeAt - now);
  }

  /** One more transfer shares it, until what this gives is called. */
  share(): () => void {
    this.#sharers++;
    return () => this.#sharers--;
  }
}

/** Several limits that hold at the same time; undefined where there are none. */
export function allOf(limits: readonly Rate[]): Rate | undefined {
  if (limits.length <= 1) return limits[0];
  return {
    get piece() {
      return Math.min(...limits.map((limit) => limit.piece));
    },
    spend: (bytes) => Math.max(...limits.map((limit) => limit.spend(bytes))),
  };
}
