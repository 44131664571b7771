import { ServerIdentity } from "@twinport/channel";
import { ConfigError } from "./errors.ts";
import type { ServerCertificate } from "@twinport/channel";
import type { SessionReuse, TlsNeed, TlsOptions } from "./tls-options.ts";

/** {@link TlsOptions} with everything decided. */
export interface TlsSettings {
  readonly identity: ServerIdentity;
  readonly login: TlsNeed;
  readonly data: TlsNeed;
  readonly sessionReuse: SessionReuse;
  readonly truncatedUploads: "fail" | "accept";
  /** A password alone lets nobody in: the certificate that was shown must be trusted too. */
  readonly requiresCertificate: boolean;
  /** A certificate lets in the account that is called as its common name. */
  readonly loginByName: boolean;
  readonly handshakeSeconds: number;
}

/**
 * Reads the options once.
 *
 * @throws {ConfigError} `certificate-not-valid`, `limit-not-valid`
 */
export function tlsSettingsOf(options: TlsOptions): TlsSettings {
  const { certificates, clientCertificates, minVersion, maxVersion, ciphers, unknownNames } = options;
  const handshakeSeconds = options.handshakeSeconds ?? 20;
  if (!(handshakeSeconds > 0))
    throw new ConfigError("limit-not-valid", { name: "handshakeSeconds", value: handshakeSeconds });
  const clients = clientCertificates && { want: clientCertificates.want, ca: clientCertificates.ca };
  const requiresCertificate = clientCertificates?.want === "require";
  return {
    identity: valid(() => new ServerIdentity({ certificates, clients, minVersion, maxVersion, ciphers, unknownNames })),
    // In clear nobody can show one.
    login: requiresCertificate ? "required" : (options.login ?? "optional"),
    data: options.data ?? "optional",
    sessionReuse: options.sessionReuse ?? "prefer",
    truncatedUploads: options.truncatedUploads ?? "fail",
    requiresCertificate,
    loginByName: clientCertificates?.login === "common-name",
    handshakeSeconds,
  };
}

/** @throws {ConfigError} `certificate-not-valid`; then nothing has changed */
export function replaceCertificates({ identity }: TlsSettings, certificates: readonly ServerCertificate[]): void {
  valid(() => identity.replace(certificates));
}

function valid<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new ConfigError("certificate-not-valid", { cause: (error as Error).message });
  }
}
