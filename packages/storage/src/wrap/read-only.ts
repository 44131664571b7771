import { StorageError } from "../errors.ts";
import type { StorageOperation } from "../errors.ts";
import type { Storage, StorageFeature } from "../storage.ts";

/** Bytes are neither counted nor changed here, so a descriptor may be handed through. */
const kept: ReadonlySet<StorageFeature> = new Set(["folds-names", "descriptor"]);

/** The same files, none of which can be changed: everything that would is `permission-denied`. */
export function readOnly(storage: Storage): Storage {
  const refuse = (operation: StorageOperation, path: string): never => {
    throw new StorageError("permission-denied", { operation, path });
  };
  return {
    features: new Set([...storage.features].filter((feature) => kept.has(feature))),
    stat: (path) => storage.stat(path),
    list: (path, wanted) => storage.list(path, wanted),
    read: (path) => storage.read(path),
    write: (path) => refuse("write", path),
    makeDirectory: (path) => refuse("make-directory", path),
    removeFile: (path) => refuse("remove-file", path),
    removeDirectory: (path) => refuse("remove-directory", path),
    rename: (from) => refuse("rename", from),
  };
}
