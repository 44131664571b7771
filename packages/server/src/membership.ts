import { Access } from "@twinport/accounts";
import { ConfigError } from "./errors.ts";
import { charsetOf } from "./options.ts";
import { AccountFiles } from "./account-files.ts";
import { ratesOf } from "./limits.ts";
import type { Account } from "@twinport/accounts";
import type { RateLimit } from "@twinport/channel";
import type { NameCharset } from "@twinport/protocol";
import type { Storage } from "@twinport/storage";
import type { AccountUse, Rates } from "./limits.ts";
import type { HostSettings } from "./options.ts";
import type { Services } from "./services.ts";

/** What {@link Membership.enter} has to know beside the account. */
export interface Entering {
  readonly host: HostSettings | undefined;
  /** Called once when the session has no more use for the account. */
  readonly released: () => void;
}

/** Names of accounts are told apart by the host that has them; no name of an account holds a line's end. */
export function identityOf(name: string, host: HostSettings | undefined): string {
  return host?.realm ? `${name}\n${host.realm}` : name;
}

/** An account as one session uses it, from the login until it leaves. */
export class Membership {
  readonly account: Account<Storage>;
  readonly access: Access;
  readonly files: Storage;
  /** Undefined for that of the listener. */
  readonly charset: NameCharset | undefined;
  readonly idleSeconds: number;
  readonly #use: AccountUse;
  readonly #own: Rates;
  readonly #total: Rates;
  readonly #released: () => void;
  #isOver = false;

  private constructor(
    account: Account<Storage>,
    files: Storage,
    charset: NameCharset | undefined,
    use: AccountUse,
    services: Services,
    released: () => void,
  ) {
    const { limits, clock } = services.settings;
    const own = account.limits ?? {};
    this.account = account;
    this.access = new Access(account, files.features.has("folds-names") ? "folded" : "exact");
    this.files = this.access.isUniform ? files : new AccountFiles(files, this.access);
    this.charset = charset;
    this.idleSeconds = own.idleSeconds ?? limits.idleSeconds;
    this.#use = use;
    this.#own = ratesOf(own.sessionRateUp ?? limits.rateUp, own.sessionRateDown ?? limits.rateDown, clock);
    this.#total = services.rates;
    this.#released = released;
  }

  /**
   * Counts a session in with its account; undefined where the account has as many as it may.
   *
   * @throws {ConfigError} `no-storage`, `charset-not-known`
   */
  static enter(account: Account<Storage>, services: Services, { host, released }: Entering): Membership | undefined {
    const { storage, limits } = services.settings;
    const files = account.storage ?? (host ?? { storage }).storage;
    if (!files) throw new ConfigError("no-storage", { account: account.name });
    // Before it is counted in: what cannot be used must not take up a place.
    const charset = account.charset === undefined ? undefined : charsetOf(account.charset);
    const sessions = account.limits?.sessions ?? limits.sessionsPerAccount;
    const use = services.accountsInUse.enter(identityOf(account.name, host), { ...account.limits, sessions });
    return use && new Membership(account, files, charset, use, services, released);
  }

  /** The rates that a transfer of this session must keep to: its own, the account's, and everybody's. */
  rates(direction: "send" | "receive"): RateLimit[] {
    const side = direction === "send" ? "down" : "up";
    return [this.#own[side], this.#use.rates[side], this.#total[side]].filter((rate) => rate !== undefined);
  }

  /** The session has no more use for the account. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#use.leave();
    this.#released();
  }
}
