import fs from "node:fs";
import process from "node:process";
import { promisify } from "node:util";
import { childOf, foldNames, nameOf, namesOf, parentOf, virtualPath, ROOT } from "@twinport/protocol";
import type { Entry, VirtualPath } from "@twinport/protocol";
import { StorageError } from "../errors.ts";
import { closeQuietly } from "./close-quietly.ts";
import { DiskUpload } from "./disk-upload.ts";
import { entryOf } from "./entry-of.ts";
import { PartNames } from "./part-names.ts";
import { followed, freeingLater, hold } from "./pinned.ts";
import { errnoOf, storageErrorOf } from "./system-error.ts";
import { syncFile, syncFolder } from "./sync-to-disk.ts";
import { Claim, fileKey, isClaimed, nameKey } from "./writers.ts";
import type { Confinement } from "./confinement.ts";
import type { DroppedUpload } from "./disk-upload.ts";
import type { NewFiles } from "./new-files.ts";
import type { Held } from "./pinned.ts";
import type { SyncPolicy } from "./sync-to-disk.ts";
import type { StorageOperation } from "../errors.ts";
import type { MaybePromise, WritableFile, WriteOptions } from "../storage.ts";

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, COPYFILE_EXCL, COPYFILE_FICLONE } = fs.constants;
const O_CAREFUL = (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);

/** Nobody else reads what is not finished. */
const PART_MODE = 0o600;

/** File systems without hard links say one of these. */
const noLinks: ReadonlySet<string | undefined> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/**
 * Where a file is renamed over another, ext4 first looks for room for all the bytes that it has put off: a larger one
 * does not do that on the main thread (0.7 s for 2 GiB).
 */
const RENAMED_AT_ONCE = 16 * 1024 * 1024;

const copyFile = promisify(fs.copyFile);
const renameLater = promisify(fs.rename);

/** How uploads are kept out of sight until they are whole. */
export interface AtomicUploads {
  /**
   * What the temporary names look like (default `.{name}.{owner}.part`): with `{name}`, which is the file's, and
   * `{owner}`, each once. Everything that is called so is hidden, and nobody can call a file so.
   */
  readonly pattern?: string;
  /**
   * A folder inside the root, such as `/.unfinished`, where they are kept (default: each beside its file). It is made
   * where it is missing, and is hidden. What goes to another file system is kept beside its file all the same.
   */
  readonly folder?: string;
}

/** What {@link AtomicFiles} works with. */
export interface AtomicParts {
  readonly confinement: Confinement;
  readonly hidden: HiddenNames;
  readonly newFiles: NewFiles;
  readonly sync: SyncPolicy;
}

/** Which names nobody sees. */
export class HiddenNames {
  readonly parts: PartNames;
  readonly folder: VirtualPath | undefined;
  readonly #folder: readonly string[] | undefined;
  readonly #folds: boolean;

  constructor({ pattern, folder }: AtomicUploads, folds: boolean) {
    this.#folds = folds;
    this.parts = new PartNames(pattern, folds);
    this.folder = folder === undefined ? undefined : virtualPath(folder);
    if (this.folder === ROOT) throw new RangeError("unfinished uploads cannot have the root itself for their folder");
    this.#folder = this.folder && namesOf(this.folder).map((name) => this.keyName(name));
  }

  /** Whether a name in a folder, which is given by its names from the root, is hidden. */
  hides(folder: readonly string[], name: string): boolean {
    if (this.parts.fits(name)) return true;
    const hidden = this.#folder;
    return hidden?.length === folder.length + 1 && this.#isAt(hidden, folder, name);
  }

  /** Whether a path is hidden as it is written. */
  hidesPath(where: VirtualPath): boolean {
    const names = namesOf(where);
    return names.some((name, i) => this.hides(names.slice(0, i), name));
  }

  #isAt(hidden: readonly string[], folder: readonly string[], name: string): boolean {
    return this.keyName(name) === hidden.at(-1) && folder.every((step, i) => this.keyName(step) === hidden[i]);
  }

  /** A name as the file system compares it. */
  keyName(name: string): string {
    return this.#folds ? foldNames(name) : name;
  }
}

