import { X509Certificate, createPrivateKey } from "node:crypto";
import fs from "node:fs/promises";
import process from "node:process";
import tls from "node:tls";
import { CertificateError } from "../errors.ts";
import { certificateFacts } from "./certificate-facts.ts";
import type { KeyObject } from "node:crypto";
import type { ServerCertificate } from "@twinport/channel";
import type { CertificateFacts } from "./certificate-facts.ts";

/** Far more than a certificate with its chain has. */
const MAX_BYTES = 1024 * 1024;

/** Readable by everybody on the machine; a group may be that of those who are to read keys. */
const OF_EVERYBODY = 0o004;

/** The files of one certificate. */
export interface CertificateFile {
  /** PEM: the certificate, then what leads to its authority. */
  readonly cert: string;
  /** PEM; without it, the key is in the certificate's file. */
  readonly key?: string;
}

/** A certificate that can be used. */
export interface ReadCertificate {
  readonly certificate: ServerCertificate;
  readonly facts: CertificateFacts;
  readonly isKeyOpen: boolean;
}

/** What a certificate is read with. */
export interface ReadingOptions {
  /** Of the keys that are encrypted. */
  readonly passphrase?: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Reads a certificate and its key, and sees that they can be used together, now.
 *
 * @throws {CertificateError}
 */
export async function readCertificate(
  file: CertificateFile,
  { passphrase, now }: ReadingOptions,
): Promise<ReadCertificate> {
  const shown = await readPem(file.cert);
  const chain = certificatesIn(shown.text, file.cert);
  const kept = file.key === undefined ? shown : await readPem(file.key);
  const keyFile = file.key ?? file.cert;
  const key = privateKeyIn(kept.text, keyFile);
  const privateKey = opened(key, passphrase, keyFile);
  const leaf = chain[0]!;
  if (!leaf.checkPrivateKey(privateKey)) {
    const other = chain.findIndex((one) => one.checkPrivateKey(privateKey));
    throw new CertificateError(other === -1 ? "key-does-not-fit" : "not-first", { file: file.cert, keyFile });
  }
  const facts = certificateFacts(leaf);
  if (facts.validTo <= now) throw new CertificateError("expired", { file: file.cert, time: facts.validTo });
  const isEncrypted = passphrase !== undefined && isEncryptedKey(key);
  const certificate = {
    cert: chain.map((one) => one.toString()).join(""),
    key,
    ...(isEncrypted && { passphrase }),
  };
  try {
    // OpenSSL has an opinion of weak keys and outdated signatures.
    tls.createSecureContext(certificate);
  } catch (cause) {
    throw new CertificateError("refused", { file: file.cert, cause: (cause as Error).message }, { cause });
  }
  return { certificate, facts, isKeyOpen: process.platform !== "win32" && (kept.mode & OF_EVERYBODY) !== 0 };
}

/**
 * Reads the certificates of authorities.
 *
 * @throws {CertificateError}
 */
export async function readAuthorities(file: string): Promise<string> {
  const { text } = await readPem(file);
  return certificatesIn(text, file)
    .map((one) => one.toString())
    .join("");
}

async function readPem(file: string): Promise<{ readonly text: string; readonly mode: number }> {
  try {
    await using handle = await fs.open(file, "r");
    const { size, mode } = await handle.stat();
    if (size > MAX_BYTES) throw new CertificateError("too-large", { file });
    return { text: await handle.readFile("latin1"), mode };
  } catch (cause) {
    if (cause instanceof CertificateError) throw cause;
    const errno = String((cause as NodeJS.ErrnoException).code);
    throw new CertificateError("not-readable", { file, cause: errno }, { cause });
  }
}

/** The blocks of a kind, each from its first line to its last. */
function blocksIn(text: string, kind: RegExp): string[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^]*?-----END \1-----/g)]
    .filter(([, label]) => kind.test(label!))
    .map(([block]) => `${block}\n`);
}

function certificatesIn(text: string, file: string): X509Certificate[] {
  const blocks = blocksIn(text, /^(?:X509 |TRUSTED )?CERTIFICATE$/);
  if (blocks.length === 0) throw new CertificateError("no-certificate", { file });
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new CertificateError("broken", { file, cause: (cause as Error).message }, { cause });
    }
  });
}

function privateKeyIn(text: string, file: string): string {
  const [key] = blocksIn(text, /PRIVATE KEY$/);
  if (key === undefined) throw new CertificateError("no-key", { file });
  return key;
}

function isEncryptedKey(pem: string): boolean {
  return /BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(pem);
}

function opened(pem: string, passphrase: string | undefined, file: string): KeyObject {
  const isEncrypted = isEncryptedKey(pem);
  if (isEncrypted && passphrase === undefined) throw new CertificateError("passphrase-missing", { file });
  try {
    return createPrivateKey({ key: pem, ...(isEncrypted && passphrase !== undefined && { passphrase }) });
  } catch (cause) {
    if (isEncrypted) throw new CertificateError("passphrase-wrong", { file }, { cause });
    throw new CertificateError("broken", { file, cause: (cause as Error).message }, { cause });
  }
}
