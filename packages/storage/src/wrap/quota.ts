import type { Entry, VirtualPath } from "@twinport/protocol";
import { StorageError, failure, isNothingThere } from "../errors.ts";
import { canTellSpace, keepsUnfinished } from "../storage.ts";
import { ForwardingStorage } from "./forwarding.ts";
import { QuotaUpload } from "./quota-upload.ts";
import { NOTHING, countHidden, usageLedger } from "./usage-ledger.ts";
import type { StorageErrorCode, StorageOperation } from "../errors.ts";
import type { StoragePlace } from "./forwarding.ts";
import type { Quota, Usage, UsageLedger } from "./usage-ledger.ts";
import type { CreateOptions, RenameOptions, Storage, StorageFeature, WritableFile, WriteOptions } from "../storage.ts";

/**
 * A storage that takes only so many bytes and files (folders count as files). What would pass the quota is refused
 * before any of it is written (`quota-exceeded`), however many uploads run beside each other; a file that replaces
 * another is charged with what it is larger. Unfinished uploads count. While an upload is under way, its folder and
 * those above it are `busy` for a rename.
 *
 * @param ledger that of the same storage, where several quotas look at it; it is counted once
 */
export function quotaStorage(storage: Storage, quota: Quota, ledger = usageLedger(storage)): QuotaStorage {
  return new QuotaStorage(storage, quota, ledger);
}

/** See {@link quotaStorage}. */
export class QuotaStorage extends ForwardingStorage {
  readonly features: ReadonlySet<StorageFeature>;
  readonly quota: Quota;
  readonly #storage: Storage;
  readonly #ledger: UsageLedger;

  constructor(storage: Storage, quota: Quota, ledger: UsageLedger) {
    super();
    this.#storage = storage;
    this.#ledger = ledger;
    this.quota = quota;
    const features = new Set(storage.features);
    features.delete("descriptor");
    if (quota.bytes !== undefined) features.add("free-space");
    this.features = features;
  }

  /** What is kept now, uploads under way with what they may still come to. */
  usage(): Promise<Usage> {
    return this.#ledger.usage();
  }

  override write(path: VirtualPath, options: WriteOptions): Promise<WritableFile> {
    const { owner = "" } = options;
    const ledger = this.#ledger;
    return ledger.beside(path, async () => {
      const weigh = (): Promise<Usage> => this.#weighUpload(path, owner);
      const before = await weigh();
      const forFile = { bytes: 0, files: before.files === 0 ? 1 : 0 };
      this.#reserve("write", path, forFile);
      const ended = ledger.uploading(path);
      try {
        const inner = await this.#storage.write(path, options);
        return new QuotaUpload({
          inner,
          ledger,
          before,
          reserved: forFile,
          weigh,
          reserve: (more) => this.#reserve("write", path, more),
          exclusively: (act) => ledger.beside(path, act),
          ended,
        });
      } catch (error) {
        this.#refused(error);
        ledger.release(forFile);
        ended();
        throw error;
      }
    });
  }

