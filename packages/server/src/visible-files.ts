import { inTurns } from "./listing/turns.ts";
import { childOf } from "@twinport/protocol";
import { StorageError, canSetMode, canSetModified, canTellSpace, keepsUnfinished } from "@twinport/storage";
import type { Access } from "@twinport/accounts";
import type { Entry, VirtualPath } from "@twinport/protocol";
import type {
  CreateOptions,
  MaybePromise,
  ModeSetter,
  ModifiedSetter,
  ReadableFile,
  SpaceTeller,
  Storage,
  StorageErrorCode,
  StorageFeature,
  StorageOperation,
  UnfinishedUploads,
  WritableFile,
  WriteOptions,
} from "@twinport/storage";

/** The files that an account sees: a name that is hidden from it is answered like one that nobody has. */
export class VisibleFiles implements Storage, ModifiedSetter, ModeSetter, SpaceTeller, UnfinishedUploads {
  readonly features: ReadonlySet<StorageFeature>;
  readonly #files: Storage;
  readonly #access: Access;

  constructor(files: Storage, access: Access) {
    this.features = files.features;
    this.#files = files;
    this.#access = access;
  }

  stat(path: VirtualPath): MaybePromise<Entry> {
    this.#mustSee("stat", path);
    return this.#files.stat(path);
  }

  async *list(path: VirtualPath, wanted: "facts" | "names"): AsyncGenerator<readonly Entry[]> {
    this.#mustSee("list", path);
    for await (const batch of this.#files.list(path, wanted)) {
      const hidden = await inTurns(batch, ({ name }) => this.#access.isHidden(childOf(path, name)));
      yield batch.filter((_entry, i) => !hidden[i]);
    }
  }

  read(path: VirtualPath): MaybePromise<ReadableFile> {
    this.#mustSee("read", path);
    return this.#files.read(path);
  }

  write(path: VirtualPath, options: WriteOptions): MaybePromise<WritableFile> {
    this.#mustSee("write", path, "name-not-allowed");
    return this.#files.write(path, options);
  }

  makeDirectory(path: VirtualPath, options?: CreateOptions): MaybePromise<void> {
    this.#mustSee("make-directory", path, "name-not-allowed");
    return this.#files.makeDirectory(path, options);
  }

  removeFile(path: VirtualPath): MaybePromise<void> {
    this.#mustSee("remove-file", path);
    return this.#files.removeFile(path);
  }

  removeDirectory(path: VirtualPath): MaybePromise<void> {
    this.#mustSee("remove-directory", path);
    return this.#files.removeDirectory(path);
  }

  rename(from: VirtualPath, to: VirtualPath): MaybePromise<void> {
    this.#mustSee("rename", from);
    this.#mustSee("rename", to, "name-not-allowed");
    return this.#files.rename(from, to);
  }

  setModified(path: VirtualPath, modified: number): MaybePromise<void> {
    this.#mustSee("set-modified", path);
    if (!canSetModified(this.#files)) throw new StorageError("not-supported", { operation: "set-modified", path });
    return this.#files.setModified(path, modified);
  }

  setMode(path: VirtualPath, mode: number): MaybePromise<void> {
    this.#mustSee("set-mode", path);
    if (!canSetMode(this.#files)) throw new StorageError("not-supported", { operation: "set-mode", path });
    return this.#files.setMode(path, mode);
  }

  freeSpace(path: VirtualPath): MaybePromise<number> {
    this.#mustSee("tell-space", path);
    if (!canTellSpace(this.#files)) throw new StorageError("not-supported", { operation: "tell-space", path });
    return this.#files.freeSpace(path);
  }

  unfinished(path: VirtualPath, owner: string): MaybePromise<Entry> {
    this.#mustSee("stat", path);
    if (!keepsUnfinished(this.#files)) throw new StorageError("not-supported", { operation: "stat", path });
    return this.#files.unfinished(path, owner);
  }

  discardUnfinished(path: VirtualPath, owner: string): MaybePromise<void> {
    this.#mustSee("remove-file", path);
    if (!keepsUnfinished(this.#files)) throw new StorageError("not-supported", { operation: "remove-file", path });
    return this.#files.discardUnfinished(path, owner);
  }

  async *listUnfinished(path: VirtualPath): AsyncGenerator<readonly Entry[]> {
    this.#mustSee("list", path);
    if (!keepsUnfinished(this.#files)) throw new StorageError("not-supported", { operation: "list", path });
    yield* this.#files.listUnfinished(path);
  }

  unfinishedSize(path: VirtualPath, owner: string): MaybePromise<number | undefined> {
    return keepsUnfinished(this.#files) ? this.#files.unfinishedSize(path, owner) : undefined;
  }

  #mustSee(operation: StorageOperation, path: VirtualPath, code: StorageErrorCode = "not-found"): void {
    if (this.#access.isHidden(path)) throw new StorageError(code, { operation, path });
  }
}
