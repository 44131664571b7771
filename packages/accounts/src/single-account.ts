import { createHash, timingSafeEqual } from "node:crypto";
import { allPermissions } from "./accounts.ts";
import type { Account, Accounts } from "./accounts.ts";

/** The one account of {@link singleAccount}: a password, and what an {@link Account} has. */
export interface SingleAccount<Place> extends Partial<Omit<Account<Place>, "name">> {
  readonly name: string;
  readonly password: string;
}

/** Accounts of one name and one password, known in clear to our own caller. May do everything unless told otherwise. */
export function singleAccount<Place = never>({ password, ...rest }: SingleAccount<Place>): Accounts<Place> {
  const account: Account<Place> = { permissions: allPermissions, ...rest };
  return {
    verify(credentials) {
      // Both are always compared, in a time that does not depend on where they differ.
      const isPassword = sameText(credentials.password, password);
      if (!sameText(credentials.name, account.name)) return { kind: "refused", because: "unknown-name" };
      return isPassword ? { kind: "accepted", account } : { kind: "refused", because: "wrong-password" };
    },
  };
}

function sameText(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
