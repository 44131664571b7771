import { ip } from "@twinport/protocol";
import { ChannelError } from "./errors.ts";
import { adopt } from "./adopt.ts";
import type net from "node:net";
import type { DataMode, Endpoint } from "@twinport/protocol";
import type { Reader, ReaderSlot } from "./adopt.ts";

/**
 * A data connection that stands. Nothing is read before {@link DataConnection.read}, and to send nothing needs to be.
 * Whatever ends it early ends everything that waits for it, with one {@link ChannelError}.
 */
export class DataConnection {
  readonly mode: DataMode;
  readonly local: Endpoint;
  readonly peer: Endpoint;
  #socket: net.Socket;
  /** Where a socket that was made for it hands its bytes; one that was accepted is adopted when it is read. */
  readonly #slot: ReaderSlot | undefined;
  #failure: ChannelError | undefined;
  #ended = false;
  #isClosed = false;
  #onEnd: (() => void) | undefined;
  readonly #onFailure = new Set<(failure: ChannelError) => void>();
  readonly #onClosed: (() => void)[] = [];

  private constructor(
    mode: DataMode,
    socket: net.Socket,
    ends: { local: Endpoint; peer: Endpoint },
    slot?: ReaderSlot,
  ) {
    this.mode = mode;
    this.local = ends.local;
    this.peer = ends.peer;
    this.#slot = slot;
    this.#socket = socket;
    this.#watch(socket);
  }

  /** A socket that a listener has accepted and paused; `local` is where that listener is bound. */
  static accepted(socket: net.Socket, local: Endpoint): DataConnection {
    return new DataConnection("passive", socket, { local, peer: endpoint(socket.remoteAddress, socket.remotePort) });
  }

  /** A socket that has connected to the peer, paused, and hands its bytes to the slot. */
  static dialed(socket: net.Socket, slot: ReaderSlot, peer: Endpoint): DataConnection {
    const local = endpoint(socket.localAddress, socket.localPort);
    return new DataConnection("active", socket, { local, peer }, slot);
  }

  /** Begins to read: bytes go to the reader; `onEnd` is called at the peer's end of data. */
  read(reader: Reader, onEnd: () => void): void {
    this.#onEnd = onEnd;
    if (this.#slot) this.#slot.current = reader;
    else if (!this.#socket.destroyed) this.#watch((this.#socket = adopt(this.#socket, reader)));
    this.#socket.resume();
  }

  /** Goes on after the reader has said false. */
  resume(): void {
    this.#socket.resume();
  }

  pause(): void {
    this.#socket.pause();
  }

  /** Done when the bytes are with the kernel; only then may they be reused. */
  write(bytes: Uint8Array): Promise<void> {
    return this.#until((done) => this.#socket.write(bytes, done));
  }

  /** Sends the last bytes and the end of data; done when they are with the kernel. */
  end(bytes?: Uint8Array): Promise<void> {
    return this.#until((done) => (bytes ? this.#socket.end(bytes, done) : this.#socket.end(done)));
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
    this.#socket.setTimeout(milliseconds);
    this.#socket.on("timeout", () => {
      if (isOurFault()) this.#socket.setTimeout(milliseconds);
      else this.fail(new ChannelError("data-stalled", { seconds }));
    });
  }

  /** Ends it at once, as failed: by a reset, so that what the peer has so far cannot pass for the whole. */
  fail(failure: ChannelError): void {
    this.#fail(failure);
    this.#socket.resetAndDestroy();
  }

  /** Ends it at once, without a reset where there is nothing left unread. */
  close(): void {
    this.#fail(new ChannelError("aborted"));
    this.#socket.destroy();
  }

  /** Leaves it after {@link DataConnection.end}: what is with the kernel goes on its way, the socket is given back. */
  leave(): void {
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
    this.#socket.removeAllListeners("timeout").setTimeout(0);
    const timer = setTimeout(() => this.#socket.destroy(), milliseconds);
    timer.unref();
    this.#socket.once("close", () => clearTimeout(timer));
    this.#socket.resume();
  }

  /** Calls back when the socket is gone. */
  onClosed(call: () => void): void {
    if (this.#isClosed) call();
    else this.#onClosed.push(call);
  }

  #watch(socket: net.Socket): void {
    socket.on("error", (cause) => this.#fail(new ChannelError("data-reset", {}, { cause })));
    socket.on("end", () => {
      // A reset that comes together with the last bytes is handed on by libuv as an end (its short cut at POLLHUP);
      // but then there is no far end any more. Node remembers that address once it was asked for, so nobody else asks.
      if (socket.remoteAddress === undefined) {
        this.fail(new ChannelError("data-reset"));
        return;
      }
      this.#ended = true;
      this.#onEnd?.();
    });
    socket.on("close", () => {
      this.#isClosed = true;
      if (!this.#ended) this.#fail(new ChannelError("data-reset"));
      for (const call of this.#onClosed.splice(0)) call();
    });
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
        if (error) reject(this.#failure ?? new ChannelError("data-reset", {}, { cause: error }));
        else resolve();
      });
    });
  }
}

/** A socket's end in the one spelling of addresses; an empty one where the socket has gone already. */
export function endpoint(address: string | undefined, port: number | undefined): Endpoint {
  return { address: address === undefined ? "" : ip(address).text, port: port ?? 0 };
}
