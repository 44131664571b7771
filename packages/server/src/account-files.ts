import { childOf, nameOf, parentOf } from "@twinport/protocol";
import { StorageError, canResolve, canSetMode, canSetModified, canTellSpace, keepsUnfinished } from "@twinport/storage";
import { inTurns } from "./listing/turns.ts";
import type { Access } from "@twinport/accounts";
import type { Entry, Permission, VirtualPath } from "@twinport/protocol";
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
  StorageErrorCode,
  StorageFeature,
  StorageOperation,
  UnfinishedUploads,
  WritableFile,
  WriteOptions,
} from "@twinport/storage";

/** What is done with a path, and what for. */
interface Deed {
  readonly operation: StorageOperation;
  /** What must be allowed where the path leads to; the path as it is written has been asked about before. */
  readonly needed?: Permission;
  /** What a name is answered with that is hidden. */
  readonly hidden?: StorageErrorCode;
  /** It is done with the name itself, and not with what a link of that name leads to. */
  readonly toName?: true;
}

/**
 * The files of an account with permissions by path. A name that is hidden from it is answered like one that nobody
 * has, and what holds for a path holds for every link that leads there.
 */
export class AccountFiles implements Storage, ModifiedSetter, ModeSetter, SpaceTeller, UnfinishedUploads {
  readonly features: ReadonlySet<StorageFeature>;
  readonly #files: Storage;
  readonly #links: LinkResolver | undefined;
  readonly #access: Access;

  constructor(files: Storage, access: Access) {
    // Where links lead is looked at here, so nobody else need ask.
    this.features = new Set([...files.features].filter((feature) => feature !== "links"));
    this.#files = files;
    this.#links = canResolve(files) ? files : undefined;
    this.#access = access;
  }

  stat(path: VirtualPath): MaybePromise<Entry> {
    return this.#after(path, { operation: "stat", needed: "list" }, () => this.#files.stat(path));
  }

  async *list(path: VirtualPath, wanted: "facts" | "names"): AsyncGenerator<readonly Entry[]> {
    await this.#after(path, { operation: "list", needed: "list" }, () => {});
    for await (const batch of this.#files.list(path, wanted)) {
      const hidden = await inTurns(batch, ({ name }) => this.#access.isHidden(childOf(path, name)));
      yield batch.filter((_entry, i) => !hidden[i]);
    }
  }

  read(path: VirtualPath): MaybePromise<ReadableFile> {
    return this.#after(path, { operation: "read", needed: "read" }, () => this.#files.read(path));
  }

  write(path: VirtualPath, options: WriteOptions): MaybePromise<WritableFile> {
    const deed: Deed = { operation: "write", needed: "write", hidden: "name-not-allowed" };
    return this.#after(path, deed, (real) => {
      const needed = options.at === "end" ? "append" : "overwrite";
      if (real === path || this.#access.decide(needed, real).allowed) return this.#files.write(path, options);
      // Through a link: what may be brought there, and may not be replaced.
      if (options.at === 0) return this.#files.write(path, { ...options, exclusive: true });
      throw new StorageError("permission-denied", { operation: "write", path });
    });
  }

  makeDirectory(path: VirtualPath, options?: CreateOptions): MaybePromise<void> {
    const deed: Deed = {
      operation: "make-directory",
      needed: "make-directory",
      hidden: "name-not-allowed",
      toName: true,
    };
    return this.#after(path, deed, () => this.#files.makeDirectory(path, options));
  }

  removeFile(path: VirtualPath): MaybePromise<void> {
    const deed: Deed = { operation: "remove-file", needed: "delete", toName: true };
    return this.#after(path, deed, () => this.#files.removeFile(path));
  }

  removeDirectory(path: VirtualPath): MaybePromise<void> {
    const deed: Deed = { operation: "remove-directory", needed: "delete", toName: true };
    return this.#after(path, deed, () => this.#files.removeDirectory(path));
  }

