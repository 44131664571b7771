import { ROOT, childOf, foldNames, isWithin, nameOf, namesOf, parentOf } from "@twinport/protocol";
import type { Entry, VirtualPath } from "@twinport/protocol";
import { StorageError, failure, isNothingThere } from "../errors.ts";
import { ForwardingStorage } from "./forwarding.ts";
import type { StorageErrorCode, StorageOperation } from "../errors.ts";
import type { StoragePlace } from "./forwarding.ts";
import type {
  CreateOptions,
  MaybePromise,
  RenameOptions,
  Storage,
  StorageFeature,
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

/** What cannot be done with the place of a mount, nor with a folder on the way there, and why. */
const refused: Partial<Record<StorageOperation, StorageErrorCode>> = {
  read: "not-a-file",
  write: "not-a-file",
  "make-directory": "exists",
  "remove-file": "not-a-file",
  "remove-directory": "permission-denied",
  rename: "permission-denied",
};

/** See {@link mountedStorage}. */
export class MountedStorage extends ForwardingStorage {
  readonly features: ReadonlySet<StorageFeature>;
  readonly #root: Storage;
  readonly #made = Date.now();
  readonly #folds: boolean;
  /** By their paths as they are compared; the deepest first. */
  readonly #mounts: readonly (readonly [VirtualPath, Storage])[];
  /** What a folder holds because of mounts at or below it: names as they are compared, and as they are shown. */
  readonly #below = new Map<VirtualPath, Map<string, string>>();

  constructor(root: Storage, mounts: ReadonlyMap<VirtualPath, Storage>) {
    super();
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

  override stat(path: VirtualPath): MaybePromise<Entry> {
    return this.#isFixed(path) ? this.#fixedEntry(path) : super.stat(path);
  }

  override async *list(path: VirtualPath, wanted: "facts" | "names"): AsyncGenerator<readonly Entry[]> {
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

  override write(path: VirtualPath, options: WriteOptions): MaybePromise<WritableFile> {
    return this.#inParent("write", path, () => super.write(path, options));
  }

  override makeDirectory(path: VirtualPath, options?: CreateOptions): MaybePromise<void> {
    return this.#inParent("make-directory", path, () => super.makeDirectory(path, options));
  }

  override rename(from: VirtualPath, to: VirtualPath, options?: RenameOptions): MaybePromise<void> {
    for (const path of [from, to]) this.placeFor("rename", path);
    // Two mounts may show one storage, and are two places all the same.
    if (this.#mountOf(from) !== this.#mountOf(to)) throw failure("not-supported", "rename", to);
    return this.#inParent("rename", to, () => super.rename(from, to, options));
  }

  override unfinished(path: VirtualPath, owner: string): MaybePromise<Entry> {
    if (this.#isFixed(path)) throw failure("not-found", "stat", path);
    return super.unfinished(path, owner);
  }

  override unfinishedSize(path: VirtualPath, owner: string): MaybePromise<number | undefined> {
    return this.#isFixed(path) ? undefined : super.unfinishedSize(path, owner);
  }

  override discardUnfinished(path: VirtualPath, owner: string): MaybePromise<void> {
    if (this.#isFixed(path)) throw failure("not-found", "remove-file", path);
    return super.discardUnfinished(path, owner);
  }

  override async *listUnfinished(path: VirtualPath): AsyncGenerator<readonly Entry[]> {
    try {
      yield* super.listUnfinished(path);
    } catch (error) {
      if (!isNothingThere(error) || !this.#isFixed(path)) throw error;
    }
  }

  override resolve(path: VirtualPath): MaybePromise<VirtualPath> {
    const above = namesOf(path).slice(0, namesOf(this.#mountOf(path)?.[0] ?? ROOT).length);
    const asSeen = (inner: VirtualPath): VirtualPath =>
      [...above, ...namesOf(inner)].reduce<VirtualPath>((folder, name) => childOf(folder, name), ROOT);
    const resolved = super.resolve(path);
    return resolved instanceof Promise ? resolved.then(asSeen) : asSeen(resolved);
  }

  protected placeFor(operation: StorageOperation, path: VirtualPath): StoragePlace {
    const code = refused[operation];
    if (code !== undefined && this.#isFixed(path)) throw failure(code, operation, path);
    return this.#place(path);
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

  #place(path: VirtualPath): StoragePlace {
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
  #inParent<T>(operation: StorageOperation, path: VirtualPath, make: () => MaybePromise<T>): MaybePromise<T> {
    return this.#below.has(this.#compared(parentOf(path))) ? this.#inFixed(operation, path, make) : make();
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
