import fs from "node:fs";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import { AT_ONCE } from "./at-once.ts";
import { storageErrorOf } from "./system-error.ts";
import type { VirtualPath } from "@twinport/protocol";
import type { WritableFile } from "../storage.ts";

/** What stood behind the start of an upload is cut off at once up to this size: freeing more takes too long. */
const CUT_AT_ONCE = 16 * 1024 * 1024;

/** A write that took longer went to a disk that cannot keep up: further ones must not hold the other sessions up. */
const SLOW_MS = 10;

const writeAsync = promisify(fs.write);
const truncateAsync = promisify(fs.ftruncate);

/** What an upload to a disk is made of. */
export interface UploadParts {
  readonly descriptor: number;
  readonly path: VirtualPath;
  readonly start: number;
  readonly size: number;
  readonly forget: () => void;
}

/** An upload straight into its file. What stood behind `start` goes with the first byte, not before. */
export class DiskUpload implements WritableFile {
  readonly start: number;
  readonly #parts: UploadParts;
  #position: number;
  #cut = false;
  #isSlow = false;
  #writing: Promise<void> | undefined;

  constructor(parts: UploadParts) {
    this.#parts = parts;
    this.start = parts.start;
    this.#position = parts.start;
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
      if (cut) return cut.finally(() => this.#close());
    } catch (error) {
      fs.closeSync(this.#parts.descriptor);
      throw error;
    }
    this.#close();
  }

  async abandon(keep: boolean): Promise<void> {
    // Whoever is cut off does not wait for its last write. Closed under it, the descriptor could be another file's by
    // the time the write has its turn, and what it brings would be taken for nothing.
    await this.#writing?.catch(() => {});
    this.#close();
    if (!keep || this.#position === 0) this.#parts.forget();
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
    try {
      fs.closeSync(this.#parts.descriptor);
    } catch (error) {
      // Delayed writes fail here (NFS, quota): then the upload was not kept.
      throw storageErrorOf(error, "write", this.#parts.path);
    }
  }
}
