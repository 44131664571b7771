import { createHmac, randomBytes } from "node:crypto";
import { defaultCost, unmatchable } from "./password-hash.ts";
import type { AccountRecord } from "./account-record.ts";
import type { PasswordHash, ScryptCost } from "./password-hash.ts";

/**
 * Hashes for names that nobody has. Each costs what the hash of some account costs, and always the same for one name:
 * where accounts have hashes of several costs, time does not tell who is there either.
 */
export class LikelyHashes {
  readonly #key: Uint8Array;
  readonly #costs: readonly ScryptCost[];
  readonly #hashes = new Map<string, PasswordHash>();

  /** @param before those of the file's last version, so that a name keeps its place */
  constructor(accounts: ReadonlyMap<string, AccountRecord>, before?: LikelyHashes) {
    this.#key = before ? before.#key : randomBytes(32);
    const costs = [...accounts.values()].flatMap(({ password }) => (password ? [password] : []));
    this.#costs = costs.length > 0 ? costs : [defaultCost];
  }

  of(name: string): PasswordHash {
    const at = createHmac("sha256", this.#key).update(name).digest().readUInt32BE() % this.#costs.length;
    const { ln, r, p } = this.#costs[at]!;
    const cost = `${ln},${r},${p}`;
    let hash = this.#hashes.get(cost);
    if (!hash) this.#hashes.set(cost, (hash = unmatchable({ ln, r, p })));
    return hash;
  }
}
