import fs from "node:fs";
import process from "node:process";
import { childOf, nameOf } from "@twinport/protocol";
import type { Entry, VirtualPath } from "@twinport/protocol";
import { StorageError } from "../errors.ts";
import { confineTo } from "./confinement.ts";
import { DiskUpload } from "./disk-upload.ts";
import { readFully } from "./read-fully.ts";
import { errnoOf, storageErrorOf } from "./system-error.ts";
import type { StorageOperation } from "../errors.ts";
import type { Confinement } from "./confinement.ts";
import type { ModifiedSetter, ReadableFile, Storage, StorageFeature, WritableFile, WriteOptions } from "../storage.ts";

/** Entries a batch: 2 ms of lstat, well below what a session beside it would feel. */
const BATCH = 256;

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL } = fs.constants;
// Not on Windows, where neither a FIFO nor a link can be met here.
const O_CAREFUL = (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);

/** Options of {@link diskStorage}. */
export interface DiskStorageOptions {
  /** Permission bits of new files, before the process's umask (default 0o666). */
  readonly fileMode?: number;
  /** Permission bits of new folders, before the process's umask (default 0o777). */
  readonly directoryMode?: number;
}

/**
 * A folder of a local disk. Nothing outside of it can be reached, on Linux whatever is swapped meanwhile
 * (see {@link Confinement}); links inside it work. Metadata is read on the main thread, which is right for a local
 * disk and wrong for a mount that may hang.
 *
 * @throws {StorageError} `not-found`, `not-a-directory` if the root is not a folder
 */
export function diskStorage(root: string, options: DiskStorageOptions = {}): DiskStorage {
  return new DiskStorage(root, options);
}

/** See {@link diskStorage}. */
export class DiskStorage implements Storage, ModifiedSetter {
  readonly features: ReadonlySet<StorageFeature> = new Set(["set-modified", "descriptor"] as const);
  readonly #confinement: Confinement;
  readonly #fileMode: number;
  readonly #directoryMode: number;

  constructor(root: string, { fileMode = 0o666, directoryMode = 0o777 }: DiskStorageOptions) {
    this.#fileMode = fileMode;
    this.#directoryMode = directoryMode;
    try {
      this.#confinement = confineTo(root);
    } catch (error) {
      throw storageErrorOf(error, "list", "/");
    }
  }

  /** Gives the root's handle back. Optional: it is one descriptor for the life of the storage. */
  [Symbol.dispose](): void {
    this.#confinement.close();
  }

  stat(path: VirtualPath): Entry {
    return this.#at("stat", path, (real) => entryOf(nameOf(path), followed(real)));
  }

  async *list(path: VirtualPath, wanted: "facts" | "names"): AsyncGenerator<readonly Entry[]> {
    const handle = this.#openFolder(path);
    try {
      const here = handle.real;
      const folder = fs.opendirSync(here, { bufferSize: BATCH });
      try {
        for (;;) {
          const batch = this.#batch(folder, here, path, wanted);
          if (batch === undefined) return;
          yield batch;
          // A reader that keeps up would otherwise have this loop to itself until the end.
          await nextTurn();
        }
      } finally {
        folder.closeSync();
      }
    } catch (error) {
      throw storageErrorOf(error, "list", path);
    } finally {
      handle.close();
    }
  }

  read(path: VirtualPath): ReadableFile {
    const descriptor = this.#at("read", path, (real) => fs.openSync(real, O_RDONLY | O_CAREFUL));
    const stats = this.#fileStats(descriptor, "read", path);
    let reading: Promise<number> | undefined;
    return {
      size: stats.size,
      modified: stats.mtimeMs,
      descriptor,
      readInto: (buffer, at) => {
        const read = readFully(descriptor, buffer, at, path);
        if (typeof read !== "number") reading = read;
        return read;
      },
      close: () => {
        const close = (): void => fs.closeSync(descriptor);
        // Closed under a read, the descriptor could be another file's by the time the read has its turn.
        return reading ? reading.then(close, close) : close();
      },
    };
  }

  write(path: VirtualPath, { at, exclusive = false }: WriteOptions): WritableFile {
    const { descriptor, created } = this.#openToWrite(path, exclusive);
    const stats = this.#fileStats(descriptor, "write", path);
    const start = at === "end" ? stats.size : at;
    return new DiskUpload({
      descriptor,
      path,
      start,
      size: stats.size,
      forget: () => this.#forget(path, created, stats),
    });
  }

  makeDirectory(path: VirtualPath): void {
    this.#at("make-directory", path, (real) => fs.mkdirSync(real, this.#directoryMode));
  }

