import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { singleAccount } from "@twinport/accounts";
import { createServer } from "@twinport/server";
import { diskStorage } from "@twinport/storage";
import { ScratchFolder } from "./scratch-folder.ts";
import type { PortRange } from "@twinport/channel";
import type { TraceEvent } from "@twinport/protocol";
import type { Server, ServerEvents, ServerOptions, ServerWarning } from "@twinport/server";
import type { DiskStorage } from "@twinport/storage";

/** A transfer that has begun, and how it went when it is over. */
export interface ObservedTransfer {
  readonly started: ServerEvents["transfer-started"][0];
  finished: ServerEvents["transfer-finished"][0] | undefined;
}

/** TLS that was begun, on a command or a data connection. */
export type SecuredStep = Extract<TraceEvent, { readonly kind: "control-secured" | "data-secured" }>;

/** What is normal beside other programs and other tests: a port that somebody else has. */
const harmless: ReadonlySet<ServerWarning["code"]> = new Set(["active-port-refused", "passive-port-busy"]);

/**
 * Our server on a folder of the disk, on both loopback addresses, with what its events told. At its end everything that
 * it had open must have been given back.
 */
export class ObservedServer {
  /** The one account. */
  readonly user = "ann";
  readonly password = "secret";
  /** The folder that is served. */
  readonly root: string;
  /** A folder for clients: their HOME, and what they download. */
  readonly home: string;
  readonly server: Server;
  readonly transfers: ObservedTransfer[] = [];
  /** Command lines of all sessions as they came. */
  readonly lines: string[] = [];
  /** Kinds of the steps of all sessions' traces. */
  readonly steps: string[] = [];
  /** Codes of all replies. */
  readonly codes: number[] = [];
  readonly secured: SecuredStep[] = [];
  /** How many there were. */
  sessions = 0;
  readonly warnings: ServerWarning[] = [];
  readonly #scratch: ScratchFolder;
  readonly #storage: DiskStorage;
  readonly #ports: PortRange;

  private constructor(ports: PortRange, options: Partial<ServerOptions>) {
    this.#scratch = new ScratchFolder();
    this.#ports = ports;
    this.root = join(this.#scratch.path, "served");
    this.home = join(this.#scratch.path, "home");
    for (const folder of [this.root, this.home]) mkdirSync(folder);
    this.#storage = diskStorage(this.root);
    this.server = createServer({
      accounts: singleAccount({ name: this.user, password: this.password }),
      storage: this.#storage,
      passive: { ports },
      ...options,
    });
    this.#observe();
  }

  static async start(
    ports: PortRange,
    options: Partial<ServerOptions> = {},
    tls: "explicit" | "implicit" = "explicit",
  ): Promise<ObservedServer> {
    const observed = new ObservedServer(ports, options);
    for (const address of ["127.0.0.1", "::1"]) await observed.server.listen({ address, port: 0, tls });
    return observed;
  }

  /** Where it listens on that address. */
  port(address: string): number {
    const bound = this.server.bound.find((one) => one.address === address);
    if (!bound) throw new Error(`the server does not listen on ${address}`);
    return bound.port;
  }

  /** Done when this is true; it is looked at after every event. */
  async until(what: string, isTrue: () => boolean, seconds = 10): Promise<void> {
    if (isTrue()) return;
    let look = (): void => {};
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      look = () => {
        if (isTrue()) resolve();
      };
      this.server
        .on("trace", look)
        .on("transfer-started", look)
        .on("transfer-finished", look)
        .on("session-closed", look);
      timer = setTimeout(() => reject(new Error(`not in ${seconds} s: ${what}`)), seconds * 1000);
    }).finally(() => {
      clearTimeout(timer);
      this.server
        .off("trace", look)
        .off("transfer-started", look)
        .off("transfer-finished", look)
        .off("session-closed", look);
    });
  }

  /** Waits until nothing but listeners is open. */
  async quiet(seconds = 5): Promise<void> {
    const { from, to } = this.#ports;
    await vi.waitFor(
      () => {
        expect(this.server.usage).toMatchObject({
          sessions: 0,
          lentPorts: 0,
          dataConnections: 0,
          bufferBytes: 0,
          unassigned: 0,
        });
      },
      { timeout: seconds * 1000, interval: 10 },
    );
    // A range for each of the two addresses.
    expect(this.server.usage.openPorts).toBeLessThanOrEqual(2 * (to - from + 1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.quiet();
      expect(this.warnings.filter(({ code }) => !harmless.has(code))).toEqual([]);
    } finally {
      await this.server.close();
      this.#storage[Symbol.dispose]();
      await this.#scratch[Symbol.asyncDispose]();
    }
    expect(this.server.usage.openPorts).toBe(0);
  }

  #observe(): void {
    const running = new Map<string, ObservedTransfer>();
    this.server.on("session-opened", () => this.sessions++);
    this.server.on("warning", (warning) => this.warnings.push(warning));
    this.server.on("trace", (step) => {
      this.steps.push(step.kind);
      if (step.kind === "command-received") this.lines.push(step.line);
      if (step.kind === "reply-sent") this.codes.push(step.code);
      if (step.kind === "control-secured" || step.kind === "data-secured") this.secured.push(step);
    });
    this.server.on("transfer-started", (started) => {
      const transfer = { started, finished: undefined };
      running.set(started.session.id, transfer);
      this.transfers.push(transfer);
    });
    this.server.on("transfer-finished", (finished) => {
      const transfer = running.get(finished.session.id);
      if (transfer) transfer.finished = finished;
      running.delete(finished.session.id);
    });
  }
}
