import type { Clock, PortRange, TlsTrust } from "@twinport/channel";
import type { ModeWish, TraceStep } from "@twinport/protocol";
import type { ClientWarning } from "./client-events.ts";
import type { ModeMemory } from "./mode-memory.ts";

/** Whether and when TLS begins: never, by AUTH TLS (RFC 4217), from the first byte, or by AUTH where the server can. */
export type TlsWish = "off" | "explicit" | "implicit" | "if-offered";

/** A proxy that stands between: `user@host` is an FTP proxy that is told by USER whom to connect. */
export interface ProxyOptions {
  readonly kind: "socks5" | "http-connect" | "user@host";
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  /** The HTTP proxy is spoken to by TLS. */
  readonly tls?: boolean;
}

/** What {@link connectClient} can be told. Times are in seconds. */
export interface ClientOptions {
  /** A name or an address. */
  readonly host: string;
  /** Default 21, or 990 where TLS is implicit. */
  readonly port?: number;
  /** Default `anonymous`. */
  readonly user?: string;
  readonly password?: string;
  /** What ACCT is answered with, where the server asks (332). */
  readonly account?: string;
  /** Default `off`. It never falls back to clear by itself. */
  readonly tls?: TlsWish;
  /** Whom to believe: certificates, a pin; and our own certificate. */
  readonly trust?: TlsTrust;
  /** Data goes in clear while the commands are protected (PROT C); FXP between TLS servers may need it. */
  readonly clearData?: boolean;
  /** Default `auto`: whatever moves bytes. */
  readonly mode?: ModeWish;
  /** What `auto` tries first (default passive). */
  readonly prefer?: "passive" | "active";
  /** Ports that are opened for active mode (default: the one after the command connection's, else any). */
  readonly activePorts?: PortRange;
  /** The address that the server is told to dial, where a NAT stands between. */
  readonly activeAddress?: string;
  /** Another public address in a 227 reply is dialled; else the command connection's peer is. */
  readonly allowSeparateTransferHost?: boolean;
  /** A URL or its parts; `false` for none, also where ALL_PROXY, FTP_PROXY and NO_PROXY say otherwise (which they do only for the command). */
  readonly proxy?: string | ProxyOptions | false;
  /** 4 or 6: only such addresses of the name. */
  readonly family?: 4 | 6;
  /** Our own address. */
  readonly localAddress?: string;
  readonly timeouts?: Partial<ClientTimeouts>;
  /**
   * Seconds of silence after which the command connection is kept alive by TCP (default 3: NATs that forget after 4 s
   * have been seen); 0 leaves it alone.
   */
  readonly keepAlive?: number;
  /** `utf-8` (default), `gbk`, …, or `auto:gbk`: UTF-8 until a name comes that is none. */
  readonly charset?: string;
  /** Zone of times in LIST: minutes east of UTC, or `auto` (default): found out by MDTM where the server can. */
  readonly timezone?: number | "auto";
  /** Bytes a second, one transfer at a time. */
  readonly limitRate?: number;
  /** What worked is remembered here (default: in this process; `false`: nowhere). */
  readonly memory?: ModeMemory | false;
  /** How often a broken transfer is taken up again (default 2). */
  readonly retries?: number;
  /** Listen from the beginning, the login included, as to the events of these names. */
  readonly onTrace?: (step: TraceStep) => void;
  readonly onWarning?: (warning: ClientWarning) => void;
  /** Ends everything. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** Seconds to wait. */
export interface ClientTimeouts {
  /** For the command connection to stand (default 15). */
  readonly connect: number;
  /** For a reply (default 30). */
  readonly reply: number;
  /** For a data connection's next byte (default 60). */
  readonly data: number;
  /** For the whole search for a mode that moves bytes (default 14). */
  readonly search: number;
}

/** The time-outs where none are told. */
export const defaultTimeouts: ClientTimeouts = { connect: 15, reply: 30, data: 60, search: 14 };
