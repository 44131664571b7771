import { ip } from "@twinport/protocol";
import { ChannelError } from "./errors.ts";
import { TlsLayer } from "./tls-layer.ts";
import { clientSide } from "./tls.ts";
import { copyInto } from "./adopt.ts";
import { direct } from "./connector.ts";
import { endpoint } from "./data-connection.ts";
import type net from "node:net";
import type { Endpoint, IpAddress } from "@twinport/protocol";
import type { Clock } from "./clock.ts";
import type { ConnectRequest, Connector } from "./connector.ts";
import type { SecureFacts, SecureOptions } from "./tls.ts";

/** Who is told what a server sends on a command connection. */
export interface ControlBytes {
  /** They are the handler's only during the call. */
  readonly bytes: (chunk: Uint8Array) => void;
  /** The server will send nothing more. */
  readonly ended: () => void;
  /** The connection is gone; the cause is there unless it was closed. Called once, and last. */
  readonly closed: (cause?: Error) => void;
}

/** What {@link dialControl} needs to know. */
export interface ControlDialRequest extends ConnectRequest {
  /** How to get there (default: directly). */
  readonly connector?: Connector | undefined;
  /**
   * Milliseconds of silence after which the connection is kept alive (default 3000: NATs that forget after 4 s have
   * been seen); 0 leaves it alone.
   */
  readonly keepAlive?: number | undefined;
}

/** What is still to be sent gets this long. */
const END_MS = 5000;

/** A client's end of a command connection. It is made paused. */
export class DialedControl {
  readonly local: Endpoint;
  /** The server's end, or the proxy's. */
  readonly peer: Endpoint;
  readonly localAddress: IpAddress;
  /** The server's address, or the proxy's: then no data connection can be judged by it. */
  readonly peerAddress: IpAddress;
  readonly isProxied: boolean;
  readonly #raw: net.Socket;
  readonly #clock: Clock;
  #layer: TlsLayer | undefined;
  #isSecured = false;
  #handler: ControlBytes | undefined;
  #cause: Error | undefined;
  #isEnded = false;
  #isClosed = false;

  constructor(raw: net.Socket, isProxied: boolean, clock: Clock) {
    this.#raw = raw;
    this.#clock = clock;
    this.isProxied = isProxied;
    this.local = endpoint(raw.localAddress, raw.localPort);
    this.peer = endpoint(raw.remoteAddress, raw.remotePort);
    this.localAddress = ip(raw.localAddress!);
    this.peerAddress = ip(raw.remoteAddress!);
    raw.on("error", (cause) => {
      this.#cause ??= cause;
      this.#layer?.rawEnded("reset");
    });
    raw.on("end", () => {
      if (this.#layer) this.#layer.rawEnded("cut");
      else this.#ended();
    });
    raw.on("close", () => {
      this.#layer?.rawEnded("reset");
      this.#isClosed = true;
      this.#handler?.closed(this.#cause);
    });
  }

  /** Begins to read. */
  start(handler: ControlBytes): void {
    this.#handler = handler;
    if (this.#isEnded) queueMicrotask(handler.ended);
    if (this.#isClosed) queueMicrotask(() => handler.closed(this.#cause));
    else this.#listen();
  }

  /** Sends commands. */
  send(bytes: Uint8Array): void {
    const socket = this.#socket;
    if (!socket.writableEnded && !socket.destroyed) socket.write(bytes);
  }

  get isSecured(): boolean {
    return this.#isSecured;
  }

  /**
   * Begins TLS: after the answer to AUTH, or at once where the port wants that. A failure closes the connection.
   *
   * @throws {ChannelError} `clear-behind-auth` if the server has sent more in clear that was not handed on yet;
   * `tls-not-spoken`, `tls-handshake-failed`, `tls-certificate-refused`, `tls-timed-out`, `aborted`
   */
  async secure(options: SecureOptions): Promise<SecureFacts> {
    if (this.#layer) throw new TypeError("this connection speaks TLS already");
    const raw = this.#raw;
    raw.pause();
    raw.removeAllListeners("data");
    const bytes = raw.readableLength;
    try {
      if (raw.destroyed) throw this.#cause ?? new ChannelError("control-lost");
      if (bytes > 0) throw this.#handler ? new ChannelError("clear-behind-auth", { bytes }) : notSpoken(raw);
      this.#layer = new TlsLayer((reader) => copyInto(raw, reader), clientSide(options), options, {
        ended: () => this.#ended(),
        broke: (failure) => {
          this.#cause ??= failure;
          raw.destroy();
        },
      });
      const facts = await this.#layer.handshake();
      this.#isSecured = true;
      if (this.#handler) this.#listen();
      return facts;
    } catch (error) {
      this.#cause ??= error as Error;
      raw.destroy();
      throw error;
    }
  }

  /** Sends what is still to be sent, and closes; a server that does not take it is left soon. */
  end(): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    socket.end();
    const timer = this.#clock.after(END_MS, () => this.#raw.destroy());
    this.#raw.once("close", () => timer.cancel());
    // Reads on, so that the server's own end is seen and the socket goes.
    this.#handler = this.#handler && { ...this.#handler, bytes() {}, ended() {} };
    socket.resume();
  }

  /** Closes at once. */
  destroy(): void {
    this.#raw.destroy();
  }

  get #socket(): net.Socket {
    return this.#layer?.socket ?? this.#raw;
  }

  #ended(): void {
    this.#isEnded = true;
    this.#handler?.ended();
  }

  #listen(): void {
    this.#socket.on("data", (chunk: Buffer) => this.#handler?.bytes(chunk));
    this.#socket.resume();
  }
}

function notSpoken(raw: net.Socket): ChannelError {
  const said = String(raw.read() ?? "").split(/[\r\n]/)[0] ?? "";
  return new ChannelError("tls-not-spoken", { said: said.slice(0, 100).replace(/[^ -~]/g, "?") });
}

/**
 * Opens a command connection.
 *
 * @throws {ChannelError} what its connector says: `name-not-found`, `dial-…`, `proxy-…`, `aborted`
 */
export async function dialControl(request: ControlDialRequest): Promise<DialedControl> {
  const { connector = direct, keepAlive = 3000, clock } = request;
  const socket = await connector.connect(request);
  if (keepAlive > 0) socket.setKeepAlive(true, keepAlive);
  if (socket.remoteAddress === undefined || socket.localAddress === undefined) {
    socket.destroy();
    throw new ChannelError("control-lost");
  }
  return new DialedControl(socket, connector.kind !== "direct", clock);
}