/** Where an upload goes: the name that it will have, and the temporary one. */
interface Place {
  readonly held: Held;
  readonly final: string;
  readonly part: string;
  close(): void;
}

/**
 * Uploads under temporary names, which are given their own when they are whole. A process that is killed at any moment
 * leaves the old file or the new one, and at most a temporary name that is hidden.
 */
export class AtomicFiles {
  readonly #parts: AtomicParts;

  constructor(parts: AtomicParts) {
    this.#parts = parts;
  }

  open(where: VirtualPath, options: WriteOptions): MaybePromise<WritableFile> {
    const { at, exclusive = false, owner = "" } = options;
    const place = this.#place("write", where, owner);
    let claim: Claim | undefined;
    const giveUp = (error: unknown): never => {
      claim?.release();
      place.close();
      throw storageErrorOf(error, "write", where);
    };
    try {
      const refuse = refusal(where);
      const finished = standing(place.final);
      if (finished && exclusive) throw refuse("exists");
      if (finished && !finished.isFile()) throw refuse("not-a-file");
      // A rename would not ask.
      if (finished) fs.accessSync(place.final, fs.constants.W_OK);
      const keys = [
        nameKey(place.held.stats, this.#parts.hidden.keyName(place.held.name)),
        ...(finished ? [fileKey(finished)] : []),
      ];
      claim = Claim.take(...keys);
      if (!claim) throw refuse(exclusive ? "exists" : "busy");
      const begun = { place, claim, where, options };
      if (!finished || at === 0) return this.#begin(begun, false);
      return copied(place, finished, refuse)
        .then(() => this.#begin(begun, true))
        .catch(giveUp);
    } catch (error) {
      return giveUp(error);
    }
  }

  /** The entry of an upload that was cut off. */
  unfinished(where: VirtualPath, owner: string): Entry {
    return this.#withPart("stat", where, owner, (_part, stats) => entryOf(nameOf(where), stats));
  }

  /** What stands under the temporary name, whatever is in front of it. */
  size(where: VirtualPath, owner: string): number | undefined {
    let place: Place;
    try {
      place = this.#place("stat", where, owner);
    } catch (error) {
      if (error instanceof StorageError && (error.code === "not-found" || error.code === "not-a-file"))
        return undefined;
      throw error;
    }
    try {
      return standing(place.part)?.size;
    } catch (error) {
      throw storageErrorOf(error, "stat", where);
    } finally {
      place.close();
    }
  }

  discard(where: VirtualPath, owner: string): void | Promise<void> {
    return this.#withPart("remove-file", where, owner, (part, stats) => {
      if (isClaimed(fileKey(stats))) throw new StorageError("busy", { operation: "remove-file", path: where });
      return freeingLater(part, stats, () => fs.unlinkSync(part));
    });
  }

