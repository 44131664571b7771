import type { Clock, Timer } from "@twinport/channel";

interface Waiting {
  at: number;
  readonly milliseconds: number;
  readonly run: () => void;
}

/** A clock that stands still until it is turned by hand. */
export class ManualClock implements Clock {
  readonly #waiting = new Set<Waiting>();
  #now: number;

  /** @param start milliseconds since 1970 */
  constructor(start: number = Date.UTC(2026, 0, 1, 12)) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  /** Timers that will still fire. */
  get pending(): number {
    return this.#waiting.size;
  }

  after(milliseconds: number, run: () => void): Timer {
    const waiting: Waiting = { at: this.#now + milliseconds, milliseconds, run };
    this.#waiting.add(waiting);
    return {
      refresh: () => {
        waiting.at = this.#now + milliseconds;
        this.#waiting.add(waiting);
      },
      cancel: () => void this.#waiting.delete(waiting),
    };
  }

  /** Lets time pass; what becomes due runs in its order, each at its own time. */
  advance(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (let next = this.#earliest(until); next; next = this.#earliest(until)) {
      this.#waiting.delete(next);
      this.#now = next.at;
      next.run();
    }
    this.#now = until;
  }

  #earliest(until: number): Waiting | undefined {
    let earliest: Waiting | undefined;
    for (const one of this.#waiting) if (one.at <= until && (!earliest || one.at < earliest.at)) earliest = one;
    return earliest;
  }
}
