import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { ROOT, childOf, foldNames, isWithin, nameOf, parentOf } from "@twinport/protocol";
import type { Entry, VirtualPath } from "@twinport/protocol";
import { StorageError, failure } from "../errors.ts";
import { AtomicFiles, HiddenNames } from "./atomic-uploads.ts";
import { closeQuietly } from "./close-quietly.ts";
import { confineTo } from "./confinement.ts";
import { listFolder } from "./disk-list.ts";
import { DiskUpload } from "./disk-upload.ts";
import { entryOf } from "./entry-of.ts";
import { foldsNames, isKernelFile } from "./file-system.ts";
import { NewFiles, setPermissions } from "./new-files.ts";
import { O_CAREFUL } from "./open-flags.ts";
import { followed, freeingLater, pinned } from "./pinned.ts";
import { readFully } from "./read-fully.ts";
import { renameIfFree } from "./rename-if-free.ts";
import { removeParts } from "./remove-parts.ts";
import { syncFile, syncFolder } from "./sync-to-disk.ts";
import { errnoOf, storageErrorOf } from "./system-error.ts";
import { Claim, fileKey, isAnyClaimed, isAnyNameClaimed, isClaimed, nameKey } from "./writers.ts";
import type { AtomicUploads } from "./atomic-uploads.ts";
import type { Confinement } from "./confinement.ts";
import type { NewFileOptions } from "./new-files.ts";
import type { SyncPolicy } from "./sync-to-disk.ts";
import type { StorageOperation } from "../errors.ts";
import type {
  CreateOptions,
  LinkResolver,
  MaybePromise,
  ModeSetter,
  ModifiedSetter,
  ReadableFile,
  RenameOptions,
  SpaceTeller,
  Storage,
  StorageFeature,
  UnfinishedUploads,
  WritableFile,
  WriteOptions,
} from "../storage.ts";

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL } = fs.constants;

/** Options of {@link diskStorage}. */
export interface DiskStorageOptions extends NewFileOptions {
  /**
   * Uploads are out of sight until they are whole, and then replace what stood there at one stroke; `{}` for the usual
   * names. Without it their bytes go straight into the file.
   */
  readonly atomic?: AtomicUploads | undefined;
  /**
   * Without `atomic`: hides what another storage over the same folder, which has these, keeps out of sight. Nobody sees
   * it, uses its names or gives them, and it goes with its folder.
   */
  readonly hide?: AtomicUploads | undefined;
  /** What must be on the disk itself before an upload counts as kept (default `none`: the system writes it soon). */
  readonly sync?: SyncPolicy;
}

/**
 * A folder of a local disk. Nothing outside of it can be reached, on Linux whatever is swapped meanwhile
 * (see {@link Confinement}); links inside it work. Metadata is read on the main thread, which is right for a local
 * disk and wrong for a mount that may hang.
 *
 * What is no regular file can be listed, and neither read nor written: FIFOs, sockets, devices, and on Linux also the
 * files of proc, sysfs and their like, where a size says nothing and a write is an order to the kernel.
 *
 * A file has one writer at a time in the whole process, whichever storage, link or hard link it is reached by. The
 * second one is `busy`, and so is whoever removes, renames or replaces a file that is being written; a folder around it
 * can be renamed.
 *
 * @throws {StorageError} `not-found`, `not-a-directory` if the root is not a folder
 * @throws {RangeError} if the pattern or folder of atomic uploads cannot be used
 */
export function diskStorage(root: string, options: DiskStorageOptions = {}): DiskStorage {
  return new DiskStorage(root, options);
}

interface OpenedFolder {
  readonly real: string;
  /** By which it is reached from the root when no link is left. */
  readonly names: readonly string[];
  close(): void;
}

/** See {@link diskStorage}. */
export class DiskStorage implements Storage, ModifiedSetter, ModeSetter, SpaceTeller, UnfinishedUploads, LinkResolver {
  readonly features: ReadonlySet<StorageFeature>;
  readonly #confinement: Confinement;
  readonly #newFiles: NewFiles;
  readonly #sync: SyncPolicy;
  readonly #folds: boolean;
  readonly #hidden: HiddenNames | undefined;
  readonly #atomic: AtomicFiles | undefined;

