import type { Entry, VirtualPath } from "@twinport/protocol";

/** A result that may be there at once: a small file on a local disk must not cost a turn of a thread pool. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Abilities beyond the eight methods, and the interfaces that they announce. FEAT and the console read them.
 *
 * `unfinished`: the storage keeps uploads that were cut off out of sight. `links`: it has links, so a permission for a
 * path must be asked where they lead. `folds-names`: it takes letters of another case or composition for the same, so
 * permissions must too. `descriptor`: {@link ReadableFile.descriptor} is there. A wrapper that counts, limits or changes
 * bytes leaves `descriptor` out, or the bytes would go past it.
 */
export interface StorageAbilities {
  readonly "set-modified": ModifiedSetter;
  readonly "set-mode": ModeSetter;
  readonly "free-space": SpaceTeller;
  readonly unfinished: UnfinishedUploads;
  readonly links: LinkResolver;
  readonly "folds-names": Storage;
  readonly descriptor: Storage;
}

/** What a storage may announce beyond the eight methods: see {@link StorageAbilities}. */
export type StorageFeature = keyof StorageAbilities;

/**
 * A place to keep files. Paths are normalised ({@link VirtualPath}); how the storage confines them to its root is its
 * own affair. Every failure is a {@link StorageError}. Storage knows no reply codes and formats no listing.
 */
export interface Storage {
  readonly features: ReadonlySet<StorageFeature>;
  /** What stands at the path, links followed. Throws `not-found`. */
  stat(path: VirtualPath): MaybePromise<Entry>;
  /**
   * What a folder holds, in batches of some hundred entries and in no special order. With `names` only, everything but
   * the name may be a guess. Throws `not-found`, `not-a-directory` at the first step.
   */
  list(path: VirtualPath, wanted: "facts" | "names"): AsyncIterable<readonly Entry[]>;
  /** Opens a file. Throws `not-found`, `not-a-file` (never hangs on a FIFO or device). */
  read(path: VirtualPath): MaybePromise<ReadableFile>;
  /** Opens a file to write. Nothing of an existing file is lost before the first byte is written or committed. */
  write(path: VirtualPath, options: WriteOptions): MaybePromise<WritableFile>;
  /** Throws `exists`, `not-found` where the folder above is missing. */
  makeDirectory(path: VirtualPath, options?: CreateOptions): MaybePromise<void>;
  /** Throws `not-found`, `not-a-file` for a folder. A link goes, not what it leads to. */
  removeFile(path: VirtualPath): MaybePromise<void>;
  /** Throws `not-found`, `not-a-directory`, `not-empty`. */
  removeDirectory(path: VirtualPath): MaybePromise<void>;
  /** A file that stands at the new path is replaced, unless the options say otherwise. */
  rename(from: VirtualPath, to: VirtualPath, options?: RenameOptions): MaybePromise<void>;
}

/** What a rename may do. */
export interface RenameOptions {
  /**
   * With `false` it throws `exists` where something stands at the new path by the time of the rename itself, whatever
   * {@link Storage.stat} has said before.
   */
  readonly replace?: boolean;
}

/** An opened file: size and time are of what was opened, not of what has the name now. */
export interface ReadableFile {
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** The local descriptor, where the storage announces `descriptor`; it belongs to this object. */
  readonly descriptor?: number;
  /** Fills the buffer from the position on and gives the bytes read, fewer than asked for only near the end; 0 at it. */
  readInto(buffer: Uint8Array, at: number): MaybePromise<number>;
  /** May come while a read is under way: that one is ended, or its end awaited, in here. */
  close(): MaybePromise<void>;
}

/** How something new is made. */
export interface CreateOptions {
  /** Permission bits that it does not get besides those of the storage, where a session has asked (SITE UMASK). */
  readonly umask?: number;
}

