import { ROOT, childOf, foldNames, isWithin, nameOf, namesOf, parentOf } from "@twinport/protocol";
import type { Entry, VirtualPath } from "@twinport/protocol";
import { StorageError } from "../errors.ts";
import { canSetMode, canSetModified, canTellSpace, keepsUnfinished } from "../storage.ts";
import type { StorageErrorCode, StorageOperation } from "../errors.ts";
import type {
  CreateOptions,
  MaybePromise,
  ModeSetter,
  ModifiedSetter,
  ReadableFile,
  SpaceTeller,
  Storage,
  StorageFeature,
  UnfinishedUploads,
  WritableFile,
  WriteOptions,
} from "../storage.ts";

/**
 * One tree of several storages: `root`, and others at the paths of `mounts`. What `root` has at such a path is hidden; a
 * folder on the way there that it does not have is shown all the same, and nothing can be made in it. The places of
 * mounts, and the folders on the way, cannot be removed, renamed or replaced (`permission-denied`), and nothing is
 * renamed from one storage into another (`not-supported`).
 *
 * It can what any of its members can; with one that cannot, that is `not-supported`. Each member confines its links by
 * itself: none leads into another. As soon as one takes letters of another case for the same, so do the mounts.
 *
 * @throws {RangeError} if one of the paths is the root, or two are the same
 */
export function mountedStorage(root: Storage, mounts: ReadonlyMap<VirtualPath, Storage>): MountedStorage {
  return new MountedStorage(root, mounts);
}

/** A path as the storage sees it that has it. */
interface Place {
  readonly storage: Storage;
  readonly inner: VirtualPath;
}

/** See {@link mountedStorage}. */
export class MountedStorage implements Storage, ModifiedSetter, ModeSetter, SpaceTeller, UnfinishedUploads {
  readonly features: ReadonlySet<StorageFeature>;
  readonly #root: Storage;
  readonly #made = Date.now();
  readonly #folds: boolean;
  /** By their paths as they are compared; the deepest first. */
  readonly #mounts: readonly (readonly [VirtualPath, Storage])[];
  /** What a folder holds because of mounts at or below it: names as they are compared, and as they are shown. */
  readonly #below = new Map<VirtualPath, Map<string, string>>();

