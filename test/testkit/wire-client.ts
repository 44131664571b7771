import net from "node:net";
import { once } from "node:events";
import { inTime } from "./in-time.ts";
import type { Server } from "@twinport/server";

/** A reply as it came over the wire: its code and its lines, each whole. */
export interface WireReply {
  readonly code: number;
  readonly lines: readonly string[];
  /** All lines, joined by LF. */
  readonly text: string;
}

/** Where a {@link WireClient} comes from and goes to. */
export interface WireClientOptions {
  /** Our own address (default: what the system takes). */
  readonly from?: string;
  /** The server's address, if it listens at several. */
  readonly to?: string;
  /** Take no reply before {@link WireClient.takeReplies}. */
  readonly deaf?: boolean;
}

/** An FTP client that does nothing by itself: what is sent and when is the test's, and every line is seen. */
export class WireClient {
  readonly socket: net.Socket;
  /** Done when the server has closed, or the connection is gone. */
  readonly closed: Promise<void>;
  readonly #from: string | undefined;
  readonly #lines: string[] = [];
  #rest = "";
  #wake: (() => void) | undefined;
  #isOver = false;
  #sockets: net.Socket[] = [];

  private constructor(socket: net.Socket, { from, deaf = false }: WireClientOptions) {
    this.socket = socket;
    this.#from = from;
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      const over = (): void => {
        this.#isOver = true;
        this.#wake?.();
        resolve();
      };
      socket.once("end", over).once("close", over);
    });
    if (!deaf) this.takeReplies();
  }

  /** Connects and does not wait for the greeting. */
  static async open(server: Server, options: WireClientOptions = {}): Promise<WireClient> {
    const isMeant = (address: string): boolean => address === options.to || address === "0.0.0.0" || address === "::";
    const bound = server.bound.find(({ address }) => options.to === undefined || isMeant(address));
    if (!bound) throw new Error(`the server does not listen on ${options.to}`);
    const socket = net.connect({
      host: options.to ?? (bound.address === "0.0.0.0" ? "127.0.0.1" : bound.address),
      port: bound.port,
      ...(options.from !== undefined && { localAddress: options.from }),
    });
    if (options.deaf) socket.pause();
    await inTime("the command connection", once(socket, "connect"));
    return new WireClient(socket, options);
  }

  takeReplies(): void {
    this.socket.on("data", (text: string) => {
      const lines = (this.#rest + text).split("\r\n");
      this.#rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#wake?.();
    });
    this.socket.resume();
  }

  /** Sends a command line. */
  send(...lines: string[]): void {
    this.socket.write(lines.map((line) => `${line}\r\n`).join(""), "utf8");
  }

  /** The next line from the server as it came, letters read as UTF-8; undefined when it has closed. */
  async line(seconds = 5): Promise<string | undefined> {
    while (this.#lines.length === 0) {
      if (this.#isOver) return undefined;
      await inTime("a line from the server", new Promise<void>((resolve) => (this.#wake = resolve)), seconds);
    }
    return Buffer.from(this.#lines.shift()!, "latin1").toString("utf8");
  }

  /** Lines that have come and nobody has asked for. */
  get unread(): number {
    return this.#lines.length;
  }

  /** The next whole reply. */
  async reply(seconds = 5): Promise<WireReply> {
    const first = await this.line(seconds);
    if (first === undefined) throw new Error("the server has closed the command connection");
    const found = /^(\d{3})([ -])/.exec(first);
    if (!found) throw new Error(`no reply begins like this: ${JSON.stringify(first)}`);
    const lines = [first];
    if (found[2] === "-") {
      for (let last = ""; !last.startsWith(`${found[1]} `);) {
        const next = await this.line(seconds);
        if (next === undefined) throw new Error(`the server has closed in the middle of ${first}`);
        lines.push((last = next));
      }
    }
    return { code: Number(found[1]), lines, text: lines.join("\n") };
  }

  /** Sends a command line and gives its next reply. */
  async ask(line: string, seconds = 5): Promise<WireReply> {
    this.send(line);
    return this.reply(seconds);
  }

  /** The codes of the replies to lines, one reply each. */
  async codes(...lines: string[]): Promise<number[]> {
    const codes: number[] = [];
    for (const line of lines) codes.push((await this.ask(line)).code);
    return codes;
  }

  /** Takes the greeting and comes in. TYPE I, unless nothing is to be said. */
  async login(name = "ann", password = "secret"): Promise<this> {
    for (const [line, code] of [
      ["", 220],
      [`USER ${name}`, 331],
      [`PASS ${password}`, 230],
      ["TYPE I", 200],
    ] as const) {
      const answer = line === "" ? await this.reply() : await this.ask(line);
      if (answer.code !== code) throw new Error(`${line}: ${answer.text}`);
    }
    return this;
  }

  /** Says EPSV, or PASV, and gives the port that is offered. */
  async offered(verb: "EPSV" | "PASV" = "EPSV"): Promise<number> {
    const { text } = await this.ask(verb);
    const extended = /\(\|\|\|(\d+)\|\)/.exec(text);
    const passive = /\((?:\d+,){4}(\d+),(\d+)\)/.exec(text);
    if (extended) return Number(extended[1]);
    if (passive) return Number(passive[1]) * 256 + Number(passive[2]);
    throw new Error(`${verb}: ${text}`);
  }

  /** Connects to a port of the server as this client would. */
  async connectTo(port: number, from = this.#from): Promise<DataPeer> {
    const host = this.socket.remoteAddress!;
    const socket = net.connect({ host, port, allowHalfOpen: true, ...(from !== undefined && { localAddress: from }) });
    this.#sockets.push(socket);
    const peer = new DataPeer(socket);
    // One that is sent away at once may never be seen to stand.
    await inTime(
      "the data connection",
      Promise.race([once(socket, "connect"), peer.over()]).catch(() => {}),
    );
    return peer;
  }

  /** EPSV and the data connection. */
  async passive(): Promise<DataPeer> {
    return this.connectTo(await this.offered());
  }

  /** Listens for the server, and says PORT. */
  async active(options: { readonly listenAt?: string } = {}): Promise<ActivePeer> {
    const peer = await ActivePeer.listen(options.listenAt ?? this.#from ?? "127.0.0.1");
    const answer = await this.ask(`PORT ${peer.hostPort}`);
    if (answer.code !== 200) throw new Error(answer.text);
    return peer;
  }

  /** Downloads through a passive connection: all replies' codes and the bytes. */
  async download(path: string, verb = "RETR"): Promise<{ codes: number[]; last: WireReply; bytes: Buffer }> {
    const data = await this.passive();
    const first = await this.ask(`${verb} ${path}`.trim());
    if (first.code !== 150) {
      data.destroy();
      return { codes: [first.code], last: first, bytes: Buffer.alloc(0) };
    }
    const bytes = await data.end().bytes();
    const last = await this.reply();
    return { codes: [first.code, last.code], last, bytes };
  }

  /** Uploads through a passive connection: all replies' codes. */
  async upload(path: string, bytes: Uint8Array | string, verb = "STOR"): Promise<{ codes: number[]; last: WireReply }> {
    const data = await this.passive();
    const first = await this.ask(`${verb} ${path}`.trim());
    if (first.code !== 150) {
      data.destroy();
      return { codes: [first.code], last: first };
    }
    data.end(bytes);
    const last = await this.reply();
    data.destroy();
    return { codes: [first.code, last.code], last };
  }

  /** Goes without a word. */
  destroy(): void {
    this.socket.destroy();
    for (const socket of this.#sockets) socket.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

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
