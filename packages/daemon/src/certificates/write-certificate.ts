import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import type { MadeCertificate } from "./make-certificate.ts";

/** Where a certificate and its key are. */
export interface CertificatePlace {
  readonly cert: string;
  readonly key: string;
}

/** The names that a certificate and its key have in a folder. */
export function certificatePlace(folder: string): CertificatePlace {
  return { cert: path.join(folder, "twinport-cert.pem"), key: path.join(folder, "twinport-key.pem") };
}

/** What of them is there already. */
export async function filesThere({ cert, key }: CertificatePlace): Promise<string[]> {
  const there = await Promise.all([cert, key].map((file) => fs.lstat(file).then(...yesOrNo)));
  return [cert, key].filter((_file, i) => there[i]);
}

const yesOrNo = [() => true, () => false] as const;

/**
 * Writes a certificate and its key, and makes the folder if it is not there. The key is its owner's alone from its first byte on,
 * whatever stood there before, and each file is there as a whole or not at all.
 *
 * @throws {Error} the system's; `EEXIST` where one of the files is there, and `replace` is not asked for
 */
export async function writeCertificate(
  place: CertificatePlace,
  { cert, key }: MadeCertificate,
  { replace }: { readonly replace: boolean },
): Promise<void> {
  await fs.mkdir(path.dirname(place.cert)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  // The key first: a server that looks between the two waits for the certificate that fits it.
  await put(place.key, key, 0o600, replace);
  await put(place.cert, cert, 0o644, replace);
}

async function put(file: string, text: string, mode: number, replace: boolean): Promise<void> {
  const next = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}`);
  try {
    const handle = await fs.open(next, "wx", mode & 0o600);
    try {
      await handle.writeFile(text);
      // Whatever the umask is.
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A link is not made over a file that is there.
    await (replace ? fs.rename(next, file) : fs.link(next, file));
  } finally {
    await fs.rm(next, { force: true });
  }
}
