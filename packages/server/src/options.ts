import { nameCharset, parseHostName, parseIp, parsePrefix } from "@twinport/protocol";
import { systemClock } from "@twinport/channel";
import { ConfigError } from "./errors.ts";
import { tlsSettingsOf } from "./tls-policy.ts";
import type { Account, Accounts, ThrottleOptions } from "@twinport/accounts";
import type { NameCharset, Prefix, Reply } from "@twinport/protocol";
import type { Clock, PassivePorts, PortRange } from "@twinport/channel";
import type { MaybePromise, Storage } from "@twinport/storage";
import type { SessionInfo } from "./observe.ts";
import type { TlsOptions } from "./tls-options.ts";
import type { TlsSettings } from "./tls-policy.ts";

/** Limits and time-outs; those in seconds may be fractions. */
export interface Limits {
  /** Sessions in all (default: no limit). */
  readonly sessions: number;
  /** Sessions of one client address; an IPv6 /64 counts as one (default: no limit). */
  readonly sessionsPerAddress: number;
  /** Sessions of one account, where the account has no limit of its own (default: no limit). */
  readonly sessionsPerAccount: number;
  /** Refused logins after which a session is ended (default 3). */
  readonly loginFailures: number;
  /** Seconds from the connection to the end of the login (default 60). */
  readonly loginSeconds: number;
  /** Seconds without a command; the clock stands still during a transfer (default 300). */
  readonly idleSeconds: number;
  /** Seconds for which a passive port that nobody comes to is held (default 30). */
  readonly offerSeconds: number;
  /** Seconds for which an active connection that nobody answers is tried (default 20). */
  readonly dialSeconds: number;
  /** Seconds without a byte after which a transfer is given up (default 120). */
  readonly stallSeconds: number;
  /** Bytes a second from a session's client (default: no limit). */
  readonly rateUp: number;
  /** Bytes a second to a session's client (default: no limit). */
  readonly rateDown: number;
  /** Bytes a second from all clients together (default: no limit). */
  readonly totalRateUp: number;
  /** Bytes a second to all clients together (default: no limit). */
  readonly totalRateDown: number;
  /**
   * Descriptors that the process may have open (default: what the system allows it, where that can be found out).
   * Sessions are refused with 421 before they are used up, so that those which are there can go on.
   */
  readonly descriptors: number;
}

/**
 * Who belongs to a client: only the address that its command connection comes from, or any address of the same network,
 * for clients that leave by several addresses; with numbers of bits by which addresses are the same network's.
 */
export interface ClientNetwork {
  readonly ipv4Bits: number;
  readonly ipv6Bits: number;
}

/** Which address a client is told to come to (227). The first rule that fits the client is used. */
export interface PassiveAddressRule {
  /** Only for sessions of the listener that is bound there, as `address:port`. */
  readonly listener?: string;
  /** Only for clients of this range, as `192.0.2.0/24`. */
  readonly clients?: string;
  /** An IPv4 address, a name that is looked up again every minute, or `local` for the session's own local address. */
  readonly address: string;
}

/** How data connections that the client opens are offered. */
export interface PassiveOptions {
  /**
   * The ports (default 30000-30099: outside of the ephemeral ranges of Linux, Windows and macOS, and free of ports
   * that middleboxes treat as another protocol's), or `any` that the system gives: several servers on one machine
   * then do not get in each other's way.
   */
  readonly ports?: PassivePorts;
  /** One address or name for all, or rules; without any that fits, the session's own local address is told. */
  readonly address?: string | readonly PassiveAddressRule[];
}

/** How data connections that we open are made. */
export interface ActiveOptions {
  /** The port that we dial from: 20, the control port minus 1 (default), or any. Where it cannot be had, any. */
  readonly sourcePort?: 20 | "control-1" | "any";
  /**
   * A client on a public address that names a private one is behind a NAT that does not know FTP: dial its public
   * address instead (default true).
   */
  readonly correctPrivateAddress?: boolean;
}

/** A refusal by a hook: what the client hears. */
export interface HookRefusal {
  readonly refuse: string;
}

/** A transfer that is about to begin. */
export interface PlannedTransfer {
  readonly session: SessionInfo;
  readonly verb: string;
  readonly direction: "send" | "receive";
  readonly path: string;
  /** The byte at which it begins; `end` for one that appends. */
  readonly offset: number | "end";
}

/** Places where an embedding program has its say. A hook that throws refuses. */
export interface Hooks {
  /** After the accounts have accepted: refuse, or give another account. */
  readonly login?: (attempt: {
    readonly session: SessionInfo;
    readonly account: Account<Storage>;
  }) => MaybePromise<undefined | HookRefusal | { readonly account: Account<Storage> }>;
  /** Before a file is opened: refuse, or give another path. */
  readonly transfer?: (transfer: PlannedTransfer) => MaybePromise<undefined | HookRefusal | { readonly path: string }>;
}

