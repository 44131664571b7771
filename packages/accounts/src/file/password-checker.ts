import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { formatPrefix, networkOf, parseIp } from "@twinport/protocol";
import { AccountsFileError } from "./errors.ts";
import type { Credentials } from "../accounts.ts";
import type { Derive, PasswordHash } from "./password-hash.ts";

/** Two of the four threads of Node's pool: the others are for files. */
const AT_ONCE = 2;

/** Attempts that wait, of all addresses: with hashes of the default cost 20 to 40 s of work for two threads. */
const MAX_WAITING = 200;

/** Attempts of one address that wait: an office whose devices all come back at once, and no more of that line. */
const MAX_OF_ONE = 8;

/** Passwords that were right, remembered. */
const MAX_REMEMBERED = 1000;

/** A password that somebody has shown. */
export interface Attempt extends Credentials {
  /** What it has to fit. */
  readonly hash: PasswordHash;
}

/** A check that is under way, for all of one address that ask the same. */
interface Asked {
  readonly isAwaited: (() => boolean)[];
  readonly isRight: Promise<boolean | undefined>;
}

/** One that waits: it is told that its turn has come, or that it will not. */
interface Waiting {
  readonly isAwaited: () => boolean;
  readonly settle: (outcome: "turn" | "gone" | "displaced") => void;
}

/**
 * Checks passwords, two at a time. Those that wait take turns by the client's address, so that whoever floods it from
 * one stands in its own way only. Those that were right are remembered for as long as the process lives (as an HMAC with
 * a key of its own), so that a camera that logs in every minute costs one derivation.
 */
export class PasswordChecker {
  readonly #derive: Derive;
  readonly #key = randomBytes(32);
  readonly #right = new Set<string>();
  readonly #asked = new Map<string, Asked>();
  /** By address, the one whose turn is next first; none is empty. */
  readonly #lines = new Map<string, Waiting[]>();
  #waiting = 0;
  #running = 0;

  constructor(derive: Derive) {
    this.#derive = derive;
  }

  /**
   * Whether the password is right; undefined where nobody waits for the answer any more, and it was not looked at.
   *
   * @throws {AccountsFileError} `too-many-logins`
   */
  async check({ name, password, peer, hash, isAwaited = () => true }: Attempt): Promise<boolean | undefined> {
    const mark = this.#mark(name, password, hash);
    if (this.#right.delete(mark)) {
      // Last again in the order in which they are forgotten.
      this.#right.add(mark);
      return true;
    }
    const client = clientOf(peer);
    // A program that opens sixteen connections at once is one attempt.
    const asked = this.#ask(`${client} ${mark}`, isAwaited, async (isAnyAwaited) => {
      const derived = await this.#inTurn(client, isAnyAwaited, () => this.#derive(password, hash, hash.hash.length));
      if (!derived) return undefined;
      const isRight = timingSafeEqual(derived, hash.hash);
      if (isRight) this.#remember(mark);
      return isRight;
    });
    return asked.isRight;
  }

  #ask(
    key: string,
    isAwaited: () => boolean,
    check: (isAwaited: () => boolean) => Promise<boolean | undefined>,
  ): Asked {
    const before = this.#asked.get(key);
    // Before one that is on its way to being given up nobody stands in line.
    if (before?.isAwaited.some((one) => one())) {
      before.isAwaited.push(isAwaited);
      return before;
    }
    const all = [isAwaited];
    const asked = {
      isAwaited: all,
      isRight: check(() => all.some((one) => one())).finally(() => {
        if (this.#asked.get(key) === asked) this.#asked.delete(key);
      }),
    };
    this.#asked.set(key, asked);
    return asked;
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

  async #inTurn<T>(client: string, isAwaited: () => boolean, work: () => Promise<T>): Promise<T | undefined> {
    if (this.#running >= AT_ONCE) {
      // Whoever ends hands its place on.
      const outcome = await this.#wait(client, isAwaited);
      if (outcome === "displaced") throw tooMany(MAX_WAITING);
      if (outcome === "gone") return undefined;
    } else {
      this.#running++;
    }
    try {
      return isAwaited() ? await work() : undefined;
    } finally {
      const next = this.#next();
      if (next) next.settle("turn");
      else this.#running--;
    }
  }

  #wait(client: string, isAwaited: () => boolean): Promise<Parameters<Waiting["settle"]>[0]> {
    this.#clear(client);
    const ofClient = this.#lines.get(client)?.length ?? 0;
    if (ofClient >= MAX_OF_ONE) throw tooMany(MAX_OF_ONE, client);
    if (this.#waiting >= MAX_WAITING) this.#displace(ofClient);
    return new Promise((settle) => {
      this.#setLine(client, [...(this.#lines.get(client) ?? []), { isAwaited, settle }]);
    });
  }

  /** Those of an address that nobody waits for make no others wait, and take no place. */
  #clear(client: string): void {
    const line = this.#lines.get(client) ?? [];
    const gone = line.filter(({ isAwaited }) => !isAwaited());
    if (gone.length === 0) return;
    this.#setLine(
      client,
      line.filter((one) => !gone.includes(one)),
    );
    for (const one of gone) one.settle("gone");
  }

  /** Whoever has fewer waiting takes the place of the last one of the address that has most. */
  #displace(ofNewcomer: number): void {
    const [client, line] = [...this.#lines].reduce((most, one) => (one[1].length > most[1].length ? one : most));
    if (line.length <= ofNewcomer + 1) throw tooMany(MAX_WAITING);
    this.#setLine(client, line.slice(0, -1));
    line.at(-1)!.settle("displaced");
  }

  /** The first of the address whose turn it is; that address is last then. */
  #next(): Waiting | undefined {
    for (const [client, [first, ...others]] of this.#lines) {
      this.#setLine(client, []);
      this.#setLine(client, others);
      return first;
    }
    return undefined;
  }

  #setLine(client: string, line: Waiting[]): void {
    this.#waiting += line.length - (this.#lines.get(client)?.length ?? 0);
    if (line.length === 0) this.#lines.delete(client);
    else this.#lines.set(client, line);
  }
}

function tooMany(limit: number, peer?: string): AccountsFileError {
  return new AccountsFileError("too-many-logins", { limit, ...(peer !== undefined && { peer }) });
}

/** One client: an IPv4 address, or the /64 that a host or a home has of IPv6. */
function clientOf(peer: string): string {
  const address = parseIp(peer);
  if (!address) return peer;
  return address.family === 4 ? address.text : formatPrefix(networkOf(address, 64));
}
