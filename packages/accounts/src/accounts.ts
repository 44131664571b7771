import type { Permission, VirtualPath } from "@twinport/protocol";

/** What somebody who wants to come in has shown. */
export interface Credentials {
  /** As USER gave it. */
  readonly name: string;
  /** As PASS gave it. */
  readonly password: string;
  /** The address of the command connection's other end. */
  readonly peer: string;
  /**
   * Whether the answer still counts: the client is there, and has not been shut out meanwhile. Asked when it is this
   * one's turn, before it costs anything; without it, it does.
   */
  readonly isAwaited?: () => boolean;
}

/** What somebody has shown who comes with a certificate and no password. */
export interface CertificateCredentials {
  /** As USER gave it. */
  readonly name: string;
  /** The address of the command connection's other end. */
  readonly peer: string;
  /** The certificate, whose private key the client was proven to have. */
  readonly certificate: ClientCertificate;
  /** An account may be entered by a trusted certificate whose common name is the account's. */
  readonly mayMatchName: boolean;
}

/** A client's certificate. */
export interface ClientCertificate {
  /** SHA-256, in upper-case hex with colons. */
  readonly fingerprint: string;
  /** Of its subject. */
  readonly commonName: string | undefined;
  /** An authority that the operator trusts has signed it, and it is valid now. */
  readonly isTrusted: boolean;
}

/** Somebody who is in. `Place` is where the files are: a storage, if the accounts choose it. */
export interface Account<Place = unknown> {
  readonly name: string;
  /** What it may do where none of its {@link Account.rules} says otherwise. */
  readonly permissions: ReadonlySet<Permission>;
  /** Folders with permissions of their own, which hold for all that is in them; the deepest that fits decides. */
  readonly rules?: readonly PathRule[];
  /** Patterns of names that do not exist for this account; see {@link NamePattern}. */
  readonly hide?: readonly NamePattern[];
  /** Patterns of names that are listed, and cannot be read, written, removed or renamed. */
  readonly deny?: readonly NamePattern[];
  /** The folder in which a session begins (default the root). */
  readonly home?: VirtualPath;
  /** May have data sent to, and taken from, hosts other than its own (FXP). */
  readonly mayUseOtherHosts?: boolean;
  /** May ask what the server sees of its connections (SITE DOCTOR); by default whoever does not share the account. */
  readonly mayAskDoctor?: boolean;
  /** The files of this account, where they are not the server's. */
  readonly storage?: Place;
  /** Charset of names for this account, where it is not the server's: `utf-8`, `gbk`, `auto:gbk`. */
  readonly charset?: string;
  readonly limits?: AccountLimits;
  /** Whether it may be entered without TLS; the server's own rule where it says nothing. */
  readonly tls?: "optional" | "required";
  /** Whether its files and lists may go in clear; the server's own rule where it says nothing. */
  readonly dataTls?: "optional" | "required";
  /** Whether its data connections must take up the TLS session; the server's own rule where it says nothing. */
  readonly sessionReuse?: "require" | "prefer" | "off";
  /** Those who have it have nothing in common but the name: anonymous users must not see each other. */
  readonly isShared?: boolean;
  /** Called once for each session that the account was given to, when that session has no more use for it. */
  readonly released?: () => void;
}

/**
 * A folder and what may be done with what is in it. The folder itself belongs to it too: whoever may list `/in` may
 * list that folder.
 */
export interface PathRule {
  readonly path: VirtualPath;
  readonly permissions: ReadonlySet<Permission>;
}

/**
 * A pattern of `*`, `?` and `[a-z]`, in any case of letters. Without a slash it means a name at any depth (`*.exe`,
 * `.*`); with one it means a path from the root, name by name (`/in/*.tmp`). What lies below a name that fits is meant
 * too.
 */
export type NamePattern = string;

/** Limits of one account; none where nothing is said. */
export interface AccountLimits {
  /** Sessions at the same time. */
  readonly sessions?: number;
  /** Bytes a second from all sessions of the account together. */
  readonly rateUp?: number;
  /** Bytes a second to all sessions of the account together. */
  readonly rateDown?: number;
  /** Bytes a second from each session. */
  readonly sessionRateUp?: number;
  /** Bytes a second to each session. */
  readonly sessionRateDown?: number;
  /** Seconds without a command. */
  readonly idleSeconds?: number;
}

/**
 * Why somebody is not let in. The client hears one and the same sentence for all of them. `not-awaited`: nobody waited
 * for the answer any more, so the password was not looked at, and it is no guess.
 */
export type LoginRefusal = "unknown-name" | "wrong-password" | "not-allowed" | "not-awaited";

/** Why an account may not come in whose password was right: for the operator, never for the client. */
export type NotAllowedReason = "disabled" | "expired" | "address-not-allowed";

/** A refusal is normal, so it is a value. */
export type Verification<Place = unknown> =
  | { readonly kind: "accepted"; readonly account: Account<Place> }
  | { readonly kind: "refused"; readonly because: LoginRefusal; readonly why?: NotAllowedReason };

/** Who may come in. */
export interface Accounts<Place = unknown> {
  /** Says who it is. Throws only where it cannot find out (a database that is down); the client is then told to wait. */
  verify(credentials: Credentials): Verification<Place> | Promise<Verification<Place>>;
  /**
   * Says who it is by a certificate: `refused`, or undefined, where that opens nothing, and a password is asked for.
   * Without it, passwords are all there is.
   */
  verifyCertificate?(
    credentials: CertificateCredentials,
  ): Verification<Place> | undefined | Promise<Verification<Place> | undefined>;
  /** Whether it has somebody of this name; without it, that shows only when it is asked to verify. */
  knows?(name: string): boolean | Promise<boolean>;
  /** Whether it lets this name in with any password: only where no other source knows the name. */
  opensFor?(name: string): boolean;
}

/** Everything that an account can be allowed. */
export const allPermissions: ReadonlySet<Permission> = new Set([
  "list",
  "read",
  "write",
  "overwrite",
  "append",
  "delete",
  "rename",
  "make-directory",
  "set-modified",
  "set-mode",
]);

/** What an account does with a permission, as it follows "may" or "may not". */
export const permissionPhrases: Readonly<Record<Permission, string>> = {
  list: "list",
  read: "read",
  write: "write",
  overwrite: "overwrite",
  append: "append",
  delete: "delete",
  rename: "rename",
  "make-directory": "make folders",
  "set-modified": "set times of files",
  "set-mode": "change modes",
};

/** What does not change anything. */
export const readOnlyPermissions: ReadonlySet<Permission> = new Set(["list", "read"]);
