import { inPrefix, parseIp } from "@twinport/protocol";
import { anonymousNames } from "../anonymous.ts";
import type {
  Account,
  Accounts,
  CertificateCredentials,
  Credentials,
  LoginRefusal,
  NotAllowedReason,
  Verification,
} from "../accounts.ts";
import { accountsFileVersion, readAccountsFile } from "./accounts-file.ts";
import { AccountsFileError } from "./errors.ts";
import { LikelyHashes } from "./likely-hashes.ts";
import { PasswordChecker } from "./password-checker.ts";
import { derive as scryptDerive } from "./password-hash.ts";
import type { AccountRecord } from "./account-record.ts";
import type { Derive } from "./password-hash.ts";
import type { ReadAccountsFile } from "./accounts-file.ts";

/** How often the file is looked at, at most. */
const LOOK_MS = 1000;

/** The files of an account for one session. */
export interface LentPlace<Place> {
  readonly storage: Place;
  /** Called once, when the session has no more use for it. */
  readonly released?: () => void;
}

/** Options of {@link fileAccounts}. */
export interface FileAccountsOptions<Place> {
  readonly file: string;
  /**
   * The files of an account, asked for at each login; without it, or where it gives nothing, they are the server's.
   * What it throws makes the login fail.
   */
  readonly place?: (record: AccountRecord) => LentPlace<Place> | undefined | Promise<LentPlace<Place> | undefined>;
  /** Told once of each version of the file that cannot be used, or that others can read. */
  readonly onProblem?: (problem: AccountsFileError) => void;
  /** Told of each other version that is used from now on. */
  readonly onReload?: (accounts: number) => void;
  /** Milliseconds since 1970 (default `Date.now`). */
  readonly now?: () => number;
  /** Derives a key from a password (default scrypt). */
  readonly derive?: Derive;
}

/** Accounts of a file. */
export interface FileAccounts<Place> extends Accounts<Place> {
  knows(name: string): Promise<boolean>;
  verifyCertificate(credentials: CertificateCredentials): Promise<Verification<Place> | undefined>;
  /**
   * Reads the file now; a login does so if nobody has.
   *
   * @returns how many accounts there are
   * @throws {AccountsFileError} if it cannot be used
   */
  load(): Promise<number>;
}

/**
 * Accounts of a JSON file, with passwords hashed by scrypt. The file is read again when it has changed: a login sees a
 * change within a second. A version that cannot be used leaves the last good one in place. Sessions that run keep what
 * their account was when they logged in.
 */
export function fileAccounts<Place = never>(options: FileAccountsOptions<Place>): FileAccounts<Place> {
  return new AccountsOfFile(options);
}

/** A version of the file, with what is made of it. */
interface Known extends ReadAccountsFile {
  readonly likely: LikelyHashes;
}

