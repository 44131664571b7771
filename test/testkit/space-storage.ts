import { StorageError, memoryStorage } from "@twinport/storage";
import type { MemoryStorageOptions, Storage, StorageFeature } from "@twinport/storage";
import type { VirtualPath } from "@twinport/protocol";

/** Bytes that {@link spaceStorage} says are free. */
const FREE_SPACE = 1_000_000;

/** Files in memory that know how much space is left. */
export function spaceStorage(options: MemoryStorageOptions = {}): Storage {
  const inner = memoryStorage(options);
  const features: ReadonlySet<StorageFeature> = new Set([...inner.features, "free-space"]);
  const freeSpace = (path: VirtualPath): number => {
    try {
      inner.stat(path);
    } catch (error) {
      throw new StorageError("not-found", { operation: "tell-space", path }, { cause: error });
    }
    return FREE_SPACE;
  };
  return new Proxy(inner, {
    get: (target, name) => {
      if (name === "features") return features;
      if (name === "freeSpace") return freeSpace;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