  rename(from: VirtualPath, to: VirtualPath, options?: RenameOptions): MaybePromise<void> {
    const deed: Deed = { operation: "rename", needed: "rename", toName: true };
    return this.#after(from, deed, () =>
      this.#after(to, { ...deed, hidden: "name-not-allowed" }, () => this.#files.rename(from, to, options)),
    );
  }

  setModified(path: VirtualPath, modified: number): MaybePromise<void> {
    return this.#after(path, { operation: "set-modified", needed: "set-modified" }, () => {
      if (!canSetModified(this.#files)) throw new StorageError("not-supported", { operation: "set-modified", path });
      return this.#files.setModified(path, modified);
    });
  }

  setMode(path: VirtualPath, mode: number): MaybePromise<void> {
    return this.#after(path, { operation: "set-mode", needed: "set-mode" }, () => {
      if (!canSetMode(this.#files)) throw new StorageError("not-supported", { operation: "set-mode", path });
      return this.#files.setMode(path, mode);
    });
  }

  freeSpace(path: VirtualPath): MaybePromise<number> {
    return this.#after(path, { operation: "tell-space" }, () => {
      if (!canTellSpace(this.#files)) throw new StorageError("not-supported", { operation: "tell-space", path });
      return this.#files.freeSpace(path);
    });
  }

  unfinished(path: VirtualPath, owner: string): MaybePromise<Entry> {
    return this.#after(path, { operation: "stat" }, () => {
      if (!keepsUnfinished(this.#files)) throw new StorageError("not-supported", { operation: "stat", path });
      return this.#files.unfinished(path, owner);
    });
  }

  discardUnfinished(path: VirtualPath, owner: string): MaybePromise<void> {
    return this.#after(path, { operation: "remove-file", needed: "delete" }, () => {
      if (!keepsUnfinished(this.#files)) throw new StorageError("not-supported", { operation: "remove-file", path });
      return this.#files.discardUnfinished(path, owner);
    });
  }

  async *listUnfinished(path: VirtualPath): AsyncGenerator<readonly Entry[]> {
    await this.#after(path, { operation: "list" }, () => {});
    if (keepsUnfinished(this.#files)) yield* this.#files.listUnfinished(path);
  }

  unfinishedSize(path: VirtualPath, owner: string): MaybePromise<number | undefined> {
    return this.#after(path, { operation: "stat" }, () =>
      keepsUnfinished(this.#files) ? this.#files.unfinishedSize(path, owner) : undefined,
    );
  }

  /** Does it, if it may be done where the path really leads; `act` is told where that is. */
  #after<T>(path: VirtualPath, deed: Deed, act: (real: VirtualPath) => MaybePromise<T>): MaybePromise<T> {
    this.#mustSee(path, path, deed);
    if (!this.#links) return act(path);
    const folder = deed.toName ? parentOf(path) : path;
    const goOn = (reached: VirtualPath): MaybePromise<T> => {
      const real = deed.toName ? childOf(reached, nameOf(path)) : reached;
      if (real !== path) this.#mustReach(real, path, deed);
      return act(real);
    };
    const reached = this.#reached(this.#links, folder);
    return typeof reached === "string" ? goOn(reached) : reached.then(goOn);
  }

  /** Where a path leads to; a link that leads nowhere is answered by the storage itself. */
  #reached(links: LinkResolver, path: VirtualPath): MaybePromise<VirtualPath> {
    const asWritten = (error: unknown): VirtualPath => {
      if (error instanceof StorageError) return path;
      throw error;
    };
    try {
      const reached = links.resolve(path);
      return typeof reached === "string" ? reached : reached.catch(asWritten);
    } catch (error) {
      return asWritten(error);
    }
  }

  #mustReach(real: VirtualPath, path: VirtualPath, deed: Deed): void {
    this.#mustSee(real, path, deed);
    if (deed.needed === undefined || this.#access.decide(deed.needed, real).allowed) return;
    throw new StorageError("permission-denied", { operation: deed.operation, path });
  }

  #mustSee(real: VirtualPath, path: VirtualPath, { operation, hidden = "not-found" }: Deed): void {
    if (this.#access.isHidden(real)) throw new StorageError(hidden, { operation, path });
  }
}
