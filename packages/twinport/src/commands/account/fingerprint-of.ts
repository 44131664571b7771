import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseFingerprint } from "@twinport/accounts";
import { UsageError } from "../../usage-error.ts";
import type { Messages } from "../../messages/index.ts";

/**
 * The fingerprint that is written, or that of the certificate in a file (PEM or DER; of several, the first).
 *
 * @throws {UsageError}
 */
export async function fingerprintOf(written: string, { account: say }: Messages): Promise<string> {
  const fingerprint = parseFingerprint(written);
  if (fingerprint !== undefined) return fingerprint;
  try {
    return new X509Certificate(await readFile(written)).fingerprint256;
  } catch (cause) {
    throw new UsageError(say.notACertificate(written, (cause as Error).message));
  }
}
