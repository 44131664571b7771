import path from "node:path";
import { diskStorage, mountedStorage, quotaStorage, readOnly } from "@twinport/storage";
import { DaemonError } from "./errors.ts";
import { describe, explained } from "./describe.ts";
import type { AccountRecord, LentPlace, Quota } from "@twinport/accounts";
import type { DiskStorage, DiskStorageOptions, Storage, UsageLedger } from "@twinport/storage";
import { Ledgers } from "./ledgers.ts";
import type { DaemonConfig, FileSettings } from "./config.ts";
import type { Messages } from "./messages/index.ts";

/** What of an account decides about its files. */
type Shape = Pick<AccountRecord, "root" | "mounts" | "umask" | "fileMode" | "directoryMode" | "uploads" | "quota">;

/** The same, with nothing left to be decided. */
interface Plan {
  readonly root: string;
  readonly mounts: AccountRecord["mounts"];
  /** What may be kept; `{}` where nothing limits it, and somebody else's quota counts it all the same. */
  readonly quota: Quota | undefined;
  readonly options: DiskStorageOptions;
}

/** Files that accounts of one shape have together, while one of them is in. */
interface Shared {
  readonly storage: Storage;
  readonly disks: readonly DiskStorage[];
  sessions: number;
}

/**
 * The files of accounts. Accounts that say the same of their files share them, and the folders are open only while
 * somebody is in: ten thousand accounts hold no descriptor.
 */
export class Places {
  readonly #config: Pick<DaemonConfig, "root" | "readOnly" | "files">;
  readonly #messages: Messages;
  readonly #shared = new Map<string, Shared>();
  readonly #ledgers: Ledgers;

  constructor(
    config: Pick<DaemonConfig, "root" | "readOnly" | "files">,
    messages: Messages,
    now: () => number = Date.now,
  ) {
    this.#ledgers = new Ledgers(now);
    this.#config = config;
    this.#messages = messages;
  }

  /** How many are open. */
  get open(): number {
    return this.#shared.size;
  }

  /**
   * The files of an account, for one session.
   *
   * @throws {DaemonError} `root-not-usable`
   */
  lend(record: Shape): LentPlace<Storage> {
    const plan = this.#plan(record);
    const key = JSON.stringify(plan);
    let shared = this.#shared.get(key);
    if (!shared) this.#shared.set(key, (shared = { ...this.#make(plan), sessions: 0 }));
    const { storage } = shared;
    shared.sessions++;
    let isReleased = false;
    const released = (): void => {
      if (isReleased) return;
      isReleased = true;
      // The quota of somebody else has not seen what was done past it.
      for (const root of this.#changedUnseen(plan)) this.#ledgerOf(root, "if-there")?.doubt();
      if (--shared.sessions > 0) return;
      this.#shared.delete(key);
      close(shared.disks);
    };
    return { storage, released };
  }

  [Symbol.dispose](): void {
    for (const { disks } of this.#shared.values()) close(disks);
    this.#shared.clear();
  }

  /** The folders in which something may have been done that no quota of this account has counted. */
  #changedUnseen({ root, mounts, quota }: Plan): string[] {
    if (this.#config.readOnly) return [];
    const others = mounts.filter((mount) => !mount.readOnly).map((mount) => mount.root);
    return quota ? others : [root, ...others];
  }

  /** With what the account does not say itself, so that two ways to say the same are the same. */
  #plan({ root = this.#config.root, mounts, quota, ...own }: Shape): Plan {
    const { uploads, umask, sync, unfinished = {} } = this.#config.files;
    const options = diskOptions({
      uploads: own.uploads ?? uploads,
      unfinished,
      sync,
      ...whole({ umask: own.umask ?? umask }),
    });
    const modes = whole({ fileMode: own.fileMode, directoryMode: own.directoryMode });
    const folder = path.resolve(root);
    // Asked for each login: an old count is renewed.
    const isCounted = this.#ledgerOf(folder, "if-there") !== undefined || quota !== undefined;
    return { root: folder, mounts, quota: isCounted ? (quota ?? {}) : undefined, options: { ...options, ...modes } };
  }

  /** A folder that is not there has none; opening it says so. */
  #ledgerOf(root: string, wanted: "always" | "if-there"): UsageLedger | undefined {
    try {
      return this.#ledgers.of(root, wanted);
    } catch {
      return undefined;
    }
  }

  #make({ root, mounts, quota, options }: Plan): Omit<Shared, "sessions"> {
    const disks: DiskStorage[] = [];
    const open = (folder: string): DiskStorage => {
      const disk = openFolder(folder, options, this.#messages);
      disks.push(disk);
      return disk;
    };
    try {
      const disk = open(root);
      const own = quota ? quotaStorage(disk, quota, this.#ledgers.of(root, "always")) : disk;
      const others = mounts.map(
        (mount) => [mount.path, mount.readOnly ? readOnly(open(mount.root)) : open(mount.root)] as const,
      );
      const all = others.length === 0 ? own : mountedStorage(own, new Map(others));
      return { storage: this.#config.readOnly ? readOnly(all) : all, disks };
    } catch (error) {
      close(disks);
      throw error;
    }
  }
}

/** What a disk is opened with. */
export function diskOptions({ uploads, unfinished = {}, umask, sync }: FileSettings): DiskStorageOptions {
  // Another account over the same folder may be atomic: nobody sees what is not whole.
  return { sync, [uploads === "atomic" ? "atomic" : "hide"]: unfinished, ...whole({ umask }) };
}

/**
 * Opens a folder of the disk.
 *
 * @throws {DaemonError} `root-not-usable`
 */
export function openFolder(folder: string, options: DiskStorageOptions, messages: Messages): DiskStorage {
  try {
    return diskStorage(folder, options);
  } catch (cause) {
    // Storage says it in its own words; what the system said is in the cause.
    const why = explained(errnoIn((cause as Error).cause), messages.rootCauses) ?? describe(cause, messages);
    throw new DaemonError("root-not-usable", messages.rootNotUsable(folder, why), { cause });
  }
}

function close(disks: readonly DiskStorage[]): void {
  for (const disk of disks) disk[Symbol.dispose]();
}

/** Without what is undefined. */
function whole<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function errnoIn(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
