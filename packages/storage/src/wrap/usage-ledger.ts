import { ROOT, childOf, foldNames, isWithin } from "@twinport/protocol";
import type { Entry, VirtualPath } from "@twinport/protocol";
import { StorageError } from "../errors.ts";
import { Turnstile } from "./turnstile.ts";
import type { Storage, UnfinishedUploads } from "../storage.ts";

/** What is kept in a storage. Folders and links count as files, without bytes. */
export interface Usage {
  readonly bytes: number;
  readonly files: number;
}

/** How much may be kept; what is not given is not limited. */
export type Quota = Partial<Usage>;

/** Nothing at all. */
export const NOTHING: Usage = { bytes: 0, files: 0 };

/**
 * Counts what one storage keeps, for all the quotas that look at it. Two accounts that share a folder share its ledger.
 *
 * Everything is counted once, before the first change, with turns for everybody else; from then on every change is
 * written down. That holds as long as all changes go through quotas with this ledger: what other programs do is seen
 * by the next {@link UsageLedger.recount}. A file with two hard links counts twice.
 *
 * A folder that is closed to this process cannot be counted, and what is in it must not become free for that: the last
 * count stands, with what was written down since. Where there is none yet, every change throws `permission-denied` with
 * the path of that folder.
 */
export function usageLedger(storage: Storage): UsageLedger {
  return new UsageLedger(storage);
}

/** See {@link usageLedger}. */
export class UsageLedger {
  readonly #storage: Storage;
  readonly #turnstile = new Turnstile();
  readonly #uploads = new Set<VirtualPath[]>();
  #counted = NOTHING;
  #hasCounted = false;
  #reserved = NOTHING;
  #isDoubtful = true;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** What is kept, and what uploads that are under way may still come to. */
  async usage(): Promise<Usage> {
    await this.#settled();
    return sum(this.#counted, this.#reserved);
  }

  /** Counts anew, as soon as no upload is under way. */
  async recount(): Promise<Usage> {
    this.#isDoubtful = true;
    return this.usage();
  }

  /** A change at one path, beside those at others. */
  async beside<T>(path: VirtualPath, act: () => Promise<T>): Promise<T> {
    await this.#settled();
    const key = this.#storage.features.has("folds-names") ? foldNames(path) : path;
    return this.#turnstile.beside(key, act);
  }

  /** A change that may move or take away what others would be changing. */
  async alone<T>(act: () => Promise<T>): Promise<T> {
    await this.#settled();
    return this.#turnstile.alone(act);
  }

  /** Whether an upload is under way at or below a path. */
  isUploading(folder: VirtualPath): boolean {
    return Array.from(this.#uploads).some(([path = ROOT]) => isWithin(folder, path));
  }

  /** Remembers an upload until the function that it gives is called. */
  uploading(path: VirtualPath): () => void {
    const upload = [path];
    this.#uploads.add(upload);
    return () => void this.#uploads.delete(upload);
  }

  /** Sets something aside, if that leaves a quota as it is. */
  reserve(quota: Quota, more: Usage): boolean {
    const now = sum(this.#counted, this.#reserved);
    if (more.bytes > 0 && now.bytes + more.bytes > (quota.bytes ?? Infinity)) return false;
    if (more.files > 0 && now.files + more.files > (quota.files ?? Infinity)) return false;
    this.#reserved = sum(this.#reserved, more);
    return true;
  }

  /** Gives back what was set aside. */
  release(reserved: Usage): void {
    this.#reserved = difference(this.#reserved, reserved);
  }

  /** Writes down what has become of something. */
  record(before: Usage, after: Usage): void {
    this.#counted = sum(this.#counted, difference(after, before));
  }

  /** Bytes that a quota has left. */
  left({ bytes = Infinity }: Quota): number {
    return Math.max(0, bytes - this.#counted.bytes - this.#reserved.bytes);
  }

  /** Something has happened that could not be measured: it is all counted again before the next change. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  async #settled(): Promise<void> {
    if (!this.#isDoubtful || this.#uploads.size > 0) return;
    await this.#turnstile.alone(async () => {
      // Somebody was first; or an upload has begun, whose bytes would be counted now and again when it ends.
      if (!this.#isDoubtful || this.#uploads.size > 0) return;
      this.#isDoubtful = false;
      try {
        this.#counted = await countAll(this.#storage);
        this.#hasCounted = true;
      } catch (error) {
        // Not counted again before somebody doubts it again: each change would go through the whole tree.
        if (this.#hasCounted && error instanceof StorageError && error.code === "permission-denied") return;
        this.#isDoubtful = true;
        throw error;
      }
    });
  }
}

/** Everything in a storage, also what is hidden. */
async function countAll(storage: Storage): Promise<Usage> {
  let bytes = 0;
  let files = 0;
  const folders: VirtualPath[] = [ROOT];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for await (const batch of storage.list(folder, "facts")) {
        for (const { name, kind, size, isLinked } of batch) {
          files++;
          if (isLinked) continue;
          bytes += size;
          if (kind === "directory") folders.push(childOf(folder, name));
        }
      }
      const hidden = await countHidden(storage, folder);
      bytes += hidden.bytes;
      files += hidden.files;
    } catch (error) {
      if (!(error instanceof StorageError && passed.has(error.code))) throw error;
    }
  }
  return { bytes, files };
}

/** What went away meanwhile. */
const passed: ReadonlySet<string> = new Set(["not-found", "not-a-directory"]);

/** What a folder holds out of sight. Who keeps no unfinished uploads may still hide those that another storage keeps. */
export async function countHidden(storage: Storage & Partial<UnfinishedUploads>, folder: VirtualPath): Promise<Usage> {
  let bytes = 0;
  let files = 0;
  const none: readonly (readonly Entry[])[] = [];
  for await (const batch of storage.listUnfinished?.(folder) ?? none) {
    files += batch.length;
    for (const { size } of batch) bytes += size;
  }
  return { bytes, files };
}

function sum(one: Usage, other: Usage): Usage {
  return { bytes: one.bytes + other.bytes, files: one.files + other.files };
}

function difference(one: Usage, other: Usage): Usage {
  return { bytes: one.bytes - other.bytes, files: one.files - other.files };
}
