import { constants, copyFileSync } from "node:fs";
import { chmod, open, readlink, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { hashLocal } from "./local-hash.ts";
import { localError } from "./sources.ts";
import type { Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { ByteSink } from "@twinport/channel";
import type { FileTargetOptions, Receiver, RemoteVersion } from "./targets.ts";
import type { HashAlgorithm } from "./local-hash.ts";

/** What is appended to the name of a file while it is not whole. */
export const PART_SUFFIX = ".twinport-part";

/** Parts that downloads of this process write. */
const claimed = new Set<string>();

/**
 * A local file. It is written beside its name and gets that when it is whole, so that what stood there before is
 * neither lost nor mixed with half of something else; with `resume` a part that was left is gone on with.
 */
export class FileReceiver implements Receiver {
  /** As much as a buffer can have: few writes, each in another thread while the next bytes come. */
  readonly chunk: number = 1024 * 1024;
  #path: string;
  readonly #options: FileTargetOptions;
  #part: string;
  #handle: FileHandle | undefined;
  /** The permissions of what stands at the name already: what comes in its place gets them. */
  #mode: number | undefined;
  #modified: number | undefined;
  #hasClaim = false;

  constructor(path: string, options: FileTargetOptions) {
    this.#path = path;
    this.#options = options;
    this.#part = `${path}${PART_SUFFIX}`;
  }

  readonly begin = async (remote: Partial<RemoteVersion> = {}): Promise<number> => {
    try {
      return await this.#begin(remote);
    } catch (error) {
      this.#release();
      throw error;
    }
  };

  async #begin({ modified }: Partial<RemoteVersion>): Promise<number> {
    this.#modified = modified;
    this.#path = await behindLinks(this.#path);
    this.#part = `${this.#path}${PART_SUFFIX}`;
    const there = await stat(this.#path).catch(() => undefined);
    // A pipe or a device has no part beside it.
    if (there && !there.isFile()) {
      if (there.isDirectory()) throw localError(this.#path, new Error("is a directory"));
      this.#part = this.#path;
      return await this.#open("w", 0);
    }
    this.#claim();
    this.#mode = there && there.mode & 0o7777;
    if (!this.#options.resume) return await this.#open("w+", 0);
    const part = await stat(this.#part).catch(() => undefined);
    const left = part ?? there;
    if (!left || !isPartOf(left, modified)) return await this.#open("w+", 0);
    // Another program has left its part under the name itself.
    if (!part) await this.#copyOver();
    return await this.#open("r+", left.size);
  }

  /** Two who write one part would make a file of both, and each would find the size right. */
  #claim(): void {
    if (claimed.has(this.#part)) throw localError(this.#path, new Error("is just being written by another download"));
    claimed.add(this.#part);
    this.#hasClaim = true;
  }

  #release(): void {
    if (this.#hasClaim) claimed.delete(this.#part);
    this.#hasClaim = false;
  }

  readonly sink = (offset: number): ByteSink => {
    let at = offset;
    return {
      write: async (bytes) => {
        try {
          for (let done = 0; done < bytes.length;) {
            const { bytesWritten } = await this.#handle!.write(
              bytes,
              done,
              bytes.length - done,
              this.#isPlain ? at : null,
            );
            done += bytesWritten;
            at += bytesWritten;
          }
        } catch (cause) {
          throw localError(this.#path, cause);
        }
      },
      end: async () => {
        if (this.#isPlain) await this.#handle!.truncate(at);
      },
    };
  };

  readonly canRewind = (): boolean => this.#isPlain;

  readonly commit = async (modified: number | undefined): Promise<void> => {
    try {
      await this.#close();
      if (!this.#isPlain) return;
      if (this.#mode !== undefined) await chmod(this.#part, this.#mode);
      if (modified !== undefined) await utimes(this.#part, modified / 1000, modified / 1000);
      await rename(this.#part, this.#path);
    } catch (cause) {
      throw localError(this.#path, cause);
    } finally {
      this.#release();
    }
  };

  readonly abandon = async (): Promise<void> => {
    const handle = this.#handle;
    if (!handle) return;
    const size = await handle.stat().then(
      (stats) => stats.size,
      () => 0,
    );
    try {
      await this.#close();
      if (!this.#isPlain) return;
      // What has nothing in it is no help to anybody.
      if (size === 0) await rm(this.#part, { force: true });
      else if (this.#modified !== undefined) await stamp(this.#part, this.#modified);
    } finally {
      this.#release();
    }
  };

  /** It is read again: what counts is what was written. */
  readonly hash = async (algorithm: HashAlgorithm): Promise<string | undefined> =>
    this.#isPlain ? await hashLocal(this.#part, algorithm) : undefined;

  readonly discard = async (): Promise<void> => {
    await this.#close();
    if (this.#isPlain) await rm(this.#part, { force: true });
    this.#release();
  };

  get #isPlain(): boolean {
    return this.#part !== this.#path;
  }

  async #open(flags: string, size: number): Promise<number> {
    try {
      this.#handle = await open(this.#part, flags === "r+" && size === 0 ? "w+" : flags);
      return size;
    } catch (cause) {
      throw localError(this.#path, cause);
    }
  }

  async #copyOver(): Promise<void> {
    try {
      // A copy that shares its blocks where the file system can.
      copyFileSync(this.#path, this.#part, constants.COPYFILE_FICLONE);
    } catch (cause) {
      throw localError(this.#path, cause);
    }
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

/** Links that are followed one after another; then they lead in a circle. */
const MOST_LINKS = 40;

/** Where a link leads, also where nothing is there yet: what was made a link stays one. */
async function behindLinks(path: string): Promise<string> {
  let at = path;
  for (let i = 0; i < MOST_LINKS; i++) {
    const target = await readlink(at).catch(() => undefined);
    if (target === undefined) return at;
    at = resolve(dirname(at), target);
  }
  throw localError(path, new Error("its links lead in a circle"));
}

/** Times are told in seconds, and file systems round. */
const ROUNDED_MS = 2000;

/** What is left of a file tells of which version it is, for who goes on with it. */
async function stamp(part: string, modified: number): Promise<void> {
  const seconds = Math.floor(modified / 1000);
  await utimes(part, seconds, seconds).catch(() => {});
}

/**
 * Whether what was left can be of the file as it is now. A part that was stamped has the time of its version; one whose
 * program had no time for that was written after the file was modified.
 */
function isPartOf({ atimeMs, mtimeMs }: Stats, modified: number | undefined): boolean {
  if (modified === undefined) return true;
  const isStamped = atimeMs === mtimeMs && mtimeMs % 1000 === 0;
  return isStamped ? Math.abs(mtimeMs - modified) <= ROUNDED_MS : modified <= mtimeMs + ROUNDED_MS;
}
