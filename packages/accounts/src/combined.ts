import type { Accounts, Verification } from "./accounts.ts";

/**
 * Several sources in order: the first that accepts decides. A source that knows the name and refuses the password does
 * not end the search, for the next may know the same name with another one. Sources that let a name in with any
 * password come last, and only where none of the others knows it; those that can say so are not asked to verify first.
 */
export function combinedAccounts<Place>(...sources: readonly Accounts<Place>[]): Accounts<Place> {
  return {
    opensFor: (name) => sources.some((source) => source.opensFor?.(name)),
    async verifyCertificate(credentials) {
      for (const source of sources) {
        const verification = await source.verifyCertificate?.(credentials);
        if (verification?.kind === "accepted") return verification;
      }
      return undefined;
    },
    async verify(credentials) {
      const { name } = credentials;
      const open = sources.find((source) => source.opensFor?.(name));
      let refusal: Verification<Place> = { kind: "refused", because: "unknown-name" };
      for (const source of sources) {
        if (source.opensFor?.(name)) continue;
        if (open && source.knows && !(await source.knows(name))) continue;
        const verification = await source.verify(credentials);
        if (verification.kind === "accepted") return verification;
        if (verification.because !== "unknown-name") refusal = verification;
      }
      return open && refusal.because === "unknown-name" ? open.verify(credentials) : refusal;
    },
  };
}
