import { readOnlyPermissions } from "./accounts.ts";
import type { Account, Accounts } from "./accounts.ts";

/** The names by which anonymous users come (RFC 1635). */
export const anonymousNames: ReadonlySet<string> = new Set(["anonymous", "ftp"]);

const isAnonymous = (name: string): boolean => anonymousNames.has(name.toLowerCase());

/**
 * Lets in anybody who says `anonymous` or `ftp`, with any password; reading only, unless told otherwise. Beside others
 * ({@link combinedAccounts}) only where none of them knows that name.
 */
export function anonymousAccounts<Place = never>(account: Partial<Omit<Account<Place>, "name">> = {}): Accounts<Place> {
  return {
    opensFor: isAnonymous,
    verify({ name }) {
      if (!isAnonymous(name)) return { kind: "refused", because: "unknown-name" };
      return {
        kind: "accepted",
        account: { permissions: readOnlyPermissions, isShared: true, ...account, name: "anonymous" },
      };
    },
  };
}
