import { X509Certificate, createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { CertificateFacts } from "./server-facts.ts";

/** A certificate's file, and that of its key where it is another. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key?: string;
}

const forbidden: ReadonlySet<unknown> = new Set(["EACCES", "EPERM"]);

/** Reads a certificate in PEM; its key is looked at only to see that the two belong together. */
export async function readCertificate(
  { cert: file, key }: CertificateFiles,
  passphrase: string | undefined,
): Promise<CertificateFacts> {
  try {
    const pem = await readFile(file);
    const certificate = new X509Certificate(pem);
    return {
      kind: "read",
      file,
      names: namesOf(certificate),
      from: Date.parse(certificate.validFrom),
      until: Date.parse(certificate.validTo),
      isOfKey: await isOfKey(certificate, key === undefined ? pem : readFile(key), passphrase),
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { kind: "unread", file, why: code ?? message, isForbidden: forbidden.has(code) };
  }
}

/** The names in subjectAltName; clients look at no other. */
function namesOf({ subjectAltName = "" }: X509Certificate): string[] {
  return subjectAltName.split(", ").flatMap((one) => /^(?:DNS|IP Address):(.+)$/.exec(one)?.[1] ?? []);
}

async function isOfKey(
  certificate: X509Certificate,
  pem: Buffer | Promise<Buffer>,
  passphrase: string | undefined,
): Promise<boolean | undefined> {
  try {
    const key = createPrivateKey({ key: await pem, ...(passphrase !== undefined && { passphrase }) });
    return certificate.checkPrivateKey(key);
  } catch {
    return undefined;
  }
}
