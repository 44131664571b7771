import tls from "node:tls";
import { Option } from "commander";
import { UsageError } from "../usage-error.ts";
import { collect } from "./collect.ts";
import type { Command } from "commander";
import type { CertificateFile, TlsSettings } from "@twinport/daemon";
import type { Messages } from "../messages/index.ts";

/** What commander makes of the arguments of `serve` that say whether and where there is TLS. */
export interface TlsPlaceFlags {
  readonly listenTls?: readonly string[];
  readonly tlsCert?: readonly string[];
  readonly tlsKey?: readonly string[];
  readonly tls?: "off" | "optional" | "required";
}

/** What it makes of all that are about TLS. */
export interface TlsFlags extends TlsPlaceFlags {
  readonly tlsData?: "optional" | "required";
  readonly tlsSessionReuse?: "require" | "prefer" | "off";
  readonly tlsTruncatedUpload?: "fail" | "accept";
  readonly tlsMinVersion?: "1.2" | "1.3";
  readonly tlsCiphers?: string;
  readonly tlsClientCert?: "ask" | "require";
  readonly tlsClientCa?: string;
  readonly tlsClientLogin?: "fingerprint" | "common-name";
  readonly tlsUnknownNames?: "accept" | "refuse";
}

/** What of the other arguments decides about TLS. */
interface OtherFlags {
  readonly listen?: readonly string[];
  readonly accounts?: string;
}

/** Adds the options of `serve` that say whether and where there is TLS. */
export function addTlsPlaceOptions(command: Command, { tls: say }: Messages): Command {
  return command
    .option("--listen-tls <address:port>", say.listenTls, collect)
    .option("--tls-cert <file>", say.cert, collect)
    .option("--tls-key <file>", say.key, collect)
    .addOption(choice("--tls <when>", say.tls, ["off", "optional", "required"]));
}

/** Adds all that are about TLS. */
export function addTlsOptions(command: Command, messages: Messages): Command {
  const say = messages.tls;
  return addTlsPlaceOptions(command, messages)
    .addOption(choice("--tls-data <when>", say.data, ["optional", "required"]))
    .addOption(choice("--tls-session-reuse <how>", say.sessionReuse, ["require", "prefer", "off"]))
    .addOption(choice("--tls-truncated-upload <what>", say.truncatedUpload, ["fail", "accept"]))
    .addOption(choice("--tls-min-version <version>", say.minVersion, ["1.2", "1.3"]))
    .option("--tls-ciphers <list>", say.ciphers)
    .addOption(choice("--tls-client-cert <when>", say.clientCert, ["ask", "require"]))
    .option("--tls-client-ca <file>", say.clientCa)
    .addOption(choice("--tls-client-login <by>", say.clientLogin, ["fingerprint", "common-name"]))
    .addOption(choice("--tls-unknown-names <what>", say.unknownNames, ["accept", "refuse"]));
}

function choice(flags: string, text: string, choices: readonly string[]): Option {
  return new Option(flags, text).choices(choices);
}

/**
 * TLS as the arguments say it; undefined where there is none.
 *
 * @throws {UsageError}
 */
export function tlsOf(
  flags: TlsFlags & OtherFlags,
  environment: NodeJS.ProcessEnv,
  messages: Messages,
): TlsSettings | undefined {
  refuseWhatCannotWork(flags, messages);
  if (!flags.tlsCert || (flags.tls === "off" && !flags.listenTls)) return undefined;
  const passphrase = environment["TWINPORT_TLS_PASSPHRASE"];
  const { tlsData, tlsSessionReuse, tlsTruncatedUpload, tlsMinVersion, tlsCiphers, tlsUnknownNames } = flags;
  const { tlsClientCert, tlsClientCa, tlsClientLogin } = flags;
  return {
    certificates: certificatesOf(flags.tlsCert, flags.tlsKey, messages),
    ...(passphrase !== undefined && { passphrase }),
    login: flags.tls === "required" ? "required" : "optional",
    ...(tlsData && { data: tlsData }),
    ...(tlsSessionReuse && { sessionReuse: tlsSessionReuse }),
    ...(tlsTruncatedUpload && { truncatedUploads: tlsTruncatedUpload }),
    ...(tlsMinVersion && { minVersion: tlsMinVersion === "1.3" ? "TLSv1.3" : "TLSv1.2" }),
    ...(tlsCiphers !== undefined && { ciphers: ciphersOf(tlsCiphers, messages) }),
    ...(tlsUnknownNames && { unknownNames: tlsUnknownNames }),
    ...(tlsClientCert && {
      clientCertificates: {
        want: tlsClientCert,
        ...(tlsClientCa !== undefined && { caFile: tlsClientCa }),
        ...(tlsClientLogin && { login: tlsClientLogin }),
      },
    }),
  };
}

