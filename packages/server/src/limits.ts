import { RateLimit } from "@twinport/channel";
import type { AccountLimits } from "@twinport/accounts";
import type { Clock } from "@twinport/channel";
import type { IpAddress } from "@twinport/protocol";
import type { Limits } from "./options.ts";

/** Counts sessions against the limits on them. */
export class SessionCount {
  readonly #limits: Limits;
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Sessions that are counted in. */
  get all(): number {
    return this.#all;
  }

  /** Counts a session in, unless a limit forbids it: then which. */
  enter(peer: IpAddress): "too-many-sessions" | "too-many-from-address" | undefined {
    if (this.#all >= this.#limits.sessions) return "too-many-sessions";
    const key = clientOf(peer);
    const same = this.#byAddress.get(key) ?? 0;
    if (same >= this.#limits.sessionsPerAddress) return "too-many-from-address";
    this.#all++;
    this.#byAddress.set(key, same + 1);
    return undefined;
  }

  leave(peer: IpAddress): void {
    this.#all--;
    const key = clientOf(peer);
    const same = this.#byAddress.get(key) ?? 0;
    if (same <= 1) this.#byAddress.delete(key);
    else this.#byAddress.set(key, same - 1);
  }
}

/** One client: an IPv4 address, or the /64 that a host or a home has of IPv6. */
export function clientOf(peer: IpAddress): string {
  return peer.family === 4 ? peer.text : peer.bytes.slice(0, 8).join(".");
}

/** Rates in both directions; undefined where there is no limit. */
export interface Rates {
  readonly up: RateLimit | undefined;
  readonly down: RateLimit | undefined;
}

/** Limits in bytes a second, as rates. */
export function ratesOf(up: number | undefined, down: number | undefined, clock: Clock): Rates {
  const limit = (bytes: number | undefined): RateLimit | undefined =>
    bytes !== undefined && Number.isFinite(bytes) ? new RateLimit(bytes, clock) : undefined;
  return { up: limit(up), down: limit(down) };
}

/** What all sessions of one account share, until the last of them leaves it. */
export interface AccountUse {
  readonly rates: Rates;
  /** Sessions that are in. */
  readonly sessions: number;
  /** This session is out; called once. */
  readonly leave: () => void;
}

/** Who is in with which account: sessions of one account share its limits. */
export class AccountsInUse {
  readonly #clock: Clock;
  readonly #byName = new Map<string, { sessions: number; limits: AccountLimits; rates: Rates }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a session in; undefined where the account has as many as it may. */
  enter(name: string, limits: AccountLimits): AccountUse | undefined {
    const { sessions: most = Number.POSITIVE_INFINITY, rateUp, rateDown } = limits;
    const known = this.#byName.get(name);
    if (known && known.sessions >= most) return undefined;
    // Limits that were changed meanwhile hold for all sessions of the account, from their next transfer on.
    const isSame = known?.limits.rateUp === rateUp && known?.limits.rateDown === rateDown;
    const use = known ?? { sessions: 0, limits, rates: ratesOf(rateUp, rateDown, this.#clock) };
    if (!isSame) use.rates = ratesOf(rateUp, rateDown, this.#clock);
    use.limits = limits;
    use.sessions++;
    this.#byName.set(name, use);
    return {
      get rates() {
        return use.rates;
      },
      get sessions() {
        return use.sessions;
      },
      leave: () => {
        if (--use.sessions === 0) this.#byName.delete(name);
      },
    };
  }
}