/** Where an upload goes. */
export interface WriteOptions extends CreateOptions {
  /** The byte where it begins; what stands before it is kept, what stands behind it goes. `end` appends. */
  readonly at: number | "end";
  /** Fail with `exists` if the name is taken, be it by somebody who is still writing. */
  readonly exclusive?: boolean;
  /**
   * What may stand there, decided when the right to write has been taken. With `no-finished-file` an upload that was cut
   * off out of sight goes on, and a file that others see is `exists` (whoever is still writing makes it `busy`, as ever).
   * Where a storage does not keep such uploads out of sight, every file is a finished one.
   */
  readonly expects?: "no-finished-file";
  /** Whose upload it is: what was cut off is shown to, and resumed by, the same one only. */
  readonly owner?: string;
}

/** A file that is being written; it ends with {@link WritableFile.commit} or {@link WritableFile.abandon}. */
export interface WritableFile {
  /** The byte where it began: what `end` came to. */
  readonly start: number;
  /** Writes all the bytes. They may be reused when it is done, and not before. */
  write(bytes: Uint8Array): MaybePromise<void>;
  /** The upload is whole: when this is done, it is kept. */
  commit(): MaybePromise<void>;
  /**
   * The upload has failed, perhaps while a write is under way: that one is ended, or its end awaited, in here.
   *
   * @param keep what has come may be resumed, so it stays (unless it is nothing); else a file that was not there
   * before goes
   */
  abandon(keep: boolean): MaybePromise<void>;
}

/** A storage that can set the time of a file. */
export interface ModifiedSetter {
  /** @param modified milliseconds since 1970 */
  setModified(path: VirtualPath, modified: number): MaybePromise<void>;
}

/** Whether a storage can set times, and announces it. */
export function canSetModified(storage: Storage): storage is Storage & ModifiedSetter {
  return storage.features.has("set-modified");
}

/** A storage that can set the permission bits of what it keeps. */
export interface ModeSetter {
  /** @param mode the nine bits of reading, writing and executing; no other bit can be set */
  setMode(path: VirtualPath, mode: number): MaybePromise<void>;
}

/** Whether a storage can set permission bits, and announces it. */
export function canSetMode(storage: Storage): storage is Storage & ModeSetter {
  return storage.features.has("set-mode");
}

/** A storage that knows how much more it could take. */
export interface SpaceTeller {
  /** Bytes that can still be written in a folder; throws `not-found`. */
  freeSpace(path: VirtualPath): MaybePromise<number>;
}

/** Whether a storage knows how much it could take, and announces it. */
export function canTellSpace(storage: Storage): storage is Storage & SpaceTeller {
  return storage.features.has("free-space");
}

/** A storage in which a file is there when its upload is whole, and not before. */
export interface UnfinishedUploads {
  /**
   * An owner's upload to a path that was cut off and can be resumed: its size is what has come. Throws `not-found` where
   * there is none, and where a finished file stands.
   */
  unfinished(path: VirtualPath, owner: string): MaybePromise<Entry>;
  /** Takes such an upload away; throws `not-found`. */
  discardUnfinished(path: VirtualPath, owner: string): MaybePromise<void>;
  /**
   * What a folder holds of such uploads, under whatever names the storage gives them and whosoever they are: what
   * {@link Storage.list} leaves out, for whoever counts or cleans up. What is kept apart from its folder is the root's.
   */
  listUnfinished(path: VirtualPath): AsyncIterable<readonly Entry[]>;
  /**
   * Bytes that {@link listUnfinished} has of an owner's upload to a path, also where a finished file stands in front of
   * it; undefined where there is no such upload.
   */
  unfinishedSize(path: VirtualPath, owner: string): MaybePromise<number | undefined>;
}

/** Whether a storage keeps uploads that were cut off out of sight, and announces it. */
export function keepsUnfinished(storage: Storage): storage is Storage & UnfinishedUploads {
  return storage.features.has("unfinished");
}

/** A storage with links, which lead past what permissions say of the path as it is written. */
export interface LinkResolver {
  /**
   * The path with all links in it followed, also the last name (which a rename and a removal do not follow). A name that
   * is not there is kept as it is. Throws `not-found` where a link leads out of the storage.
   */
  resolve(path: VirtualPath): MaybePromise<VirtualPath>;
}

/** Whether a storage has links, and announces it. */
export function canResolve(storage: Storage): storage is Storage & LinkResolver {
  return storage.features.has("links");
}
