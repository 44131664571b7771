import type { VirtualPath } from "@twinport/protocol";
import { failure } from "../errors.ts";
import { ForwardingStorage } from "./forwarding.ts";
import type { StorageOperation } from "../errors.ts";
import type { StoragePlace } from "./forwarding.ts";
import type { Storage, StorageFeature } from "../storage.ts";

/** Bytes are neither counted nor changed here, so a descriptor may be handed through. */
const kept: ReadonlySet<StorageFeature> = new Set(["folds-names", "links", "descriptor"]);

const reading: ReadonlySet<StorageOperation> = new Set(["stat", "list", "read"]);

/** The same files, none of which can be changed: everything that would is `permission-denied`. */
export function readOnly(storage: Storage): Storage {
  return new ReadOnlyStorage(storage);
}

class ReadOnlyStorage extends ForwardingStorage {
  readonly features: ReadonlySet<StorageFeature>;
  readonly #storage: Storage;

  constructor(storage: Storage) {
    super();
    this.features = new Set([...storage.features].filter((feature) => kept.has(feature)));
    this.#storage = storage;
  }

  protected placeFor(operation: StorageOperation, path: VirtualPath): StoragePlace {
    if (!reading.has(operation)) throw failure("permission-denied", operation, path);
    return { storage: this.#storage, inner: path };
  }
}
