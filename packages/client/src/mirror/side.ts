import type { Client } from "../client.ts";
import type { Pool } from "../pool.ts";

/** A folder of this machine. */
export interface LocalSide {
  readonly kind: "local";
  readonly path: string;
}

/** A folder of a server. */
export interface RemoteSide {
  readonly kind: "remote";
  /** One client, beside which others are opened as `parallel` says; or a pool. */
  readonly client: Client | Pool;
  /** As the server spells it, from the login's folder on; empty for that folder itself. */
  readonly path: string;
}

/** One end of a mirror. */
export type MirrorSide = LocalSide | RemoteSide;
