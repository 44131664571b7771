import type { Entry, VirtualPath } from "@twinport/protocol";
import { failure } from "../errors.ts";
import { canResolve, canSetMode, canSetModified, canTellSpace, keepsUnfinished } from "../storage.ts";
import type { StorageOperation } from "../errors.ts";
import type {
  CreateOptions,
  MaybePromise,
  ReadableFile,
  RenameOptions,
  Storage,
  StorageAbilities,
  StorageFeature,
  WritableFile,
  WriteOptions,
} from "../storage.ts";

type All<Each> = (Each extends unknown ? (each: Each) => void : never) extends (all: infer Whole) => void
  ? Whole
  : never;

/** A storage with every ability there is: one that is new does not compile until it is forwarded. */
type AbleStorage = Storage & All<StorageAbilities[StorageFeature]>;

/** A path, in the words of the storage that has it. */
export interface StoragePlace {
  readonly storage: Storage;
  readonly inner: VirtualPath;
}

/**
 * A storage that hands on to another whatever it does not do itself. An ability that the other one lacks is
 * `not-supported`, or has nothing to tell.
 */
export abstract class ForwardingStorage implements AbleStorage {
  abstract readonly features: ReadonlySet<StorageFeature>;

  /** Where a path leads, for every operation; throws where the operation is not allowed there. */
  protected abstract placeFor(operation: StorageOperation, path: VirtualPath): StoragePlace;

  stat(path: VirtualPath): MaybePromise<Entry> {
    const { storage, inner } = this.placeFor("stat", path);
    return storage.stat(inner);
  }

  list(path: VirtualPath, wanted: "facts" | "names"): AsyncIterable<readonly Entry[]> {
    const { storage, inner } = this.placeFor("list", path);
    return storage.list(inner, wanted);
  }

  read(path: VirtualPath): MaybePromise<ReadableFile> {
    const { storage, inner } = this.placeFor("read", path);
    const file = storage.read(inner);
    if (this.features.has("descriptor")) return file;
    return file instanceof Promise ? file.then(withoutDescriptor) : withoutDescriptor(file);
  }

  write(path: VirtualPath, options: WriteOptions): MaybePromise<WritableFile> {
    const { storage, inner } = this.placeFor("write", path);
    return storage.write(inner, options);
  }

  makeDirectory(path: VirtualPath, options?: CreateOptions): MaybePromise<void> {
    const { storage, inner } = this.placeFor("make-directory", path);
    return storage.makeDirectory(inner, options);
  }

  removeFile(path: VirtualPath): MaybePromise<void> {
    const { storage, inner } = this.placeFor("remove-file", path);
    return storage.removeFile(inner);
  }

  removeDirectory(path: VirtualPath): MaybePromise<void> {
    const { storage, inner } = this.placeFor("remove-directory", path);
    return storage.removeDirectory(inner);
  }

  rename(from: VirtualPath, to: VirtualPath, options?: RenameOptions): MaybePromise<void> {
    const source = this.placeFor("rename", from);
    const target = this.placeFor("rename", to);
    if (source.storage !== target.storage) throw failure("not-supported", "rename", to);
    return source.storage.rename(source.inner, target.inner, options);
  }

  setModified(path: VirtualPath, modified: number): MaybePromise<void> {
    const { storage, inner } = this.placeFor("set-modified", path);
    if (!canSetModified(storage)) throw failure("not-supported", "set-modified", path);
    return storage.setModified(inner, modified);
  }

  setMode(path: VirtualPath, mode: number): MaybePromise<void> {
    const { storage, inner } = this.placeFor("set-mode", path);
    if (!canSetMode(storage)) throw failure("not-supported", "set-mode", path);
    return storage.setMode(inner, mode);
  }

  freeSpace(path: VirtualPath): MaybePromise<number> {
    const { storage, inner } = this.placeFor("tell-space", path);
    if (!canTellSpace(storage)) throw failure("not-supported", "tell-space", path);
    return storage.freeSpace(inner);
  }

  unfinished(path: VirtualPath, owner: string): MaybePromise<Entry> {
    const { storage, inner } = this.placeFor("stat", path);
    // A storage that keeps none has none.
    if (!keepsUnfinished(storage)) throw failure("not-found", "stat", path);
    return storage.unfinished(inner, owner);
  }

  discardUnfinished(path: VirtualPath, owner: string): MaybePromise<void> {
    const { storage, inner } = this.placeFor("remove-file", path);
    if (!keepsUnfinished(storage)) throw failure("not-found", "remove-file", path);
    return storage.discardUnfinished(inner, owner);
  }

  async *listUnfinished(path: VirtualPath): AsyncGenerator<readonly Entry[]> {
    const { storage, inner } = this.placeFor("list", path);
    if (keepsUnfinished(storage)) yield* storage.listUnfinished(inner);
  }

  unfinishedSize(path: VirtualPath, owner: string): MaybePromise<number | undefined> {
    const { storage, inner } = this.placeFor("stat", path);
    return keepsUnfinished(storage) ? storage.unfinishedSize(inner, owner) : undefined;
  }

  /** As the other storage has it: one with paths of its own has to translate the answer. */
  resolve(path: VirtualPath): MaybePromise<VirtualPath> {
    const { storage, inner } = this.placeFor("stat", path);
    return canResolve(storage) ? storage.resolve(inner) : inner;
  }
}

function withoutDescriptor(file: ReadableFile): ReadableFile {
  const { size, modified } = file;
  return { size, modified, readInto: (buffer, at) => file.readInto(buffer, at), close: () => file.close() };
}
