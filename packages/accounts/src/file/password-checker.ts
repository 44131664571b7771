import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { AccountsFileError } from "./errors.ts";
import type { Derive, PasswordHash } from "./password-hash.ts";

/** Two of the four threads of Node's pool: the others are for files. */
const AT_ONCE = 2;

/** Some 20 seconds of work; who comes then is told to come again. */
const MAX_WAITING = 200;

/** Passwords that were right, remembered. */
const MAX_REMEMBERED = 1000;

/**
 * Checks passwords, two at a time. Those that were right are remembered for as long as the process lives (as an HMAC
 * with a key of its own), so that a camera that logs in every minute costs one derivation.
 */
export class PasswordChecker {
  readonly #derive: Derive;
  readonly #key = randomBytes(32);
  readonly #right = new Set<string>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(derive: Derive) {
    this.#derive = derive;
  }

  /** @throws {AccountsFileError} `too-many-logins` */
  async check(name: string, password: string, hash: PasswordHash): Promise<boolean> {
    const mark = this.#mark(name, password, hash);
    if (this.#right.delete(mark)) {
      // Last again in the order in which they are forgotten.
      this.#right.add(mark);
      return true;
    }
    const derived = await this.#inTurn(() => this.#derive(password, hash, hash.hash.length));
    if (!timingSafeEqual(derived, hash.hash)) return false;
    this.#remember(mark);
    return true;
  }

  #remember(mark: string): void {
    this.#right.add(mark);
    if (this.#right.size <= MAX_REMEMBERED) return;
    for (const oldest of this.#right) {
      this.#right.delete(oldest);
      return;
    }
  }

  /** Another hash is another mark: a changed password is forgotten with it. */
  #mark(name: string, password: string, hash: PasswordHash): string {
    return createHmac("sha256", this.#key)
      .update(JSON.stringify([name, password, hash.text]))
      .digest("base64");
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= MAX_WAITING) throw new AccountsFileError("too-many-logins", { limit: MAX_WAITING });
      // Whoever ends hands its place on.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
