import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { crc32 } from "node:zlib";
import { localError } from "./sources.ts";

/** What files can be compared by; the strong ones first. */
export type HashAlgorithm = "sha256" | "sha512" | "sha1" | "md5" | "crc32";

/** The algorithms, in the order in which they are chosen where a server offers several. */
export const hashAlgorithms: readonly HashAlgorithm[] = ["sha256", "sha512", "sha1", "md5", "crc32"];

/** Hex digits of a value. */
export const hashDigits: Readonly<Record<HashAlgorithm, number>> = {
  sha256: 64,
  sha512: 128,
  sha1: 40,
  md5: 32,
  crc32: 8,
};

/** Takes bytes in their order, and tells their hash in lower hex. */
export interface Hasher {
  readonly algorithm: HashAlgorithm;
  update(bytes: Uint8Array): void;
  /** Of what was taken up to now; it is the last call. */
  value(): string;
}

/** A hash to be fed. */
export function hasher(algorithm: HashAlgorithm): Hasher {
  if (algorithm !== "crc32") {
    const hash = createHash(algorithm);
    return { algorithm, update: (bytes) => void hash.update(bytes), value: () => hash.digest("hex") };
  }
  let sum = 0;
  return {
    algorithm,
    update: (bytes) => (sum = crc32(bytes, sum)),
    value: () => sum.toString(16).padStart(8, "0"),
  };
}

/**
 * The hash of a local file, of bytes, or of what a stream gives.
 *
 * @param what a path, bytes, or anything that gives bytes
 * @throws {ClientError} `local-file`
 */
export async function hashLocal(
  what: string | Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  algorithm: HashAlgorithm,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<string> {
  const hash = hasher(algorithm);
  if (what instanceof Uint8Array) {
    hash.update(what);
    return hash.value();
  }
  if (typeof what !== "string") {
    for await (const bytes of what) {
      signal?.throwIfAborted();
      hash.update(bytes);
    }
    return hash.value();
  }
  try {
    for await (const bytes of createReadStream(what, { highWaterMark: 256 * 1024, signal })) hash.update(bytes);
  } catch (cause) {
    throw localError(what, cause);
  }
  return hash.value();
}
