import {
  closeSync,
  constants,
  fchmodSync,
  futimesSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { open, rename } from "node:fs/promises";
import { ClientError } from "../errors.ts";
import { hashLocal } from "../local-hash.ts";
import { localError } from "../sources.ts";
import type { FileHandle } from "node:fs/promises";
import type { ByteSink } from "@twinport/channel";
import type { HashAlgorithm } from "../local-hash.ts";
import type { Receiver } from "../targets.ts";

/** Files up to this size are kept in memory until they are whole: that costs less than the ways to a thread. */
const SMALL = 256 * 1024;

/** A link in the place of the part is not followed; on Windows there is no such word. */
const NO_FOLLOW: number = constants.O_NOFOLLOW ?? 0;

/** Where one file of a mirror is written. */
export interface LandingPlace {
  readonly path: string;
  /** Its path while it is not whole, in the same folder. */
  readonly part: string;
  readonly size: number | undefined;
  readonly replaces: boolean;
}

/**
 * A file that is written beside its name, and gets that when it is whole: what stood there before is there until then.
 * A large one that was broken off is gone on with: its part is named for what it is to become.
 */
export class LandingFile implements Receiver {
  readonly #place: LandingPlace;
  /** All of a small file. */
  readonly #memory: Uint8Array | undefined;
  #handle: FileHandle | undefined;
  #end = 0;

  constructor(place: LandingPlace) {
    this.#place = place;
    const { size } = place;
    if (isSmall(size)) this.#memory = new Uint8Array(size);
  }

  /** Room for all of a small file, for who fills it by himself, and says {@link LandingFile.land} then. */
  get memory(): Uint8Array | undefined {
    return this.#memory;
  }

  /** A small file is whole in its {@link LandingFile.memory}. */
  land(modified: number | undefined): void {
    if (!this.#memory) return;
    this.#end = this.#memory.length;
    try {
      this.#writeSmall(this.#memory, modified);
    } catch (cause) {
      throw localError(this.#place.path, cause);
    }
  }

  readonly begin = async (): Promise<number> => {
    if (this.#memory) return 0;
    const { part, path } = this.#place;
    try {
      const there = lstatSync(part, { throwIfNoEntry: false });
      if (there && !there.isFile()) unlinkSync(part);
      const isKept = there?.isFile() === true;
      this.#handle = await open(
        part,
        constants.O_RDWR | NO_FOLLOW | (isKept ? 0 : constants.O_CREAT | constants.O_EXCL),
        0o666,
      );
      return isKept ? there.size : 0;
    } catch (cause) {
      throw localError(path, cause);
    }
  };

  readonly sink = (offset: number): ByteSink =>
    this.#memory ? this.#toMemory(this.#memory, offset) : this.#toPart(offset);

  readonly canRewind = (): boolean => true;

  readonly commit = async (modified: number | undefined): Promise<void> => {
    const { part, path } = this.#place;
    try {
      if (this.#memory) {
        this.#writeSmall(this.#memory, modified);
        return;
      }
      const handle = this.#handle;
      if (!handle) return;
      const mode = this.#modeOfOld();
      if (mode !== undefined) await handle.chmod(mode);
      if (modified !== undefined) await handle.utimes(modified / 1000, modified / 1000);
      await this.#close();
      await rename(part, path);
    } catch (cause) {
      throw localError(path, cause);
    }
  };

  readonly abandon = async (): Promise<void> => {
    const handle = this.#handle;
    if (!handle) return;
    const size = await handle.stat().then(
      (stats) => stats.size,
      () => 0,
    );
    await this.#close();
    // What has nothing in it is no help to the next run.
    if (size === 0) unlinkIfThere(this.#place.part);
  };

  /** A large one is read again: what counts is what was written. */
  readonly hash = async (algorithm: HashAlgorithm): Promise<string> =>
    await hashLocal(this.#memory?.subarray(0, this.#end) ?? this.#place.part, algorithm);

  readonly discard = async (): Promise<void> => {
    await this.#close();
    unlinkIfThere(this.#place.part);
  };

  #toMemory(memory: Uint8Array, offset: number): ByteSink {
    this.#end = offset;
    return {
      write: (bytes) => {
        if (this.#end + bytes.length > memory.length) {
          const got = this.#end + bytes.length;
          throw new ClientError("size-differs", { path: this.#place.path, expected: memory.length, got });
        }
        memory.set(bytes, this.#end);
        this.#end += bytes.length;
      },
    };
  }

  #toPart(offset: number): ByteSink {
    let at = offset;
    return {
      write: async (bytes) => {
        try {
          for (let done = 0; done < bytes.length;) {
            const written = await this.#handle?.write(bytes, done, bytes.length - done, at);
            done += written?.bytesWritten ?? bytes.length;
            at += written?.bytesWritten ?? 0;
          }
        } catch (cause) {
          throw localError(this.#place.path, cause);
        }
      },
      end: async () => await this.#handle?.truncate(at),
    };
  }

  #writeSmall(memory: Uint8Array, modified: number | undefined): void {
    const { part, path } = this.#place;
    const bytes = memory.subarray(0, this.#end);
    const mode = this.#modeOfOld();
    const file = openNew(part);
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      if (mode !== undefined) fchmodSync(file, mode);
      if (modified !== undefined) futimesSync(file, modified / 1000, modified / 1000);
    } catch (error) {
      unlinkIfThere(part);
      throw error;
    } finally {
      closeSync(file);
    }
    try {
      renameSync(part, path);
    } catch (error) {
      unlinkIfThere(part);
      throw error;
    }
  }

  /** A file that is replaced has been given its permissions by somebody. */
  #modeOfOld(): number | undefined {
    if (!this.#place.replaces) return undefined;
    const there = lstatSync(this.#place.path, { throwIfNoEntry: false });
    return there?.isFile() ? there.mode & 0o777 : undefined;
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

/** A new file, also where an interrupted run has left one of this name. */
function openNew(part: string): number {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;
  try {
    return openSync(part, flags, 0o666);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    unlinkSync(part);
    return openSync(part, flags, 0o666);
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already.
  }
}

/** Whether a file is kept in memory until it is whole. */
export function isSmall(size: number | undefined): size is number {
  return size !== undefined && size <= SMALL;
}
