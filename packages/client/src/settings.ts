import { RateLimit, direct, httpConnect, socks5, systemClock } from "@twinport/channel";
import { ip, modeWishes, nameCharset, parseIp } from "@twinport/protocol";
import { ClientError } from "./errors.ts";
import { defaultTimeouts } from "./options.ts";
import { parseFtpUrl } from "./url.ts";
import { processMemory } from "./mode-memory.ts";
import type { Clock, Connector, PortRange, TlsTrust } from "@twinport/channel";
import type { Family, IpAddress, ModeWish, NameCharset } from "@twinport/protocol";
import type { ClientOptions, ClientTimeouts, ProxyOptions, TlsWish } from "./options.ts";
import type { ModeMemory } from "./mode-memory.ts";

const sides: readonly ("passive" | "active")[] = ["passive", "active"];
const families: readonly Family[] = [4, 6];

/** Farther from UTC no place is. */
const MOST_MINUTES = 14 * 60;

/** The options with everything filled in and checked. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly account: string | undefined;
  readonly tls: TlsWish;
  readonly trust: TlsTrust;
  readonly clearData: boolean;
  readonly mode: ModeWish;
  readonly prefer: "passive" | "active" | undefined;
  readonly activePorts: PortRange | undefined;
  readonly activeAddress: IpAddress | undefined;
  readonly allowSeparateTransferHost: boolean;
  readonly proxy: ProxyOptions | undefined;
  readonly connector: Connector;
  readonly family: Family | undefined;
  readonly localAddress: IpAddress | undefined;
  readonly timeouts: ClientTimeouts;
  readonly keepAlive: number;
  readonly names: NameCharset;
  readonly timezone: number | "auto";
  readonly rate: RateLimit | undefined;
  readonly memory: ModeMemory | undefined;
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
}

/** `connectClient("ftp://…")` says as much as the options do; the path is the caller's to use. */
export function optionsOf(
  urlOrOptions: string | URL | ClientOptions,
  more: Partial<ClientOptions> = {},
): ClientOptions {
  if (typeof urlOrOptions !== "string" && !(urlOrOptions instanceof URL)) return { ...urlOrOptions, ...more };
  const { host, port, user, password, tls } = parseFtpUrl(String(urlOrOptions));
  return {
    host,
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { tls }),
    ...more,
  };
}

/**
 * Fills the options in.
 *
 * @throws {ClientError} `option-not-valid`, `url-not-valid`
 */
export function settingsOf(options: ClientOptions): Settings {
  const { tls = "off", clock = systemClock, timeouts = {} } = options;
  const proxy = proxyOf(options.proxy);
  const anonymous = options.user === undefined;
  return {
    host: text("host", options.host),
    port: portOf("port", options.port ?? (tls === "implicit" ? 990 : 21)),
    user: options.user ?? "anonymous",
    password: options.password ?? (anonymous ? "anonymous@" : ""),
    account: options.account,
    tls: oneOf("tls", tls, ["off", "explicit", "implicit", "if-offered"]),
    trust: options.trust ?? {},
    clearData: options.clearData ?? false,
    mode: oneOf("mode", options.mode ?? "auto", modeWishes),
    prefer: options.prefer === undefined ? undefined : oneOf("prefer", options.prefer, sides),
    activePorts: rangeOf(options.activePorts),
    activeAddress: addressOf("activeAddress", options.activeAddress),
    allowSeparateTransferHost: options.allowSeparateTransferHost ?? false,
    proxy,
    connector: connectorOf(proxy),
    family: options.family === undefined ? undefined : oneOf("family", options.family, families),
    localAddress: addressOf("localAddress", options.localAddress),
    timeouts: timeoutsOf(timeouts),
    keepAlive: options.keepAlive === 0 ? 0 : positive("keepAlive", options.keepAlive ?? 3),
    names: charsetOf(options.charset ?? "utf-8"),
    timezone: zoneOf(options.timezone ?? "auto"),
    rate: options.limitRate === undefined ? undefined : new RateLimit(positive("limitRate", options.limitRate), clock),
    memory: options.memory === false ? undefined : (options.memory ?? processMemory),
    retries: countOf("retries", options.retries ?? 2),
    signal: options.signal,
    clock,
  };
}

function timeoutsOf(told: Partial<ClientTimeouts>): ClientTimeouts {
  const { connect, reply, data, search } = { ...defaultTimeouts, ...told };
  return {
    connect: positive("timeouts.connect", connect),
    reply: positive("timeouts.reply", reply),
    data: positive("timeouts.data", data),
    search: positive("timeouts.search", search),
  };
}