/** A SITE verb of the embedding program. */
export interface SiteVerb {
  /** What SITE HELP says behind the verb. */
  readonly syntax: string;
  /** Answers; a text alone is sent with 200. */
  readonly run: (argument: string, session: SessionInfo) => MaybePromise<string | Reply>;
}

/** What one host name has that the server's other names have not (HOST, RFC 7151). */
export interface HostOptions {
  readonly accounts?: Accounts<Storage>;
  readonly storage?: Storage;
  /** What a client hears behind 220 when it has asked for this host. */
  readonly banner?: string;
}

/** Options of `createServer`. */
export interface ServerOptions {
  readonly accounts: Accounts<Storage>;
  /** The files, for accounts that bring no storage of their own. */
  readonly storage?: Storage;
  /** What a client hears first, behind 220. */
  readonly banner?: string;
  /**
   * Charset of names on the wire (default `utf-8`): another one such as `gbk`, or `auto:gbk` for UTF-8 until a client
   * sends a name that is none.
   */
  readonly charset?: string;
  readonly passive?: false | PassiveOptions;
  readonly active?: false | ActiveOptions;
  readonly limits?: Partial<Limits>;
  /**
   * From where the client of a session may open a passive data connection: its own address (default), an address of the
   * same network, which PORT and EPRT may name too, or any. Anything but `exact` lets whoever is meant by it take what
   * another client asked for.
   */
  readonly dataPeer?: "exact" | "any" | ClientNetwork;
  /** How guessing of passwords is slowed down and shut out; false not at all. */
  readonly loginThrottle?: false | Partial<ThrottleOptions>;
  /** What becomes of the bytes of an upload that failed: they stay for the client to resume (default), or go. */
  readonly partialUploads?: "keep" | "discard";
  readonly hooks?: Hooks;
  readonly site?: Readonly<Record<string, SiteVerb>>;
  /**
   * Clients may have files and listings compressed (MODE Z, default true). Some, such as lftp, then do so unasked, which
   * helps on a slow line and costs time on a fast one.
   */
  readonly compression?: boolean;
  /**
   * Names that clients may ask for with HOST, and what differs there; any other name is refused with 504, an address
   * means the server itself. Without any there is no HOST.
   */
  readonly hosts?: Readonly<Record<string, HostOptions>>;
  /**
   * Clients may ask what the server sees of their data connections, and to be dialled for a test (SITE DOCTOR, default
   * true): whoever is in, but for accounts that many share and those that may not.
   */
  readonly siteDoctor?: boolean;
  /** TLS (RFC 4217); without it there is none. */
  readonly tls?: TlsOptions;
  /** Bytes that the buffers of all transfers should have together (default 64 MiB). */
  readonly bufferBytes?: number;
  readonly clock?: Clock;
}

/** A {@link PassiveAddressRule} that has been read. */
export interface AddressRule {
  readonly listener: string | undefined;
  readonly clients: Prefix | undefined;
  readonly address: string;
}

/** A host with everything decided. */
export interface HostSettings {
  /** In lower case. */
  readonly name: string;
  /** Hosts of one realm have the same accounts; empty for the server's own. */
  readonly realm: string;
  readonly accounts: Accounts<Storage>;
  readonly storage: Storage | undefined;
  readonly banner: string;
}

/** Options with everything decided. */
export interface Settings {
  readonly accounts: Accounts<Storage>;
  readonly storage: Storage | undefined;
  readonly banner: string;
  readonly charset: NameCharset;
  readonly passive: { readonly ports: PassivePorts; readonly rules: readonly AddressRule[] } | undefined;
  readonly active:
    | { readonly sourcePort: 20 | "control-1" | "any"; readonly correctPrivateAddress: boolean }
    | undefined;
  readonly limits: Limits;
  readonly dataPeer: "exact" | "any" | ClientNetwork;
  readonly loginThrottle: false | Partial<ThrottleOptions>;
  readonly partialUploads: "keep" | "discard";
  readonly hooks: Hooks;
  readonly site: ReadonlyMap<string, SiteVerb>;
  readonly compression: boolean;
  readonly siteDoctor: boolean;
  readonly hosts: ReadonlyMap<string, HostSettings>;
  readonly tls: TlsSettings | undefined;
  readonly bufferBytes: number | undefined;
  readonly clock: Clock;
}

/** The ports of passive mode where none are given. */
export const defaultPassivePorts: PortRange = { from: 30_000, to: 30_099 };

const defaultLimits: Limits = {
  sessions: Number.POSITIVE_INFINITY,
  sessionsPerAddress: Number.POSITIVE_INFINITY,
  sessionsPerAccount: Number.POSITIVE_INFINITY,
  loginFailures: 3,
  loginSeconds: 60,
  idleSeconds: 300,
  offerSeconds: 30,
  dialSeconds: 20,
  stallSeconds: 120,
  rateUp: Number.POSITIVE_INFINITY,
  rateDown: Number.POSITIVE_INFINITY,
  totalRateUp: Number.POSITIVE_INFINITY,
  totalRateDown: Number.POSITIVE_INFINITY,
  descriptors: Number.POSITIVE_INFINITY,
};

