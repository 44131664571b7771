/** What went wrong in a place that keeps files, whatever keeps them. */
export type StorageErrorCode =
  | "not-found"
  | "exists"
  | "not-a-file"
  | "not-a-directory"
  | "not-empty"
  | "permission-denied"
  | "name-not-allowed"
  | "no-space"
  | "quota-exceeded"
  | "too-large"
  | "busy"
  | "not-supported"
  | "too-many-open"
  | "io-failed";

/** What storage was asked to do. */
export type StorageOperation =
  | "stat"
  | "list"
  | "read"
  | "write"
  | "make-directory"
  | "remove-file"
  | "remove-directory"
  | "rename"
  | "set-modified"
  | "set-mode"
  | "tell-space";

const sentences: Record<StorageErrorCode, string> = {
  "not-found": "nothing is there",
  exists: "something is there already",
  "not-a-file": "it is not a file",
  "not-a-directory": "it is not a folder",
  "not-empty": "the folder is not empty",
  "permission-denied": "the system does not allow it",
  "name-not-allowed": "the name cannot be used here",
  "no-space": "no space is left",
  "quota-exceeded": "the quota is used up",
  "too-large": "the file would be larger than the system allows",
  busy: "it is in use",
  "not-supported": "this storage cannot do it",
  "too-many-open": "too many files are open",
  "io-failed": "the storage failed",
};

/** An error in the few words that most places have. */
export function failure(code: StorageErrorCode, operation: StorageOperation, path: string): StorageError {
  return new StorageError(code, { operation, path });
}

/** Whether an error says that there is nothing, or can be nothing, at a path. */
export function isNothingThere(error: unknown): boolean {
  return error instanceof StorageError && nothing.has(error.code);
}

const nothing: ReadonlySet<StorageErrorCode> = new Set(["not-found", "not-a-directory", "name-not-allowed"]);

/** Storage could not do what it was asked. The path is the virtual one: the real one never leaves storage. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  readonly facts: { readonly operation: StorageOperation; readonly path: string };

  constructor(code: StorageErrorCode, facts: { operation: StorageOperation; path: string }, options?: ErrorOptions) {
    super(`cannot ${facts.operation.replace("-", " ")} ${facts.path}: ${sentences[code]}`, options);
    this.name = "StorageError";
    this.code = code;
    this.facts = facts;
  }
}
