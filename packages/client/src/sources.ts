import { closeSync, openSync, readSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { ClientError } from "./errors.ts";
import type { Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { ByteSource } from "@twinport/channel";
import type { HashAlgorithm } from "./local-hash.ts";

/** What can be uploaded: a local path, bytes, or a stream of either kind; text counts as UTF-8. */
export type UploadSource =
  | string
  | Uint8Array
  | Blob
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>
  | ReadableStream<Uint8Array>;

/** A source that is opened anew for each attempt. */
export interface Repeatable {
  /** Bytes of the whole, where that is known. */
  readonly size: number | undefined;
  /** Milliseconds since 1970, of a file. */
  readonly modified: number | undefined;
  /** Whether it can give again what it has given up to now, from this byte on (default: from the first). */
  readonly canRepeat: (from?: number) => boolean;
  /** From this byte on. */
  readonly from: (offset: number) => ByteSource;
  /** Only the newest of what it gives is kept: a hash has to be taken on the way. */
  readonly isStream?: true;
  /** The hash of all that it has given, where that was taken on the way; undefined for another algorithm. */
  readonly hash?: (algorithm: HashAlgorithm) => Promise<string | undefined>;
  readonly close: () => Promise<void>;
}

/**
 * Makes a source ready. Nothing of a stream is read before a data connection asks for it.
 *
 * @throws {ClientError} `local-file`
 */
export async function openSource(source: UploadSource): Promise<Repeatable> {
  if (typeof source === "string") return fileSource(source);
  if (source instanceof Uint8Array) return bytesSource(source);
  if (source instanceof Blob) return new StreamSource(source.stream(), source.size);
  return new StreamSource(source, undefined);
}

/** A local file that something is wrong with, in the client's words. */
export function localError(path: string, cause: unknown): ClientError {
  return new ClientError(
    "local-file",
    { path, cause: cause instanceof Error ? cause.message : String(cause) },
    { cause },
  );
}

/** Files up to this size are read without a thread: that costs less than the way to one. */
const SMALL = 256 * 1024;

async function fileSource(path: string): Promise<Repeatable> {
  const small = openSmall(path);
  if (small) return small;
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (cause) {
    throw localError(path, cause);
  }
  const stats = await handle.stat();
  if (stats.isDirectory()) {
    await handle.close();
    throw localError(path, new Error("is a directory"));
  }
  if (!stats.isFile()) {
    // A pipe or a device: it can be read once, and from where it is.
    return new StreamSource(handle.createReadStream(), undefined, true);
  }
  return {
    size: stats.size,
    modified: stats.mtimeMs,
    canRepeat: () => true,
    from: (offset) => {
      let at = offset;
      return {
        expected: Math.max(0, stats.size - offset),
        async read(into) {
          try {
            const { bytesRead } = await handle.read(into, 0, into.length, at);
            at += bytesRead;
            return bytesRead;
          } catch (cause) {
            throw localError(path, cause);
          }
        },
      };
    },
    close: () => handle.close(),
  };
}

function openSmall(path: string): Repeatable | undefined {
  let file: number;
  let stats: Stats;
  try {
    // Not opened before it is known to be a file: opening a pipe would wait for its other end, and everybody with us.
    stats = statSync(path);
    if (!stats.isFile() || stats.size > SMALL) return undefined;
    file = openSync(path, "r");
  } catch (cause) {
    throw localError(path, cause);
  }
  return {
    size: stats.size,
    modified: stats.mtimeMs,
    canRepeat: () => true,
    from: (offset) => {
      let at = offset;
      return {
        expected: Math.max(0, stats.size - offset),
        read(into) {
          const count = readSync(file, into, 0, into.length, at);
          at += count;
          return count;
        },
      };
    },
    close: async () => closeSync(file),
  };
}

function bytesSource(bytes: Uint8Array): Repeatable {
  return {
    size: bytes.length,
    modified: undefined,
    canRepeat: () => true,
    from: (offset) => {
      let at = offset;
      return {
        expected: Math.max(0, bytes.length - offset),
        read(into) {
          const part = bytes.subarray(at, at + into.length);
          into.set(part);
          at += part.length;
          return part.length;
        },
      };
    },
    close: async () => {},
  };
}

/** Of a stream so much is kept that an upload can begin anew when its first bytes went nowhere. */
const KEPT = 4 * 1024 * 1024;

/** What can be read once: its beginning is kept, until that is too long. */
class StreamSource implements Repeatable {
  readonly size: number | undefined;
  readonly isStream = true;
  readonly modified = undefined;
  readonly #stream: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;
  #iterator: AsyncIterator<Uint8Array | string> | Iterator<Uint8Array | string> | undefined;
  /** What was read, from `#start` on; its beginning is dropped when it is too long. */
  #kept: Uint8Array[] = [];
  #start = 0;
  #end = 0;
  #isDone = false;
  #reading: Promise<void> | undefined;

  readonly #isOurs: boolean;

  /** @param isOurs nobody else closes it, also where nothing was read */
  constructor(
    stream: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
    size: number | undefined,
    isOurs = false,
  ) {
    this.#stream = stream;
    this.size = size;
    this.#isOurs = isOurs;
  }

  readonly canRepeat = (from = 0): boolean => from >= this.#start;

  readonly from = (offset: number): ByteSource => {
    if (!this.canRepeat(offset)) throw new ClientError("source-not-repeatable", { moved: this.#end });
    let at = offset;
    return {
      expected: this.size === undefined ? undefined : Math.max(0, this.size - offset),
      read: async (into) => {
        while (at >= this.#end && !this.#isDone) await this.#readOn();
        const piece = this.#pieceAt(at).subarray(0, into.length);
        into.set(piece);
        at += piece.length;
        return piece.length;
      },
    };
  };

  /** What is just being read is not waited for: it may never come. */
  async close(): Promise<void> {
    if (this.#isDone || (!this.#iterator && !this.#isOurs)) return;
    this.#isDone = true;
    if (this.#stream instanceof Readable) {
      // Its iterator would be waiting too; and whoever has given it away does not listen any more.
      this.#stream.on("error", () => {}).destroy();
      return;
    }
    const closing = Promise.resolve(this.#iterator?.return?.()).catch(() => {});
    if (!this.#reading) await closing;
  }

  /** Two who wait for the same bytes, one of them given up, do not read twice. */
  #readOn(): Promise<void> {
    return (this.#reading ??= this.#read().finally(() => (this.#reading = undefined)));
  }

  async #read(): Promise<void> {
    const { done, value } = await this.#next();
    if (done === true) {
      this.#isDone = true;
      return;
    }
    const chunk = typeof value === "string" ? new TextEncoder().encode(value) : value;
    this.#kept.push(chunk);
    this.#end += chunk.length;
    while (this.#end - this.#start > KEPT && this.#kept.length > 1) this.#start += this.#kept.shift()?.length ?? 0;
  }

  async #next(): Promise<IteratorResult<Uint8Array | string>> {
    try {
      return await (this.#iterator ??= iteratorOf(this.#stream)).next();
    } catch (cause) {
      throw localError("the source", cause);
    }
  }

  #pieceAt(at: number): Uint8Array {
    let start = this.#start;
    for (const chunk of this.#kept) {
      if (at < start + chunk.length) return chunk.subarray(at - start);
      start += chunk.length;
    }
    return new Uint8Array(0);
  }
}

function iteratorOf(stream: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>) {
  return Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
}
