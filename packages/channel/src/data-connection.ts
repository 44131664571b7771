import { ip } from "@twinport/protocol";
import { ChannelError } from "./errors.ts";
import { TlsLayer } from "./tls-layer.ts";
import { clientSide } from "./tls.ts";
import { adopt, copyInto, forgetFarEnd } from "./adopt.ts";
import { reset } from "./reset.ts";
import type net from "node:net";
import type { DataMode, Endpoint } from "@twinport/protocol";
import type { Reader, ReaderSlot } from "./adopt.ts";
import type { Patience } from "./connector.ts";
import type { SecureFacts, SecureOptions, TlsSide } from "./tls.ts";
import type { SessionTls } from "./tls-server.ts";

/** Which end of FTP this is: who opens a data connection is active mode for the one and passive for the other. */
export type Role = "server" | "client";

interface Truncation {
  /**
   * What an end of data without the end of TLS is: a failure (the default: anybody on the way can cut a connection),
   * or an end that {@link DataConnection.wasTruncated} tells of, for peers that never say the end of TLS.
   */
  readonly onTruncated?: "fail" | "tell" | undefined;
}

/** How a client's data connection is to be secured. */
export interface SecureDataOptions extends SecureOptions, Truncation {}

/** How a server's data connection is to be secured. */
export interface AcceptTlsOptions extends Patience, Truncation {
  /** TLS of the command connection. */
  readonly session: SessionTls;
  /** Nothing will be read of it: TLS can have the socket itself. */
  readonly onlySends: boolean;
}

/** What TLS runs over: the socket, or what reads it into a reader. */
type TlsCarrier = net.Socket | ((reader: Reader) => net.Socket);

/** How the bytes of a socket are had. */
type Source =
  /** It was made with this slot. */
  | { readonly kind: "slot"; readonly slot: ReaderSlot }
  /** It was accepted and nothing of it was read: its handle is taken over. */
  | { readonly kind: "untouched" }
  /** Some of its bytes may be in its buffer already. */
  | { readonly kind: "buffered" };

/** Once the end of data was said, the other end has this long to say its own. */
const LEAVE_MS = 3000;

/**
 * A data connection that stands. Nothing is read before {@link DataConnection.read}, and to send nothing needs to be.
 * Whatever ends it early ends everything that waits for it, with one {@link ChannelError}.
 */
export class DataConnection {
  readonly mode: DataMode;
  readonly local: Endpoint;
  readonly peer: Endpoint;
  #socket: net.Socket;
  readonly #source: Source;
  #layer: TlsLayer | undefined;
  #mayBeTruncated = false;
  #isTruncated = false;
  #isRead = false;
  /** The end of data was there before anybody read: whoever only sends does not care. */
  #hasEndedUnread = false;
  #hasSent = false;
  #failure: ChannelError | undefined;
  #ended = false;
  #isClosed = false;
  #onEnd: (() => void) | undefined;
  readonly #onFailure = new Set<(failure: ChannelError) => void>();
  readonly #onClosed: (() => void)[] = [];

  private constructor(mode: DataMode, socket: net.Socket, ends: { local: Endpoint; peer: Endpoint }, source: Source) {
    this.mode = mode;
    this.local = ends.local;
    this.peer = ends.peer;
    this.#source = source;
    this.#socket = socket;
    if (source.kind === "buffered") forgetFarEnd(socket);
    this.#watch(socket);
  }

  /**
   * A socket that a listener has accepted and paused; `local` is where that listener is bound. What was read of it
   * must be in its buffer again, which is said by `buffered`.
   */
  static accepted(
    socket: net.Socket,
    local: Endpoint,
    role: Role = "server",
    kind: "untouched" | "buffered" = "untouched",
  ): DataConnection {
    const mode = role === "server" ? "passive" : "active";
    const peer = endpoint(socket.remoteAddress, socket.remotePort);
    return new DataConnection(mode, socket, { local, peer }, { kind });
  }

  /** A socket that has connected to the peer, paused, and hands its bytes to the slot. */
  static dialed(socket: net.Socket, slot: ReaderSlot, peer: Endpoint, role: Role = "server"): DataConnection {
    const local = endpoint(socket.localAddress, socket.localPort);
    return new DataConnection(dialedMode(role), socket, { local, peer }, { kind: "slot", slot });
  }

  /** A socket that leads to the peer through a proxy, paused; what came already is in its buffer. */
  static proxied(socket: net.Socket, peer: Endpoint, role: Role = "server"): DataConnection {
    const local = endpoint(socket.localAddress, socket.localPort);
    return new DataConnection(dialedMode(role), socket, { local, peer }, { kind: "buffered" });
  }

