import type { Entry, FactsEntry, Permission } from "@twinport/protocol";

/** The letters of RFC 3659 §7.5.5 for an account's files and folders. */
export interface PermissionLetters {
  readonly file: string;
  readonly folder: string;
}

const fileLetters: readonly (readonly [string, Permission])[] = [
  ["a", "append"],
  ["d", "delete"],
  ["f", "rename"],
  ["r", "read"],
  ["w", "write"],
];

const folderLetters: readonly (readonly [string, Permission])[] = [
  ["c", "write"],
  ["d", "delete"],
  ["e", "list"],
  ["f", "rename"],
  ["l", "list"],
  ["m", "make-directory"],
  ["p", "delete"],
];

/** The letters for what an account may do. */
export function permissionLetters(permissions: ReadonlySet<Permission>): PermissionLetters {
  const lettersOf = (table: typeof fileLetters): string =>
    table.map(([letter, permission]) => (permissions.has(permission) ? letter : "")).join("");
  return { file: lettersOf(fileLetters), folder: lettersOf(folderLetters) };
}

/** An entry with the letters that hold for it. */
export function factsEntry(entry: Entry, letters: PermissionLetters): FactsEntry {
  return { ...entry, perm: entry.kind === "directory" ? letters.folder : letters.file };
}