  constructor(root: string, options: DiskStorageOptions) {
    const { atomic, hide, sync = "none" } = options;
    const hiding = atomic ?? hide;
    this.#newFiles = new NewFiles(options);
    this.#sync = sync;
    try {
      this.#folds = foldsNames(root);
      const hidden = hiding && new HiddenNames(hiding, this.#folds);
      this.#hidden = hidden;
      this.#confinement = confineTo(root, hidden && ((folder, name) => hidden.hides(folder, name)));
    } catch (error) {
      if (error instanceof RangeError) throw error;
      throw storageErrorOf(error, "list", "/");
    }
    this.#atomic =
      atomic &&
      this.#hidden &&
      new AtomicFiles({ confinement: this.#confinement, hidden: this.#hidden, newFiles: this.#newFiles, sync });
    const features: StorageFeature[] = ["set-modified", "free-space", "links", "descriptor"];
    // There a mode is hardly more than one bit, and means something else.
    if (process.platform !== "win32") features.push("set-mode");
    if (this.#atomic) features.push("unfinished");
    if (this.#folds) features.push("folds-names");
    this.features = new Set(features);
  }

  /** Gives the root's handle back. Optional: it is one descriptor for the life of the storage. */
  [Symbol.dispose](): void {
    this.#confinement.close();
  }

  stat(where: VirtualPath): Entry {
    let isLinked = false;
    return this.#at("stat", where, (real) => {
      const stats = fs.lstatSync(real);
      if (!stats.isSymbolicLink()) return entryOf(nameOf(where), stats, isLinked);
      isLinked = true;
      return entryOf(nameOf(where), followed(real), isLinked);
    });
  }

  list(where: VirtualPath, wanted: "facts" | "names"): AsyncGenerator<readonly Entry[]> {
    return this.#list(where, wanted, "seen");
  }

  read(where: VirtualPath): ReadableFile {
    const descriptor = this.#at("read", where, (real) => fs.openSync(real, O_RDONLY | O_CAREFUL));
    const stats = this.#fileStats(descriptor, "read", where);
    let reading: Promise<number> | undefined;
    return {
      size: stats.size,
      modified: stats.mtimeMs,
      descriptor,
      readInto: (buffer, at) => {
        const read = readFully(descriptor, buffer, at, where);
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

  write(where: VirtualPath, options: WriteOptions): MaybePromise<WritableFile> {
    this.#mayBeNamed("write", where);
    return this.#atomic ? this.#atomic.open(where, options) : this.#writeInPlace(where, options);
  }

  makeDirectory(where: VirtualPath, options: CreateOptions = {}): void {
    this.#mayBeNamed("make-directory", where);
    this.#at("make-directory", where, (real) => {
      if (this.#isNameClaimed(real)) throw failure("busy", "make-directory", where);
      this.#newFiles.makeDirectory(real, options);
    });
  }

  removeFile(where: VirtualPath): MaybePromise<void> {
    return this.#at("remove-file", where, (real) => {
      const stats = fs.lstatSync(real);
      // unlink of a folder is EISDIR on Linux and EPERM elsewhere.
      if (stats.isDirectory()) throw failure("not-a-file", "remove-file", where);
      this.#refuseWritten("remove-file", where, real, stats);
      return freeingLater(real, stats, () => fs.unlinkSync(real));
    });
  }

  removeDirectory(where: VirtualPath): MaybePromise<void> {
    if (where === ROOT) throw failure("permission-denied", "remove-directory", where);
    return this.#at("remove-directory", where, (real) => {
      try {
        return fs.rmdirSync(real);
      } catch (error) {
        const parts = this.#hidden?.parts;
        if (!parts || errnoOf(error) !== "ENOTEMPTY") throw error;
        return this.#removeWithout(where, removeParts(real, parts));
      }
    });
  }

  rename(from: VirtualPath, to: VirtualPath, { replace = true }: RenameOptions = {}): MaybePromise<void> {
    const refuse = (code: StorageError["code"], what: VirtualPath): never => {
      throw failure(code, "rename", what);
    };
    if (from === ROOT || to === ROOT) refuse("permission-denied", ROOT);
    this.#mayBeNamed("rename", to);
    return this.#at("rename", from, (realFrom) => {
      const moved = fs.lstatSync(realFrom);
      if (moved.isDirectory() && from !== to && isWithin(from, to)) refuse("permission-denied", to);
      return this.#at("rename", to, (realTo) => {
        const replaced = fs.lstatSync(realTo, { throwIfNoEntry: false });
        const isSame = replaced !== undefined && fileKey(replaced) === fileKey(moved);
        const mayReplace = replace && !replaced?.isDirectory() && !moved.isDirectory();
        if (replaced && !isSame && !mayReplace) refuse("exists", to);
        this.#refuseWritten("rename", from, realFrom, moved);
        this.#refuseWritten("rename", to, realTo, replaced);
        // A folder takes the place of an empty one at the most, which is nothing lost.
        if (!replace && !replaced && moved.isFile()) return renameIfFree(realFrom, realTo);
        const rename = (): void => fs.renameSync(realFrom, realTo);
        return isSame ? rename() : freeingLater(realTo, replaced, rename);
      });
    });
  }

  setModified(where: VirtualPath, modified: number): void {
    this.#at("set-modified", where, (real) => {
      followed(real);
      fs.lutimesSync(real, modified / 1000, modified / 1000);
    });
  }

  /**
   * Files and folders only, by the handle of what stands there. A folder keeps its set-group and sticky bits, a file
   * loses such.
   */
  setMode(where: VirtualPath, mode: number): void {
    const refuse = (code: StorageError["code"]): never => {
      throw failure(code, "set-mode", where);
    };
    if ((mode & ~0o777) !== 0) refuse("permission-denied");
    this.#at("set-mode", where, (real) =>
      pinned(real, (here, stats) => {
        if (!stats.isFile() && !stats.isDirectory()) refuse("not-a-file");
        setPermissions(here, stats, mode);
      }),
    );
  }

  freeSpace(where: VirtualPath): number {
    return this.#at("tell-space", where, (real) =>
      pinned(real, (here) => {
        const { bavail, bsize } = fs.statfsSync(here);
        return bavail * bsize;
      }),
    );
  }

  resolve(where: VirtualPath): VirtualPath {
    const walked = (real: string, names: readonly string[]): VirtualPath => {
      if (fs.lstatSync(real, { throwIfNoEntry: false })?.isSymbolicLink()) followed(real);
      return names.reduce<VirtualPath>((folder, name) => childOf(folder, name), ROOT);
    };
    try {
      return this.#confinement.use(where, walked);
    } catch (error) {
      const isMissing = errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR";
      if (!isMissing || where === ROOT) throw storageErrorOf(error, "stat", where);
      return childOf(this.resolve(parentOf(where)), nameOf(where));
    }
  }

  unfinished(where: VirtualPath, owner: string): Entry {
    return this.#unfinishedUploads("stat", where).unfinished(where, owner);
  }

  discardUnfinished(where: VirtualPath, owner: string): MaybePromise<void> {
    return this.#unfinishedUploads("remove-file", where).discard(where, owner);
  }

  unfinishedSize(where: VirtualPath, owner: string): number | undefined {
    return this.#unfinishedUploads("stat", where).size(where, owner);
  }

  async *listUnfinished(where: VirtualPath): AsyncGenerator<readonly Entry[]> {
    if (!this.#hidden) return;
    yield* this.#list(where, "facts", "parts");
    const { folder } = this.#hidden;
    if (where !== ROOT || folder === undefined) return;
    try {
      yield* this.#list(folder, "facts", "all");
    } catch (error) {
      // It is made with the first upload.
      if (!(error instanceof StorageError && error.code === "not-found")) throw error;
    }
  }

  #at<T>(operation: StorageOperation, where: VirtualPath, use: (real: string) => T): T {
    try {
      return this.#confinement.use(where, use);
    } catch (error) {
      throw storageErrorOf(error, operation, where);
    }
  }

  async #removeWithout(where: VirtualPath, parts: ReturnType<typeof removeParts>): Promise<void> {
    try {
      const left = await parts;
      if (left !== "none") throw failure(left, "remove-directory", where);
    } catch (error) {
      throw storageErrorOf(error, "remove-directory", where);
    }
    this.#at("remove-directory", where, (real) => fs.rmdirSync(real));
  }

  #unfinishedUploads(operation: StorageOperation, where: VirtualPath): AtomicFiles {
    if (this.#atomic) return this.#atomic;
    throw failure("not-supported", operation, where);
  }

  /** What is hidden is nothing to whoever asks for it, and taken for whoever would make it. */
  #mayBeNamed(operation: StorageOperation, where: VirtualPath): void {
    if (this.#hidden?.hidesPath(where)) throw failure("name-not-allowed", operation, where);
  }

  #refuseWritten(operation: StorageOperation, where: VirtualPath, real: string, stats: fs.Stats | undefined): void {
    if (!isAnyClaimed()) return;
    const isWritten = (stats && isClaimed(fileKey(stats))) || this.#isNameClaimed(real);
    if (isWritten) throw failure("busy", operation, where);
  }

  #isNameClaimed(real: string): boolean {
    if (!isAnyNameClaimed()) return false;
    const name = path.basename(real);
    return isClaimed(nameKey(fs.statSync(path.dirname(real)), this.#folds ? foldNames(name) : name));
  }

  #writeInPlace(where: VirtualPath, options: WriteOptions): WritableFile {
    const { at } = options;
    const { descriptor, created } = this.#openToWrite(where, options);
    const stats = this.#fileStats(descriptor, "write", where, created);
    const claim = Claim.take(fileKey(stats));
    if (!claim) {
      closeQuietly(descriptor);
      throw failure("busy", "write", where);
    }
    const sync = this.#sync;
    return new DiskUpload({
      descriptor,
      path: where,
      start: at === "end" ? stats.size : at,
      size: stats.size,
      ...(sync !== "none" && { whole: syncFile }),
      ...(sync === "all" && created && { keep: () => this.#syncFolderOf(where) }),
      drop: ({ because, position }) => {
        if (because === "discard" || (because === "keep" && position === 0)) this.#forget(where, created, stats);
      },
      release: () => claim.release(),
    });
  }

  #openToWrite(where: VirtualPath, options: WriteOptions): { descriptor: number; created: boolean } {
    const { exclusive = false, expects } = options;
    const { mode, isExact } = this.#newFiles.file(options);
    const create = (real: string): number => {
      if (this.#isNameClaimed(real)) {
        throw failure(exclusive ? "exists" : "busy", "write", where);
      }
      const descriptor = fs.openSync(real, O_WRONLY | O_CREAT | O_EXCL | O_CAREFUL, mode);
      try {
        if (isExact) fs.fchmodSync(descriptor, mode);
        return descriptor;
      } catch (error) {
        closeQuietly(descriptor);
        throw error;
      }
    };
    return this.#at("write", where, (real) => {
      // Asked first: an open that fails costs more than a question, for the exception that Node makes of it.
      const stats = exclusive ? undefined : fs.lstatSync(real, { throwIfNoEntry: false });
      if (stats && expects && !stats.isSymbolicLink()) {
        // Its bytes go straight into the file: one that nobody is writing is finished, however it has ended.
        const code = stats.isFile() ? (isClaimed(fileKey(stats)) ? "busy" : "exists") : "not-a-file";
        throw failure(code, "write", where);
      }
      // A link that leads somewhere is refused there.
      if (stats) return { descriptor: fs.openSync(real, O_WRONLY | O_CAREFUL), created: false };
      try {
        return { descriptor: create(real), created: true };
      } catch (error) {
        // Somebody made it between the two: then it is an existing file like any other.
        if (exclusive || expects || errnoOf(error) !== "EEXIST") throw error;
        return { descriptor: fs.openSync(real, O_WRONLY | O_CAREFUL), created: false };
      }
    });
  }

  #fileStats(descriptor: number, operation: StorageOperation, where: VirtualPath, created = false): fs.Stats {
    try {
      const stats = fs.fstatSync(descriptor);
      if (stats.isFile() && (created || !isKernelFile(descriptor, stats))) return stats;
      throw failure("not-a-file", operation, where);
    } catch (error) {
      closeQuietly(descriptor);
      throw storageErrorOf(error, operation, where);
    }
  }

  /** Takes a file away that an upload made and left empty, if the name is still that file's. */
  #forget(where: VirtualPath, created: boolean, made: fs.Stats): void {
    if (!created) return;
    this.#at("remove-file", where, (real) => {
      const now = fs.lstatSync(real, { throwIfNoEntry: false });
      if (now && fileKey(now) === fileKey(made)) fs.unlinkSync(real);
    });
  }

  #syncFolderOf(where: VirtualPath): Promise<void> {
    // The folder is opened before the first turn, while the handle that it is reached by is held.
    return this.#at("write", where, (real) => syncFolder(path.dirname(real)));
  }

  async *#list(
    where: VirtualPath,
    wanted: "facts" | "names",
    what: "seen" | "parts" | "all",
  ): AsyncGenerator<readonly Entry[]> {
    const folder = this.#openFolder(where, what === "all" ? "hidden" : undefined);
    const hidden = this.#hidden;
    const isLeftOut = {
      seen: (name: string) => hidden?.hides(folder.names, name) ?? false,
      parts: (name: string) => !hidden?.parts.fits(name) || hidden.parts.isCopy(name),
      all: (name: string) => hidden?.parts.isCopy(name) ?? false,
    }[what];
    const linked = (name: string): Entry | undefined => {
      try {
        return this.stat(childOf(where, name));
      } catch {
        return undefined;
      }
    };
    try {
      yield* listFolder({ here: folder.real, wanted, isLeftOut, linked });
    } catch (error) {
      throw storageErrorOf(error, "list", where);
    } finally {
      folder.close();
    }
  }

  /** A handle of the folder, and the path by which its names are reached from that handle. */
  #openFolder(where: VirtualPath, reach: "hidden" | undefined): OpenedFolder {
    const notAFolder = (): never => {
      throw failure("not-a-directory", "list", where);
    };
    const open = (real: string, names: readonly string[]): OpenedFolder => {
      if (process.platform !== "linux")
        return followed(real).isDirectory() ? { real, names, close() {} } : notAFolder();
      const descriptor = fs.openSync(real, O_RDONLY | O_CAREFUL);
      const close = (): void => fs.closeSync(descriptor);
      if (fs.fstatSync(descriptor).isDirectory()) return { real: `/proc/self/fd/${descriptor}`, names, close };
      close();
      return notAFolder();
    };
    try {
      return this.#confinement.use(where, open, reach);
    } catch (error) {
      throw storageErrorOf(error, "list", where);
    }
  }
}
