import { StorageError } from "../errors.ts";
import type { StorageErrorCode, StorageOperation } from "../errors.ts";

const codeOf: Readonly<Record<string, StorageErrorCode>> = {
  ENOENT: "not-found",
  // An escape from the root is told apart from nothing only in the log: the client learns nothing of the outside.
  ELOOP: "not-found",
  EEXIST: "exists",
  EISDIR: "not-a-file",
  ENOTDIR: "not-a-directory",
  ENOTEMPTY: "not-empty",
  EACCES: "permission-denied",
  EPERM: "permission-denied",
  EROFS: "permission-denied",
  EXDEV: "not-supported",
  EINVAL: "name-not-allowed",
  ENAMETOOLONG: "name-not-allowed",
  EILSEQ: "name-not-allowed",
  // A NUL, which Node does not even ask the system about.
  ERR_INVALID_ARG_VALUE: "name-not-allowed",
  ENOSPC: "no-space",
  EDQUOT: "quota-exceeded",
  EFBIG: "too-large",
  EBUSY: "busy",
  ETXTBSY: "busy",
  EMFILE: "too-many-open",
  ENFILE: "too-many-open",
  // A FIFO nobody reads, a socket: opened without blocking, and refused.
  ENXIO: "not-a-file",
  ENODEV: "not-a-file",
};

/** The error number's name of a failed system call, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** A failed system call in storage's words. What is a StorageError already stays as it is. */
export function storageErrorOf(error: unknown, operation: StorageOperation, path: string): StorageError {
  if (error instanceof StorageError) return error;
  return new StorageError(codeOf[errnoOf(error) ?? ""] ?? "io-failed", { operation, path }, { cause: error });
}