  removeFile(path: VirtualPath): void {
    this.#at("remove-file", path, (real) => {
      // unlink of a folder is EISDIR on Linux and EPERM elsewhere.
      if (fs.lstatSync(real).isDirectory()) throw new StorageError("not-a-file", { operation: "remove-file", path });
      fs.unlinkSync(real);
    });
  }

  removeDirectory(path: VirtualPath): void {
    this.#at("remove-directory", path, (real) => fs.rmdirSync(real));
  }

  rename(from: VirtualPath, to: VirtualPath): void {
    this.#at("rename", from, (realFrom) => this.#at("rename", to, (realTo) => fs.renameSync(realFrom, realTo)));
  }

  setModified(path: VirtualPath, modified: number): void {
    this.#at("set-modified", path, (real) => {
      followed(real);
      fs.lutimesSync(real, modified / 1000, modified / 1000);
    });
  }

  #at<T>(operation: StorageOperation, path: VirtualPath, use: (real: string) => T): T {
    try {
      return this.#confinement.use(path, use);
    } catch (error) {
      throw storageErrorOf(error, operation, path);
    }
  }

  #openToWrite(path: VirtualPath, exclusive: boolean): { descriptor: number; created: boolean } {
    const create = (real: string): number => fs.openSync(real, O_WRONLY | O_CREAT | O_EXCL | O_CAREFUL, this.#fileMode);
    return this.#at("write", path, (real) => {
      // Asked first: an open that fails costs more than a question, for the exception that Node makes of it.
      const isThere = !exclusive && fs.lstatSync(real, { throwIfNoEntry: false }) !== undefined;
      if (isThere) return { descriptor: fs.openSync(real, O_WRONLY | O_CAREFUL), created: false };
      try {
        return { descriptor: create(real), created: true };
      } catch (error) {
        // Somebody made it between the two: then it is an existing file like any other.
        if (exclusive || errnoOf(error) !== "EEXIST") throw error;
        return { descriptor: fs.openSync(real, O_WRONLY | O_CAREFUL), created: false };
      }
    });
  }

  #fileStats(descriptor: number, operation: StorageOperation, path: VirtualPath): fs.Stats {
    const stats = fs.fstatSync(descriptor);
    if (stats.isFile()) return stats;
    fs.closeSync(descriptor);
    throw new StorageError("not-a-file", { operation, path });
  }

  /** Takes a file away that an upload made and left empty, if the name is still that file's. */
  #forget(path: VirtualPath, created: boolean, made: fs.Stats): void {
    if (!created) return;
    this.#at("remove-file", path, (real) => {
      const now = fs.lstatSync(real, { throwIfNoEntry: false });
      if (now?.ino === made.ino && now.dev === made.dev) fs.unlinkSync(real);
    });
  }

  /** A handle of the folder, and the path by which its names are reached from that handle. */
  #openFolder(path: VirtualPath): { readonly real: string; close(): void } {
    if (process.platform !== "linux") {
      const real = this.#at("list", path, (at) => (followed(at), at));
      return { real, close() {} };
    }
    const flags = O_RDONLY | O_CAREFUL;
    const descriptor = this.#at("list", path, (real) => fs.openSync(real, flags));
    const close = (): void => fs.closeSync(descriptor);
    if (fs.fstatSync(descriptor).isDirectory()) return { real: `/proc/self/fd/${descriptor}`, close };
    close();
    throw new StorageError("not-a-directory", { operation: "list", path });
  }

  #batch(folder: fs.Dir, here: string, path: VirtualPath, wanted: "facts" | "names"): Entry[] | undefined {
    const batch: Entry[] = [];
    for (let i = 0; i < BATCH; i++) {
      const found = folder.readSync();
      if (!found) return batch.length > 0 || i > 0 ? batch : undefined;
      const { name } = found;
      if (wanted === "names") {
        batch.push({ name, kind: found.isDirectory() ? "directory" : "file", size: 0, modified: 0 });
        continue;
      }
      const stats = fs.lstatSync(`${here}/${name}`, { throwIfNoEntry: false });
      if (!stats) {
        // Gone meanwhile; or a name that is not UTF-8, which cannot be asked for, and must not make a folder look empty.
        if (name.includes("\ufffd")) batch.push({ name, kind: "other", size: 0, modified: 0 });
        continue;
      }
      batch.push(stats.isSymbolicLink() ? this.#linkEntry(childOf(path, name), stats) : entryOf(name, stats));
    }
    return batch;
  }

  /** A link shows what it leads to; one that leads nowhere, or out of the root, shows only that it is a link. */
  #linkEntry(path: VirtualPath, own: fs.Stats): Entry {
    try {
      return this.stat(path);
    } catch {
      return entryOf(nameOf(path), own);
    }
  }
}

/** What stands at a real path; a link throws ELOOP, so that the confinement takes the next step. */
function followed(real: string): fs.Stats {
  const stats = fs.lstatSync(real);
  if (stats.isSymbolicLink()) throw Object.assign(new Error("a link"), { code: "ELOOP" });
  return stats;
}

function entryOf(name: string, stats: fs.Stats): Entry {
  const kind = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : stats.isSymbolicLink() ? "link" : "other";
  return {
    name,
    kind,
    size: kind === "file" ? stats.size : 0,
    modified: stats.mtimeMs,
    mode: stats.mode & 0o7777,
    owner: String(stats.uid),
    group: String(stats.gid),
    unique: `${stats.dev.toString(16)}g${stats.ino.toString(16)}`,
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
