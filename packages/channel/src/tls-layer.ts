import { Duplex } from "node:stream";
import { ChannelError, errnoOf } from "./errors.ts";
import { limit } from "./connector.ts";
import { reset } from "./reset.ts";
import type net from "node:net";
import type tls from "node:tls";
import type { Reader } from "./adopt.ts";
import type { Patience } from "./connector.ts";
import type { SecureFacts, TlsSide } from "./tls.ts";

/**
 * How what the peer sends came to its end: by TLS's own end (close_notify), by the connection's end without that (what
 * came may be only a part, and anybody on the way can do it), or by a reset.
 */
export type TlsEnd = "closed" | "cut" | "reset";

/** What a {@link TlsLayer} tells its owner. */
export interface TlsLayerHandler {
  /** The end, when all that came before it has been read. */
  readonly ended: (how: "closed" | "cut") => void;
  /** The connection or its TLS layer broke: nothing that waits will come. */
  readonly broke: (failure: ChannelError) => void;
}

/**
 * TLS over a connection that stands. Node's TLS does not tell whether the end of data came from TLS or was only the
 * connection's, so the bytes pass a stream of ours, which sees which end was first.
 */
export class TlsLayer {
  readonly socket: tls.TLSSocket;
  readonly #wire: Wire | undefined;
  readonly #carrier: net.Socket | undefined;
  readonly #handler: TlsLayerHandler;
  readonly #shaken: Promise<SecureFacts>;
  #isShaken = false;
  #end: TlsEnd | undefined;

