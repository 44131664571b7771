import fs from "node:fs";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import { AT_ONCE } from "./at-once.ts";
import { storageErrorOf } from "./system-error.ts";
import type { VirtualPath } from "@twinport/protocol";
import type { MaybePromise, WritableFile } from "../storage.ts";

/** What stood behind the start of an upload is cut off at once up to this size: freeing more takes too long. */
const CUT_AT_ONCE = 16 * 1024 * 1024;

/** A write that took longer went to a disk that cannot keep up: further ones must not hold the other sessions up. */
const SLOW_MS = 10;

const writeAsync = promisify(fs.write);
const truncateAsync = promisify(fs.ftruncate);

/** What an upload to a disk is made of, and what becomes of it. */
export interface UploadParts {
  readonly descriptor: number;
  readonly path: VirtualPath;
  readonly start: number;
  readonly size: number;
  /** So much was just written to it that the disk may have to catch up before it takes more. */
  readonly isBehind?: boolean;
  /** All bytes have come, and the file is still open. */
  readonly whole?: (descriptor: number) => MaybePromise<void>;
  /** The file is whole and closed. */
  readonly keep?: () => MaybePromise<void>;
  /** The upload has failed, and the file is closed. */
  readonly drop: (upload: DroppedUpload) => MaybePromise<void>;
  /** However it has ended. */
  readonly release: () => void;
}

/** An upload that has failed. */
export interface DroppedUpload {
  /** It was cut off, and may be resumed; or the commit itself failed, and nobody knows what is there. */
  readonly because: "keep" | "discard" | "commit-failed";
  /** Where it would go on. */
  readonly position: number;
  /** What stood behind its start has gone. */
  readonly hasBegun: boolean;
}

/** An upload into an opened file. What stood behind `start` goes with the first byte, not before. */
export class DiskUpload implements WritableFile {
  readonly start: number;
  readonly #parts: UploadParts;
  #position: number;
  #cut = false;
  #isClosed = false;
  #isSlow = false;
  #writing: Promise<void> | undefined;

  constructor(parts: UploadParts) {
    this.#parts = parts;
    this.start = parts.start;
    this.#position = parts.start;
    this.#isSlow = parts.isBehind ?? false;
  }

  write(bytes: Uint8Array): void | Promise<void> {
    const cut = this.#cutOnce();
    const writing = cut ? cut.then(() => this.#write(bytes)) : this.#write(bytes);
    this.#writing = writing ?? undefined;
    return writing;
  }

  commit(): void | Promise<void> {
    try {
      const cut = this.#cutOnce();
      const ended = cut ? cut.then(() => this.#end()) : this.#end();
      if (ended) return ended.then(this.#parts.release, (error: unknown) => this.#commitFailed(error));
    } catch (error) {
      const failed = this.#commitFailed(error);
      if (failed) return failed;
    }
    this.#parts.release();
  }

  async abandon(keep: boolean): Promise<void> {
    // Whoever is cut off does not wait for its last write. Closed under it, the descriptor could be another file's by
    // the time the write has its turn, and what it brings would be taken for nothing.
    await this.#writing?.catch(() => {});
    try {
      this.#close();
    } finally {
      await this.#drop(keep ? "keep" : "discard");
    }
  }

  #end(): void | Promise<void> {
    const whole = this.#translated(() => this.#parts.whole?.(this.#parts.descriptor));
    return whole ? whole.then(() => this.#keep()) : this.#keep();
  }

  #keep(): void | Promise<void> {
    this.#close();
    return this.#translated(() => this.#parts.keep?.());
  }

  #translated(run: () => void | Promise<void>): void | Promise<void> {
    const failed = (error: unknown): never => {
      throw storageErrorOf(error, "write", this.#parts.path);
    };
    try {
      return run()?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Throws the error, when all is away that the upload held. */
  #commitFailed(error: unknown): Promise<never> | undefined {
    try {
      this.#close();
    } catch {
      // The first error says what went wrong.
    }
    const rethrow = (): never => {
      throw error;
    };
    try {
      const dropped = this.#drop("commit-failed");
      if (dropped) return dropped.then(rethrow, rethrow);
    } catch {
      // As above.
    }
    return rethrow();
  }

  #drop(because: DroppedUpload["because"]): void | Promise<void> {
    const { drop, release } = this.#parts;
    try {
      const dropped = this.#translated(() => drop({ because, position: this.#position, hasBegun: this.#cut }));
      if (dropped) return dropped.finally(release);
    } catch (error) {
      release();
      throw error;
    }
    release();
  }

  #write(bytes: Uint8Array): void | Promise<void> {
    if (this.#isSlow || bytes.length > AT_ONCE) return this.#writeAsync(bytes);
    const began = performance.now();
    try {
      for (let done = 0; done < bytes.length;) {
        done += this.#advance(fs.writeSync(this.#parts.descriptor, bytes, done, bytes.length - done, this.#position));
      }
    } catch (error) {
      throw storageErrorOf(error, "write", this.#parts.path);
    }
    this.#isSlow = performance.now() - began > SLOW_MS;
  }

  async #writeAsync(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const { descriptor } = this.#parts;
        const { bytesWritten } = await writeAsync(descriptor, bytes, done, bytes.length - done, this.#position);
        done += this.#advance(bytesWritten);
      }
    } catch (error) {
      throw storageErrorOf(error, "write", this.#parts.path);
    }
  }

  #advance(written: number): number {
    this.#position += written;
    return written;
  }

  #cutOnce(): void | Promise<void> {
    if (this.#cut) return;
    this.#cut = true;
    const { descriptor, size, path } = this.#parts;
    if (size <= this.start) return;
    try {
      if (size - this.start <= CUT_AT_ONCE) fs.ftruncateSync(descriptor, this.start);
      else return this.#cutAsync();
    } catch (error) {
      throw storageErrorOf(error, "write", path);
    }
  }

  async #cutAsync(): Promise<void> {
    try {
      await truncateAsync(this.#parts.descriptor, this.start);
    } catch (error) {
      throw storageErrorOf(error, "write", this.#parts.path);
    }
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      fs.closeSync(this.#parts.descriptor);
    } catch (error) {
      // Delayed writes fail here (NFS, quota): then the upload was not kept.
      throw storageErrorOf(error, "write", this.#parts.path);
    }
  }
}
