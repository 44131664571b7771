import { StorageError } from "@twinport/storage";
import type { Entry, VirtualPath } from "@twinport/protocol";
import type { Storage } from "@twinport/storage";

/** What stands at a path; undefined where nothing does. A storage that failed has not said that. */
export async function statIfThere(storage: Storage, path: VirtualPath): Promise<Entry | undefined> {
  try {
    return await storage.stat(path);
  } catch (error) {
    if (error instanceof StorageError && error.code === "not-found") return undefined;
    throw error;
  }
}
