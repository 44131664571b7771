import { childOf } from "@twinport/protocol";
import type { Access } from "@twinport/accounts";
import type { Entry, FactsEntry, Permission, VirtualPath } from "@twinport/protocol";

type Letters = readonly (readonly [letter: string, needed: readonly Permission[]])[];

/** RFC 3659 §7.5.5: what may be done with a file. */
const fileLetters: Letters = [
  ["a", ["append"]],
  ["d", ["delete"]],
  ["f", ["rename"]],
  ["r", ["read"]],
  ["w", ["write", "overwrite"]],
];

/** The same of a folder. */
const folderLetters: Letters = [
  ["c", ["write"]],
  ["d", ["delete"]],
  // Whoever may only write to it may enter it too.
  ["e", []],
  ["f", ["rename"]],
  ["l", ["list"]],
  ["m", ["make-directory"]],
  ["p", ["delete"]],
];

/** An entry with the letters for what an account may do with what stands there. */
export function factsEntry(entry: Entry, path: VirtualPath, access: Access): FactsEntry {
  return { ...entry, perm: lettersFor(entry, path, access) };
}

/** The same for all entries of one folder: where permissions are the same everywhere, they are asked for once. */
export function factsEntries(folder: VirtualPath, access: Access): (entry: Entry) => FactsEntry {
  if (!access.isUniform) return (entry) => factsEntry(entry, childOf(folder, entry.name), access);
  const [file, directory] = [fileLetters, folderLetters].map((letters) => written(letters, folder, access));
  return (entry) => ({ ...entry, perm: (entry.kind === "directory" ? directory : file)! });
}

function lettersFor(entry: Entry, path: VirtualPath, access: Access): string {
  return written(entry.kind === "directory" ? folderLetters : fileLetters, path, access);
}

function written(letters: Letters, path: VirtualPath, access: Access): string {
  const may = (needed: Permission): boolean => access.decide(needed, path).allowed;
  return letters.map(([letter, needed]) => (needed.every(may) ? letter : "")).join("");
}
