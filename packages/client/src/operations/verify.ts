import { ClientError } from "../errors.ts";
import { algorithmsOf, remoteHash } from "./hash.ts";
import { hasher } from "../local-hash.ts";
import { sizeOf } from "./stat.ts";
import type { ClientCore } from "../core.ts";
import type { HashAlgorithm } from "../local-hash.ts";
import type { Receiver } from "../targets.ts";
import type { Repeatable } from "../sources.ts";

/** What a transfer is compared by. */
export type Verify = "size" | "hash" | "nothing";

/** What is known of a download that is to be compared. */
export interface DownloadToVerify {
  /** Bytes that are there. */
  readonly position: number;
  /** Bytes that there should be, where the server tells. */
  readonly size: number | undefined;
  readonly receiver: Pick<Receiver, "hash" | "discard">;
  readonly verify: Verify;
}

/** What is known of an upload that is to be compared. */
export interface UploadToVerify {
  /** Bytes that the remote file should have. */
  readonly expected: number;
  /** Where the hash comes from; undefined where the remote file is more than what was sent. */
  readonly source: Repeatable | undefined;
  readonly verify: Verify;
}

/** What a hash is computed by on the way, where nothing can be read again; undefined where the server offers none. */
export async function hashToExpect(
  core: ClientCore,
  verify: Verify,
  signal: AbortSignal,
): Promise<HashAlgorithm | undefined> {
  return verify === "hash" ? algorithmsOf(await core.session(signal))[0] : undefined;
}

/**
 * Compares what has arrived with what the server has; gives by what.
 *
 * @throws {ClientError} `size-differs`, `hash-differs`; what is there is thrown away then
 */
export async function verifyDownload(
  core: ClientCore,
  path: string,
  { position, size, verify, receiver }: DownloadToVerify,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (verify === "nothing") return undefined;
  if (size !== undefined && position !== size) {
    throw new ClientError("size-differs", { path, expected: size, got: position });
  }
  const bySize = size === undefined ? undefined : "size";
  if (verify === "size") return bySize;
  const remote = await remoteHash(core, path, { size: position }, signal);
  const got = remote && (await receiver.hash?.(remote.algorithm));
  if (!remote || got === undefined) return withoutHash(core, path, bySize);
  if (got === remote.value) return remote.algorithm;
  // A resumed transfer would go on with it, and fail for ever.
  await receiver.discard?.();
  throw new ClientError("hash-differs", { path, algorithm: remote.algorithm, expected: remote.value, got });
}

/**
 * Compares what the server has now with what was sent; gives by what.
 *
 * @throws {ClientError} `size-differs`, `hash-differs`
 */
export async function verifyUpload(
  core: ClientCore,
  path: string,
  { expected, source, verify }: UploadToVerify,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (verify === "nothing") return undefined;
  const there = await sizeOf(core, path, signal);
  if (there !== undefined && there !== expected) {
    throw new ClientError("size-differs", { path, expected, got: there });
  }
  const bySize = there === undefined ? undefined : "size";
  if (verify === "size") return bySize;
  const remote = source && (await remoteHash(core, path, { size: expected }, signal));
  const sent = remote && (await (source.hash ?? hashBy(source))(remote.algorithm));
  if (!remote || sent === undefined) return withoutHash(core, path, bySize);
  if (sent === remote.value) return remote.algorithm;
  throw new ClientError("hash-differs", { path, algorithm: remote.algorithm, expected: sent, got: remote.value });
}

function withoutHash(core: ClientCore, path: string, by: string | undefined): string | undefined {
  core.context.warn({ code: "hash-not-offered", facts: { path, compared: by ?? "nothing" } });
  return by;
}

/** Reads a source again. */
function hashBy(source: Repeatable): (algorithm: HashAlgorithm) => Promise<string | undefined> {
  return async (algorithm) => {
    if (!source.canRepeat()) return undefined;
    const hash = hasher(algorithm);
    const from = source.from(0);
    const into = new Uint8Array(256 * 1024);
    for (;;) {
      const count = await from.read(into);
      if (count === 0) return hash.value();
      hash.update(into.subarray(0, count));
    }
  };
}
