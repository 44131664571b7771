import type { Clock } from "@twinport/channel";

/** How far a transfer is. */
export interface Progress {
  /** The remote path. */
  readonly path: string;
  readonly direction: "download" | "upload" | "list";
  /** Bytes of the file that are there, those of an earlier part included. */
  readonly bytes: number;
  /** Bytes of the whole, where that is known. */
  readonly total: number | undefined;
  /** Bytes a second, over the last seconds. */
  readonly rate: number;
  /** Seconds to the end at this rate, where the total is known. */
  readonly eta: number | undefined;
  readonly isLast: boolean;
}

export type ProgressListener = (progress: Progress) => void;

const EVERY_MS = 100;

/** How much the newest rate counts: a rate of about the last two seconds. */
const NEWEST = 0.1;

/** Counts bytes and tells how far it is, ten times a second at the most, and once at the end. */
export class ProgressMeter {
  readonly #listener: ProgressListener | undefined;
  readonly #clock: Clock;
  readonly #what: Pick<Progress, "path" | "direction">;
  total: number | undefined;
  #bytes = 0;
  #rate = 0;
  #toldAt: number;
  #toldBytes = 0;

  constructor(listener: ProgressListener | undefined, clock: Clock, what: Pick<Progress, "path" | "direction">) {
    this.#listener = listener;
    this.#clock = clock;
    this.#what = what;
    this.#toldAt = clock.now();
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** It begins, or begins again, behind so many bytes. */
  begin(bytes: number): void {
    this.#bytes = bytes;
    this.#toldBytes = bytes;
    this.#toldAt = this.#clock.now();
  }

  readonly moved = (bytes: number): void => {
    this.#bytes += bytes;
    if (!this.#listener) return;
    const now = this.#clock.now();
    if (now - this.#toldAt >= EVERY_MS) this.#tell(now, false);
  };

  end(): void {
    if (this.#listener) this.#tell(this.#clock.now(), true);
  }

  #tell(now: number, isLast: boolean): void {
    const seconds = Math.max(0.001, (now - this.#toldAt) / 1000);
    const newest = (this.#bytes - this.#toldBytes) / seconds;
    this.#rate = this.#rate === 0 ? newest : this.#rate * (1 - NEWEST) + newest * NEWEST;
    this.#toldAt = now;
    this.#toldBytes = this.#bytes;
    const left = this.total === undefined ? undefined : Math.max(0, this.total - this.#bytes);
    const eta = left === undefined || this.#rate <= 0 ? undefined : left / this.#rate;
    this.#listener?.({ ...this.#what, bytes: this.#bytes, total: this.total, rate: this.#rate, eta, isLast });
  }
}