  /**
   * Begins TLS as a client, before anything is read or written; from then on everything passes it. In FTP the client
   * begins, also where the server has dialled. A failure ends the connection.
   *
   * @throws {ChannelError} `tls-not-spoken`, `tls-handshake-failed`, `tls-certificate-refused`, `tls-timed-out`,
   * `data-reset`, or what the connection was ended with
   */
  secure(options: SecureDataOptions): Promise<SecureFacts> {
    return this.#secure(clientSide(options), options, (reader) => this.#attach(reader));
  }

  /** What {@link DataConnection.secure} is at the server's end. */
  acceptTls(options: AcceptTlsOptions): Promise<SecureFacts> {
    const over = options.onlySends ? this.#socket : (reader: Reader) => this.#attach(reader);
    const { side, receivingSide } = options.session;
    return this.#secure(options.onlySends ? side : receivingSide, options, over);
  }

  async #secure(side: TlsSide, options: Patience & Truncation, over: TlsCarrier): Promise<SecureFacts> {
    if (this.#layer || this.#isRead) throw new TypeError("this data connection is in use already");
    if (this.#failure) throw this.#failure;
    let forget = (): void => {};
    try {
      this.#layer = this.#tlsLayer(side, options, over);
      // It may fail, or be made to, before the handshake knows.
      const failed = new Promise<never>((_resolve, reject) => (forget = this.onFailure(reject)));
      return await Promise.race([this.#layer.handshake(), failed]);
    } catch (error) {
      if (error instanceof ChannelError) this.fail(error);
      else this.close();
      throw error;
    } finally {
      forget();
    }
  }

  get isSecured(): boolean {
    return this.#layer !== undefined;
  }

  /** The data ended without the end of TLS: what came may be only a part. */
  get wasTruncated(): boolean {
    return this.#isTruncated && this.#isRead;
  }

  /** Begins to read: bytes go to the reader; `onEnd` is called at the peer's end of data. */
  read(reader: Reader, onEnd: () => void): void {
    this.#isRead = true;
    this.#onEnd = onEnd;
    if (this.#layer) copyInto(this.#layer.socket, reader);
    else this.#attach(reader);
    this.#stream.resume();
    if (this.#hasEndedUnread) queueMicrotask(() => this.#endOfTls());
  }

  /** Goes on after the reader has said false. */
  resume(): void {
    this.#stream.resume();
  }

  pause(): void {
    this.#stream.pause();
  }

  /** Done when the bytes are with the kernel; only then may they be reused. */
  write(bytes: Uint8Array): Promise<void> {
    this.#hasSent = true;
    return this.#until((done) => this.#stream.write(bytes, done));
  }

  /** Sends the last bytes and the end of data; done when they are with the kernel. */
  end(bytes?: Uint8Array): Promise<void> {
    const layer = this.#layer;
    // The peer had ended before: that is no answer to our end, unless there is nothing but that.
    const isLate = layer?.end !== undefined && (bytes !== undefined || this.#hasSent);
    this.#hasSent = true;
    const sent = this.#until((done) => (bytes ? this.#stream.end(bytes, done) : this.#stream.end(done)));
    if (!layer || isLate) return sent;
    return sent.catch((error: unknown) => {
      // Who has said the end of TLS in answer to ours may reset the connection then.
      if (layer.end !== "closed" || !(error instanceof ChannelError) || error.code !== "data-reset") throw error;
    });
  }

  /** Calls back when this connection fails; at once if it has. Gives what takes the call-back away. */
  onFailure(call: (failure: ChannelError) => void): () => void {
    if (this.#failure) call(this.#failure);
    else this.#onFailure.add(call);
    return () => this.#onFailure.delete(call);
  }

  /** Ends it as failed when no byte has moved for so long; `isOurFault` says that the peer is not to blame. */
  limitStall(seconds: number, isOurFault: () => boolean): void {
    const milliseconds = Math.ceil(seconds * 1000);
    // Node's own timer is used because it alone sees a large write that goes out little by little.
    const moving = this.#moving;
    moving.setTimeout(milliseconds);
    moving.on("timeout", () => {
      if (isOurFault()) moving.setTimeout(milliseconds);
      else this.fail(new ChannelError("data-stalled", { seconds }));
    });
  }

  /** Ends it at once, as failed: by a reset, so that what the peer has so far cannot pass for the whole. */
  fail(failure: ChannelError): void {
    this.#fail(failure);
    reset(this.#socket);
    this.#layer?.destroy();
  }

  /** Ends it at once, without a reset where there is nothing left unread. */
  close(): void {
    this.#fail(new ChannelError("aborted"));
    this.#socket.destroy();
    this.#layer?.destroy();
  }

  /** Leaves it after {@link DataConnection.end}: what is with the kernel goes on its way, the socket is given back. */
  leave(): void {
    if (this.#layer) {
      // What TLS says on its own, tickets above all, may be unread: a close would be a reset.
      if (!this.#stream.writableEnded) this.#stream.end();
      this.linger(LEAVE_MS);
      return;
    }
    this.#forgetFailures();
    this.#socket.destroy();
  }

  /**
   * Leaves it after {@link DataConnection.end}, when the peer has ended too, or after so long. Whatever the peer says is
   * dropped: with unread bytes a close would be a reset, which takes data from the peer that it has not read.
   */
  linger(milliseconds: number): void {
    this.#forgetFailures();
    if (this.#socket.destroyed) return;
    this.#moving.removeAllListeners("timeout").setTimeout(0);
    const timer = setTimeout(() => this.#socket.destroy(), milliseconds);
    timer.unref();
    this.#socket.once("close", () => clearTimeout(timer));
    this.#stream.resume();
  }

  /** Calls back when the socket is gone. */
  onClosed(call: () => void): void {
    if (this.#isClosed) call();
    else this.#onClosed.push(call);
  }

  get #moving(): net.Socket {
    return this.#layer?.moving ?? this.#socket;
  }

  get #stream(): net.Socket {
    return this.#layer?.socket ?? this.#socket;
  }

  #attach(reader: Reader): net.Socket {
    if (this.#source.kind === "slot") this.#source.slot.current = reader;
    else if (this.#socket.destroyed) return this.#socket;
    else if (this.#source.kind === "buffered") copyInto(this.#socket, reader);
    else this.#watch((this.#socket = adopt(this.#socket, reader)));
    return this.#socket;
  }

  #tlsLayer(side: TlsSide, options: Patience & Truncation, over: TlsCarrier): TlsLayer {
    this.#mayBeTruncated = options.onTruncated === "tell";
    return new TlsLayer(over, side, options, {
      ended: (how) => {
        this.#isTruncated = how === "cut";
        // TLS reads on its own.
        if (this.#isRead) this.#endOfTls();
        else this.#hasEndedUnread = true;
      },
      broke: (failure) => this.#breakTls(failure),
    });
  }

  #watch(socket: net.Socket): void {
    socket.on("error", (cause) => {
      if (this.#layer) this.#layer.rawEnded("reset");
      else this.#fail(new ChannelError("data-reset", {}, { cause }));
    });
    socket.on("end", () => {
      // A reset that comes together with the last bytes is handed on by libuv as an end (its short cut at POLLHUP);
      // but then there is no far end any more. Node remembers that address once it was asked for, so nobody else asks.
      const isReset = socket.remoteAddress === undefined;
      if (this.#layer) this.#layer.rawEnded(isReset ? "reset" : "cut");
      else if (isReset) this.fail(new ChannelError("data-reset"));
      else this.#endOfData();
    });
    socket.on("close", () => {
      this.#isClosed = true;
      // What came before may still be on its way through TLS.
      if (this.#layer) this.#layer.rawEnded("reset");
      else if (!this.#ended) this.#fail(new ChannelError("data-reset"));
      for (const call of this.#onClosed.splice(0)) call();
    });
  }

  #endOfData(): void {
    this.#ended = true;
    this.#onEnd?.();
  }

  #endOfTls(): void {
    if (this.#isTruncated && !this.#mayBeTruncated) this.#breakTls(new ChannelError("tls-truncated"));
    else this.#endOfData();
  }

  /** Once it was left, nobody waits for it any more. */
  #breakTls(failure: ChannelError): void {
    if (this.#ended) this.#socket.destroy();
    else this.fail(failure);
  }

  #forgetFailures(): void {
    this.#onFailure.clear();
    this.#ended = true;
  }

  #fail(failure: ChannelError): void {
    if (this.#failure) return;
    this.#failure = failure;
    for (const call of [...this.#onFailure]) call(failure);
    this.#onFailure.clear();
  }

  #until(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      const forget = this.onFailure(reject);
      start((error) => {
        forget();
        const cause = error ?? this.#layer?.writeError;
        if (cause) reject(this.#failure ?? new ChannelError("data-reset", {}, { cause }));
        else resolve();
      });
    });
  }
}

/** A socket's end in the one spelling of addresses; an empty one where the socket has gone already. */
export function endpoint(address: string | undefined, port: number | undefined): Endpoint {
  return { address: address === undefined ? "" : ip(address).text, port: port ?? 0 };
}

/** Who dials is passive for a client, and active for a server. */
function dialedMode(role: Role): DataMode {
  return role === "server" ? "active" : "passive";
}
