import { constants, createDeflate, createInflate, createInflateRaw } from "node:zlib";
import { RemoteProtocolError } from "@twinport/protocol";
import type { Deflate, Inflate, InflateRaw } from "node:zlib";
import type { ByteSink, ByteSource, Clock, RateLimit } from "@twinport/channel";
import type { ReceivePlan, SendPlan } from "./transfer.ts";

/** Bytes that are read from a source at once, and that the engine gives at once. */
const PIECE = 64 * 1024;

/** After so much has been tried in vain, so much is sent as it is: a film or an archive does not become smaller. */
const TRIED = 512 * 1024;
const SPARED = 15 * TRIED;

/** What is not worth the trouble: more than this of what went in has come out. */
const IN_VAIN = 0.9;

/** What may come out of a stream however little has gone in. */
const FREE_BYTES = 64 * 1024 * 1024;

/** Beyond {@link FREE_BYTES} not more than so many times what has gone in; text and code come to a fifth of this. */
const MOST_TIMES = 200;

/** A plan in MODE Z: what its source gives goes out as one stream of zlib. `close` frees what that takes. */
export function deflating(plan: SendPlan, level: number): { readonly plan: SendPlan; readonly close: () => void } {
  const source = new DeflatedSource(plan.source, level);
  return { plan: { ...plan, source }, close: () => source.close() };
}

/** A plan in MODE Z: what comes is one stream of zlib, or of bare deflate, and what is in it goes to the sink. */
export function inflating(plan: ReceivePlan, rates: readonly RateLimit[], clock: Clock): ReceivePlan {
  const sink = new InflatedSink(plan.sink, rates, clock);
  return {
    ...plan,
    sink,
    commit: () => {
      sink.close();
      return plan.commit();
    },
    abandon: () => {
      sink.close();
      return plan.abandon();
    },
  };
}

/** Compresses what another source gives (draft-preston-ftpext-deflate §3.3). */
class DeflatedSource implements ByteSource {
  /** Nobody knows before it is done. */
  readonly expected = undefined;
  readonly #plain: ByteSource;
  readonly #engine: Deflate;
  readonly #level: number;
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);
  #isFed = false;
  #given = 0;

  constructor(plain: ByteSource, level: number) {
    this.#plain = plain;
    this.#level = level;
    this.#engine = createDeflate({ level, chunkSize: PIECE });
    // Whoever reads hears of a failure; after `close` nobody does.
    this.#engine.on("error", () => {});
    this.#pieces = this.#engine[Symbol.asyncIterator]();
  }

  async read(into: Uint8Array): Promise<number> {
    if (!this.#isFed) {
      this.#isFed = true;
      this.#feed().catch((error: unknown) => this.#engine.destroy(error as Error));
    }
    while (this.#rest.length === 0) {
      const next = await this.#pieces.next();
      if (next.done) return 0;
      this.#rest = next.value;
      this.#given += next.value.length;
    }
    const part = this.#rest.subarray(0, into.length);
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  close(): void {
    this.#engine.destroy();
  }

  async #feed(): Promise<void> {
    const piece = new Uint8Array(PIECE);
    let isPacking = true;
    let fedBefore = 0;
    let packedBefore = 0;
    while (!this.#engine.destroyed) {
      const count = await this.#plain.read(piece);
      if (this.#engine.destroyed) return;
      if (count === 0) {
        this.#engine.end();
        return;
      }
      await fed(this.#engine, piece.subarray(0, count));
      const since = this.#engine.bytesWritten - fedBefore;
      if (since < (isPacking ? TRIED : SPARED)) continue;
      const isWorthIt: boolean = !isPacking || this.#packed - packedBefore < since * IN_VAIN;
      if (isWorthIt !== isPacking) await this.#pack((isPacking = isWorthIt));
      fedBefore = this.#engine.bytesWritten;
      packedBefore = this.#packed;
    }
  }

  /** Bytes that have come out of the engine. */
  get #packed(): number {
    return this.#given + this.#engine.readableLength;
  }

  /** From now on: compress, or put what comes into the stream as it is. */
  #pack(isPacking: boolean): Promise<void> {
    return unlessClosed(this.#engine, (done) => {
      this.#engine.params(isPacking ? this.#level : constants.Z_NO_COMPRESSION, constants.Z_DEFAULT_STRATEGY, done);
    });
  }
}

