import type { ByteSource } from "@twinport/channel";
import type { Charset } from "@twinport/protocol";

/** Lines, each without its end, as bytes for a data connection; nothing is made before it is asked for. */
export class ListingSource implements ByteSource {
  readonly expected = undefined;
  readonly #batches: AsyncIterator<readonly string[]>;
  readonly #charset: Charset;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(batches: AsyncIterator<readonly string[]>, charset: Charset) {
    this.#batches = batches;
    this.#charset = charset;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#rest.length === 0) {
      const next = await this.#batches.next();
      if (next.done) return 0;
      // A listing has CRLF in both types (RFC 959 §3.1.1.1): TYPE speaks of files.
      this.#rest = this.#charset.encode(next.value.map((line) => `${line}\r\n`).join(""));
    }
    const part = this.#rest.subarray(0, into.length);
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  /** Closes what the lines come from. */
  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}
