import type { Clock } from "@twinport/channel";

/** After a refusal so many times as long is waited as before it, and never longer than this. */
const SLOWER = 2;
const MOST_SECONDS = 600;

/** How many connections a server lets us have: lowered by each refusal, and tried again one by one. */
export class AdaptiveLimit {
  readonly #most: number;
  readonly #growSeconds: number;
  readonly #clock: Clock;
  #value: number;
  #wait: number;
  #growAt = 0;

  /**
   * @param most never more than this
   * @param growSeconds after a refusal, one more is tried after this time
   */
  constructor(most: number, growSeconds: number, clock: Clock) {
    this.#most = most;
    this.#value = most;
    this.#growSeconds = growSeconds;
    this.#wait = growSeconds;
    this.#clock = clock;
  }

  /** How many there may be, as far as is known. */
  get value(): number {
    return this.#value;
  }

  /** Whether another one may be opened beside so many. */
  allows(standing: number): boolean {
    if (standing < this.#value) return true;
    return standing === this.#value && this.#value < this.#most && this.#clock.now() >= this.#growAt;
  }

  /** Milliseconds until one more is worth a try; undefined where no more are wanted. */
  get growsIn(): number | undefined {
    return this.#value < this.#most ? Math.max(0, this.#growAt - this.#clock.now()) : undefined;
  }

  /** Another one was refused beside so many. */
  refused(standing: number): void {
    const wasTry = standing >= this.#value;
    this.#value = Math.min(this.#most, Math.max(1, standing));
    this.#wait = wasTry ? Math.min(MOST_SECONDS, this.#wait * SLOWER) : this.#growSeconds;
    this.#growAt = this.#clock.now() + this.#wait * 1000;
  }

  /** It was not for the number that none stands. */
  reset(): void {
    this.#value = this.#most;
    this.#wait = this.#growSeconds;
  }

  /** So many stand now. */
  opened(standing: number): void {
    if (standing <= this.#value) return;
    this.#value = standing;
    this.#wait = this.#growSeconds;
    this.#growAt = this.#clock.now() + this.#wait * 1000;
  }
}
