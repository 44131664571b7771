import type { Permission, VirtualPath } from "@twinport/protocol";

/** What somebody who wants to come in has shown. */
export interface Credentials {
  /** As USER gave it. */
  readonly name: string;
  /** As PASS gave it. */
  readonly password: string;
  /** The address of the command connection's other end. */
  readonly peer: string;
}

/** Somebody who is in. `Place` is where the files are: a storage, if the accounts choose it. */
export interface Account<Place = unknown> {
  readonly name: string;
  readonly permissions: ReadonlySet<Permission>;
  /** The folder in which a session begins (default the root). */
  readonly home?: VirtualPath;
  /** May have data sent to, and taken from, hosts other than its own (FXP). */
  readonly mayUseOtherHosts?: boolean;
  /** The files of this account, where they are not the server's. */
  readonly storage?: Place;
}

/** Why somebody is not let in. The client hears one and the same sentence for all of them. */
export type LoginRefusal = "unknown-name" | "wrong-password" | "not-allowed";

/** A refusal is normal, so it is a value. */
export type Verification<Place = unknown> =
  | { readonly kind: "accepted"; readonly account: Account<Place> }
  | { readonly kind: "refused"; readonly because: LoginRefusal };

/** Who may come in. */
export interface Accounts<Place = unknown> {
  /** Says who it is. Throws only where it cannot find out (a database that is down); the client is then told to wait. */
  verify(credentials: Credentials): Verification<Place> | Promise<Verification<Place>>;
}

/** Everything that an account can be allowed. */
export const allPermissions: ReadonlySet<Permission> = new Set([
  "list",
  "read",
  "write",
  "append",
  "delete",
  "rename",
  "make-directory",
  "set-modified",
]);

/** What does not change anything. */
export const readOnlyPermissions: ReadonlySet<Permission> = new Set(["list", "read"]);
