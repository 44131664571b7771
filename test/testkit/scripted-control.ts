import { once } from "node:events";
import type net from "node:net";
import type tls from "node:tls";
import type { DataWay } from "./scripted-ways.ts";
import type { ScriptedServer } from "./scripted-server.ts";

/** The server's end of one command connection, as a script may handle it. */
export class ScriptedControl {
  readonly server: ScriptedServer;
  /** Its number among the command connections of the server, from 1. */
  readonly number: number;
  readonly raw: net.Socket;
  socket: net.Socket;
  /** How the next transfer's data connection comes about. */
  way: DataWay | undefined;
  /** The data connection of the transfer that is under way. */
  data: net.Socket | undefined;
  folder = "/";
  rest = 0;
  type = "A";
  renames = "";
  /** PROT P: data connections speak TLS. */
  isProtected = false;
  #line: number[] = [];
  readonly #onLine: (line: Buffer) => void;

  constructor(server: ScriptedServer, raw: net.Socket, number: number, onLine: (line: Buffer) => void) {
    this.server = server;
    this.number = number;
    this.raw = raw;
    this.socket = raw;
    this.#onLine = onLine;
    this.#listen(raw);
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  /** Says replies, each with its CRLF. */
  say(...replies: readonly string[]): void {
    this.send(replies.map((reply) => `${reply}\r\n`).join(""));
  }

  /** Sends bytes as they are. */
  send(bytes: string | Uint8Array): void {
    if (this.isOpen) this.socket.write(bytes);
  }

  /** Sends bytes one by one, each in a packet of its own. */
  async sendBytewise(text: string): Promise<void> {
    for (const byte of Buffer.from(text)) {
      this.send(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    this.socket.destroy();
  }

  halfClose(): void {
    this.socket.end();
  }

  reset(): void {
    this.raw.resetAndDestroy();
  }

  /** Speaks TLS from here on. */
  async secure(context: tls.SecureContext): Promise<void> {
    this.raw.removeAllListeners("data");
    const secured = this.server.secure(this.raw, context);
    secured.on("end", () => secured.end());
    this.socket = secured;
    this.#listen(secured);
    await Promise.race([once(secured, "secure"), new Promise((resolve) => secured.once("close", resolve))]);
  }

  /** An absolute path. */
  pathOf(argument: string): string {
    if (argument.startsWith("/")) return argument;
    return `${this.folder === "/" ? "" : this.folder}/${argument}`;
  }

  #listen(socket: net.Socket): void {
    socket.on("data", (chunk: Buffer) => {
      for (const byte of chunk) {
        if (byte !== 0x0a) {
          this.#line.push(byte);
          continue;
        }
        const line = Buffer.from(this.#line);
        this.#line = [];
        this.#onLine(line.at(-1) === 0x0d ? line.subarray(0, -1) : line);
      }
    });
  }
}
