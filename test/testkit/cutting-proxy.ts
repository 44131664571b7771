import net from "node:net";
import { once } from "node:events";

/** What a {@link CuttingProxy} does to connections; both count from 0. */
export interface Faults {
  /** Said to the so-and-so-many-th command connection, which is closed then; undefined lets it through. */
  readonly greeting?: (connection: number) => string | undefined;
  /** Bytes after which the so-and-so-many-th data connection is cut, in either direction; undefined lets it through. */
  readonly cutAfter?: (transfer: number) => number | undefined;
  /** The command connection is cut along with it. */
  readonly cutsControl?: boolean;
  /** Sees each line of a client first; what it gives is sent to the client, and the line is not passed on. */
  readonly answer?: (line: string) => string | undefined;
}

/** Stands between a client and a server on loopback, passive data connections (EPSV) included, and breaks them. */
export class CuttingProxy {
  readonly #server: net.Server;
  readonly #target: number;
  readonly #faults: Faults;
  readonly #sockets = new Set<net.Socket>();
  readonly #listeners = new Set<net.Server>();
  /** All lines that clients have sent. */
  readonly lines: string[] = [];
  connections = 0;
  transfers = 0;
  /** Command connections that stand now, and the most that stood at once. */
  standing = 0;
  most = 0;

  private constructor(target: number, faults: Faults) {
    this.#target = target;
    this.#faults = faults;
    this.#server = net.createServer((client) => this.#control(client));
  }

  static async start(url: string, faults: Faults = {}): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(Number(new URL(url).port), faults);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** Cuts all connections that stand. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const listener of this.#listeners) listener.close();
    this.#server.close();
    return Promise.resolve();
  }

  #keep(socket: net.Socket): net.Socket {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    return socket;
  }

  #control(client: net.Socket): void {
    this.#keep(client);
    const connection = this.connections++;
    const greeting = this.#faults.greeting?.(connection);
    if (greeting !== undefined) {
      client.end(`${greeting}\r\n`);
      return;
    }
    this.most = Math.max(this.most, ++this.standing);
    const server = this.#keep(net.connect(this.#target, "127.0.0.1"));
    client.on("close", () => {
      this.standing--;
      server.destroy();
    });
    server.on("close", () => client.destroy());
    client.on("data", (bytes: Buffer) => {
      for (const line of String(bytes)
        .split("\r\n")
        .filter((one) => one !== "")) {
        this.lines.push(line);
        const answer = this.#faults.answer?.(line);
        if (answer === undefined) server.write(`${line}\r\n`);
        else client.write(`${answer}\r\n`);
      }
    });
    server.on("data", (bytes: Buffer) => void this.#reply(String(bytes), client));
  }

  /** Replies come whole on loopback: one is sent at once. */
  async #reply(text: string, client: net.Socket): Promise<void> {
    const port = /^229 .*\(\|\|\|(\d+)\|\)/m.exec(text)?.[1];
    if (port === undefined) {
      client.write(text);
      return;
    }
    const listener = net.createServer((arrived) => {
      listener.close();
      this.#data(arrived, Number(port), client);
    });
    this.#listeners.add(listener);
    listener.on("close", () => this.#listeners.delete(listener));
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    client.write(text.replace(`|||${port}|`, `|||${(listener.address() as net.AddressInfo).port}|`));
  }

  #data(client: net.Socket, port: number, control: net.Socket): void {
    const transfer = this.transfers++;
    const most = this.#faults.cutAfter?.(transfer) ?? Number.POSITIVE_INFINITY;
    const server = this.#keep(net.connect(port, "127.0.0.1"));
    this.#keep(client);
    let moved = 0;
    const pass = (from: net.Socket, to: net.Socket): void => {
      from.on("data", (bytes: Buffer) => {
        const left = most - moved;
        moved += bytes.length;
        if (bytes.length <= left) {
          if (!to.write(bytes)) {
            from.pause();
            to.once("drain", () => from.resume());
          }
          return;
        }
        from.pause();
        from.removeAllListeners("data");
        // A reset would throw away what the receiver has not read yet, and nobody could say where it breaks off.
        to.end(bytes.subarray(0, Math.max(0, left)), () => {
          from.resetAndDestroy();
          if (this.#faults.cutsControl) control.resetAndDestroy();
        });
      });
      from.on("end", () => to.end());
      from.on("error", () => to.destroy());
    };
    pass(client, server);
    pass(server, client);
  }
}