/** The options, in the order of the help, and what stands in the arguments for them. */
const options = {
  listenTls: "--listen-tls",
  tlsKey: "--tls-key",
  tls: "--tls",
  tlsData: "--tls-data",
  tlsSessionReuse: "--tls-session-reuse",
  tlsTruncatedUpload: "--tls-truncated-upload",
  tlsMinVersion: "--tls-min-version",
  tlsCiphers: "--tls-ciphers",
  tlsClientCert: "--tls-client-cert",
  tlsClientCa: "--tls-client-ca",
  tlsClientLogin: "--tls-client-login",
  tlsUnknownNames: "--tls-unknown-names",
} as const satisfies Partial<Record<keyof TlsFlags, string>>;

/** What only a server with TLS has. */
const rules: ReadonlySet<string> = new Set(
  Object.values(options).filter((option) => option !== "--tls" && option !== "--tls-key"),
);

/** What cannot be, and how that is said; the first one counts. */
function refuseWhatCannotWork(flags: TlsFlags & OtherFlags, { tls: say }: Messages): void {
  const { tls: when, tlsCert, listen, listenTls, tlsClientCert, tlsClientCa, tlsClientLogin, accounts } = flags;
  const given = Object.entries(options).flatMap(([flag, option]) =>
    flags[flag as keyof typeof options] === undefined ? [] : [option],
  );
  const isOff = when === "off";
  const hasRules = given.find((option) => rules.has(option));
  const alone = isOff ? given.find((option) => option !== "--tls") : given[0];
  const isCommonName = tlsClientLogin === "common-name";
  const client = tlsClientCa !== undefined ? "--tls-client-ca" : tlsClientLogin && "--tls-client-login";
  const refusals: readonly (readonly [boolean, () => string])[] = [
    [!tlsCert && alone !== undefined, () => say.needsCertificate(alone ?? "")],
    [isOff && !listenTls && hasRules !== undefined, () => say.offLeavesNone(hasRules ?? "")],
    [isOff && listen !== undefined && flags.tlsData === "required", () => say.offAndData],
    [client !== undefined && !tlsClientCert, () => say.needs(client ?? "", "--tls-client-cert")],
    [isCommonName && tlsClientCa === undefined, () => say.needs("--tls-client-login common-name", "--tls-client-ca")],
    [tlsClientLogin !== undefined && accounts === undefined, () => say.needs("--tls-client-login", "--accounts")],
    [tlsClientCert === "ask" && accounts === undefined, () => say.needs("--tls-client-cert ask", "--accounts")],
    [
      tlsClientCert === "require" && tlsClientCa === undefined && accounts === undefined,
      () => say.needs("--tls-client-cert require", "--tls-client-ca"),
    ],
  ];
  const found = refusals.find(([cannotWork]) => cannotWork);
  if (found) throw new UsageError(found[1]());
}

/** The keys in the order of the certificates; without any, each is in its certificate's file. */
function certificatesOf(
  certs: readonly string[],
  keys: readonly string[] | undefined,
  { tls: say }: Messages,
): CertificateFile[] {
  if (!keys) return certs.map((cert) => ({ cert }));
  if (keys.length !== certs.length) throw new UsageError(say.notPaired(certs.length, keys.length));
  return certs.map((cert, i) => ({ cert, key: keys[i]! }));
}

function ciphersOf(ciphers: string, { tls: say }: Messages): string {
  try {
    tls.createSecureContext({ ciphers });
    return ciphers;
  } catch {
    throw new UsageError(say.notCiphers(ciphers));
  }
}
