import { LineDecoder, ip, isTlsHello, readClientHello } from "@twinport/protocol";
import { adopt } from "./adopt.ts";
import { ChannelError } from "./errors.ts";
import { limit } from "./connector.ts";
import { endpoint } from "./data-connection.ts";
import { firstLine, handshakeFailure, shakeHands } from "./tls-layer.ts";
import type net from "node:net";
import type tls from "node:tls";
import type { DecodedLine, Endpoint, IpAddress } from "@twinport/protocol";
import type { Patience } from "./connector.ts";
import type { SecureFacts } from "./tls.ts";
import type { SessionTls } from "./tls-server.ts";

/** Who is told what a command connection brings. */
export interface ControlHandler {
  /** A line has come, or one that was too long. */
  readonly line: (line: DecodedLine) => void;
  /** The first bytes are those of another protocol; nothing further is decoded. */
  readonly foreign?: (spoke: "tls") => void;
  /** The client will send nothing more; it may still listen. */
  readonly ended: () => void;
  /** The connection is gone, by whomever. */
  readonly closed: () => void;
}

const EMPTY = new Uint8Array(0);

/** One buffer for all command connections: it is emptied before the next read of any. */
const shared = new Uint8Array(4096);

/** Of a ClientHello that is still not whole then, TLS itself may make something. */
const MOST_HELLO = 18 * 1024;

/** Replies that a client has not taken before nothing more is read from it. */
const MAX_UNTAKEN = 64 * 1024;

/** The sessions that a client has shown as its own in its first words of TLS. */
export interface ShownSessions {
  /** What their tickets begin with. */
  readonly tickets: readonly string[];
  /** Before TLS 1.3 the id of a session, or nothing; since then any bytes. */
  readonly sessionId: string;
}

