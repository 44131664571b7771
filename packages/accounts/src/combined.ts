import type { Accounts, Verification } from "./accounts.ts";

/**
 * Several sources in order: the first that accepts decides. A source that knows the name and refuses the password does
 * not end the search, for the next may know the same name with another one.
 */
export function combinedAccounts<Place>(...sources: readonly Accounts<Place>[]): Accounts<Place> {
  return {
    async verify(credentials) {
      let refusal: Verification<Place> = { kind: "refused", because: "unknown-name" };
      for (const source of sources) {
        const verification = await source.verify(credentials);
        if (verification.kind === "accepted") return verification;
        if (verification.because !== "unknown-name") refusal = verification;
      }
      return refusal;
    },
  };
}
