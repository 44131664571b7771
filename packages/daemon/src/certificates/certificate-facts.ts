import { createHash } from "node:crypto";
import { parseIp } from "@twinport/protocol";
import type { X509Certificate } from "node:crypto";

/** A certificate as an operator wants to see it. */
export interface CertificateFacts {
  /** Host names and addresses that it is for. */
  readonly names: readonly string[];
  /** The SHA-256 of the certificate, as `--pin` takes it. */
  readonly fingerprint: string;
  /** `sha256//` and the SHA-256 of its public key, which `--pin` takes too: a renewed certificate may keep its key. */
  readonly keyPin: string;
  /** Milliseconds since 1970. */
  readonly validFrom: number;
  /** Milliseconds since 1970. */
  readonly validTo: number;
  readonly isSelfSigned: boolean;
}

export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  const spki = certificate.publicKey.export({ type: "spki", format: "der" });
  return {
    names: namesOf(certificate),
    fingerprint: certificate.fingerprint256,
    keyPin: `sha256//${createHash("sha256").update(spki).digest("base64")}`,
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
    isSelfSigned: certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey),
  };
}

/** Names in quotes have letters in them that no host has. Node does not shorten an IPv6 address. */
function namesOf({ subjectAltName = "" }: X509Certificate): string[] {
  const names = [...subjectAltName.matchAll(/(?:^|, )(?:DNS|IP Address):([^",]+)/g)].map(([, name]) => name!);
  return names.map((name) => parseIp(name)?.text ?? name.toLowerCase());
}

/** Whether it is for a host or an address. */
export function isFor({ names }: CertificateFacts, host: string): boolean {
  const lower = host.toLowerCase();
  const parent = lower.slice(lower.indexOf(".") + 1);
  return names.some((name) => name === lower || (name.startsWith("*.") && name.slice(2) === parent));
}

/** The day on which a certificate, or anything, ends: `2027-01-31`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