  #withPart<T>(
    operation: StorageOperation,
    where: VirtualPath,
    owner: string,
    use: (part: string, stats: fs.Stats) => T,
  ): T {
    const place = this.#place(operation, where, owner);
    try {
      const stats = standing(place.part);
      if (!stats || !isPart(stats) || standing(place.final))
        throw new StorageError("not-found", { operation, path: where });
      return use(place.part, stats);
    } catch (error) {
      throw storageErrorOf(error, operation, where);
    } finally {
      place.close();
    }
  }

  #place(operation: StorageOperation, where: VirtualPath, owner: string): Place {
    const { confinement, hidden } = this.#parts;
    try {
      const held = confinement.use(where, (real) => {
        if (standing(real)?.isSymbolicLink()) followed(real);
        return hold(real);
      });
      try {
        // The root, or a link to it.
        if (held.name === "." || where === ROOT) throw new StorageError("not-a-file", { operation, path: where });
        const apart = this.#folderApart(held, operation === "write");
        const name = hidden.parts.nameFor(held.name, owner, apart && parentOf(where));
        const close = (): void => {
          held.close();
          apart?.close();
        };
        return { held, final: `${held.folder}/${held.name}`, part: `${apart?.folder ?? held.folder}/${name}`, close };
      } catch (error) {
        held.close();
        throw error;
      }
    } catch (error) {
      throw storageErrorOf(error, operation, where);
    }
  }

  /** The folder for all of them, if there is one on the file system of the upload's own. */
  #folderApart(held: Held, mayMake: boolean): Held | undefined {
    const { confinement, hidden } = this.#parts;
    if (hidden.folder === undefined) return undefined;
    // What is held is the folder of a name, so one is written behind it.
    const inside = childOf(hidden.folder, "part");
    const open = (): Held => confinement.use(inside, (real) => hold(real), "hidden");
    let apart: Held;
    try {
      apart = open();
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
      if (!mayMake) return undefined;
      let above = ROOT;
      for (const name of namesOf(hidden.folder)) {
        above = childOf(above, name);
        makeIfMissing(confinement, above);
      }
      apart = open();
    }
    if (apart.stats.dev === held.stats.dev) return apart;
    apart.close();
    return undefined;
  }

  #begin({ place, claim, where, options }: Begun, isCopy: boolean): WritableFile {
    const { at, exclusive = false } = options;
    const refuse = refusal(where);
    const before = standing(place.part);
    // A second name of a finished file (killed between the two), or something that somebody put there.
    const isUsable = before !== undefined && isPart(before);
    if (before && !isUsable) fs.unlinkSync(place.part);
    const flags = isUsable ? O_WRONLY | O_CAREFUL : O_WRONLY | O_CREAT | O_EXCL | O_CAREFUL;
    const descriptor = fs.openSync(place.part, flags, PART_MODE);
    let stats: fs.Stats;
    try {
      stats = fs.fstatSync(descriptor);
      if (!isPart(stats)) throw refuse("not-a-file");
      if ((stats.mode & 0o777) !== PART_MODE) fs.fchmodSync(descriptor, PART_MODE);
      if (!claim.add(fileKey(stats))) throw refuse("busy");
    } catch (error) {
      closeQuietly(descriptor);
      throw error;
    }
    const upload: Running = { place, claim, where, stats, isCopy, isResumable: isUsable && stats.size > 0, options };
    return new DiskUpload({
      descriptor,
      path: where,
      start: at === "end" ? stats.size : at,
      size: stats.size,
      isBehind: isCopy,
      whole: (open) => this.#whole(upload, open),
      keep: () => this.#keep(upload, exclusive),
      drop: (dropped) => drop(upload, dropped),
      release: () => {
        claim.release();
        place.close();
      },
    });
  }

  #whole({ place, options }: Running, descriptor: number): void | Promise<void> {
    const replaced = standing(place.final);
    const now = fs.fstatSync(descriptor);
    takeOwnerOf(descriptor, now, replaced ?? inheritedFrom(place.held.stats, now));
    const mode = replaced?.isFile() ? replaced.mode & 0o777 : this.#parts.newFiles.finalFile(options);
    fs.fchmodSync(descriptor, mode);
    if (this.#parts.sync !== "none") return syncFile(descriptor);
  }

  #keep({ place, claim, where, stats }: Running, exclusive: boolean): void | Promise<void> {
    const refuse = refusal(where);
    const { final, part } = place;
    const replaced = standing(final);
    if (replaced && exclusive) throw refuse("exists");
    if (replaced?.isDirectory()) throw refuse("not-a-file");
    // A writer that goes straight into the file, and began when nobody stood in its way.
    if (replaced && !claim.add(fileKey(replaced))) throw refuse("busy");
    const ours = standing(part);
    if (!ours || fileKey(ours) !== fileKey(stats)) throw refuse("not-found");
    const kept = exclusive ? renameIfFree(part, final, refuse) : renamed(part, ours, final, replaced);
    if (this.#parts.sync !== "all") return kept;
    return Promise.resolve(kept).then(() => syncFolder(place.held.folder));
  }
}

