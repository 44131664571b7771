import type { ListenAddress } from "@twinport/channel";
import type { ActiveOptions, Limits, ListenOptions, PassiveOptions, ServerOptions } from "@twinport/server";
import type { AtomicUploads, SyncPolicy } from "@twinport/storage";
import type { TlsSettings } from "./certificates/tls-options.ts";
import type { Language } from "./messages/index.ts";

/** How files are made. */
export interface FileSettings {
  /** `atomic`: an upload is out of sight until it is whole. `direct`: its bytes go straight into the file. */
  readonly uploads: "atomic" | "direct";
  /** How unfinished uploads are called, and where they are. */
  readonly unfinished?: AtomicUploads;
  /** Permission bits that new files and folders do not get; without it, those of the process. */
  readonly umask?: number;
  readonly sync: SyncPolicy;
}

/** An address to listen on. */
export interface ListenSettings extends Pick<ListenAddress, "address" | "port"> {
  /** As the server's `listen` takes it (default `explicit` where there is TLS). */
  readonly tls?: NonNullable<ListenOptions["tls"]>;
}

/** Everything that the daemon is told. */
export interface DaemonConfig {
  /** The folder that is served. */
  readonly root: string;
  readonly listen: readonly ListenSettings[];
  /** TLS; without it there is none. */
  readonly tls?: TlsSettings;
  /** One account; without it, a file and anonymous, one is made with a password for this run. */
  readonly account?: { readonly name: string; readonly password: string };
  /** A file with further accounts, read again when it changes. */
  readonly accountsFile?: string;
  /** `anonymous` and `ftp` may read. */
  readonly anonymous: boolean;
  readonly readOnly: boolean;
  readonly mayUseOtherHosts: boolean;
  readonly banner?: string;
  readonly charset?: string;
  readonly passive: false | PassiveOptions;
  readonly active: false | ActiveOptions;
  readonly limits: Partial<Limits>;
  /** MODE Z may be used. */
  readonly compression: boolean;
  /** Clients may ask what the server sees of their connections (SITE DOCTOR). */
  readonly siteDoctor: boolean;
  readonly loginThrottle: NonNullable<ServerOptions["loginThrottle"]>;
  readonly dataPeer?: NonNullable<ServerOptions["dataPeer"]>;
  readonly partialUploads: "keep" | "discard";
  /** How files are made, where an account of the file does not say it for itself. */
  readonly files: FileSettings;
  /** Seconds that transfers have to finish when the daemon is stopped. */
  readonly drainSeconds: number;
  readonly trace: boolean;
  /** Report warnings only, not who logs in and what is transferred. */
  readonly quiet: boolean;
  readonly json: boolean;
  readonly language: Language;
}