  constructor(root: Storage, mounts: ReadonlyMap<VirtualPath, Storage>) {
    const members = [root, ...mounts.values()];
    const features = new Set(members.flatMap((member) => [...member.features]));
    // Whoever reads it asks once for the whole tree.
    if (!members.every((member) => member.features.has("descriptor"))) features.delete("descriptor");
    this.features = features;
    this.#root = root;
    this.#folds = features.has("folds-names");
    this.#mounts = Array.from(mounts, ([path, storage]) => [this.#compared(path), storage] as const).toSorted(
      ([one], [other]) => namesOf(other).length - namesOf(one).length,
    );
    const paths = new Set(this.#mounts.map(([path]) => path));
    if (paths.size < mounts.size) throw new RangeError("two storages are mounted at one path");
    if (paths.has(ROOT)) throw new RangeError("a storage is mounted at the root, which has one");
    for (const path of mounts.keys()) {
      for (let at = path; at !== ROOT; at = parentOf(at)) {
        const above = this.#compared(parentOf(at));
        const names = this.#below.get(above) ?? new Map<string, string>();
        names.set(this.#comparedName(nameOf(at)), nameOf(at));
        this.#below.set(above, names);
      }
    }
  }

  stat(path: VirtualPath): MaybePromise<Entry> {
    const { storage, inner } = this.#place(path);
    if (!this.#isFixed(path)) return storage.stat(inner);
    return this.#fixedEntry(path);
  }

  async *list(path: VirtualPath, wanted: "facts" | "names"): AsyncGenerator<readonly Entry[]> {
    const { storage, inner } = this.#place(path);
    const below = this.#below.get(this.#compared(path));
    if (!below) return yield* storage.list(inner, wanted);
    try {
      for await (const batch of storage.list(inner, wanted)) {
        yield batch.filter(({ name }) => !below.has(this.#comparedName(name)));
      }
    } catch (error) {
      // It is there for the mounts' sake alone.
      if (!isNothingThere(error)) throw error;
    }
    yield await Promise.all(Array.from(below.values(), (name) => this.#fixedEntry(childOf(path, name))));
  }

  read(path: VirtualPath): MaybePromise<ReadableFile> {
    if (this.#isFixed(path)) throw failure("not-a-file", "read", path);
    const { storage, inner } = this.#place(path);
    const file = storage.read(inner);
    if (this.features.has("descriptor")) return file;
    return file instanceof Promise ? file.then(withoutDescriptor) : withoutDescriptor(file);
  }

  write(path: VirtualPath, options: WriteOptions): MaybePromise<WritableFile> {
    if (this.#isFixed(path)) throw failure("not-a-file", "write", path);
    return this.#inParent("write", path, ({ storage, inner }) => storage.write(inner, options));
  }

  makeDirectory(path: VirtualPath, options?: CreateOptions): MaybePromise<void> {
    if (this.#isFixed(path)) throw failure("exists", "make-directory", path);
    return this.#inParent("make-directory", path, ({ storage, inner }) => storage.makeDirectory(inner, options));
  }

  removeFile(path: VirtualPath): MaybePromise<void> {
    if (this.#isFixed(path)) throw failure("not-a-file", "remove-file", path);
    const { storage, inner } = this.#place(path);
    return storage.removeFile(inner);
  }

  removeDirectory(path: VirtualPath): MaybePromise<void> {
    if (this.#isFixed(path)) throw failure("permission-denied", "remove-directory", path);
    const { storage, inner } = this.#place(path);
    return storage.removeDirectory(inner);
  }

  rename(from: VirtualPath, to: VirtualPath): MaybePromise<void> {
    for (const path of [from, to]) if (this.#isFixed(path)) throw failure("permission-denied", "rename", path);
    const source = this.#place(from);
    if (this.#mountOf(from) !== this.#mountOf(to)) throw failure("not-supported", "rename", to);
    return this.#inParent("rename", to, ({ inner }) => source.storage.rename(source.inner, inner));
  }

  setModified(path: VirtualPath, modified: number): MaybePromise<void> {
    const { storage, inner } = this.#place(path);
    if (!canSetModified(storage)) throw failure("not-supported", "set-modified", path);
    return storage.setModified(inner, modified);
  }

  setMode(path: VirtualPath, mode: number): MaybePromise<void> {
    const { storage, inner } = this.#place(path);
    if (!canSetMode(storage)) throw failure("not-supported", "set-mode", path);
    return storage.setMode(inner, mode);
  }

  freeSpace(path: VirtualPath): MaybePromise<number> {
    const { storage, inner } = this.#place(path);
    if (!canTellSpace(storage)) throw failure("not-supported", "tell-space", path);
    return storage.freeSpace(inner);
  }

  unfinished(path: VirtualPath, owner: string): MaybePromise<Entry> {
    const { storage, inner } = this.#place(path);
    // A member that keeps none has none.
    if (!keepsUnfinished(storage) || this.#isFixed(path)) throw failure("not-found", "stat", path);
    return storage.unfinished(inner, owner);
  }

  discardUnfinished(path: VirtualPath, owner: string): MaybePromise<void> {
    const { storage, inner } = this.#place(path);
    if (!keepsUnfinished(storage) || this.#isFixed(path)) throw failure("not-found", "remove-file", path);
    return storage.discardUnfinished(inner, owner);
  }

  unfinishedSize(path: VirtualPath, owner: string): MaybePromise<number | undefined> {
    const { storage, inner } = this.#place(path);
    return keepsUnfinished(storage) && !this.#isFixed(path) ? storage.unfinishedSize(inner, owner) : undefined;
  }

  async *listUnfinished(path: VirtualPath): AsyncGenerator<readonly Entry[]> {
    const { storage, inner } = this.#place(path);
    if (!keepsUnfinished(storage)) return;
    try {
      yield* storage.listUnfinished(inner);
    } catch (error) {
      if (!isNothingThere(error) || !this.#isFixed(path)) throw error;
    }
  }

  #compared(path: VirtualPath): VirtualPath {
    return this.#folds ? (foldNames(path) as VirtualPath) : path;
  }

  #comparedName(name: string): string {
    return this.#folds ? foldNames(name) : name;
  }

  #mountOf(path: VirtualPath): readonly [VirtualPath, Storage] | undefined {
    const compared = this.#compared(path);
    return this.#mounts.find(([at]) => isWithin(at, compared));
  }

  #place(path: VirtualPath): Place {
    const mount = this.#mountOf(path);
    if (!mount) return { storage: this.#root, inner: path };
    const [at, storage] = mount;
    // By names: what is compared may have another length.
    const names = namesOf(path).slice(namesOf(at).length);
    return { storage, inner: `/${names.join("/")}` as VirtualPath };
  }

  /** Whether it is the place of a mount, or a folder on the way to one. */
  #isFixed(path: VirtualPath): boolean {
    const compared = this.#compared(path);
    if (compared === ROOT) return false;
    return this.#below.has(compared) || this.#mounts.some(([at]) => at === compared);
  }

  /** What is fixed is a folder, whatever its storage has there and whether that answers or not. */
  async #fixedEntry(path: VirtualPath): Promise<Entry> {
    const { storage, inner } = this.#place(path);
    try {
      const { isLinked: _, ...entry } = await storage.stat(inner);
      if (entry.kind === "directory") return { ...entry, name: nameOf(path) };
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
    }
    return { name: nameOf(path), kind: "directory", size: 0, modified: this.#made };
  }

  /** Makes something. In a folder that is only shown that is not allowed, and nobody looks for it in vain. */
  #inParent<T>(
    operation: StorageOperation,
    path: VirtualPath,
    make: (place: Place) => MaybePromise<T>,
  ): MaybePromise<T> {
    const place = this.#place(path);
    if (!this.#below.has(this.#compared(parentOf(path)))) return make(place);
    return this.#inFixed(operation, path, () => make(place));
  }

  async #inFixed<T>(operation: StorageOperation, path: VirtualPath, make: () => MaybePromise<T>): Promise<T> {
    try {
      return await make();
    } catch (error) {
      if (!isNothingThere(error)) throw error;
      const { storage, inner } = this.#place(parentOf(path));
      try {
        await storage.stat(inner);
      } catch {
        throw new StorageError("permission-denied", { operation, path }, { cause: error });
      }
      throw error;
    }
  }
}

function isNothingThere(error: unknown): boolean {
  return error instanceof StorageError && (error.code === "not-found" || error.code === "not-a-directory");
}

function withoutDescriptor(file: ReadableFile): ReadableFile {
  const { size, modified } = file;
  return { size, modified, readInto: (buffer, at) => file.readInto(buffer, at), close: () => file.close() };
}

function failure(code: StorageErrorCode, operation: StorageOperation, path: VirtualPath): StorageError {
  return new StorageError(code, { operation, path });
}
