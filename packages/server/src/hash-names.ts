/** Hashes by the names that HASH and FEAT have for them, and as the worker knows them; the first is the default. */
const algorithms = {
  "SHA-256": "sha256",
  "SHA-512": "sha512",
  "SHA-1": "sha1",
  MD5: "md5",
  CRC32: "crc32",
} as const;

/** A hash as HASH and FEAT name it. */
export type HashName = keyof typeof algorithms;

export const hashNames = Object.keys(algorithms) as readonly HashName[];

/** What HASH computes where OPTS HASH has not said otherwise. */
export const defaultHash: HashName = "SHA-256";

/** A hash by its name in any case. */
export function hashNamed(text: string): HashName | undefined {
  return hashNames.find((name) => name === text.toUpperCase());
}

/** As the worker knows it. */
export function algorithmOf(name: HashName): string {
  return algorithms[name];
}

/** The line of FEAT: all of them, the chosen one marked with a star (draft-bryan-ftpext-hash §3.1). */
export function formatHashFeature(chosen: HashName): string {
  return `HASH ${hashNames.map((name) => (name === chosen ? `${name}*` : name)).join(";")}`;
}
