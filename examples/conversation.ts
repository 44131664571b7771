import net from "node:net";
import { once } from "node:events";
import type { Server } from "@twinport/server";

/** A reply, all lines joined by LF. */
export interface WireReply {
  readonly code: number;
  readonly text: string;
}

/** A small FTP client for the test: it says what it is told to, and gives what it hears. */
export class Conversation {
  readonly #control: net.Socket;
  readonly #replies: AsyncIterator<WireReply>;

  private constructor(control: net.Socket) {
    this.#control = control;
    this.#replies = repliesOf(control);
  }

  /** Connects and takes the greeting. */
  static async open(server: Server): Promise<Conversation> {
    const [{ address, port } = { address: "", port: 0 }] = server.bound;
    const control = net.connect(port, address);
    await once(control, "connect");
    const conversation = new Conversation(control);
    await conversation.reply();
    return conversation;
  }

  /** Says USER, PASS and TYPE I; gives the reply to PASS. */
  async login(name: string, password: string): Promise<WireReply> {
    await this.ask(`USER ${name}`);
    const answer = await this.ask(`PASS ${password}`);
    if (answer.code === 230) await this.ask("TYPE I");
    return answer;
  }

  /** Sends a command and gives its next reply. */
  async ask(line: string): Promise<WireReply> {
    this.#control.write(`${line}\r\n`);
    return this.reply();
  }

  async reply(): Promise<WireReply> {
    const next = await this.#replies.next();
    if (next.done) throw new Error("the server has closed the command connection");
    return next.value;
  }

  /** Downloads in either mode. */
  async get(path: string, mode: "active" | "passive" = "passive"): Promise<string> {
    const connected = mode === "passive" ? await this.#dial() : await this.#listen();
    const opening = await this.ask(`RETR ${path}`);
    if (opening.code !== 150) throw new Error(opening.text);
    const data = await connected();
    const chunks: Buffer[] = [];
    for await (const chunk of data) chunks.push(chunk as Buffer);
    const done = await this.reply();
    if (done.code !== 226) throw new Error(done.text);
    return Buffer.concat(chunks).toString();
  }

  /** Uploads in passive mode; gives the last reply. */
  async put(path: string, bytes: Uint8Array): Promise<WireReply> {
    const connected = await this.#dial();
    const opening = await this.ask(`STOR ${path}`);
    const data = await connected();
    if (opening.code !== 150) {
      data.destroy();
      return opening;
    }
    data.end(bytes);
    return this.reply();
  }

  [Symbol.dispose](): void {
    this.#control.destroy();
  }

  /** The client's half of passive mode: asks for a port and dials it. */
  async #dial(): Promise<() => Promise<net.Socket>> {
    const { text } = await this.ask("EPSV");
    const port = Number(/\|\|\|(\d+)\|/.exec(text)?.[1]);
    const data = net.connect(port, this.#control.remoteAddress);
    // A server that refuses the command closes this connection, also by a reset.
    data.on("error", () => {});
    await once(data, "connect");
    return async () => data;
  }

  /** The client's half of active mode: listens, and says where. */
  async #listen(): Promise<() => Promise<net.Socket>> {
    const listener = net.createServer();
    listener.listen(0, this.#control.localAddress);
    await once(listener, "listening");
    const arrived = once(listener, "connection") as Promise<[net.Socket]>;
    const { address, port } = listener.address() as net.AddressInfo;
    await this.ask(`EPRT |1|${address}|${port}|`);
    return async () => {
      const [data] = await arrived;
      listener.close();
      return data;
    };
  }
}

async function* repliesOf(control: net.Socket): AsyncGenerator<WireReply> {
  let rest = "";
  let lines: string[] = [];
  for await (const chunk of control.setEncoding("utf8") as AsyncIterable<string>) {
    const parts = (rest + chunk).split("\r\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      lines.push(line);
      if (!line.startsWith(`${lines[0]!.slice(0, 3)} `)) continue;
      yield { code: Number(line.slice(0, 3)), text: lines.join("\n") };
      lines = [];
    }
  }
}

/** A few ports in a row that nobody listens on, below those that systems give out by themselves. */
export async function freePorts(): Promise<{ from: number; to: number }> {
  for (;;) {
    const from = 20_000 + Math.floor(Math.random() * 8000);
    const ports = [from, from + 1, from + 2, from + 3];
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return { from, to: from + 3 };
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = net.createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