/** A server's end of a command connection: lines in, text out. It is made paused. */
export class ControlConnection {
  readonly local: Endpoint;
  readonly peer: Endpoint;
  readonly localAddress: IpAddress;
  readonly peerAddress: IpAddress;
  readonly #raw: net.Socket;
  #tls: tls.TLSSocket | undefined;
  #isShaken = false;
  #decoder = new LineDecoder();
  /** Bytes that were thrown away before TLS; undefined while they count. */
  #discarded: number | undefined;
  #isFirst = true;
  /** Hears the client's first words of TLS. */
  #hear: ((bytes: Uint8Array) => boolean) | undefined;
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
    this.#raw = adopt(accepted, { buffer: () => shared, take: (count) => this.#take(shared.subarray(0, count)) });
    // Who is behind a NAT that forgets is kept known to it; who has vanished is found out.
    this.#raw.setKeepAlive(true, 60_000);
    this.#watch(this.#raw);
    this.#raw.on("close", () => {
      this.#tls?.destroy();
      this.#wake();
      this.#handler?.closed();
    });
  }

  /** Begins to read; where {@link ControlConnection.discard} was said, TLS is the first to read. */
  start(handler: ControlHandler): void {
    this.#handler = handler;
    if (this.#discarded === undefined) this.#raw.resume();
  }

  get isSecured(): boolean {
    return this.#tls !== undefined;
  }

  /**
   * Whatever comes from now on is thrown away until {@link ControlConnection.secure} begins: the client has been told
   * nothing yet to which it could be the answer (CVE-2011-0411 and its like).
   */
  discard(): void {
    this.#discarded = 0;
  }

  /**
   * Begins TLS, when all that was sent is with the kernel; from then on everything passes it.
   *
   * @param begun called when hands are about to be shaken, with how many bytes were thrown away
   * @throws {ChannelError} `tls-handshake-failed`, `tls-timed-out`, `tls-certificate-refused`, `control-lost`
   */
  async secure(
    session: SessionTls,
    patience: Patience,
    begun: (discarded: number) => void,
  ): Promise<SecureFacts & ShownSessions> {
    if (this.#tls) throw new TypeError("this connection speaks TLS already");
    this.#discarded ??= 0;
    await this.#flushed();
    if (this.#raw.destroyed || this.#raw.writableEnded) throw new ChannelError("control-lost");
    begun(this.#discarded + this.#decoder.unfinished);
    this.#discarded = undefined;
    this.#decoder = new LineDecoder();
    const shown = await this.#hearHello(patience);
    const { side } = session;
    const secured = side.begin(this.#raw);
    this.#tls = secured;
    this.#watch(secured);
    const facts = await shakeHands(secured, side, patience, () => (this.#isShaken = true));
    secured.on("data", (chunk: Uint8Array) => {
      if (!this.#take(chunk)) secured.pause();
    });
    this.#readOn();
    return { ...facts, ...shown };
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
    if (this.#isShakingHands || this.#socket.writableEnded || this.#socket.destroyed) return;
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
    if (this.#repliesWait || this.#isShakingHands) {
      this.destroy();
      return;
    }
    if (this.#held) this.send(EMPTY);
    this.#socket.end();
    const timer = setTimeout(() => this.destroy(), 5000);
    timer.unref();
    this.#raw.once("close", () => clearTimeout(timer));
    // Reads on, so that the client's own end is seen and the socket goes.
    this.#handler = this.#handler && { ...this.#handler, line() {}, foreign() {}, ended() {} };
    this.#commandsWait = false;
    this.#repliesWait = false;
    this.#wake();
    this.#readOn();
  }

  /** Closes at once. */
  destroy(): void {
    this.#tls?.destroy();
    this.#raw.destroy();
  }

  get #socket(): net.Socket {
    return this.#tls ?? this.#raw;
  }

  /** Nothing can be said by TLS yet, and no longer in clear. */
  get #isShakingHands(): boolean {
    return this.#hear !== undefined || (this.#tls !== undefined && !this.#isShaken);
  }

  #watch(socket: net.Socket): void {
    socket.on("error", () => {});
    socket.on("drain", () => {
      this.#repliesWait = false;
      this.#wake();
      this.#readOn();
    });
    socket.on("end", () => {
      if (socket === this.#socket) this.#handler?.ended();
    });
  }

  #flushed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#raw.destroyed || this.#raw.writableEnded) resolve();
      else this.#raw.write(EMPTY, () => resolve());
    });
  }

  /** Which sessions the client knows. Its words are TLS's to read all the same. */
  async #hearHello(patience: Patience): Promise<ShownSessions> {
    const raw = this.#raw;
    const release = limit(raw, patience, () => new ChannelError("tls-timed-out", { seconds: patience.timeout }));
    let bytes: Uint8Array = EMPTY;
    let gone: (cause?: unknown) => void = () => {};
    try {
      return await new Promise<ShownSessions>((resolve, reject) => {
        gone = (cause?: unknown) => reject(handshakeFailure(cause));
        raw.once("error", gone).once("end", gone).once("close", gone);
        this.#hear = (chunk) => {
          bytes = Buffer.concat([bytes, chunk]);
          const hello = readClientHello(bytes);
          if (hello.kind === "more" && bytes.length < MOST_HELLO) return true;
          if (hello.kind === "not-tls") reject(new ChannelError("tls-not-spoken", { said: firstWord(bytes) }));
          else if (hello.kind === "more") resolve({ tickets: [], sessionId: "" });
          else resolve({ tickets: hello.tickets, sessionId: hello.sessionId });
          return false;
        };
        raw.resume();
      });
    } finally {
      release();
      this.#hear = undefined;
      raw.pause();
      raw.off("error", gone).off("end", gone).off("close", gone);
      if (bytes.length > 0 && !raw.destroyed) raw.unshift(bytes);
    }
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
    if (this.#discarded !== undefined) {
      this.#discarded += chunk.length;
      return true;
    }
    if (this.#hear) return this.#hear(chunk);
    if (this.#isFirst && !this.#tls && isTlsHello(chunk)) {
      this.#handler?.foreign?.("tls");
      return !this.#isHeld;
    }
    this.#isFirst = false;
    const lines = this.#decoder.decode(chunk);
    const answers = this.#decoder.takeAnswers();
    if (answers) this.send(answers);
    for (const line of lines) this.#handler?.line(line);
    return !this.#isHeld;
  }
}

/** What follows the verb may be a password. */
function firstWord(bytes: Uint8Array): string {
  return firstLine(bytes).split(" ")[0]!;
}