  override makeDirectory(path: VirtualPath, options?: CreateOptions): Promise<void> {
    return this.#ledger.beside(path, async () => {
      const forFolder = { bytes: 0, files: 1 };
      this.#reserve("make-directory", path, forFolder);
      await this.#measured([path], async () => this.#storage.makeDirectory(path, options), forFolder);
    });
  }

  override removeFile(path: VirtualPath): Promise<void> {
    return this.#ledger.beside(path, async () => {
      const { files } = await this.#weighName(path);
      await this.#measured([path], async () => this.#storage.removeFile(path));
      // A link that led nowhere: it was counted, and could not be seen.
      if (files === 0) this.#ledger.doubt();
    });
  }

  override removeDirectory(path: VirtualPath): Promise<void> {
    return this.#ledger.alone(async () => {
      if (this.#ledger.isUploading(path)) throw failure("busy", "remove-directory", path);
      const hidden = await this.#weighHidden(path);
      try {
        await this.#measured([path], async () => this.#storage.removeDirectory(path));
      } finally {
        // Some of it may have gone although the folder has not.
        this.#ledger.record(hidden, await this.#weighHidden(path));
      }
    });
  }

  override rename(from: VirtualPath, to: VirtualPath, options?: RenameOptions): Promise<void> {
    return this.#ledger.alone(async () => {
      // An upload could not be found again below another name.
      if (this.#ledger.isUploading(from)) throw failure("busy", "rename", from);
      await this.#measured([from, to], async () => this.#storage.rename(from, to, options));
    });
  }

  override async freeSpace(path: VirtualPath): Promise<number> {
    await this.#ledger.usage();
    const left = this.#ledger.left(this.quota);
    if (canTellSpace(this.#storage)) return Math.min(left, await this.#storage.freeSpace(path));
    // It says whether the folder is there.
    await this.#storage.stat(path);
    return left;
  }

  override discardUnfinished(path: VirtualPath, owner: string): Promise<void> {
    const storage = this.#storage;
    if (!keepsUnfinished(storage)) throw failure("not-found", "remove-file", path);
    return this.#ledger.beside(path, async () => {
      const weigh = (): Promise<Usage> => this.#weighUpload(path, owner);
      await this.#changing(weigh, async () => storage.discardUnfinished(path, owner));
    });
  }

  protected placeFor(_operation: StorageOperation, path: VirtualPath): StoragePlace {
    return { storage: this.#storage, inner: path };
  }

  #reserve(operation: StorageOperation, path: VirtualPath, more: Usage): void {
    if (!this.#ledger.reserve(this.quota, more)) throw failure("quota-exceeded", operation, path);
  }

  /** A change, and what it does to names. */
  async #measured(
    paths: readonly VirtualPath[],
    change: () => Promise<void>,
    reserved: Usage = NOTHING,
  ): Promise<void> {
    const weigh = async (): Promise<Usage> => {
      let all = NOTHING;
      for (const path of new Set(paths)) {
        const { bytes, files } = await this.#weighName(path);
        all = { bytes: all.bytes + bytes, files: all.files + files };
      }
      return all;
    };
    await this.#changing(weigh, change, reserved);
  }

  async #changing(weigh: () => Promise<Usage>, change: () => Promise<void>, reserved: Usage = NOTHING): Promise<void> {
    let before = NOTHING;
    try {
      before = await weigh();
      await change();
    } catch (error) {
      this.#refused(error);
      this.#ledger.release(reserved);
      throw error;
    }
    let after: Usage;
    try {
      after = await weigh();
    } catch {
      after = before;
      this.#ledger.doubt();
    }
    // In one step: between two, what was set aside and what has come of it would both count.
    this.#ledger.record(before, after);
    this.#ledger.release(reserved);
  }

  /** A change that was refused has changed nothing; of one that failed nobody knows. */
  #refused(error: unknown): void {
    const hasFailed = !(error instanceof StorageError) || failures.has(error.code);
    if (hasFailed) this.#ledger.doubt();
  }

  /** What a name is: a link is not what it leads to, and a folder is not what it holds. */
  async #weighName(path: VirtualPath): Promise<Usage> {
    const entry = await this.#entryIfThere(path);
    if (!entry) return NOTHING;
    return { bytes: entry.kind === "file" && !entry.isLinked ? entry.size : 0, files: 1 };
  }

  /** The file that an upload replaces, or goes on with, and what the same owner has of it out of sight. */
  async #weighUpload(path: VirtualPath, owner: string): Promise<Usage> {
    const entry = await this.#entryIfThere(path);
    const finished = entry ? { bytes: entry.kind === "file" ? entry.size : 0, files: 1 } : NOTHING;
    const hidden = keepsUnfinished(this.#storage) ? await this.#unfinishedSizeIfThere(path, owner) : undefined;
    if (hidden === undefined) return finished;
    return { bytes: finished.bytes + hidden, files: finished.files + 1 };
  }

  async #unfinishedSizeIfThere(path: VirtualPath, owner: string): Promise<number | undefined> {
    try {
      return await this.unfinishedSize(path, owner);
    } catch (error) {
      if (isNothingThere(error)) return undefined;
      throw error;
    }
  }

  async #weighHidden(folder: VirtualPath): Promise<Usage> {
    try {
      return await countHidden(this.#storage, folder);
    } catch (error) {
      // Then it cannot be removed either.
      if (isNothingThere(error)) return NOTHING;
      throw error;
    }
  }

  async #entryIfThere(path: VirtualPath): Promise<Entry | undefined> {
    try {
      return await this.#storage.stat(path);
    } catch (error) {
      if (isNothingThere(error)) return undefined;
      throw error;
    }
  }
}

const failures: ReadonlySet<StorageErrorCode> = new Set(["io-failed", "no-space", "too-many-open", "too-large"]);
