import { StorageError, keepsUnfinished } from "@twinport/storage";
import type { Entry, VirtualPath } from "@twinport/protocol";
import type { MaybePromise, Storage } from "@twinport/storage";

/** What stands at a path; undefined where nothing does. A storage that failed has not said that. */
export function statIfThere(storage: Storage, path: VirtualPath): Promise<Entry | undefined> {
  return ifThere(() => storage.stat(path));
}

/** What stands at a path, or what an owner's upload has brought there before it was cut off. */
export async function statOrUnfinished(storage: Storage, path: VirtualPath, owner: string): Promise<Entry> {
  try {
    return await storage.stat(path);
  } catch (error) {
    const part = isNotFound(error) ? await unfinishedIfThere(storage, path, owner) : undefined;
    if (part) return part;
    throw error;
  }
}

/** An owner's upload that was cut off and can be resumed. */
export async function unfinishedIfThere(
  storage: Storage,
  path: VirtualPath,
  owner: string,
): Promise<Entry | undefined> {
  return keepsUnfinished(storage) ? ifThere(() => storage.unfinished(path, owner)) : undefined;
}

async function ifThere(ask: () => MaybePromise<Entry>): Promise<Entry | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Whether a failure says that nothing is there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof StorageError && error.code === "not-found";
}
