import net from "node:net";
import { once } from "node:events";
import { TLSSocket } from "node:tls";
import { connectClient, memoryOfThisProcess } from "@twinport/client";
import { ScriptedControl } from "./scripted-control.ts";
import { SilentPort } from "./scripted-silent-port.ts";
import { inTime } from "./in-time.ts";
import { usual } from "./scripted-usual.ts";
import type tls from "node:tls";
import type { Client, ClientOptions } from "@twinport/client";

/** What a script gets to know. */
export interface Heard {
  readonly verb: string;
  readonly argument: string;
  /** The whole line, as bytes. */
  readonly line: Buffer;
  readonly control: ScriptedControl;
  readonly server: ScriptedServer;
  /** Does what the server would do by itself. */
  readonly usual: () => Promise<void>;
}

/** What the server does when it hears something. */
export type Script = (heard: Heard) => void | Promise<void>;

/** What the server is to be like. */
export interface ScriptedOptions {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** A reply, or what is done with each new connection (default `220 ready`). */
  readonly greeting?: string | ((control: ScriptedControl) => void | Promise<void>);
  /** By verb: a reply, or a script; what is not here is done as usual. */
  readonly on?: Readonly<Record<string, string | Script>>;
  /** Lines of FEAT. */
  readonly features?: readonly string[];
  /** TLS: by AUTH, and from the first byte if `implicit`. */
  readonly tls?: { readonly context: tls.SecureContext; readonly implicit?: boolean };
  /** A port of which nothing is heard is needed. */
  readonly silent?: boolean;
}

/** Bytes that came over one data connection. */
export interface ScriptedUpload {
  readonly verb: string;
  readonly path: string;
  readonly at: number;
  bytes: Buffer;
}

const defaultFeatures = ["SIZE", "MDTM", "REST STREAM", "UTF8", "EPSV", "EPRT"];

/** Short, so that what is silent is found out soon. */
const timeouts = { connect: 2, reply: 2, data: 2, search: 3 } as const;

/**
 * An FTP server on loopback whose behaviour is a script. At its end its clients are closed, and everything that was
 * opened must have been left by them.
 */
export class ScriptedServer implements AsyncDisposable {
  readonly files = new Map<string, Buffer>();
  /** Milliseconds since 1970, by path, of files that were written. */
  readonly modified = new Map<string, number>();
  readonly folders = new Set<string>(["/"]);
  readonly options: ScriptedOptions;
  /** All lines that were heard, whoever said them. */
  readonly commands: string[] = [];
  readonly uploads: ScriptedUpload[] = [];
  readonly controls: ScriptedControl[] = [];
  /** Command connections on which nothing is heard or said any more. */
  readonly deaf = new Set<ScriptedControl>();
  /** By data connection that speaks TLS, whether it took up a session. */
  readonly resumed: boolean[] = [];
  /** Logins that succeeded. */
  logins = 0;
  readonly #listener: net.Server;
  readonly #dataListeners = new Set<net.Server>();
  readonly #sockets = new Set<net.Socket>();
  readonly #clients: Client[] = [];
  readonly #failures: unknown[] = [];
  #silent: SilentPort | undefined;

  private constructor(options: ScriptedOptions) {
    this.options = options;
    for (const [path, content] of Object.entries(options.files ?? {})) this.files.set(path, Buffer.from(content));
    this.#listener = net.createServer({ allowHalfOpen: true }, (socket) => this.#arrived(socket));
  }

