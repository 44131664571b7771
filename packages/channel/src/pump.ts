import type { ChannelError } from "./errors.ts";
import type { BufferBudget, LentBuffer } from "./buffer-budget.ts";
import type { Clock } from "./clock.ts";
import type { DataConnection } from "./data-connection.ts";
import type { Rate } from "./rate-limit.ts";

/** Where bytes to be sent come from. Results may be there at once. */
export interface ByteSource {
  /** Fills the buffer from its start and gives the bytes filled; 0 at the end. */
  read(into: Uint8Array): number | Promise<number>;
  /** How much it will give, if that is known: small things then take one small buffer and one system call. */
  readonly expected: number | undefined;
}

/** Where received bytes go. */
export interface ByteSink {
  /** Takes all the bytes; when it is done they may be reused. It may change them meanwhile. */
  write(bytes: Uint8Array): void | Promise<void>;
  /** Writes what it has held back; called once, after the last byte. */
  end?(): void | Promise<void>;
}

/** What one pass of the pump needs. */
export interface PumpOptions {
  readonly connection: DataConnection;
  readonly buffers: BufferBudget;
  readonly clock: Clock;
  /** Seconds without a byte after which the peer is given up. */
  readonly stallSeconds: number;
  readonly rate?: Rate | undefined;
  /**
   * Bytes that are received before they must be written (default 256 KiB, of which the second half of a large upload is
   * still in the processor's cache). Who receives one thing at a time takes more: fewer turns for the same bytes.
   */
  readonly receiveChunk?: number | undefined;
  /** Called for each piece that has moved, with its bytes. */
  readonly onMoved: (bytes: number) => void;
}

const SEND_CHUNK = 1024 * 1024;
const RECEIVE_CHUNK = 256 * 1024;

/** Bytes after which the event loop gets a turn, should everything have been there at once. */
const TURN = 4 * 1024 * 1024;

/**
 * Sends all that the source has, and the end of data. Done when the last byte is with the kernel: the peer need not
 * close first. One buffer is filled while the other is on its way.
 *
 * @throws {ChannelError} `data-reset`, `data-stalled`, or what the connection was ended with; or the source's error
 */
export async function sendAll(source: ByteSource, options: PumpOptions): Promise<void> {
  const { connection, buffers, rate } = options;
  const wanted = Math.min(SEND_CHUNK, source.expected ?? SEND_CHUNK);
  const lent = [buffers.lend(wanted)];
  let isOurTurn = false;
  let failure: ChannelError | undefined;
  const forget = connection.onFailure((error) => (failure = error));
  connection.limitStall(options.stallSeconds, () => isOurTurn);
  let flushing: Promise<void> | undefined;
  let reading: Promise<unknown> | undefined;
  let sinceTurn = 0;
  let sent = 0;
  try {
    for (let turn = 0; ; turn ^= 1) {
      const buffer = (lent[turn] ??= buffers.lend(wanted));
      isOurTurn = true;
      const into = rate ? buffer.bytes.subarray(0, rate.piece) : buffer.bytes;
      const filled = source.read(into);
      if (typeof filled !== "number") reading = filled;
      const count = typeof filled === "number" ? filled : await unlessFailed(filled, connection);
      isOurTurn = false;
      if (failure) throw failure;
      if (count === 0) break;
      if (flushing) await flushing;
      if (rate) {
        isOurTurn = true;
        await wait(options, rate.spend(count));
        isOurTurn = false;
      }
      sent += count;
      const piece = buffer.bytes.subarray(0, count);
      options.onMoved(count);
      if (sent === source.expected && count < into.length) {
        await connection.end(piece);
        return;
      }
      flushing = connection.write(piece);
      // Awaited one turn later; a failure until then must not be a rejection that nobody handles.
      flushing.catch(() => {});
      sinceTurn += count;
      if (sinceTurn >= TURN) {
        sinceTurn = 0;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    if (flushing) await flushing;
    await connection.end();
  } finally {
    forget();
    giveBack(lent, [flushing, reading]);
  }
}

/** What a source takes its time for is not waited for when the transfer has ended. */
function unlessFailed<T>(slow: Promise<T>, connection: DataConnection): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = connection.onFailure(reject);
    slow.then(resolve, reject).finally(forget);
  });
}

/** A buffer that the kernel may still read, or the source still fill, must not be lent to somebody else. */
function giveBack(lent: readonly LentBuffer[], uses: readonly (Promise<unknown> | undefined)[]): void {
  const free = (): void => {
    for (const buffer of lent) buffer.giveBack();
  };
  if (uses.every((use) => use === undefined)) free();
  else Promise.allSettled(uses.map((use) => Promise.resolve(use))).then(free, free);
}

/**
 * Receives all that the peer sends until its end of data. One buffer is written while the other is filled; while both
 * are full, nothing is read. Done when the sink has taken the last byte.
 *
 * @throws {ChannelError} `data-reset`, `data-stalled`, or what the connection was ended with; or the sink's error
 */
export async function receiveAll(sink: ByteSink, options: PumpOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => new Receiving(sink, options, resolve, reject).start());
  await sink.end?.();
}

/** One of the two buffers of an upload: bytes up to `written` are with the sink, up to `filled` they have arrived. */
class Half {
  readonly #lent: LentBuffer;
  filled = 0;
  written = 0;

  constructor(lent: LentBuffer) {
    this.#lent = lent;
  }

  get isFull(): boolean {
    return this.filled === this.#lent.bytes.length;
  }

