import net from "node:net";
import { once } from "node:events";
import { deflateSync } from "node:zlib";
import { AsciiDecoder } from "../packages/protocol/src/index.ts";
import type { Endpoint } from "../packages/protocol/src/index.ts";
import type { Script, Step, Upload } from "./session-script.ts";

/** How long is waited for what may never come. */
const PATIENCE_MS = 30;
/** How long is waited for what must come. */
const LIMIT_MS = 20_000;

let marks = 0;

/** An upload that the server has taken: its name, and what the file must hold. */
export interface Kept {
  readonly name: string;
  readonly content: Uint8Array;
}

/** A client that does what its script says, and keeps all that it hears. */
export class ScriptedClient {
  /** All lines of the command connection that came whole. */
  readonly lines: string[] = [];
  /** All bytes of data connections, as latin1. */
  data = "";
  /** Uploads that were answered with 226. */
  readonly kept: Kept[] = [];
  readonly #socket: net.Socket;
  readonly #from: string;
  #rest = "";
  #isOver = false;
  #offered: number | undefined;
  #wake: (() => void)[] = [];
  #listener: net.Server | undefined;
  readonly #dataSockets: net.Socket[] = [];

  private constructor(socket: net.Socket, from: string) {
    this.#socket = socket;
    this.#from = from;
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (text: string) => this.#hear(text));
    socket.on("error", () => {});
    socket.on("close", () => this.#over());
    socket.on("end", () => this.#over());
  }

  static async open({ address, port }: Endpoint, from: string): Promise<ScriptedClient> {
    const socket = net.connect({ host: address, port, localAddress: from });
    await once(socket, "connect");
    return new ScriptedClient(socket, from);
  }

  async play({ isLoggedIn, steps }: Script): Promise<void> {
    if (isLoggedIn) this.#say("USER ann", "PASS secret", "TYPE I");
    for (const step of steps) {
      await this.#act(step);
      // Half of what happens side by side needs a turn of the loop.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await this.#until(() => false, PATIENCE_MS / 2);
  }

  /** Whether it can come in and be answered, as if nothing had happened. */
  async isServed(): Promise<boolean> {
    await this.#until(() => this.lines.length > 0, LIMIT_MS);
    const codes = [];
    for (const word of ["USER ann", "PASS secret", "PWD"]) codes.push(await this.#ask(word));
    return codes.join() === "331,230,257";
  }

  destroy(): void {
    this.#listener?.close();
    for (const socket of [this.#socket, ...this.#dataSockets]) socket.resetAndDestroy();
  }

  async #act(step: Step): Promise<void> {
    const data = this.#dataSockets.at(-1);
    switch (step.kind) {
      case "send":
        this.#socket.write(step.bytes);
        return;
      case "wait": {
        const wanted = this.lines.length + step.lines;
        return this.#until(() => this.lines.length >= wanted, PATIENCE_MS);
      }
      case "open":
        if (this.#offered !== undefined) this.#connect(this.#offered);
        return;
      case "listen":
        return this.#listen(step.verb);
      case "data":
        data?.write(step.bytes);
        return;
      case "end-data":
        data?.end();
        return;
      case "reset-data":
        data?.resetAndDestroy();
        return;
      case "end":
        this.#socket.end();
        return;
      case "reset":
        this.#socket.resetAndDestroy();
        return;
      case "upload":
        return this.#upload(step.upload);
    }
  }

  /** Ends what may still run, comes in anew, and uploads to a name of its own. */
  async #upload({ bytes, type, mode, isActive, ending }: Upload): Promise<void> {
    const name = `/kept/${++marks}`;
    if (!(await this.#settle())) return;
    for (const line of ["USER ann", "PASS secret", `TYPE ${type}`, "REST 0", "RANG 1 0"]) await this.#ask(line);
    if ((await this.#ask(`MODE ${mode}`)) !== 200) return;
    const before = this.#dataSockets.length;
    if (isActive) {
      await this.#listen("PORT");
      if (!(await this.#settle())) return;
    } else {
      this.#offered = undefined;
      if ((await this.#ask("EPSV")) !== 229 || this.#offered === undefined) return;
      this.#connect(this.#offered);
    }
    this.#say(`STOR ${name}`);
    const start = this.lines.length;
    const last = (): string | undefined => this.lines.slice(start).find((line) => /^[2-5]\d\d /.test(line));
    await this.#until(() => this.#dataSockets.length > before || last() !== undefined, LIMIT_MS);
    const socket = this.#dataSockets.at(-1);
    if (!socket || this.#dataSockets.length === before) return;
    const wire = mode === "Z" ? deflateSync(bytes) : bytes;
    if (ending === "whole") socket.end(wire);
    else {
      socket.write(wire.subarray(0, wire.length >> 1));
      if (ending === "reset") socket.resetAndDestroy();
      if (ending === "ABOR") this.#say("ABOR");
      if (ending === "gone") this.#socket.resetAndDestroy();
    }
    await this.#until(() => last() !== undefined, LIMIT_MS);
    socket.destroy();
    if (last()?.startsWith("226 ") && ending === "whole")
      this.kept.push({ name, content: type === "A" ? asLines(bytes) : bytes });
    else if (last()?.startsWith("226 T")) throw new Error(`an upload that was not whole was taken: ${last()}`);
  }

  /** Nothing runs any more, and all that was said is answered; false where the session is over. */
  async #settle(): Promise<boolean> {
    const mark = `MARK${++marks}`;
    // Two line ends: Telnet may take a letter or two.
    this.#say("", "", "ABOR", mark);
    const isMarked = (): boolean => this.lines.some((line) => line.includes(mark));
    await this.#until(isMarked, LIMIT_MS);
    if (!isMarked() && !this.#isOver) throw new Error(`not answered in time: ${this.lines.slice(-5).join(" / ")}`);
    return isMarked();
  }

  /** The code of the last reply to a line, where nothing else runs; 0 where the session is over. */
  async #ask(line: string): Promise<number> {
    const start = this.lines.length;
    this.#say(line);
    const last = (): string | undefined => this.lines.slice(start).find((one) => /^[2-5]\d\d /.test(one));
    await this.#until(() => last() !== undefined, LIMIT_MS);
    return Number(last()?.slice(0, 3) ?? 0);
  }

  #say(...lines: string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(""));
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split("\r\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      this.lines.push(line);
      const extended = /^229 .*\(\|\|\|(\d+)\|\)/.exec(line);
      const passive = /^227 .*\((?:\d+,){4}(\d+),(\d+)\)/.exec(line);
      if (extended) this.#offered = Number(extended[1]);
      if (passive) this.#offered = Number(passive[1]) * 256 + Number(passive[2]);
    }
    this.#tell();
  }

  #over(): void {
    this.#isOver = true;
    this.#tell();
  }

  #tell(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Done when it is so, when the session is over, or when it has taken too long. */
  async #until(isSo: () => boolean, milliseconds: number): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#tell();
    }, milliseconds);
    while (!isSo() && !this.#isOver && !isLate) await new Promise<void>((resolve) => this.#wake.push(resolve));
    clearTimeout(timer);
  }

  #connect(port: number): void {
    const host = this.#socket.remoteAddress;
    if (host === undefined) return;
    this.#adopt(net.connect({ host, port, localAddress: this.#from, allowHalfOpen: true }));
  }

  async #listen(verb: "PORT" | "EPRT"): Promise<void> {
    if (!this.#listener) {
      this.#listener = net.createServer({ allowHalfOpen: true }, (socket) => this.#adopt(socket));
      this.#listener.listen({ host: this.#from, port: 0 });
      await once(this.#listener, "listening");
    }
    const { address, port } = this.#listener.address() as net.AddressInfo;
    if (address.includes(":")) this.#say(`EPRT |2|${address}|${port}|`);
    else if (verb === "EPRT") this.#say(`EPRT |1|${address}|${port}|`);
    else this.#say(`PORT ${address.replaceAll(".", ",")},${port >> 8},${port & 255}`);
  }

  #adopt(socket: net.Socket): void {
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => (this.data += chunk.toString("latin1")));
    this.#dataSockets.push(socket);
    this.#tell();
  }
}

function asLines(bytes: Uint8Array): Uint8Array {
  const decoder = new AsciiDecoder();
  const output = new Uint8Array(bytes.length + 1);
  const count = decoder.decode(bytes, output);
  return Uint8Array.from([...output.subarray(0, count), ...decoder.end()]);
}
