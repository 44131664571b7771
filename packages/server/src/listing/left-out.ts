import { StorageError } from "@twinport/storage";
import type { StorageErrorCode } from "@twinport/storage";

/** What is removed meanwhile, or not ours to look at. */
const leftOut: ReadonlySet<StorageErrorCode> = new Set(["not-found", "not-a-directory", "permission-denied"]);

/** Whether a list of many folders goes on without the one that failed like this. A disk that fails is another thing. */
export function isLeftOut(error: unknown): boolean {
  return error instanceof StorageError && leftOut.has(error.code);
}
