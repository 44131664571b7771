import type { Permission, Prefix, VirtualPath } from "@twinport/protocol";
import type { Account, AccountLimits, NamePattern, PathRule } from "../accounts.ts";
import type { PasswordHash } from "./password-hash.ts";

/** A folder of the disk that an account sees at a path. */
export interface Mount {
  readonly path: VirtualPath;
  readonly root: string;
  readonly readOnly: boolean;
}

/** How much an account may keep. */
export interface Quota {
  readonly bytes?: number;
  readonly files?: number;
}

/** An account as the file describes it, with the defaults filled in. */
export interface AccountRecord {
  readonly name: string;
  /** Anonymous has none, and who can only come in by a certificate. */
  readonly password?: PasswordHash;
  /** Fingerprints of the certificates that let it in without a password, as Node writes them. */
  readonly certificates?: readonly string[];
  /** It is what anonymous users have: whoever has it is let in with any password. */
  readonly isAnonymous?: true;
  /** The folder of the disk that it sees as its root; without one, it is for whoever asks to say. */
  readonly root?: string;
  readonly mounts: readonly Mount[];
  readonly home: VirtualPath;
  readonly permissions: ReadonlySet<Permission>;
  readonly rules: readonly PathRule[];
  readonly hide: readonly NamePattern[];
  readonly deny: readonly NamePattern[];
  /** Networks that it may come from; without, from everywhere. */
  readonly allowFrom?: readonly Prefix[];
  readonly denyFrom: readonly Prefix[];
  readonly disabled: boolean;
  /** Milliseconds since 1970 from which on nobody is let in. */
  readonly expires?: number;
  readonly quota?: Quota;
  readonly charset?: string;
  readonly limits: AccountLimits;
  readonly umask?: number;
  readonly fileMode?: number;
  readonly directoryMode?: number;
  readonly uploads?: "atomic" | "direct";
  readonly tls?: NonNullable<Account["tls"]>;
  readonly dataTls?: NonNullable<Account["dataTls"]>;
  readonly sessionReuse?: NonNullable<Account["sessionReuse"]>;
  readonly mayUseOtherHosts: boolean;
  readonly mayAskDoctor?: boolean;
}

/** An accounts file that has been read. */
export interface AccountsFile {
  readonly accounts: ReadonlyMap<string, AccountRecord>;
  /** Without it nobody comes in without a password. */
  readonly anonymous?: AccountRecord;
}
