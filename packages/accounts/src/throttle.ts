/** What {@link LoginThrottle} makes of refused logins. */
export interface ThrottleOptions {
  /** Refused logins by one name from one address before each further one has to wait (default 3). */
  readonly freeFailures: number;
  /** Seconds that the first of these waits; each next one twice as long (default 1). */
  readonly firstDelay: number;
  /** The longest wait in seconds (default 16). */
  readonly longestDelay: number;
  /** Refused logins by one name from one address after which that name is shut out from there (default 10). */
  readonly banAfter: number;
  /**
   * Different names that were refused from one address after which every name is shut out from there that has not
   * been let in from there before (default 20): somebody tries names, and the others in that office go on.
   */
  readonly namesBeforeBan: number;
  /** Seconds for which somebody is shut out, and after which failures are forgotten (default 900). */
  readonly banSeconds: number;
}

/** What has to happen before a password is looked at. */
export type ThrottleVerdict =
  | { readonly kind: "wait"; readonly milliseconds: number }
  | { readonly kind: "banned"; readonly seconds: number };

const defaults: ThrottleOptions = {
  freeFailures: 3,
  firstDelay: 1,
  longestDelay: 16,
  banAfter: 10,
  namesBeforeBan: 20,
  banSeconds: 900,
};

/** Addresses, and pairs of an address and a name, that are remembered; the one that was seen longest ago goes first. */
const MOST_REMEMBERED = 20_000;

/** Letters by which names are told apart; longer ones nobody has. */
const LONGEST_NAME = 64;

/** Whoever would stand in line longer is sent away, and does not make the line longer for the next. */
const LONGEST_LINE_MS = 60_000;

interface Pair {
  failures: number;
  lastFailure: number;
  /** When the next attempt may be looked at: those that come at the same time stand in line. */
  freeAt: number;
  bannedUntil: number;
}

interface Address {
  readonly refusedNames: Map<string, number>;
  bannedUntil: number;
}

/**
 * Slows down whoever guesses passwords, by address and name together: a device with an old password in an office
 * shuts out itself and not the office. An address is shut out as a whole only if many different names were tried from
 * it, and even then not for names that were let in from there before. What is remembered is bounded.
 */
export class LoginThrottle {
  readonly #options: ThrottleOptions;
  readonly #now: () => number;
  readonly #pairs = new Map<string, Pair>();
  readonly #addresses = new Map<string, Address>();
  readonly #welcome = new Map<string, true>();

  /** @param now milliseconds, from any beginning */
  constructor(options: Partial<ThrottleOptions>, now: () => number) {
    this.#options = { ...defaults, ...options };
    this.#now = now;
  }

  /** Asked before a password is looked at; a wait that is given is in line with those given before. */
  ask(address: string, name: string): ThrottleVerdict {
    const now = this.#now();
    const key = pairOf(address, name);
    const pair = this.#pairs.get(key);
    const seconds = this.secondsShutOut(address, name);
    if (seconds > 0) return { kind: "banned", seconds };
    if (!pair || pair.failures < this.#options.freeFailures || this.#isOld(pair.lastFailure)) {
      return { kind: "wait", milliseconds: 0 };
    }
    const freeAt = Math.max(now, pair.freeAt) + this.#delayAfter(pair.failures);
    if (freeAt - now > LONGEST_LINE_MS) return { kind: "banned", seconds: Math.ceil((freeAt - now) / 1000) };
    pair.freeAt = freeAt;
    return { kind: "wait", milliseconds: freeAt - now };
  }

  /**
   * Seconds for which a name is still shut out from an address; 0 where it is not. Asked again when a password has been
   * looked at: of many that came at the same time, one that was right does not count when the others shut it out.
   */
  secondsShutOut(address: string, name: string): number {
    const key = pairOf(address, name);
    const ofName = this.#pairs.get(key)?.bannedUntil ?? 0;
    const until = Math.max(ofName, this.#welcome.has(key) ? 0 : this.#addressBan(address));
    return Math.max(0, Math.ceil((until - this.#now()) / 1000));
  }

  /** The password, or the name, was refused. Says whether that has shut somebody out, and whom. */
  refused(address: string, name: string): "name" | "address" | undefined {
    const now = this.#now();
    const key = pairOf(address, name);
    const before = this.#pairs.get(key);
    const failures = before && !this.#isOld(before.lastFailure) ? before.failures + 1 : 1;
    const bansName = failures >= this.#options.banAfter;
    const until = now + this.#options.banSeconds * 1000;
    remember(this.#pairs, key, {
      failures: bansName ? 0 : failures,
      lastFailure: now,
      freeAt: before?.freeAt ?? now,
      // What was tried before the ban, and is refused only now, does not end it.
      bannedUntil: bansName ? until : (before?.bannedUntil ?? 0),
    });
    // A name that was let in from there is no name that somebody tries.
    const bansAddress = !this.#welcome.has(key) && this.#refusedFrom(address, name, until);
    return bansAddress ? "address" : bansName ? "name" : undefined;
  }

  /** Somebody was let in: failures of that name from there are forgotten. */
  accepted(address: string, name: string): void {
    const key = pairOf(address, name);
    this.#pairs.delete(key);
    this.#addresses.get(address)?.refusedNames.delete(shortened(name));
    remember(this.#welcome, key, true);
  }

  #refusedFrom(address: string, name: string, until: number): boolean {
    const known = this.#addresses.get(address) ?? { refusedNames: new Map<string, number>(), bannedUntil: 0 };
    remember(this.#addresses, address, known);
    const { refusedNames } = known;
    const remembered = shortened(name);
    refusedNames.delete(remembered);
    refusedNames.set(remembered, this.#now());
    for (const [other, when] of refusedNames) if (this.#isOld(when)) refusedNames.delete(other);
    if (refusedNames.size < this.#options.namesBeforeBan) return false;
    refusedNames.clear();
    known.bannedUntil = until;
    return true;
  }

  #addressBan(address: string): number {
    return this.#addresses.get(address)?.bannedUntil ?? 0;
  }

  #delayAfter(failures: number): number {
    const { firstDelay, longestDelay, freeFailures } = this.#options;
    return Math.min(longestDelay, firstDelay * 2 ** (failures - freeFailures)) * 1000;
  }

  #isOld(when: number): boolean {
    return this.#now() - when > this.#options.banSeconds * 1000;
  }
}

/** An address holds no space, whatever a name holds. */
function pairOf(address: string, name: string): string {
  return `${address} ${shortened(name)}`;
}

/** A name may be of any length, and what is remembered must not. */
function shortened(name: string): string {
  // A part alone would keep the whole in memory.
  return name.length <= LONGEST_NAME ? name : Buffer.from(name.slice(0, LONGEST_NAME)).toString();
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MOST_REMEMBERED) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
