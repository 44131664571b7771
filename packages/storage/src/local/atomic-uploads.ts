import fs from "node:fs";
import process from "node:process";
import { promisify } from "node:util";
import { childOf, foldNames, nameOf, namesOf, parentOf, virtualPath, ROOT } from "@twinport/protocol";
import type { Entry, VirtualPath } from "@twinport/protocol";
import { StorageError } from "../errors.ts";
import { closeQuietly } from "./close-quietly.ts";
import { CopiedUpload, Stopped, copyBeginning } from "./copied-upload.ts";
import { DiskUpload } from "./disk-upload.ts";
import { entryOf } from "./entry-of.ts";
import { O_CAREFUL } from "./open-flags.ts";
import { PartNames } from "./part-names.ts";
import { followed, freeingLater, hold } from "./pinned.ts";
import { renameIfFree } from "./rename-if-free.ts";
import { errnoOf, storageErrorOf } from "./system-error.ts";
import { syncFile, syncFolder } from "./sync-to-disk.ts";
import { Claim, fileKey, isClaimed, nameKey } from "./writers.ts";
import type { Confinement } from "./confinement.ts";
import type { Stopping } from "./copied-upload.ts";
import type { DroppedUpload } from "./disk-upload.ts";
import type { NewFiles } from "./new-files.ts";
import type { Held } from "./pinned.ts";
import type { SyncPolicy } from "./sync-to-disk.ts";
import type { StorageOperation } from "../errors.ts";
import type { MaybePromise, WritableFile, WriteOptions } from "../storage.ts";

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = fs.constants;

