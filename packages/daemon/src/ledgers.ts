import fs from "node:fs";
import { StorageError, diskStorage, usageLedger } from "@twinport/storage";
import type { Entry, VirtualPath } from "@twinport/protocol";
import type { Storage, StorageOperation, UnfinishedUploads, UsageLedger } from "@twinport/storage";

/** How old a count may be when somebody logs in: what other programs do to a folder is seen then. */
const RECOUNT_MS = 10 * 60 * 1000;

/** What is kept in the folders that have a quota, for as long as the process lives: one count for a folder. */
export class Ledgers {
  readonly #ledgers = new Map<string, { readonly ledger: UsageLedger; doubtedAt: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The count of a folder for somebody who logs in, if there is one or one is wanted. */
  of(root: string, wanted: "always" | "if-there"): UsageLedger | undefined {
    const real = fs.realpathSync(root);
    let counted = this.#ledgers.get(real);
    if (!counted) {
      if (wanted === "if-there") return undefined;
      counted = { ledger: usageLedger(closedDisk(real)), doubtedAt: this.#now() };
      this.#ledgers.set(real, counted);
    }
    if (Math.abs(this.#now() - counted.doubtedAt) >= RECOUNT_MS) {
      counted.doubtedAt = this.#now();
      counted.ledger.doubt();
    }
    return counted.ledger;
  }
}

/** A folder that is open only while it is counted: ten thousand of them hold no descriptor. */
function closedDisk(root: string): Storage & Pick<UnfinishedUploads, "listUnfinished"> {
  using probe = diskStorage(root);
  const refuse = (operation: StorageOperation, path: string): never => {
    throw new StorageError("not-supported", { operation, path });
  };
  return {
    features: new Set(probe.features.has("folds-names") ? (["folds-names"] as const) : []),
    async *list(path: VirtualPath, wanted: "facts" | "names"): AsyncGenerator<readonly Entry[]> {
      using disk = diskStorage(root, { hide: {} });
      yield* disk.list(path, wanted);
    },
    async *listUnfinished(path: VirtualPath): AsyncGenerator<readonly Entry[]> {
      using disk = diskStorage(root, { hide: {} });
      yield* disk.listUnfinished(path);
    },
    stat: (path) => refuse("stat", path),
    read: (path) => refuse("read", path),
    write: (path) => refuse("write", path),
    makeDirectory: (path) => refuse("make-directory", path),
    removeFile: (path) => refuse("remove-file", path),
    removeDirectory: (path) => refuse("remove-directory", path),
    rename: (from) => refuse("rename", from),
  };
}
