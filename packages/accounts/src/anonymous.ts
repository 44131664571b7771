import { readOnlyPermissions } from "./accounts.ts";
import type { Account, Accounts } from "./accounts.ts";

/** The names by which anonymous users come (RFC 1635). */
export const anonymousNames: ReadonlySet<string> = new Set(["anonymous", "ftp"]);

/** Lets in anybody who says `anonymous` or `ftp`, with any password; reading only, unless told otherwise. */
export function anonymousAccounts<Place = never>(account: Partial<Omit<Account<Place>, "name">> = {}): Accounts<Place> {
  return {
    verify({ name }) {
      if (!anonymousNames.has(name.toLowerCase())) return { kind: "refused", because: "unknown-name" };
      return { kind: "accepted", account: { permissions: readOnlyPermissions, ...account, name: "anonymous" } };
    },
  };
}
