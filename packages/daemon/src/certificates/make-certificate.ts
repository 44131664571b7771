import { createPublicKey, generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import type { CertificateName } from "./certificate-name.ts";

/** A clock that is behind by less than this takes a new certificate at once. */
const SLACK_MS = 60 * 60 * 1000;

const DAY_MS = 24 * 60 * 60 * 1000;

/** The longest common name (RFC 5280, ub-common-name). */
const MAX_COMMON_NAME = 64;

/** What a new certificate is like. */
export interface CertificateWish {
  /** Whom it is for; the first one is its common name too. */
  readonly names: readonly CertificateName[];
  /** Of its RSA key. */
  readonly bits: number;
  readonly days: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A certificate with its private key, as PEM. */
export interface MadeCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate for a server, signed by its own key. */
export async function makeCertificate({ names, bits, days, now }: CertificateWish): Promise<MadeCertificate> {
  // It is large, and needed nowhere else.
  const { default: forge } = await import("node-forge");
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: bits });
  const key = String(privateKey.export({ type: "pkcs8", format: "pem" }));
  const publicKey = String(createPublicKey(privateKey).export({ type: "spki", format: "pem" }));
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = serialNumber();
  certificate.validity.notBefore = new Date(now - SLACK_MS);
  certificate.validity.notAfter = new Date(now + days * DAY_MS);
  const first = names[0]?.text ?? "";
  const isName = first.length > 0 && first.length <= MAX_COMMON_NAME;
  const subject = [{ name: "commonName", value: isName ? first : "Twinport", valueTagClass: UTF8_STRING }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.setExtensions([
    { name: "basicConstraints", critical: true, cA: false },
    { name: "keyUsage", critical: true, digitalSignature: true, keyEncipherment: true },
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectAltName", altNames: names.map(altNameOf) },
    { name: "subjectKeyIdentifier" },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(key), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate).replaceAll("\r\n", "\n"), key };
}

/** ASN.1's tag; the default, a PrintableString, has neither `*` nor `_`. */
const UTF8_STRING = 12;

/** 16 bytes, of which the first is neither 0 nor negative: their number is the same in every certificate. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString("hex");
}

/** GeneralName: dNSName is 2, iPAddress is 7 (RFC 5280 §4.2.1.6). */
function altNameOf({ kind, text }: CertificateName): object {
  return kind === "address" ? { type: 7, ip: text } : { type: 2, value: text };
}