/** Nobody else reads what is not finished. */
const PART_MODE = 0o600;

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
  /** Where a finished file is copied to that an upload goes on with: it is never anybody's unfinished upload. */
  readonly copy: string;
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
    const { at, exclusive = false, expects, owner = "" } = options;
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
      const mayNotStand = finished && expects !== undefined;
      // Whoever writes it anew is still there.
      if (mayNotStand && isClaimed(nameKeyOf(place, this.#parts.hidden))) throw refuse("busy");
      if (mayNotStand) throw refuse("exists");
      // A rename would not ask.
      if (finished) fs.accessSync(place.final, fs.constants.W_OK);
      const keys = [nameKeyOf(place, this.#parts.hidden), ...(finished ? [fileKey(finished)] : [])];
      claim = Claim.take(...keys);
      if (!claim) throw refuse(exclusive ? "exists" : "busy");
      const begun = { place, claim, where, options };
      if (finished && at !== 0) return this.#goOn(begun, finished);
      return this.#begin(begun);
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
        const above = apart && parentOf(where);
        const inFolder = apart?.folder ?? held.folder;
        const close = (): void => {
          held.close();
          apart?.close();
        };
        return {
          held,
          final: `${held.folder}/${held.name}`,
          part: `${inFolder}/${hidden.parts.nameFor(held.name, owner, above)}`,
          copy: `${inFolder}/${hidden.parts.copyNameFor(held.name, above)}`,
          close,
        };
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

  #begin(begun: Begun): WritableFile {
    const { place } = begun;
    // Left by a process that was killed.
    if (standing(place.copy)) fs.unlinkSync(place.copy);
    const before = standing(place.part);
    // A second name of a finished file (killed between the two), or something that somebody put there.
    const isUsable = before !== undefined && isPart(before);
    if (before && !isUsable) fs.unlinkSync(place.part);
    const flags = isUsable ? O_WRONLY | O_CAREFUL : O_WRONLY | O_CREAT | O_EXCL | O_CAREFUL;
    const descriptor = fs.openSync(place.part, flags, PART_MODE);
    const stats = claimed(begun, descriptor);
    return this.#upload(
      { ...begun, temporary: place.part, stats, isCopy: false, isResumable: isUsable && stats.size > 0 },
      descriptor,
    );
  }

  /** What the finished file is now stays so until all has come: bytes are added to a copy. */
  #goOn(begun: Begun, finished: fs.Stats): WritableFile {
    const { place, claim, where, options } = begun;
    const source = fs.openSync(place.final, O_RDONLY | O_CAREFUL);
    try {
      if (fileKey(fs.fstatSync(source)) !== fileKey(finished)) throw refusal(where)("busy");
    } catch (error) {
      closeQuietly(source);
      throw error;
    }
    const { size } = finished;
    const start = options.at === "end" ? size : options.at;
    const begin = async (stopping: Stopping): Promise<WritableFile> => {
      try {
        // What was cut off before the file was finished is of no use to its owner now.
        for (const left of [place.part, place.copy]) if (standing(left)) fs.unlinkSync(left);
        const { descriptor, stats } = await copied(begun, source, Math.min(start, size), stopping);
        const upload = { ...begun, options: { ...options, at: start } };
        const running = { ...upload, temporary: place.copy, stats, isCopy: true, isResumable: false };
        const going = this.#upload(running, descriptor);
        closeQuietly(source);
        return going;
      } catch (error) {
        throw error instanceof Stopped ? error : storageErrorOf(error, "write", where);
      }
    };
    const release = (): void => {
      closeQuietly(source);
      claim.release();
      place.close();
    };
    return new CopiedUpload({ start, size, begin, release });
  }

  #upload(upload: Running, descriptor: number): WritableFile {
    const { place, claim, where, stats, options } = upload;
    const { at, exclusive = false, expects } = options;
    return new DiskUpload({
      descriptor,
      path: where,
      start: at === "end" ? stats.size : at,
      size: stats.size,
      isBehind: upload.isCopy,
      whole: (open) => this.#whole(upload, open),
      keep: () => this.#keep(upload, exclusive || expects !== undefined),
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

  #keep({ place, claim, where, stats, temporary }: Running, mustBeFree: boolean): void | Promise<void> {
    const refuse = refusal(where);
    const { final } = place;
    const replaced = standing(final);
    if (replaced && mustBeFree) throw refuse("exists");
    if (replaced?.isDirectory()) throw refuse("not-a-file");
    // A writer that goes straight into the file, and began when nobody stood in its way.
    if (replaced && !claim.add(fileKey(replaced))) throw refuse("busy");
    const ours = standing(temporary);
    if (!ours || fileKey(ours) !== fileKey(stats)) throw refuse("not-found");
    const kept = mustBeFree ? renameIfFree(temporary, final) : renamed(temporary, ours, final, replaced);
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
  /** The name that it has until it is whole. */
  readonly temporary: string;
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
function drop({ place, temporary, stats, isCopy, isResumable }: Running, dropped: DroppedUpload): void | Promise<void> {
  const ours = standing(temporary);
  if (!ours || fileKey(ours) !== fileKey(stats)) return;
  const hasBytes = dropped.position > 0 || (isResumable && !dropped.hasBegun);
  const stays = dropped.because === "keep" && !isCopy && hasBytes && !standing(place.final);
  if (!stays) return freeingLater(temporary, ours, () => fs.unlinkSync(temporary));
}

/** What stands under a temporary name that was opened, with the right to write it. */
function claimed({ claim, where }: Begun, descriptor: number): fs.Stats {
  const refuse = refusal(where);
  try {
    const stats = fs.fstatSync(descriptor);
    if (!isPart(stats)) throw refuse("not-a-file");
    if ((stats.mode & 0o777) !== PART_MODE) fs.fchmodSync(descriptor, PART_MODE);
    if (!claim.add(fileKey(stats))) throw refuse("busy");
    return stats;
  } catch (error) {
    closeQuietly(descriptor);
    throw error;
  }
}

/** Puts a copy of the beginning of an opened file under its temporary name. */
async function copied(
  begun: Begun,
  source: number,
  length: number,
  stopping: Stopping,
): Promise<{ descriptor: number; stats: fs.Stats }> {
  const { copy } = begun.place;
  const isClone = await cloned(source, begun.place);
  let descriptor: number | undefined;
  try {
    stopping.check();
    const flags = isClone ? O_WRONLY | O_CAREFUL : O_WRONLY | O_CREAT | O_EXCL | O_CAREFUL;
    const opened = fs.openSync(copy, flags, PART_MODE);
    const stats = claimed(begun, opened);
    descriptor = opened;
    if (isClone) return { descriptor, stats };
    await copyBeginning(source, descriptor, length, stopping);
    return { descriptor, stats: fs.fstatSync(descriptor) };
  } catch (error) {
    if (descriptor !== undefined) closeQuietly(descriptor);
    if (errnoOf(error) !== "EEXIST") fs.rmSync(copy, { force: true });
    throw error;
  }
}

/** The whole file at once, sharing its blocks, where the file system can do that. */
async function cloned(source: number, { final, copy }: Place): Promise<boolean> {
  // By the handle: the name could lead out of the root by now.
  const from = process.platform === "linux" ? `/proc/self/fd/${source}` : final;
  try {
    await copyFile(from, copy, COPYFILE_FICLONE_FORCE | COPYFILE_EXCL);
    return true;
  } catch {
    return false;
  }
}

function renamed(part: string, ours: fs.Stats, final: string, replaced: fs.Stats | undefined): void | Promise<void> {
  if (replaced && ours.size > RENAMED_AT_ONCE) return renameLater(part, final);
  return freeingLater(final, replaced, () => fs.renameSync(part, final));
}

function nameKeyOf({ held }: Place, hidden: HiddenNames): string {
  return nameKey(held.stats, hidden.keyName(held.name));
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