/** Done when the engine has taken all the bytes: they may be reused. It takes them only as fast as it is read from. */
function fed(engine: Deflate | Inflate | InflateRaw, bytes: Uint8Array): Promise<void> {
  return unlessClosed(engine, (done) => engine.write(bytes, done));
}

/** An engine that fails in the middle of something never calls back. */
function unlessClosed(
  engine: Deflate | Inflate | InflateRaw,
  act: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = (): void => reject(engine.errored ?? new Error("the engine was closed"));
    engine.once("close", closed);
    act((error) => {
      engine.off("close", closed);
      if (error) reject(error);
      else resolve();
    });
  });
}

/**
 * Expands what comes and hands it on. What comes out counts: it must keep to the rate as what comes in does, and may
 * not be out of all proportion to it. A stream that is broken, cut off, or goes on behind its end is an error.
 */
class InflatedSink implements ByteSink {
  readonly #plain: ByteSink;
  readonly #rates: readonly RateLimit[];
  readonly #clock: Clock;
  #engine: Inflate | InflateRaw | undefined;
  #emptied: Promise<void> | undefined;
  #head: Uint8Array = new Uint8Array(0);
  #in = 0;
  #out = 0;
  #isOver = false;
  #failure: Error | undefined;

  constructor(plain: ByteSink, rates: readonly RateLimit[], clock: Clock) {
    this.#plain = plain;
    this.#rates = rates;
    this.#clock = clock;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#in += bytes.length;
    if (this.#engine) return this.#feed(bytes);
    this.#head = joined(this.#head, bytes);
    if (this.#head.length < 2) return;
    this.#start();
    await this.#feed(this.#head);
    this.#head = new Uint8Array(0);
  }

  async end(): Promise<void> {
    // Some clients send nothing at all for an empty file.
    if (this.#in > 0) {
      if (!this.#engine) throw new RemoteProtocolError("deflate-cut-off", {});
      this.#engine.end();
      await this.#emptied;
      if (this.#failure) throw this.#failure;
      if (this.#engine.bytesWritten < this.#in) throw new RemoteProtocolError("deflate-goes-on", {});
    }
    await this.#plain.end?.();
  }

  /** Nothing more reaches the sink. */
  close(): void {
    this.#isOver = true;
    this.#engine?.destroy();
  }

  #start(): void {
    const engine = (isZlib(this.#head) ? createInflate : createInflateRaw)({ chunkSize: PIECE });
    this.#engine = engine;
    this.#emptied = this.#empty(engine).catch((error: unknown) => {
      this.#failure ??= meaningOf(error);
      engine.destroy();
    });
  }

  async #feed(bytes: Uint8Array): Promise<void> {
    try {
      await fed(this.#engine!, bytes);
    } catch (error) {
      await this.#emptied;
      throw this.#failure ?? error;
    }
    if (this.#failure) throw this.#failure;
    if (this.#engine!.bytesWritten < this.#in) throw new RemoteProtocolError("deflate-goes-on", {});
  }

  async #empty(engine: Inflate | InflateRaw): Promise<void> {
    for await (const piece of engine as AsyncIterable<Uint8Array>) {
      if (this.#isOver) return;
      this.#out += piece.length;
      if (this.#out > FREE_BYTES && this.#out > this.#in * MOST_TIMES) {
        throw new RemoteProtocolError("deflate-expands", { times: MOST_TIMES });
      }
      await this.#pace(piece.length);
      if (this.#isOver) return;
      await this.#plain.write(piece);
    }
  }

  /** What came in was counted when it came. */
  async #pace(bytes: number): Promise<void> {
    const extra = Math.max(0, Math.min(bytes, this.#out - this.#in));
    const wait = extra === 0 ? 0 : Math.max(0, ...this.#rates.map((rate) => rate.spend(extra)));
    if (wait > 0) await new Promise<void>((resolve) => this.#clock.after(wait, resolve));
  }
}

/** Whether a stream begins as zlib has it (RFC 1950 §2.2); no deflate that programs write begins like this. */
function isZlib([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && first >> 4 <= 7 && ((first << 8) | second) % 31 === 0;
}

/** What the engine says of a stream, in our words; another's error as it is. */
function meaningOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error("the sink has failed", { cause: error });
  const code = "code" in error ? error.code : undefined;
  if (typeof code !== "string" || !code.startsWith("Z_")) return error;
  return new RemoteProtocolError(code === "Z_BUF_ERROR" ? "deflate-cut-off" : "deflate-broken", {}, { cause: error });
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