class AccountsOfFile<Place> implements FileAccounts<Place> {
  readonly #options: FileAccountsOptions<Place>;
  readonly #now: () => number;
  readonly #checker: PasswordChecker;
  #known: Known | undefined;
  /** The version that the last problem was about, or the problem where there was no version. */
  #complained: string | undefined;
  #looked = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(options: FileAccountsOptions<Place>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#checker = new PasswordChecker(options.derive ?? scryptDerive);
  }

  async load(): Promise<number> {
    this.#looked = this.#now();
    this.#use(await readAccountsFile(this.#options.file));
    return this.#known!.accounts.size;
  }

  async knows(name: string): Promise<boolean> {
    const { accounts, anonymous } = await this.#current();
    return accounts.has(name) || (anonymous !== undefined && anonymousNames.has(name.toLowerCase()));
  }

  async verify(credentials: Credentials): Promise<Verification<Place>> {
    const { name, peer } = credentials;
    const known = await this.#current();
    if (known.anonymous && anonymousNames.has(name.toLowerCase())) return this.#admit(known.anonymous, peer);
    const record = known.accounts.get(name);
    // A name that nobody has costs what a wrong password costs.
    const hash = record?.password ?? known.likely.of(name);
    const isRight = await this.#checker.check({ ...credentials, hash });
    if (isRight === undefined) return refused("not-awaited");
    if (!record) return refused("unknown-name");
    // Only who has the password learns anything else, even by the time it takes; and where there is none, nobody.
    return record.password && isRight ? this.#admit(record, peer) : refused("wrong-password");
  }

  async verifyCertificate({
    name,
    peer,
    certificate,
    mayMatchName,
  }: CertificateCredentials): Promise<Verification<Place> | undefined> {
    const record = (await this.#current()).accounts.get(name);
    if (!record) return undefined;
    const isNamed = mayMatchName && certificate.isTrusted && certificate.commonName === name;
    return isNamed || record.certificates?.includes(certificate.fingerprint) ? this.#admit(record, peer) : undefined;
  }

  async #admit(record: AccountRecord, peer: string): Promise<Verification<Place>> {
    const why = whyNotAllowed(record, { peer, now: this.#now() });
    if (why) return { kind: "refused", because: "not-allowed", why };
    const lent = await this.#options.place?.(record);
    return { kind: "accepted", account: { ...accountOf(record), ...lent } };
  }

  async #current(): Promise<Known> {
    // In both directions: a clock that was set back must not stop the looking.
    if (!this.#known || Math.abs(this.#now() - this.#looked) >= LOOK_MS) {
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    }
    await this.#looking;
    return this.#known!;
  }

  /** Throws only where there is nothing to go on with. */
  async #look(): Promise<void> {
    this.#looked = this.#now();
    let version: string | undefined;
    try {
      version = await accountsFileVersion(this.#options.file);
      if (version === this.#known?.version) {
        this.#complained = undefined;
        return;
      }
      if (version === this.#complained) return;
      const isReload = this.#known !== undefined;
      this.#use(await readAccountsFile(this.#options.file));
      if (isReload) this.#options.onReload?.(this.#known!.accounts.size);
    } catch (error) {
      if (!this.#known || !(error instanceof AccountsFileError)) throw error;
      this.#complain(error, version ?? error.code);
    }
  }

  #use(read: ReadAccountsFile): void {
    this.#known = { ...read, likely: new LikelyHashes(read.accounts, this.#known?.likely) };
    this.#complained = undefined;
    if (read.isOpenToOthers) {
      this.#options.onProblem?.(new AccountsFileError("file-open-to-others", { file: this.#options.file }));
    }
  }

  #complain(problem: AccountsFileError, about: string): void {
    if (this.#complained === about) return;
    this.#complained = about;
    this.#options.onProblem?.(problem);
  }
}

/** Why a record lets nobody in, apart from a password. An address that cannot be read is in no network. */
export function whyNotAllowed(
  record: AccountRecord,
  { peer, now }: { readonly peer?: string; readonly now: number },
): NotAllowedReason | undefined {
  if (record.disabled) return "disabled";
  if (record.expires !== undefined && now >= record.expires) return "expired";
  if (peer === undefined || (!record.allowFrom && record.denyFrom.length === 0)) return undefined;
  const address = parseIp(peer);
  const isAllowed =
    address !== undefined &&
    !record.denyFrom.some((network) => inPrefix(network, address)) &&
    (record.allowFrom?.some((network) => inPrefix(network, address)) ?? true);
  return isAllowed ? undefined : "address-not-allowed";
}

function accountOf(record: AccountRecord): Account<never> {
  const { name, permissions, rules, hide, deny, home, mayUseOtherHosts, limits } = record;
  const { charset, tls, dataTls, sessionReuse, isAnonymous, mayAskDoctor } = record;
  return {
    ...{ name, permissions, rules, hide, deny, home, mayUseOtherHosts, limits },
    ...(charset !== undefined && { charset }),
    ...(tls && { tls }),
    ...(dataTls && { dataTls }),
    ...(sessionReuse && { sessionReuse }),
    ...(mayAskDoctor !== undefined && { mayAskDoctor }),
    ...(isAnonymous && { isShared: true }),
  };
}

function refused(because: LoginRefusal): { readonly kind: "refused"; readonly because: LoginRefusal } {
  return { kind: "refused", because };
}