/** An upload that has its place and the right to it. */
interface Begun {
  readonly place: Place;
  readonly claim: Claim;
  readonly where: VirtualPath;
  readonly options: WriteOptions;
}

interface Running extends Begun {
  /** Of the file under the temporary name. */
  readonly stats: fs.Stats;
  /** It began with a copy of the finished file, which stays as it was. */
  readonly isCopy: boolean;
  /** Something had been cut off before. */
  readonly isResumable: boolean;
}

function refusal(path: VirtualPath): (code: StorageError["code"]) => StorageError {
  return (code) => new StorageError(code, { operation: "write", path });
}

function standing(real: string): fs.Stats | undefined {
  return fs.lstatSync(real, { throwIfNoEntry: false });
}

function isPart(stats: fs.Stats): boolean {
  return stats.isFile() && stats.nlink === 1;
}

/** What an upload leaves behind that has failed. */
function drop({ place, stats, isCopy, isResumable }: Running, dropped: DroppedUpload): void | Promise<void> {
  const ours = standing(place.part);
  if (!ours || fileKey(ours) !== fileKey(stats)) return;
  const hasBytes = dropped.position > 0 || (isResumable && !dropped.hasBegun);
  const stays = dropped.because === "keep" && !isCopy && hasBytes && !standing(place.final);
  if (!stays) return freeingLater(place.part, ours, () => fs.unlinkSync(place.part));
}

/** Puts a copy of the finished file under the temporary name. It shares its blocks where the file system can do that. */
async function copied(place: Place, finished: fs.Stats, refuse: ReturnType<typeof refusal>): Promise<void> {
  if (standing(place.part)) fs.unlinkSync(place.part);
  const source = fs.openSync(place.final, O_RDONLY | O_CAREFUL);
  try {
    if (fileKey(fs.fstatSync(source)) !== fileKey(finished)) throw refuse("busy");
    // By the handle: the name could lead out of the root by now.
    const from = process.platform === "linux" ? `/proc/self/fd/${source}` : place.final;
    await copyFile(from, place.part, COPYFILE_FICLONE | COPYFILE_EXCL);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") fs.rmSync(place.part, { force: true });
    throw error;
  } finally {
    fs.closeSync(source);
  }
}

function renamed(part: string, ours: fs.Stats, final: string, replaced: fs.Stats | undefined): void | Promise<void> {
  if (replaced && ours.size > RENAMED_AT_ONCE) return renameLater(part, final);
  return freeingLater(final, replaced, () => fs.renameSync(part, final));
}

/** Gives a file its name only where nothing has it. */
function renameIfFree(part: string, final: string, refuse: ReturnType<typeof refusal>): void {
  try {
    // Unlike a rename, it never replaces.
    fs.linkSync(part, final);
  } catch (error) {
    if (!noLinks.has(errnoOf(error))) throw error;
    if (standing(final)) throw refuse("exists");
    fs.renameSync(part, final);
    return;
  }
  fs.unlinkSync(part);
}

function makeIfMissing(confinement: Confinement, folder: VirtualPath): void {
  try {
    confinement.use(folder, (real) => fs.mkdirSync(real, 0o700), "hidden");
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}

/** In a folder with the group's bit new files belong to its group, also those that were made in another folder. */
function inheritedFrom(folder: fs.Stats, made: fs.Stats): { readonly uid: number; readonly gid: number } {
  return { uid: made.uid, gid: (folder.mode & 0o2000) === 0 ? made.gid : folder.gid };
}

function takeOwnerOf(descriptor: number, now: fs.Stats, wanted: { readonly uid: number; readonly gid: number }): void {
  if (now.uid === wanted.uid && now.gid === wanted.gid) return;
  try {
    fs.fchownSync(descriptor, wanted.uid, wanted.gid);
  } catch {
    // Only root gives files away. The upload is whole all the same.
  }
}
