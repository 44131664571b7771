import { describe } from "../describe.ts";
import { CertificateError, DaemonError } from "../errors.ts";
import { CertificateFiles } from "./certificate-files.ts";
import { readAuthorities } from "./read-certificate.ts";
import type { ClientCertificates, TlsOptions } from "@twinport/server";
import type { CertificateFilesOptions } from "./certificate-files.ts";
import type { CertificateFile } from "./read-certificate.ts";

/** What the daemon is told of TLS. */
export interface TlsSettings extends Omit<TlsOptions, "certificates" | "clientCertificates"> {
  readonly certificates: readonly CertificateFile[];
  /** Of the keys that are encrypted. */
  readonly passphrase?: string;
  readonly clientCertificates?: Omit<ClientCertificates, "ca"> & { readonly caFile?: string };
}

/** What becomes of it. */
export interface LoadedTls {
  readonly files: CertificateFiles;
  readonly options: TlsOptions;
}

/**
 * Reads all that TLS needs.
 *
 * @throws {DaemonError} `certificate-not-usable`
 */
export async function loadTls(
  { certificates, passphrase, clientCertificates, ...rest }: TlsSettings,
  setting: Pick<CertificateFilesOptions, "log" | "messages" | "clock">,
): Promise<LoadedTls> {
  try {
    const own = passphrase === undefined ? {} : { passphrase };
    const files = await CertificateFiles.load({ files: certificates, ...own, ...setting });
    const clients = clientCertificates && (await clientsOf(clientCertificates));
    const options = { ...rest, certificates: files.certificates };
    return { files, options: clients ? { ...options, clientCertificates: clients } : options };
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw new DaemonError("certificate-not-usable", describe(error, setting.messages), { cause: error });
  }
}

async function clientsOf({
  caFile,
  ...clients
}: NonNullable<TlsSettings["clientCertificates"]>): Promise<ClientCertificates> {
  return caFile === undefined ? clients : { ...clients, ca: await readAuthorities(caFile) };
}
