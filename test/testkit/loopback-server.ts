import type tls from "node:tls";
import { expect, vi } from "vitest";
import { singleAccount } from "@twinport/accounts";
import { createServer } from "@twinport/server";
import { memoryStorage } from "@twinport/storage";
import { freeRange } from "./free-ports.ts";
import { inTime } from "./in-time.ts";
import { WireClient } from "./wire-client.ts";
import type { TraceEvent } from "@twinport/protocol";
import type { ListenOptions, Server, ServerEvents, ServerOptions, ServerWarning } from "@twinport/server";
import type { Storage } from "@twinport/storage";
import type { WireClientOptions } from "./wire-client.ts";

/** Options of {@link LoopbackServer.start}: those of the server, and what stands around it. */
export interface LoopbackOptions extends Partial<ServerOptions> {
  /** Files in memory, where no storage is given. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly listen?: readonly ListenOptions[];
  /** Take no trace: with no listener no step is made. */
  readonly untraced?: boolean;
}

/** A {@link WireClient} by TLS. */
export interface SecureClientOptions extends WireClientOptions {
  readonly tls?: tls.ConnectionOptions;
  /** Whose session it is (default: ann's). */
  readonly name?: string;
}

/** A server on loopback addresses with what its events told; at its end everything must have been given back. */
export class LoopbackServer {
  readonly server: Server;
  readonly storage: Storage;
  readonly warnings: ServerWarning[] = [];
  readonly trace: TraceEvent[] = [];
  readonly #clients: WireClient[] = [];

  private constructor(server: Server, storage: Storage, untraced: boolean) {
    this.server = server;
    this.storage = storage;
    server.on("warning", (warning) => this.warnings.push(warning));
    if (!untraced) server.on("trace", (step) => this.trace.push(step));
  }

  /** Ann with the password "secret" may do everything, unless accounts are given. */
  static async start(options: LoopbackOptions = {}): Promise<LoopbackServer> {
    const { files = {}, listen = [{}], untraced = false, ...rest } = options;
    const storage = rest.storage ?? memoryStorage({ files });
    const server = createServer({
      accounts: singleAccount({ name: "ann", password: "secret" }),
      active: { sourcePort: "any" },
      ...rest,
      storage,
      passive: rest.passive === false ? false : { ports: await freeRange(), ...rest.passive },
    });
    for (const where of listen) await server.listen(where);
    return new LoopbackServer(server, storage, untraced);
  }

  /** A client that has not taken the greeting. */
  async connect(options: WireClientOptions = {}): Promise<WireClient> {
    const client = await WireClient.open(this.server, options);
    this.#clients.push(client);
    return client;
  }

  /** A client that is in. */
  async client(options: WireClientOptions = {}): Promise<WireClient> {
    return (await this.connect(options)).login();
  }

  /** A client that is in by TLS, and whose data goes by it. */
  async secureClient(options: SecureClientOptions = {}): Promise<WireClient> {
    const client = await this.connect(options);
    await client.reply();
    await client.authenticate(options.tls);
    await client.enter(options.name);
    return client.protect();
  }

  /** The next event of this name. */
  next<Name extends keyof ServerEvents>(name: Name, seconds = 5): Promise<ServerEvents[Name][0]> {
    const event = new Promise<ServerEvents[Name][0]>((resolve) => {
      this.server.once(name, ((first: ServerEvents[Name][0]) => resolve(first)) as never);
    });
    return inTime(`the event ${name}`, event, seconds);
  }

  /** The kinds of the trace's steps, without what goes over the command connection. */
  get dataSteps(): string[] {
    return this.trace.map(({ kind }) => kind).filter((kind) => kind.startsWith("data-"));
  }

  warned(code: ServerWarning["code"]): ServerWarning[] {
    return this.warnings.filter((warning) => warning.code === code);
  }

  /** Waits until nothing but listeners is open. */
  async quiet(seconds = 5): Promise<void> {
    await vi.waitFor(
      () => {
        const nothing = { sessions: 0, lentPorts: 0, dataConnections: 0, bufferBytes: 0, unassigned: 0 };
        expect(this.server.usage).toMatchObject(nothing);
      },
      { timeout: seconds * 1000, interval: 5 },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.destroy();
    try {
      await this.quiet();
    } finally {
      await inTime("the end of the server", this.server.close());
    }
    expect(this.server.usage.openPorts).toBe(0);
  }
}
