/** A buffer that is given back when it is no longer needed. */
export interface LentBuffer {
  readonly bytes: Uint8Array;
  giveBack(): void;
}

const SMALLEST = 64 * 1024;
const LARGEST = 1024 * 1024;

/** What stays allocated while no transfer runs. */
const KEPT_WHEN_IDLE = 8 * 1024 * 1024;

/**
 * Where in its allocation a buffer begins. A large allocation begins 16 bytes into a page, and the kernel's copy from
 * page-aligned cache to there runs at a third of its rate (measured on AMD EPYC); 2032 is well away from a page's
 * start whether the allocation begins at byte 0 or 16 of one.
 */
const OFFSET = 2032;

/**
 * All the buffers of all the transfers: many transfers get smaller ones. Nobody gets more than an eighth of what is
 * left, so the budget is passed only by the smallest size, when hundreds of transfers run at once.
 */
export class BufferBudget {
  readonly #budget: number;
  readonly #free = new Map<number, Uint8Array[]>();
  #lent = 0;
  #kept = 0;

  /** @param budget bytes that all buffers together should have (default 64 MiB) */
  constructor(budget: number = 64 * 1024 * 1024) {
    this.#budget = budget;
  }

  /** Bytes that are lent now. */
  get lent(): number {
    return this.#lent;
  }

  /** Lends a buffer of 64 KiB to 1 MiB, as near to the size that is wanted as the budget allows. */
  lend(wanted: number): LentBuffer {
    const most = Math.max(SMALLEST, (this.#budget - this.#lent) / 8);
    let size = SMALLEST;
    while (size < wanted && size * 2 <= most && size < LARGEST) size *= 2;
    const bytes = this.#take(size);
    this.#lent += size;
    let isLent = true;
    return {
      bytes,
      giveBack: () => {
        if (!isLent) return;
        isLent = false;
        this.#lent -= size;
        this.#keep(bytes);
      },
    };
  }

  #take(size: number): Uint8Array {
    const kept = this.#free.get(size)?.pop();
    if (kept) {
      this.#kept -= size;
      return kept;
    }
    // No Buffer: its slice would be no copy, which whoever is handed a Uint8Array relies on.
    return new Uint8Array(Buffer.allocUnsafeSlow(size + 4096).buffer, OFFSET, size);
  }

  #keep(bytes: Uint8Array): void {
    const size = bytes.length;
    if (this.#lent + this.#kept + size <= this.#budget) {
      const same = this.#free.get(size);
      if (same) same.push(bytes);
      else this.#free.set(size, [bytes]);
      this.#kept += size;
    }
    if (this.#lent > 0) return;
    for (const [other, buffers] of this.#free) {
      while (this.#kept > KEPT_WHEN_IDLE && buffers.pop()) this.#kept -= other;
    }
  }
}
