import { once } from "node:events";
import net from "node:net";
import type { DataMode } from "@twinport/protocol";

/** Where a {@link RawClient} goes, and from where. */
export interface RawPlace {
  readonly address: string;
  readonly port: number;
  readonly localAddress?: string;
}

/** One reply, all its lines. */
export interface RawReply {
  readonly code: number;
  readonly lines: readonly string[];
}

/** A client that does what it is told, at the wire: nothing is retried, nothing is made good. */
export class RawClient {
  readonly control: net.Socket;
  readonly #replies: RawReply[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #open = new Set<net.Socket | net.Server>();
  #pending: string[] = [];
  #rest = "";

  private constructor(control: net.Socket) {
    this.control = this.#kept(control);
    control.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    control.on("close", () => this.#wake());
  }

  /** Connects, and waits for the greeting. */
  static async connect({ address, port, localAddress }: RawPlace): Promise<RawClient> {
    const control = net.connect({ host: address, port, ...(localAddress !== undefined && { localAddress }) });
    const client = new RawClient(control);
    await client.expect(220);
    return client;
  }

  async login({ user, password }: { readonly user: string; readonly password: string }): Promise<this> {
    await this.ask(`USER ${user}`, 331);
    await this.ask(`PASS ${password}`, 230);
    await this.ask("TYPE I", 200);
    return this;
  }

  say(line: string): void {
    this.control.write(`${line}\r\n`);
  }

  /** Says a line, and gives the next reply, which must be this. */
  async ask(line: string, code: number): Promise<RawReply> {
    this.say(line);
    return this.expect(code, line);
  }

  /** The next reply, which must be this. */
  async expect(code: number, line = ""): Promise<RawReply> {
    const reply = await this.reply();
    if (reply.code !== code) throw new Error(`${line}: ${code} was expected, ${reply.lines.join(" / ")} has come`);
    return reply;
  }

  /** The next reply, within half a minute. */
  async reply(): Promise<RawReply> {
    const limit = AbortSignal.timeout(30_000);
    for (;;) {
      const reply = this.#replies.shift();
      if (reply) return reply;
      if (this.control.closed) throw new Error("the command connection is gone");
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push(resolve);
        limit.addEventListener("abort", () => reject(new Error("no reply in 30 s")), { once: true });
      });
    }
  }

  /** Begins a transfer: gives its data connection once that stands and 150 has come. */
  async transfer(mode: DataMode, line: string): Promise<net.Socket> {
    const data = mode === "passive" ? await this.#dial() : await this.#listen();
    this.say(line);
    const [connection] = await Promise.all([data(), this.expect(150, line)]);
    return connection;
  }

  /** Leaves without a word. */
  destroy(how: "close" | "reset" = "close"): void {
    for (const one of this.#open) {
      if (one instanceof net.Server) one.close();
      else if (how === "reset") one.resetAndDestroy();
      else one.destroy();
    }
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  async #dial(): Promise<() => Promise<net.Socket>> {
    const [offer = ""] = (await this.ask("EPSV", 229)).lines;
    const port = Number(/\|\|\|(\d+)\|/.exec(offer)?.[1]);
    const { remoteAddress: host = "", localAddress = "" } = this.control;
    const data = this.#kept(net.connect({ host, port, localAddress }));
    const connected = once(data, "connect");
    return async () => {
      await connected;
      return data;
    };
  }

  async #listen(): Promise<() => Promise<net.Socket>> {
    const address = this.control.localAddress ?? "";
    const listener = net.createServer();
    this.#open.add(listener);
    listener.listen({ host: address, port: 0 });
    await once(listener, "listening");
    const arrived = once(listener, "connection") as Promise<[net.Socket]>;
    const { port } = listener.address() as net.AddressInfo;
    await this.ask(`EPRT |${net.isIPv6(address) ? 2 : 1}|${address}|${port}|`, 200);
    return async () => {
      const [data] = await arrived;
      listener.close();
      this.#open.delete(listener);
      return this.#kept(data);
    };
  }

  #kept(socket: net.Socket): net.Socket {
    this.#open.add(socket);
    // Being cut off is what these tests are about.
    socket.on("error", () => {}).on("close", () => this.#open.delete(socket));
    return socket;
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\r\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      this.#pending.push(line);
      const code = this.#pending[0]!.slice(0, 3);
      if (!line.startsWith(`${code} `)) continue;
      this.#replies.push({ code: Number(code), lines: this.#pending });
      this.#pending = [];
    }
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