  /**
   * @param over what begins to read the connection with a reader, and gives its socket; whose end and errors its owner
   * tells by {@link TlsLayer.rawEnded}. Or the socket itself, of which nothing was read: that is faster, and right
   * where nothing is received but the end, for it cannot be told whether TLS has said that.
   */
  constructor(
    over: net.Socket | ((reader: Reader) => net.Socket),
    side: TlsSide,
    patience: Patience,
    handler: TlsLayerHandler,
  ) {
    this.#handler = handler;
    if (typeof over === "function") this.#wire = new Wire(over);
    else this.#carrier = over;
    this.socket = side.begin(this.#wire ?? this.#carrier!);
    this.#seeEnd();
    this.#shaken = this.#shakeHands(side, patience);
  }

  /** How the peer's bytes came to their end, once they have. */
  get end(): TlsEnd | undefined {
    return this.#end;
  }

  /** What kept something that was written from going out. */
  get writeError(): Error | undefined {
    return this.#wire?.writeError;
  }

  /** What was agreed on; a failure has cut the connection. */
  handshake(): Promise<SecureFacts> {
    return this.#shaken;
  }

  /** The connection under it has ended; what came before is still to be read. */
  rawEnded(how: "cut" | "reset"): void {
    if (this.#wire) this.#wire.rawEnded(how);
    // Node's TLS has heard of it by itself, but says nothing where it was neither an error nor an end.
    else if (this.#isShaken && this.#end === undefined) this.#handler.broke(new ChannelError("data-reset"));
  }

  /**
   * Gives it up, when the connection under it is gone. With a carrier Node does so by itself when that has closed: both
   * in one call that comes from TLS end the process with a segmentation fault (Node 20 and 26).
   */
  destroy(): void {
    if (this.#wire) this.socket.destroy();
  }

  /** Bytes that move are seen here by whoever watches for a stall. */
  get moving(): net.Socket | undefined {
    return this.#carrier && this.socket;
  }

  #seeEnd(): void {
    // Bytes are decrypted while the wire hands them over. So an end that TLS tells before the wire has told its own is
    // TLS's end; and it is told by a push of nothing, long before `end` where there is still something to be read.
    const push = this.socket.push.bind(this.socket);
    this.socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk === null && this.#end === undefined) {
        this.#end = this.#wire?.seenEnd ?? "closed";
        if (this.#end === "reset" && this.#isShaken) this.#handler.broke(new ChannelError("data-reset"));
      }
      return push(chunk, encoding);
    };
    this.socket.on("end", () => {
      // An end within the handshake is the handshake's failure.
      if (!this.#isShaken) return;
      if (this.#end === "closed" || this.#end === "cut") this.#handler.ended(this.#end);
    });
  }

  async #shakeHands(side: TlsSide, patience: Patience): Promise<SecureFacts> {
    const { socket } = this;
    try {
      if (this.#wire) this.#wire.onClear = (said) => socket.destroy(new ChannelError("tls-not-spoken", { said }));
      return await shakeHands(socket, side, patience, () => {
        this.#isShaken = true;
        socket.on("error", (cause) => this.#broke(cause));
      });
    } catch (error) {
      if (this.#wire) this.#wire.reset();
      else reset(this.#carrier!);
      this.destroy();
      throw error;
    }
  }

  #broke(cause: Error): void {
    // After its end of data a peer may reset the connection: everything has come.
    if (this.#end === "closed") return;
    const isTls = errnoOf(cause)?.startsWith("ERR_SSL_") === true;
    const failure = isTls
      ? new ChannelError("tls-broken", { cause: causeOf(cause) }, { cause })
      : new ChannelError("data-reset", {}, { cause });
    this.#handler.broke(failure);
  }
}

/**
 * Waits for the end of a handshake. A failure destroys the socket.
 *
 * @param shaken called at that very moment, before anything further is read
 * @throws {ChannelError} `tls-handshake-failed`, `tls-timed-out`, and what the side's `settle` throws
 */
export async function shakeHands(
  socket: tls.TLSSocket,
  side: TlsSide,
  patience: Patience,
  shaken: () => void = () => {},
): Promise<SecureFacts> {
  const late = (): ChannelError => new ChannelError("tls-timed-out", { seconds: patience.timeout });
  const release = limit(socket, patience, late);
  try {
    return await new Promise<SecureFacts>((resolve, reject) => {
      // All of it is told from within Node's TLS, where nothing can be ended: what is freed there is used once more (a
      // crash of the process), and an end is one without close_notify (Node 20, TLS 1.3).
      const soon = (act: () => void): void => void setImmediate(act);
      socket.once(side.shaken, () => {
        try {
          const facts = side.settle(socket);
          shaken();
          soon(() => resolve(facts));
        } catch (error) {
          const refusal = error as Error;
          soon(() => reject(refusal));
        }
      });
      socket.on("error", (error: Error) => soon(() => reject(error)));
      // Half open, it would be waited for until the time is over.
      socket.on("end", () => soon(() => reject(new Error(CLOSED))));
      socket.on("close", () => soon(() => reject(new Error(CLOSED))));
    });
  } catch (error) {
    socket.destroy();
    throw handshakeFailure(error);
  } finally {
    release();
  }
}

/** @param cause what happened; nothing where the other end has just gone */
export function handshakeFailure(cause: unknown): ChannelError {
  if (cause instanceof ChannelError) return cause;
  const said = cause instanceof Error ? causeOf(cause) : CLOSED;
  return new ChannelError("tls-handshake-failed", { cause: said }, { cause });
}

const CLOSED = "the other end closed the connection";

/** In OpenSSL's words where it has some: `tlsv1 alert protocol version`. */
function causeOf(error: Error): string {
  if ("reason" in error && typeof error.reason === "string") return error.reason;
  const errno = errnoOf(error);
  // Node's word for an end within the handshake.
  if (errno === "ECONNRESET") return CLOSED;
  return errno ?? error.message;
}

/** Each wire's bytes are copied out before another's are read. */
const place = new Uint8Array(64 * 1024);

/** TLS begins with a handshake record, or an alert. */
const TLS_RECORDS: ReadonlySet<number> = new Set([21, 22]);

/** A connection as a stream for Node's TLS. */
class Wire extends Duplex {
  readonly #raw: net.Socket;
  #rawEnd: "cut" | "reset" | undefined;
  /** How it ended, when TLS has had everything before. */
  seenEnd: "cut" | "reset" | undefined;
  /** What was written did not go out. */
  writeError: Error | undefined;
  #isFirst = true;
  /** The peer's first bytes are no TLS: what they say. */
  onClear: (said: string) => void = () => {};

  constructor(attach: (reader: Reader) => net.Socket) {
    super({ allowHalfOpen: true });
    this.#raw = attach({ buffer: () => place, take: (count, buffer) => this.#take(buffer.subarray(0, count)) });
    // Before Node's TLS hears it.
    this.once("end", () => (this.seenEnd = this.#rawEnd ?? "cut"));
    this.on("error", () => {});
  }

  rawEnded(how: "cut" | "reset"): void {
    if (this.#rawEnd) return;
    this.#rawEnd = how;
    this.push(null);
  }

  reset(): void {
    reset(this.#raw);
  }

  #take(bytes: Uint8Array): boolean {
    if (this.#isFirst) {
      this.#isFirst = false;
      if (!TLS_RECORDS.has(bytes[0]!)) {
        this.onClear(firstLine(bytes));
        return false;
      }
    }
    return this.#rawEnd === undefined && this.push(Buffer.from(bytes));
  }

  override _read(): void {
    this.#raw.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#raw.write(chunk, (error) => this.#written(error, done));
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#raw.cork();
    chunks.forEach(({ chunk }, i) => {
      if (i < chunks.length - 1) this.#raw.write(chunk);
      else this.#raw.write(chunk, (error) => this.#written(error, done));
    });
    this.#raw.uncork();
  }

  override _final(done: () => void): void {
    // It is called with an error too, which @types/node does not know.
    this.#raw.end(((error?: Error | null) => this.#written(error, done)) as () => void);
  }

  /** A stream with an error has no end, and loses what came before it. */
  #written(error: Error | null | undefined, done: () => void): void {
    if (error) this.writeError ??= error;
    done();
  }

  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    this.#raw.destroy();
    done(null);
  }
}

/** What can be shown of it. */
export function firstLine(bytes: Uint8Array): string {
  const [line = ""] = Buffer.from(bytes.subarray(0, 100))
    .toString("latin1")
    .split(/[\r\n]/);
  return line.replace(/[^ -~]/g, "?");
}