function connectorOf(proxy: ProxyOptions | undefined): Connector {
  if (!proxy || proxy.kind === "user@host") return direct;
  return proxy.kind === "socks5" ? socks5(proxy) : httpConnect(proxy);
}

const proxyKinds: Readonly<Record<string, Pick<ProxyOptions, "kind" | "port" | "tls">>> = {
  "socks5:": { kind: "socks5", port: 1080 },
  "socks5h:": { kind: "socks5", port: 1080 },
  "socks:": { kind: "socks5", port: 1080 },
  "http:": { kind: "http-connect", port: 80 },
  "https:": { kind: "http-connect", port: 443, tls: true },
  "ftp:": { kind: "user@host", port: 21 },
};

/**
 * Reads a proxy's URL: `socks5://`, `http://` or `https://` (CONNECT), `ftp://` (USER user@host).
 *
 * @throws {ClientError} `option-not-valid`
 */
export function parseProxy(url: string): ProxyOptions {
  const written = url.includes("://") ? url : `http://${url}`;
  let parsed: URL;
  try {
    parsed = new URL(written);
  } catch {
    // Without its cause, which holds the whole of it, with the password.
    throw new ClientError("option-not-valid", { option: "proxy", because: "is no URL" });
  }
  const kind = proxyKinds[parsed.protocol];
  if (!kind || parsed.hostname === "") {
    const because = "needs a URL that begins with socks5://, http://, https:// or ftp://";
    throw new ClientError("option-not-valid", { option: "proxy", because });
  }
  return {
    ...kind,
    host: parsed.hostname.replace(/^\[|\]$/g, ""),
    ...(parsed.port !== "" && { port: Number(parsed.port) }),
    ...(parsed.username !== "" && { user: decodeURIComponent(parsed.username) }),
    ...(parsed.password !== "" && { password: decodeURIComponent(parsed.password) }),
  };
}

function proxyOf(told: ClientOptions["proxy"]): ProxyOptions | undefined {
  if (told === undefined || told === false || told === "") return undefined;
  if (typeof told === "string") return parseProxy(told);
  oneOf("proxy.kind", told.kind, ["socks5", "http-connect", "user@host"]);
  text("proxy.host", told.host);
  portOf("proxy.port", told.port);
  return told;
}

function text(option: string, value: string): string {
  if (value === "") throw new ClientError("option-not-valid", { option, because: "is empty" });
  return value;
}

function positive(option: string, value: number): number {
  if (value > 0 && Number.isFinite(value)) return value;
  throw new ClientError("option-not-valid", { option, because: `needs a number above 0, not ${value}` });
}

function countOf(option: string, value: number): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw new ClientError("option-not-valid", { option, because: `needs a whole number, 0 or more, not ${value}` });
}

function zoneOf(value: number | "auto"): number | "auto" {
  if (value === "auto" || (Number.isInteger(value) && Math.abs(value) <= MOST_MINUTES)) return value;
  const because = `needs minutes east of UTC, or "auto", not ${value}`;
  throw new ClientError("option-not-valid", { option: "timezone", because });
}

function oneOf<Word extends string | number>(option: string, value: Word, words: readonly Word[]): Word {
  if (words.includes(value)) return value;
  throw new ClientError("option-not-valid", { option, because: `is one of ${words.join(", ")}, not "${value}"` });
}

function portOf(option: string, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  throw new ClientError("option-not-valid", { option, because: `needs a port of 1 to 65535, not ${value}` });
}

function rangeOf(range: PortRange | undefined): PortRange | undefined {
  if (!range) return undefined;
  portOf("activePorts", range.from);
  portOf("activePorts", range.to);
  if (range.from <= range.to) return range;
  throw new ClientError("option-not-valid", { option: "activePorts", because: "ends before it begins" });
}

function addressOf(option: string, value: string | undefined): IpAddress | undefined {
  if (value === undefined) return undefined;
  if (!parseIp(value)) throw new ClientError("option-not-valid", { option, because: `is no IP address: "${value}"` });
  return ip(value);
}

function charsetOf(label: string): NameCharset {
  try {
    return nameCharset(label);
  } catch (cause) {
    throw new ClientError("option-not-valid", { option: "charset", because: `is not known: "${label}"` }, { cause });
  }
}
