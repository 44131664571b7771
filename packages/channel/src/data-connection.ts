import { ip } from "@twinport/protocol";
import { ChannelError } from "./errors.ts";
import { ReaderSlot, adopt, dropAll } from "./adopt.ts";
import type net from "node:net";
import type { DataMode, Endpoint } from "@twinport/protocol";
import type { Reader } from "./adopt.ts";

/**
 * A data connection that stands. It is made paused and reads nothing before {@link DataConnection.read}.
 * Whatever ends it early ends everything that waits for it, with one {@link ChannelError}.
 */
export class DataConnection {
  readonly mode: DataMode;
  readonly local: Endpoint;
  readonly peer: Endpoint;
  readonly #socket: net.Socket;
  readonly #slot: ReaderSlot;
  #failure: ChannelError | undefined;
  #ended = false;
  #onEnd: (() => void) | undefined;
  readonly #onFailure = new Set<(failure: ChannelError) => void>();

  /**
   * @param socket connected and paused
   * @param slot where the socket hands its bytes
   */
  constructor(mode: DataMode, socket: net.Socket, slot: ReaderSlot) {
    this.mode = mode;
    this.#socket = socket;
    this.#slot = slot;
    this.local = endpoint(this.#socket.localAddress, this.#socket.localPort);
    this.peer = endpoint(this.#socket.remoteAddress, this.#socket.remotePort);
    // A reply and its data go out in one piece or in many: never hold one back for an ACK of the other.
    this.#socket.setNoDelay(true);
    this.#socket.on("error", (cause) => this.#fail(new ChannelError("data-reset", {}, { cause })));
    this.#socket.on("end", () => {
      this.#ended = true;
      this.#onEnd?.();
    });
    this.#socket.on("close", () => {
      if (!this.#ended) this.#fail(new ChannelError("data-reset"));
    });
  }

  /** A socket that a listener has accepted and paused. */
  static accepted(socket: net.Socket): DataConnection {
    const slot = new ReaderSlot();
    return new DataConnection("passive", adopt(socket, slot), slot);
  }

  /** Begins to read: bytes go to the reader, or to nobody; `onEnd` is called at the peer's end of data. */
  read(reader: Reader = dropAll, onEnd?: () => void): void {
    this.#slot.current = reader;
    this.#onEnd = onEnd;
    if (this.#ended) onEnd?.();
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

  /**
   * Leaves it after its data has been sent: what the peer still says is dropped, and the socket goes when the peer has
   * closed too, or after so long. Closing with unread bytes would reset the connection and could take data from it.
   */
  linger(milliseconds: number): void {
    this.#onFailure.clear();
    if (this.#socket.destroyed) return;
    this.#socket.removeAllListeners("timeout").setTimeout(0);
    const timer = setTimeout(() => this.#socket.destroy(), milliseconds);
    timer.unref();
    this.#socket.once("close", () => clearTimeout(timer));
    this.read();
  }

  /** Calls back when the socket is gone. */
  onClosed(call: () => void): void {
    if (this.#socket.closed) call();
    else this.#socket.once("close", call);
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
