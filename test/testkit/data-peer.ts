import net from "node:net";
import tls from "node:tls";
import { once } from "node:events";
import { inTime } from "./in-time.ts";

/** The client's end of a data connection. */
export class DataPeer {
  readonly socket: net.Socket;
  readonly #chunks: Buffer[] = [];
  #failure: Error | undefined;
  readonly #over: Promise<void>;

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => this.#chunks.push(chunk));
    socket.on("error", (error) => (this.#failure = error));
    this.#over = new Promise((resolve) => {
      socket.once("close", () => resolve());
      socket.once("end", () => {
        // libuv hands a reset that comes with the last bytes on as an end; but then there is no far end, before ours.
        if (!socket.writableEnded && socket.remoteAddress === undefined) this.#failure = new Error("reset");
        resolve();
      });
    });
  }

  /** How many bytes have come. */
  get received(): number {
    return this.#chunks.reduce((sum, { length }) => sum + length, 0);
  }

  send(bytes: Uint8Array | string): this {
    this.socket.write(bytes);
    return this;
  }

  /** The end of our data. */
  end(bytes?: Uint8Array | string): this {
    if (bytes === undefined) this.socket.end();
    else this.socket.end(bytes);
    return this;
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Done at the server's end of data, or when the connection is gone. */
  async over(seconds = 10): Promise<"ended" | "reset"> {
    await inTime("the end of the data connection", this.#over, seconds);
    return this.#failure ? "reset" : "ended";
  }

  /** All bytes up to the server's end of data. */
  async bytes(seconds = 10): Promise<Buffer> {
    if ((await this.over(seconds)) === "reset")
      throw new Error("the data connection was reset", { cause: this.#failure });
    return Buffer.concat(this.#chunks);
  }
}

/** The client's end of a data connection by TLS. */
export class SecureDataPeer extends DataPeer {
  /** What it runs over: what happens to that is what somebody on the way can do. */
  readonly carrier: net.Socket;
  /** Done when hands were shaken; fails where the server did not want to. */
  readonly shaken: Promise<tls.TLSSocket>;
  /** The session of the command connection was taken up. */
  isResumed = false;

  constructor(data: DataPeer, options: tls.ConnectionOptions) {
    const carrier = data.socket.removeAllListeners("data");
    const secured = tls.connect({ rejectUnauthorized: false, ...options, socket: carrier });
    super(secured);
    this.carrier = carrier;
    this.shaken = new Promise((resolve, reject) => {
      secured.once("secureConnect", () => {
        this.isResumed = secured.isSessionReused();
        resolve(secured);
      });
      secured.once("error", reject).once("close", () => reject(new Error("the data connection is gone")));
    });
    this.shaken.catch(() => {});
  }

  override reset(): void {
    this.carrier.resetAndDestroy();
  }
}

/** A client's listener for active mode. */
export class ActivePeer {
  readonly address: string;
  readonly port: number;
  readonly #server: net.Server;
  readonly #accepted: net.Socket[] = [];
  #wake: (() => void) | undefined;

  private constructor(server: net.Server) {
    this.#server = server;
    ({ address: this.address, port: this.port } = server.address() as net.AddressInfo);
    server.on("connection", (socket) => {
      socket.on("error", () => {});
      this.#accepted.push(socket);
      this.#wake?.();
    });
  }

  static async listen(address = "127.0.0.1"): Promise<ActivePeer> {
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true });
    server.listen({ host: address, port: 0 });
    await once(server, "listening");
    return new ActivePeer(server);
  }

  /** As PORT has it. */
  get hostPort(): string {
    return `${this.address.replaceAll(".", ",")},${this.port >> 8},${this.port & 255}`;
  }

  /** The next connection of the server. */
  async accept(): Promise<DataPeer> {
    while (this.#accepted.length === 0) {
      await inTime("the server's data connection", new Promise<void>((resolve) => (this.#wake = resolve)));
    }
    const socket = this.#accepted.shift()!;
    const peer = new DataPeer(socket);
    socket.resume();
    return peer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#accepted) socket.destroy();
    this.#server.close();
    await Promise.resolve();
  }
}
