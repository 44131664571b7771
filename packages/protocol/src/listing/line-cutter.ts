/** A line without its end, or the beginning of one that was too long. */
export interface CutLine {
  readonly bytes: Uint8Array;
  readonly isTooLong: boolean;
}

const CR = 0x0d;
const LF = 0x0a;

/** What is kept of a line that is too long: enough to recognise it. */
const KEPT = 800;

/** Cuts what arrives into lines, bounded. The lines do not depend on how the bytes were cut into chunks. */
export class LineCutter {
  readonly #limit: number;
  #held = new Uint8Array(0);
  #length = 0;
  #isTooLong = false;

  /** @param limit bytes that a line may have before its LF */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Lines that the chunk completes, each to be used before the next is asked for. */
  *take(chunk: Uint8Array): Generator<CutLine> {
    let from = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
      const part = chunk.subarray(from, end);
      from = end + 1;
      // Nothing is copied where a chunk holds the whole line.
      if (this.#length === 0 && !this.#isTooLong && part.length <= this.#limit) {
        yield { bytes: withoutCarriageReturns(part), isTooLong: false };
        continue;
      }
      this.#hold(part);
      yield this.#finish();
    }
    this.#hold(chunk.subarray(from));
  }

  /** The last line, where it has no end. */
  end(): CutLine | undefined {
    return this.#length === 0 ? undefined : this.#finish();
  }

  #finish(): CutLine {
    const bytes = withoutCarriageReturns(this.#held.subarray(0, this.#length));
    const isTooLong = this.#isTooLong;
    this.#length = 0;
    this.#isTooLong = false;
    return { bytes, isTooLong };
  }

  #hold(part: Uint8Array): void {
    const wanted = this.#length + part.length;
    this.#isTooLong ||= wanted > this.#limit;
    // Of a line that is too long the same is kept, however it was cut.
    const kept = this.#isTooLong ? Math.min(KEPT, wanted) : wanted;
    if (kept > this.#held.length) {
      const larger = new Uint8Array(Math.min(Math.max(kept, this.#held.length * 2), Math.max(this.#limit, KEPT)));
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    if (kept > this.#length) this.#held.set(part.subarray(0, kept - this.#length), this.#length);
    this.#length = kept;
  }
}

/** Some servers write CR CR LF: Windows turns the LF of their CR LF into another. */
function withoutCarriageReturns(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === CR) end--;
  return bytes.subarray(0, end);
}
