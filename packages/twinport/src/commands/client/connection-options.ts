import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { UsageError } from "../../usage-error.ts";
import { parseBytes, parseCount, parsePorts, parseSeconds } from "./quantity.ts";
import { proxyFromEnvironment } from "./proxy-choice.ts";
import type { ClientOptions, ClientTimeouts, FtpUrl } from "@twinport/client";
import type { ConnectionFlags } from "./connection-flags.ts";
import type { Messages } from "../../messages/index.ts";

/** How to connect as far as arguments and environment say; who logs in is another matter. */
export type Connecting = Omit<ClientOptions, "user" | "password" | "account" | "memory" | "signal">;

/**
 * How to connect to the server of a URL.
 *
 * @throws {UsageError} for an option that cannot be
 */
export function connectingTo(
  url: FtpUrl,
  flags: ConnectionFlags,
  environment: NodeJS.ProcessEnv,
  messages: Messages,
): Connecting {
  const { usage } = messages.client;
  const { host, port } = url;
  const tls = flags.tls ?? url.tls ?? "off";
  if (flags.ipv4 && flags.ipv6) throw new UsageError(usage.bothFamilies);
  const activePorts = read(flags.activePorts, parsePorts, usage.notARange);
  const limitRate = read(flags.limitRate, parseBytes, usage.notARate);
  const seconds = read(flags.timeout, parseSeconds, (value) => usage.notSeconds("--timeout", value));
  const retries = read(flags.retries, (value) => parseCount(value, 0), usage.notRetries);
  const family = flags.ipv4 ? 4 : flags.ipv6 ? 6 : undefined;
  const target = { host, port: port ?? (tls === "implicit" ? 990 : 21) };
  const proxy = flags.proxy ?? proxyFromEnvironment(environment, target) ?? false;
  return {
    host,
    ...(port !== undefined && { port }),
    tls,
    trust: trustOf(flags, messages),
    clearData: flags.clearData ?? false,
    mode: flags.mode,
    ...(flags.prefer && { prefer: flags.prefer }),
    ...(activePorts && { activePorts }),
    ...(flags.activeAddress !== undefined && { activeAddress: flags.activeAddress }),
    allowSeparateTransferHost: flags.allowSeparateTransferHost ?? false,
    proxy,
    ...(family && { family }),
    ...(flags.charset !== undefined && { charset: flags.charset }),
    ...(seconds !== undefined && { timeouts: allWaits(seconds) }),
    ...(retries !== undefined && { retries }),
    ...(limitRate !== undefined && { limitRate }),
  };
}

/** The SHA-256 of a certificate in hex, or of its public key in base64. */
const PIN = /^(?:(?:[0-9a-f]{2}:?){32}|sha256\/\/[0-9a-z+/]{43}=)$/i;

function allWaits(seconds: number): ClientTimeouts {
  return { connect: seconds, reply: seconds, data: seconds, search: seconds };
}

function trustOf(
  { ca, cert, key, pin, insecure }: ConnectionFlags,
  messages: Messages,
): NonNullable<ClientOptions["trust"]> {
  const { usage } = messages.client;
  if ((cert === undefined) !== (key === undefined)) throw new UsageError(usage.certNeedsKey);
  const notAPin = pin?.find((one) => !PIN.test(one));
  if (notAPin !== undefined) throw new UsageError(usage.notAPin(notAPin));
  const ofFiles = {
    ...(ca !== undefined && { ca: readFileSync(ca) }),
    ...(cert !== undefined && { cert: readFileSync(cert) }),
    ...(key !== undefined && { key: readFileSync(key) }),
  };
  try {
    // Only to see whether they can be used: each connection makes its own.
    createSecureContext(ofFiles);
    // Of a file without a certificate OpenSSL says nothing.
    if (ofFiles.ca) new X509Certificate(ofFiles.ca);
  } catch (error) {
    throw new UsageError(usage.notUsableForTls(error instanceof Error ? error.message : String(error)));
  }
  return { ...ofFiles, ...(pin && { pin }), ...(insecure && { insecure }) };
}

function read<Value>(
  written: string | undefined,
  parse: (written: string) => Value | undefined,
  refuse: (written: string) => string,
): Value | undefined {
  if (written === undefined) return undefined;
  const value = parse(written);
  if (value === undefined) throw new UsageError(refuse(written));
  return value;
}
