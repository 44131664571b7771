import { LineDecoder, ip } from "@twinport/protocol";
import { adopt } from "./adopt.ts";
import { endpoint } from "./data-connection.ts";
import type net from "node:net";
import type { DecodedLine, Endpoint, IpAddress } from "@twinport/protocol";

/** Who is told what a command connection brings. */
export interface ControlHandler {
  /** A line has come, or one that was too long. */
  readonly line: (line: DecodedLine) => void;
  /** The client will send nothing more; it may still listen. */
  readonly ended: () => void;
  /** The connection is gone, by whomever. */
  readonly closed: () => void;
}

const EMPTY = new Uint8Array(0);

/** One buffer for all command connections: it is emptied before the next read of any. */
const shared = new Uint8Array(4096);

/** Replies that a client has not taken before nothing more is read from it. */
const MAX_UNTAKEN = 64 * 1024;

/** A server's end of a command connection: lines in, text out. It is made paused. */
export class ControlConnection {
  readonly local: Endpoint;
  readonly peer: Endpoint;
  readonly localAddress: IpAddress;
  readonly peerAddress: IpAddress;
  readonly #socket: net.Socket;
  readonly #decoder = new LineDecoder();
  #handler: ControlHandler | undefined;
  #held: Uint8Array | undefined;
  /** Why nothing is read: too many commands wait, or too many replies have not been taken. */
  #commandsWait = false;
  #repliesWait = false;
  readonly #waiting: (() => void)[] = [];

  constructor(accepted: net.Socket) {
    this.localAddress = ip(accepted.localAddress!);
    this.peerAddress = ip(accepted.remoteAddress!);
    this.local = endpoint(accepted.localAddress, accepted.localPort);
    this.peer = endpoint(accepted.remoteAddress, accepted.remotePort);
    this.#socket = adopt(accepted, { buffer: () => shared, take: (count) => this.#take(shared.subarray(0, count)) });
    // Who is behind a NAT that forgets is kept known to it; who has vanished is found out.
    this.#socket.setKeepAlive(true, 60_000);
    this.#socket.on("error", () => {});
    this.#socket.on("drain", () => {
      this.#repliesWait = false;
      this.#wake();
      this.#readOn();
    });
    this.#socket.on("end", () => this.#handler?.ended());
    this.#socket.on("close", () => {
      this.#wake();
      this.#handler?.closed();
    });
  }

  /** Begins to read. */
  start(handler: ControlHandler): void {
    this.#handler = handler;
    this.#socket.resume();
  }

  /** Stops reading until {@link ControlConnection.release}: the client has sent more commands than may wait. */
  hold(): void {
    this.#commandsWait = true;
    this.#socket.pause();
  }

  release(): void {
    if (!this.#commandsWait) return;
    this.#commandsWait = false;
    this.#readOn();
  }

  /** The client has not taken the replies that it was sent, and more would only pile up. */
  get isBehind(): boolean {
    return this.#repliesWait;
  }

  /** Done when the client has taken its replies, or is gone; nothing where it has. */
  caughtUp(): Promise<void> | undefined {
    if (!this.#repliesWait || this.#socket.destroyed) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Sends a reply. */
  send(bytes: Uint8Array): void {
    if (this.#socket.writableEnded || this.#socket.destroyed) return;
    const held = this.#held;
    this.#held = undefined;
    this.#socket.write(held ? Buffer.concat([held, bytes]) : bytes);
    if (this.#socket.writableLength <= MAX_UNTAKEN) return;
    this.#repliesWait = true;
    this.#socket.pause();
  }

  /**
   * Sends a reply together with the next one, if that follows within two turns of the event loop: a small file's data
   * is gone by then, and its 150 and 226 need only one packet.
   */
  sendSoon(bytes: Uint8Array): void {
    this.#held = bytes;
    const flush = (): void => {
      if (this.#held === bytes) this.send(EMPTY);
    };
    setImmediate(() => setImmediate(flush));
  }

  /** Sends what is still to be sent, and closes; a client that does not take it is cut off, soon or at once. */
  end(): void {
    if (this.#socket.destroyed) return;
    if (this.#repliesWait) {
      this.#socket.destroy();
      return;
    }
    if (this.#held) this.send(EMPTY);
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), 5000);
    timer.unref();
    this.#socket.once("close", () => clearTimeout(timer));
    // Reads on, so that the client's own end is seen and the socket goes.
    this.#handler = this.#handler && { ...this.#handler, line() {}, ended() {} };
    this.#commandsWait = false;
    this.#repliesWait = false;
    this.#wake();
    this.#readOn();
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  get #isHeld(): boolean {
    return this.#commandsWait || this.#repliesWait;
  }

  #readOn(): void {
    if (!this.#isHeld) this.#socket.resume();
  }

  #take(chunk: Uint8Array): boolean {
    const lines = this.#decoder.decode(chunk);
    const answers = this.#decoder.takeAnswers();
    if (answers) this.send(answers);
    for (const line of lines) this.#handler?.line(line);
    return !this.#isHeld;
  }
}
