import { permissionWords } from "@twinport/accounts";
import type { Permission } from "@twinport/protocol";

const words = Object.entries(permissionWords);

/** The word that the accounts file has for a permission. */
export function wordOf(permission: Permission): string {
  return words.find(([, one]) => one === permission)![0];
}

/** The words of permissions, in the order in which they are always said. */
export function wordsOf(permissions: ReadonlySet<Permission>): string[] {
  return words.filter(([, permission]) => permissions.has(permission)).map(([word]) => word);
}