  static async start(options: ScriptedOptions = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer(options);
    if (options.silent) server.#silent = await SilentPort.open();
    server.#listener.listen({ host: "127.0.0.1", port: 0 });
    await once(server.#listener, "listening");
    return server;
  }

  get port(): number {
    return (this.#listener.address() as net.AddressInfo).port;
  }

  get silentPort(): number {
    if (!this.#silent) throw new Error("the server was not told to have a silent port");
    return this.#silent.port;
  }

  get features(): readonly string[] {
    return this.options.features ?? defaultFeatures;
  }

  /** A file's content as text. */
  text(path: string): string | undefined {
    return this.files.get(path)?.toString();
  }

  /** How often a verb was heard. */
  heard(verb: string): number {
    return this.commands.filter((line) => line === verb || line.startsWith(`${verb} `)).length;
  }

  /** Options for a client of this server; what modes it remembers is its own. */
  clientOptions(more: Partial<ClientOptions> = {}): ClientOptions {
    const rest = { ...more, timeouts: { ...timeouts, ...more.timeouts } };
    return { host: "127.0.0.1", port: this.port, user: "ann", password: "pw", memory: memoryOfThisProcess(), ...rest };
  }

  /** A client that is in, and is closed with the server. */
  async client(more: Partial<ClientOptions> = {}): Promise<Client> {
    const client = await connectClient(this.clientOptions(more));
    this.#clients.push(client);
    return client;
  }

  /** A listener for data connections, closed with the server. */
  async listenForData(host = "127.0.0.1"): Promise<net.Server> {
    const listener = net.createServer({ allowHalfOpen: true }, (socket) => this.keep(socket));
    this.#dataListeners.add(listener);
    listener.on("close", () => this.#dataListeners.delete(listener));
    listener.listen({ host, port: 0 });
    await once(listener, "listening");
    return listener;
  }

  /** Watches a socket: its other end must be gone at the end. */
  keep(socket: net.Socket): void {
    this.#sockets.add(socket);
    const left = (): void => void this.#sockets.delete(socket);
    socket.on("error", left).on("close", left).on("end", left);
  }

  /** Does what a verb does as usual. */
  usual(heard: Heard): Promise<void> {
    return Promise.resolve((usual[heard.verb] ?? unknown)(heard));
  }

  /** Speaks TLS over a socket: from here on that is what the other end leaves. */
  secure(raw: net.Socket, context: tls.SecureContext): tls.TLSSocket {
    const secured = new TLSSocket(raw, { isServer: true, secureContext: context });
    this.#sockets.delete(raw);
    this.keep(secured);
    return secured;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => inTime("the close of a client", client.close())));
    const open = (): string[] =>
      [...this.#sockets].map(({ localPort, remotePort }) => `${localPort} from ${remotePort}`);
    // What was never read has its end behind the bytes.
    for (const control of this.deaf) control.raw.resume();
    for (const socket of this.#sockets) socket.resume();
    for (let i = 0; i < 200 && this.#sockets.size > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    const left = open();
    for (const socket of this.#sockets) socket.destroy();
    for (const control of this.controls) control.raw.destroy();
    for (const listener of this.#dataListeners) listener.close();
    this.#listener.close();
    await this.#silent?.[Symbol.asyncDispose]();
    if (left.length > 0) throw new Error(`the client has left open: ${left.join(", ")}`);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  #arrived(socket: net.Socket): void {
    this.keep(socket);
    const control = new ScriptedControl(this, socket, this.controls.length + 1, (line) => this.#hear(control, line));
    this.controls.push(control);
    // A client that leaves is left.
    socket.on("end", () => socket.end());
    this.#run(async () => {
      const { greeting = "220 ready", tls: secured } = this.options;
      if (secured?.implicit) await control.secure(secured.context);
      if (typeof greeting === "string") control.say(greeting);
      else await greeting(control);
    });
  }

  #hear(control: ScriptedControl, line: Buffer): void {
    if (this.deaf.has(control)) return;
    const text = line.toString();
    const space = text.indexOf(" ");
    const verb = (space === -1 ? text : text.slice(0, space)).toUpperCase();
    const argument = space === -1 ? "" : text.slice(space + 1);
    this.commands.push(text);
    const heard: Heard = { verb, argument, line, control, server: this, usual: () => this.usual(heard) };
    const script = this.options.on?.[verb];
    this.#run(async () => {
      if (typeof script === "string") control.say(script);
      else await (script ?? ((one: Heard) => this.usual(one)))(heard);
    });
  }

  #run(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.#failures.push(error));
  }
}

function unknown({ verb, control }: Heard): void {
  control.say(`500 ${verb}?`);
}