/**
 * Reads the options once.
 *
 * @throws {ConfigError} for a value that cannot work
 */
export function settingsOf(options: ServerOptions): Settings {
  const { passive = {}, active = {}, site = {} } = options;
  return {
    accounts: options.accounts,
    storage: options.storage,
    banner: options.banner ?? "Twinport ready.",
    charset: charsetOf(options.charset ?? "utf-8"),
    passive: passive === false ? undefined : { ports: portsOf(passive.ports), rules: rulesOf(passive.address) },
    active:
      active === false
        ? undefined
        : { sourcePort: active.sourcePort ?? "control-1", correctPrivateAddress: active.correctPrivateAddress ?? true },
    limits: limitsOf(options.limits ?? {}),
    dataPeer: dataPeerOf(options.dataPeer ?? "exact"),
    loginThrottle: throttleOf(options.loginThrottle ?? {}),
    partialUploads: options.partialUploads ?? "keep",
    hooks: options.hooks ?? {},
    site: new Map(Object.entries(site).map(([verb, one]) => [verb.toUpperCase(), one])),
    compression: options.compression ?? true,
    siteDoctor: options.siteDoctor ?? true,
    hosts: hostsOf(options),
    tls: options.tls && tlsSettingsOf(options.tls),
    bufferBytes: options.bufferBytes,
    clock: options.clock ?? systemClock,
  };
}

function hostsOf({ hosts = {}, accounts, storage, banner = "Twinport ready." }: ServerOptions): Settings["hosts"] {
  const read = Object.entries(hosts).map(([written, own]): [string, HostSettings] => {
    const asked = parseHostName(written);
    if (asked?.kind !== "name") throw new ConfigError("host-not-valid", { value: written });
    const { name } = asked;
    const realm = own.accounts && own.accounts !== accounts ? name : "";
    return [name, { name, realm, accounts, storage, banner, ...own }];
  });
  return new Map(read);
}

/**
 * How names are written, by its label.
 *
 * @throws {ConfigError} `charset-not-known`
 */
export function charsetOf(label: string): NameCharset {
  try {
    return nameCharset(label);
  } catch {
    throw new ConfigError("charset-not-known", { value: label });
  }
}

function portsOf(ports: PassivePorts = defaultPassivePorts): PassivePorts {
  if (ports === "any") return ports;
  const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;
  if (!isPort(ports.from) || !isPort(ports.to) || ports.to < ports.from) {
    throw new ConfigError("passive-ports-not-valid", { value: `${ports.from}-${ports.to}` });
  }
  return ports;
}

function rulesOf(address: string | readonly PassiveAddressRule[] = []): AddressRule[] {
  const rules = typeof address === "string" ? [{ address }] : address;
  return rules.map((rule: PassiveAddressRule) => {
    const clients = rule.clients === undefined ? undefined : parsePrefix(rule.clients);
    if (rule.clients !== undefined && !clients) throw new ConfigError("prefix-not-valid", { value: rule.clients });
    if (!isPassiveAddress(rule.address)) throw new ConfigError("passive-address-not-valid", { value: rule.address });
    return { listener: rule.listener, clients, address: rule.address };
  });
}

/** `local`, an IPv4 address, or a host name: labels of which the last is no number, as in a misspelt address. */
function isPassiveAddress(written: string): boolean {
  const ip = parseIp(written);
  if (ip) return ip.family === 4;
  const label = /^[\p{L}\p{N}_]([\p{L}\p{N}_-]*[\p{L}\p{N}_])?$/u;
  const labels = written.replace(/\.$/, "").split(".");
  return written.length <= 253 && labels.every((one) => label.test(one)) && !/^\d+$/.test(labels.at(-1) ?? "");
}

function dataPeerOf(dataPeer: Settings["dataPeer"]): Settings["dataPeer"] {
  if (typeof dataPeer === "string") return dataPeer;
  const { ipv4Bits, ipv6Bits } = dataPeer;
  const isLength = (bits: number, most: number): boolean => Number.isInteger(bits) && bits >= 1 && bits <= most;
  if (isLength(ipv4Bits, 32) && isLength(ipv6Bits, 128)) return dataPeer;
  throw new ConfigError("client-network-not-valid", { value: `/${ipv4Bits}, /${ipv6Bits}` });
}

function throttleOf(throttle: Settings["loginThrottle"]): Settings["loginThrottle"] {
  for (const [name, value] of Object.entries(throttle)) {
    if (!(value > 0)) throw new ConfigError("limit-not-valid", { name, value });
  }
  return throttle;
}

function limitsOf(given: Partial<Limits>): Limits {
  for (const [name, value] of Object.entries(given)) {
    if (!(value > 0)) throw new ConfigError("limit-not-valid", { name, value });
  }
  return { ...defaultLimits, ...given };
}
