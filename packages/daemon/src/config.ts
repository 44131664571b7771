import type { ListenAddress } from "@twinport/channel";
import type { ActiveOptions, Limits, PassiveOptions } from "@twinport/server";
import type { Language } from "./messages/index.ts";

/** Everything that the daemon is told. */
export interface DaemonConfig {
  /** The folder that is served. */
  readonly root: string;
  readonly listen: readonly Pick<ListenAddress, "address" | "port">[];
  /** The one account; without it, and without anonymous, one is made with a password for this run. */
  readonly account?: { readonly name: string; readonly password: string };
  /** `anonymous` and `ftp` may read. */
  readonly anonymous: boolean;
  readonly readOnly: boolean;
  readonly mayUseOtherHosts: boolean;
  readonly banner?: string;
  readonly charset?: string;
  readonly passive: false | PassiveOptions;
  readonly active: false | ActiveOptions;
  readonly limits: Partial<Limits>;
  readonly partialUploads: "keep" | "discard";
  /** Seconds that transfers have to finish when the daemon is stopped. */
  readonly drainSeconds: number;
  readonly trace: boolean;
  /** Report warnings only, not who logs in and what is transferred. */
  readonly quiet: boolean;
  readonly json: boolean;
  readonly language: Language;
}
