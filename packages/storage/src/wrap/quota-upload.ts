import { NOTHING } from "./usage-ledger.ts";
import type { Usage, UsageLedger } from "./usage-ledger.ts";
import type { MaybePromise, WritableFile } from "../storage.ts";

/** What an upload under a quota is made of. */
export interface QuotaUploadParts {
  readonly inner: WritableFile;
  readonly ledger: UsageLedger;
  /** What stood there when it was opened, as the ledger has it. */
  readonly before: Usage;
  /** What was set aside for it so far. */
  readonly reserved: Usage;
  readonly weigh: () => Promise<Usage>;
  /** Throws if it would pass the quota. */
  readonly reserve: (more: Usage) => void;
  /** While nobody else changes what it changes. */
  readonly exclusively: <T>(act: () => Promise<T>) => Promise<T>;
  readonly ended: () => void;
}

/** An upload that sets aside what it grows by before it writes, and at its end is measured. */
export class QuotaUpload implements WritableFile {
  readonly start: number;
  readonly #parts: QuotaUploadParts;
  #counted: Usage;
  #reserved: Usage;
  #position: number;
  #hasWritten = false;
  #hasEnded = false;

  constructor(parts: QuotaUploadParts) {
    this.#parts = parts;
    this.start = parts.inner.start;
    this.#position = this.start;
    this.#counted = parts.before;
    this.#reserved = parts.reserved;
  }

  write(bytes: Uint8Array): MaybePromise<void> {
    const more = this.#position + bytes.length - this.#counted.bytes - this.#reserved.bytes;
    if (more > 0) {
      this.#parts.reserve({ bytes: more, files: 0 });
      this.#reserved = { ...this.#reserved, bytes: this.#reserved.bytes + more };
    }
    this.#position += bytes.length;
    const writing = this.#parts.inner.write(bytes);
    if (this.#hasWritten) return writing;
    this.#hasWritten = true;
    // Only the first byte cuts off what stood behind it; what that frees is free for others now.
    if (this.#counted.bytes <= this.start) return writing;
    return writing instanceof Promise ? writing.then(() => this.#giveBack()) : this.#giveBack();
  }

  async commit(): Promise<void> {
    // What stood behind the start goes before the others have to wait: that may mean to copy what stands before it.
    if (!this.#hasWritten && this.#counted.bytes > this.start) await this.#begin();
    return this.#end(async () => this.#parts.inner.commit());
  }

  abandon(keep: boolean): Promise<void> {
    return this.#end(async () => this.#parts.inner.abandon(keep));
  }

  async #begin(): Promise<void> {
    try {
      await this.write(new Uint8Array(0));
    } catch (error) {
      await this.abandon(false);
      throw error;
    }
  }

  async #giveBack(): Promise<void> {
    const { ledger, weigh } = this.#parts;
    const now = await weigh();
    if (this.#hasEnded || now.bytes >= this.#counted.bytes) return;
    ledger.record(this.#counted, now);
    this.#counted = now;
  }

  #end(end: () => Promise<void>): Promise<void> {
    const { ledger, weigh, exclusively, ended } = this.#parts;
    return exclusively(async () => {
      try {
        await end();
      } finally {
        this.#hasEnded = true;
        try {
          ledger.record(this.#counted, await weigh());
        } catch {
          // At the most it is what was set aside.
          ledger.record(NOTHING, this.#reserved);
          ledger.doubt();
        }
        ledger.release(this.#reserved);
        ended();
      }
    });
  }
}