  get isWritten(): boolean {
    return this.written === this.filled;
  }

  rewind(): void {
    this.filled = 0;
    this.written = 0;
  }

  room(limit: number): Uint8Array {
    return this.#lent.bytes.subarray(this.filled, this.filled + limit);
  }

  start(limit: number): Uint8Array {
    return this.#lent.bytes.subarray(0, limit);
  }

  unwritten(): Uint8Array {
    return this.#lent.bytes.subarray(this.written, this.filled);
  }

  giveBack(): void {
    this.#lent.giveBack();
  }
}

/**
 * The system holds the place for the next read from one arrival to the next. So the buffer that is filled changes only
 * in an arrival; while its first part is written, bytes go on arriving behind it. When both are full, the older one is
 * what will be filled next, and nothing is read until it is written.
 */
class Receiving {
  readonly #sink: ByteSink;
  readonly #options: PumpOptions;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  #filling: Half;
  #other: Half;
  #writing: Half | undefined;
  /** Both are full: `#filling` is the older one and must be written before it is filled. */
  #bothFull = false;
  #waitsForRate = false;
  #peerEnded = false;
  #done = false;
  #forget: (() => void) | undefined;

  constructor(sink: ByteSink, options: PumpOptions, resolve: () => void, reject: (error: unknown) => void) {
    this.#sink = sink;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    const chunk = options.receiveChunk ?? RECEIVE_CHUNK;
    this.#filling = new Half(options.buffers.lend(chunk));
    this.#other = new Half(options.buffers.lend(chunk));
  }

  start(): void {
    const { connection, stallSeconds } = this.#options;
    this.#forget = connection.onFailure((error) => this.#finish(error));
    if (this.#done) return;
    const reader = {
      buffer: () => (this.#bothFull ? this.#filling.start(this.#pieceLimit) : this.#filling.room(this.#pieceLimit)),
      take: (count: number) => this.#take(count),
    };
    connection.read(reader, () => {
      this.#peerEnded = true;
      this.#write();
    });
    connection.limitStall(stallSeconds, () => this.#isPaused || this.#writing !== undefined || this.#peerEnded);
  }

  get #pieceLimit(): number {
    return this.#options.rate?.piece ?? this.#options.receiveChunk ?? RECEIVE_CHUNK;
  }

  get #isPaused(): boolean {
    return this.#bothFull || this.#waitsForRate;
  }

  #take(count: number): boolean {
    if (this.#done) return false;
    this.#filling.filled += count;
    this.#options.onMoved(count);
    this.#write();
    if (this.#done) return false;
    // A buffer that was written at once is used again from its start: it is still in the processor's cache.
    if (this.#filling.isWritten && this.#writing !== this.#filling) this.#filling.rewind();
    if (this.#filling.isFull) {
      [this.#filling, this.#other] = [this.#other, this.#filling];
      if (this.#filling.isWritten && this.#writing !== this.#filling) this.#filling.rewind();
      else this.#bothFull = true;
    }
    this.#limitRate(count);
    return !this.#isPaused;
  }

  #limitRate(count: number): void {
    const { rate, clock } = this.#options;
    const delay = rate?.spend(count) ?? 0;
    if (delay <= 0) return;
    this.#waitsForRate = true;
    clock.after(delay, () => {
      this.#waitsForRate = false;
      this.#resume();
    });
  }

  /** Writes what has arrived, the older bytes first, one write at a time. */
  #write(): void {
    while (!this.#done && !this.#writing) {
      this.#makeRoom();
      const [older, newer] = this.#bothFull ? [this.#filling, this.#other] : [this.#other, this.#filling];
      const half = older.isWritten ? newer : older;
      if (half.isWritten) {
        if (this.#peerEnded) this.#finish(undefined);
        return;
      }
      const bytes = half.unwritten();
      half.written = half.filled;
      this.#writing = half;
      try {
        const written = this.#sink.write(bytes);
        if (!written) this.#writing = undefined;
        else
          written.then(
            () => this.#wrote(),
            (error: unknown) => this.#failed(error),
          );
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #wrote(): void {
    this.#writing = undefined;
    if (this.#done) this.#giveBack();
    else this.#write();
  }

  #failed(error: unknown): void {
    this.#writing = undefined;
    if (this.#done) this.#giveBack();
    else this.#finish(error);
  }

  /** What was both full and older has been written: it can be filled again. */
  #makeRoom(): void {
    if (!this.#bothFull || !this.#filling.isWritten) return;
    this.#filling.rewind();
    this.#bothFull = false;
    this.#resume();
  }

  #resume(): void {
    if (!this.#isPaused && !this.#done) this.#options.connection.resume();
  }

  /** A sink that takes its time is not waited for: to end it is its owner's, who hears of the failure now. */
  #finish(error: unknown): void {
    this.#done = true;
    this.#forget?.();
    this.#options.connection.pause();
    if (!this.#writing) this.#giveBack();
    if (error === undefined) this.#resolve();
    else this.#reject(error);
  }

  /** Not while a write is under way: it would write what somebody else puts there. */
  #giveBack(): void {
    this.#filling.giveBack();
    this.#other.giveBack();
  }
}

function wait({ clock, connection }: PumpOptions, milliseconds: number): Promise<void> | undefined {
  if (milliseconds <= 0) return undefined;
  return new Promise((resolve, reject) => {
    const timer = clock.after(milliseconds, () => {
      forget();
      resolve();
    });
    const forget = connection.onFailure((error) => {
      timer.cancel();
      reject(error);
    });
  });
}
