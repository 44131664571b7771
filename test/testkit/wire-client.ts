import net from "node:net";
import tls from "node:tls";
import { once } from "node:events";
import { ActivePeer, DataPeer, SecureDataPeer } from "./data-peer.ts";
import { inTime } from "./in-time.ts";
import type { Server } from "@twinport/server";

export { ActivePeer, DataPeer, SecureDataPeer };

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
  /** The server's port, if several listeners are at its address. */
  readonly toPort?: number;
  /** Take no reply before {@link WireClient.takeReplies}. */
  readonly deaf?: boolean;
}

/** An FTP client that does nothing by itself: what is sent and when is the test's, and every line is seen. */
export class WireClient {
  socket: net.Socket;
  /** The newest TLS session of the command connection: what data connections take up. */
  ticket: Buffer | undefined;
  /** Done when the server has closed, or the connection is gone. */
  readonly closed: Promise<void>;
  readonly #from: string | undefined;
  readonly #lines: string[] = [];
  #rest = "";
  #wake: (() => void) | undefined;
  #isOver = false;
  #over = (): void => {};
  #sockets: net.Socket[] = [];
  #tlsOptions: tls.ConnectionOptions = {};

  private constructor(socket: net.Socket, { from, deaf = false }: WireClientOptions) {
    this.socket = socket;
    this.#from = from;
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      this.#over = () => {
        this.#isOver = true;
        this.#wake?.();
        resolve();
      };
      socket.once("end", this.#over).once("close", this.#over);
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
      port: options.toPort ?? bound.port,
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

  /** Begins TLS here and now; AUTH was answered, or the port begins with it. Whoever the server is will do. */
  async secure(options: tls.ConnectionOptions = {}, seconds = 5): Promise<tls.TLSSocket> {
    this.#tlsOptions = options;
    this.socket.removeAllListeners("data");
    const secured = tls.connect({ rejectUnauthorized: false, ...options, socket: this.socket });
    this.socket = secured.setEncoding("latin1");
    secured.on("session", (session) => (this.ticket = session));
    let failure: Error | undefined;
    secured.on("error", (error) => (failure ??= error));
    secured.once("end", this.#over).once("close", this.#over);
    const gone = once(secured, "close").then(() => {
      throw failure ?? new Error("the server has closed the connection");
    });
    gone.catch(() => {});
    await inTime("the end of the handshake", Promise.race([once(secured, "secureConnect"), gone]), seconds);
    this.takeReplies();
    return secured;
  }

  /** AUTH TLS, and hands are shaken. */
  async authenticate(options: tls.ConnectionOptions = {}): Promise<this> {
    const answer = await this.ask("AUTH TLS");
    if (answer.code !== 234) throw new Error(answer.text);
    await this.secure(options);
    return this;
  }

  /** Data by TLS from now on. */
  async protect(): Promise<this> {
    for (const line of ["PBSZ 0", "PROT P"]) {
      const answer = await this.ask(line);
      if (answer.code !== 200) throw new Error(answer.text);
    }
    return this;
  }

  /** TLS on a data connection, as this client would: its session is taken up, unless the options say otherwise. */
  secureData(data: DataPeer, options: tls.ConnectionOptions = {}): SecureDataPeer {
    const session = this.ticket && { session: this.ticket };
    return new SecureDataPeer(data, { ...this.#tlsOptions, ...session, ...options });
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
    const greeting = await this.reply();
    if (greeting.code !== 220) throw new Error(greeting.text);
    return this.enter(name, password);
  }

  /** Comes in, TYPE I; the greeting was taken. */
  async enter(name = "ann", password = "secret"): Promise<this> {
    for (const [line, code] of [
      [`USER ${name}`, 331],
      [`PASS ${password}`, 230],
      ["TYPE I", 200],
    ] as const) {
      const answer = await this.ask(line);
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

  /** EPSV and the data connection, by TLS; hands are shaken when a transfer begins. */
  async securePassive(options: tls.ConnectionOptions = {}): Promise<SecureDataPeer> {
    return this.secureData(await this.passive(), options);
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
