import { Writable } from "node:stream";
import { ClientError } from "./errors.ts";
import { FileReceiver } from "./file-receiver.ts";
import { hashLocal, hasher } from "./local-hash.ts";
import { localError } from "./sources.ts";
import { unlessAborted } from "./signal-relay.ts";
import type { ByteSink } from "@twinport/channel";
import type { HashAlgorithm, Hasher } from "./local-hash.ts";

/** Bytes that a stream is given at once. */
const PIECE = 256 * 1024;

/** Where a download can go: a local path, or a stream of either kind. */
export type DownloadTarget = string | Writable | WritableStream<Uint8Array>;

/** Where downloaded bytes are put. */
export interface Receiver {
  /** Bytes that an earlier program has left of just this: a resumed transfer begins there. */
  readonly begin: (remote?: RemoteVersion) => Promise<number>;
  /** Takes bytes from this one on. */
  readonly sink: (offset: number) => ByteSink;
  /** Bytes that it would rather take at once than fewer. */
  readonly chunk?: number;
  /** Whether it can begin anew at this byte. */
  readonly canRewind: (offset: number) => boolean;
  /** All is there: the name, and the time, are given. */
  readonly commit: (modified: number | undefined, signal?: AbortSignal) => Promise<void>;
  /** It will not be whole, because of this. */
  readonly abandon: (error?: unknown) => Promise<void>;
  /** Said before the first byte: what cannot be read again is hashed on its way. */
  readonly expectHash?: (algorithm: HashAlgorithm) => void;
  /** The hash of all that is there; undefined where it cannot be told. */
  readonly hash?: (algorithm: HashAlgorithm) => Promise<string | undefined>;
  /** What is there is wrong, and no beginning of anything. */
  readonly discard?: () => Promise<void>;
}

/** What is known of the file that will come. */
export interface RemoteVersion {
  /** Milliseconds since 1970. */
  readonly modified: number | undefined;
}

/** What was asked of a local file. */
export interface FileTargetOptions {
  readonly resume: boolean;
}

/** Makes a place ready. */
export function openTarget(target: DownloadTarget, options: FileTargetOptions): Receiver {
  if (typeof target === "string") return new FileReceiver(target, options);
  if (target instanceof Writable) return new StreamReceiver(target, { isOurs: false });
  return new StreamReceiver(Writable.fromWeb(target as never), { isOurs: true });
}

/** A stream: what it was given cannot be taken back. */
class StreamReceiver implements Receiver {
  readonly #stream: Writable;
  #given = 0;
  #hasher: Hasher | undefined;
  #hash: string | undefined;
  #failure: Error | undefined;
  #wake: () => void = () => {};
  readonly #isOurs: boolean;

  /** @param isOurs nobody else can end it: a Web stream is locked while it is written to */
  constructor(stream: Writable, { isOurs }: { isOurs: boolean }) {
    this.#stream = stream;
    this.#isOurs = isOurs;
    stream.on("error", this.#failed).on("close", this.#closed).on("drain", this.#drained);
    if (stream.destroyed) this.#failed(stream.errored ?? new Error("it was closed"));
  }

  readonly begin = async (): Promise<number> => 0;

  readonly sink = (): ByteSink => ({
    write: async (bytes) => {
      if (this.#failure) throw localError("the stream", this.#failure);
      this.#given += bytes.length;
      this.#hasher?.update(bytes);
      // Piece by piece: whoever reads slowly holds no more than the stream was told to.
      for (let at = 0; at < bytes.length; at += PIECE) await this.#write(bytes.subarray(at, at + PIECE));
    },
  });

  async #write(piece: Uint8Array): Promise<void> {
    // The bytes are the pump's, and used again when this is done: the stream may keep its own.
    if (this.#stream.write(Uint8Array.from(piece))) return;
    await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#failure) throw localError("the stream", this.#failure);
  }

  readonly canRewind = (offset: number): boolean => offset === this.#given;

  readonly commit = async (_modified?: number, signal?: AbortSignal): Promise<void> => {
    if (this.#failure) throw localError("the stream", this.#failure);
    // The process's own output stays open for others.
    if (this.#stream === process.stdout || this.#stream === process.stderr) return this.#release();
    const ended = new Promise<void>((resolve, reject) => {
      // Node gives the failure to the call-back, which is not in its types.
      const done = (cause?: Error | null): void => (cause ? reject(localError("the stream", cause)) : resolve());
      this.#stream.end(done);
    });
    // It may never take what it was given.
    if (signal) await unlessAborted(ended, signal);
    else await ended;
    if (signal?.aborted && !this.#stream.writableFinished) {
      ended.catch(() => {});
      throw new ClientError("aborted", {}, { cause: signal.reason });
    }
    this.#release();
  };

  readonly abandon = async (error?: unknown): Promise<void> => {
    if (this.#isOurs) this.#stream.destroy(error instanceof Error ? error : new Error("it was not written to its end"));
    else this.#release();
  };

  readonly #failed = (cause: Error): void => {
    this.#failure ??= cause;
    this.#wake();
  };

  readonly #closed = (): void => this.#failed(new Error("it was closed"));

  readonly #drained = (): void => this.#wake();

  /** It is its owner's again: one stream may be given many files, one after the other. */
  #release(): void {
    this.#stream.off("error", this.#failed).off("close", this.#closed).off("drain", this.#drained);
  }

  readonly expectHash = (algorithm: HashAlgorithm): void => {
    if (this.#given === 0) this.#hasher = hasher(algorithm);
  };

  readonly hash = async (algorithm: HashAlgorithm): Promise<string | undefined> =>
    this.#hasher?.algorithm === algorithm ? (this.#hash ??= this.#hasher.value()) : undefined;
}

/** Bytes in memory, at most so many. */
export class MemoryReceiver implements Receiver {
  readonly #most: number;
  readonly #path: string;
  #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(path: string, most: number) {
    this.#path = path;
    this.#most = most;
  }

  readonly begin = async (): Promise<number> => 0;

  readonly sink = (offset: number): ByteSink => {
    if (offset === 0) {
      this.#chunks = [];
      this.#size = 0;
    }
    return {
      write: (bytes) => {
        this.#size += bytes.length;
        if (this.#size > this.#most) {
          throw new ClientError("local-file", { path: this.#path, cause: `has more than ${this.#most} bytes` });
        }
        this.#chunks.push(Uint8Array.from(bytes));
      },
    };
  };

  readonly canRewind = (): boolean => true;
  readonly commit = async (): Promise<void> => {};
  readonly abandon = async (): Promise<void> => {};
  readonly hash = (algorithm: HashAlgorithm): Promise<string> => hashLocal(this.#chunks, algorithm);

  get bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}
