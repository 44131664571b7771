import process from "node:process";
import { expect, vi } from "vitest";
import { createServer } from "@twinport/server";
import { allPermissions } from "@twinport/accounts";
import { virtualPath } from "@twinport/protocol";
import { ScriptedClient } from "./session-client.ts";
import { hurriedClock } from "./hurried-clock.ts";
import type { Account } from "@twinport/accounts";
import type { TraceEvent } from "@twinport/protocol";
import type { Server, ServerOptions, ServerWarning } from "@twinport/server";
import type { Storage } from "@twinport/storage";
import type { Kept } from "./session-client.ts";
import type { Script } from "./session-script.ts";

/** Stands in files that nobody in the run may read. */
export const SECRET = "nobody-may-read-this";

/** The name of a file that nobody in the run may see. */
export const UNSEEN = "unseen-7f3a";

/** What may happen to a client, and not to a server. */
const failures: ReadonlySet<ServerWarning["code"]> = new Set([
  "session-failed",
  "hook-failed",
  "storage-failed",
  "accounts-failed",
]);

/** Names of our sources, of modules and of system errors: a client has no use for them. */
const INSIDE =
  /node:|\.ts:\d|\bat \w+ \(|E(NOENT|ACCES|LOOP|NOTDIR|ISDIR|INVAL|BADF|PERM|XIST)\b|\/proc\/self|undefined|\[object/;

/** Somebody for whom a part of the tree is not there, or not to be read, or not to be changed. */
export const restricted: Omit<Account<Storage>, "name"> = {
  permissions: allPermissions,
  rules: [
    { path: virtualPath("/ro"), permissions: new Set(["list", "read"]) },
    { path: virtualPath("/in"), permissions: new Set(["list", "write"]) },
  ],
  hide: ["hidden"],
};

/** What one run saw. */
export interface Seen {
  readonly kept: readonly Kept[];
  /** All that clients heard, on all connections. */
  readonly heard: string;
}

/** A server that lives through all runs; each run has its own files. */
export class WatchedServer {
  readonly #server: Server;
  readonly #peers = new Map<string, string>();
  readonly #faults: unknown[] = [];
  #account: Account<Storage> | undefined;

  private constructor(options: Partial<ServerOptions>) {
    this.#server = createServer({
      accounts: {
        verify: ({ name, password }) =>
          password === "secret" && this.#account
            ? { kind: "accepted", account: { ...this.#account, name } }
            : { kind: "refused", because: "wrong-password" },
      },
      passive: { ports: "any" },
      active: { sourcePort: "any" },
      loginThrottle: false,
      charset: "auto:gbk",
      hosts: { "one.example": {} },
      clock: hurriedClock(40),
      ...options,
    });
    this.#server.on("warning", (warning) => {
      if (failures.has(warning.code)) this.#faults.push(warning);
    });
    this.#server.on("trace", (step) => this.#watch(step));
    process.on("unhandledRejection", (reason) => this.#faults.push(reason));
  }

  static async start(options: Partial<ServerOptions> = {}): Promise<WatchedServer> {
    const watched = new WatchedServer(options);
    for (const address of ["127.0.0.1", "::1"]) await watched.#server.listen({ address, port: 0 });
    return watched;
  }

  /** Plays all scripts side by side; then nothing may be left, and a fresh client must be served. */
  async run(scripts: readonly Script[], account: Omit<Account<Storage>, "name">): Promise<Seen> {
    this.#account = { name: "", ...account };
    const [ipv4, ipv6] = this.#server.bound;
    const clients = await Promise.all(
      scripts.map(({ from }) => ScriptedClient.open(from.includes(":") ? ipv6! : ipv4!, from)),
    );
    try {
      const played = await Promise.allSettled(clients.map((client, i) => client.play(scripts[i]!)));
      for (const one of played) if (one.status === "rejected") throw one.reason;
    } finally {
      for (const client of clients) client.destroy();
    }
    const fresh = await ScriptedClient.open(ipv4!, "127.0.0.1");
    expect(await fresh.isServed(), "a fresh client is served").toBe(true);
    fresh.destroy();
    await this.#quiet();
    for (const path of ["/a.txt", "/new.bin"]) await expectFree(account.storage!, path);
    expect(this.#faults).toEqual([]);
    for (const { lines } of clients) expectReplies(lines);
    this.#peers.clear();
    return {
      kept: clients.flatMap(({ kept }) => kept),
      heard: clients.map(({ lines, data }) => `${lines.join("\n")}\n${data}`).join("\n"),
    };
  }

  async #quiet(): Promise<void> {
    const nothing = { sessions: 0, lentPorts: 0, dataConnections: 0, bufferBytes: 0 };
    await vi.waitFor(() => expect(this.#server.usage).toMatchObject(nothing), { timeout: 10_000, interval: 1 });
  }

  #watch(step: TraceEvent): void {
    if (step.kind === "control-connected") this.#peers.set(step.session, step.peer.address);
    // The bounce attack (RFC 2577 §3).
    const isDialed = step.kind === "data-told" || step.kind === "data-dialing";
    if (isDialed && step.dialed.address !== this.#peers.get(step.session)) this.#faults.push(step);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.close();
  }
}

/** Nobody writes there any more. */
async function expectFree(storage: Storage, path: string): Promise<void> {
  try {
    const file = await storage.write(virtualPath(path), { at: 0 });
    await file.abandon(false);
  } catch (error) {
    // A folder may have the name now.
    expect(error).not.toMatchObject({ code: "busy" });
  }
}

/** Replies one after the other, each as RFC 959 §4.2 has it, with nothing from inside. */
function expectReplies(lines: readonly string[]): void {
  let open: string | undefined;
  for (const line of lines) {
    // Telnet refusals stand before a reply.
    const text = line.replace(/^(\xff[\xfc\xfe][^])+/, "");
    const found = /^([1-5]\d\d)([ -])/.exec(text);
    if (open === undefined) expect(found, text).not.toBeNull();
    else expect(text.startsWith(" ") || text.startsWith(`${open} `), text).toBe(true);
    if (found?.[2] === "-") open = found[1];
    else if (found) open = undefined;
    expect(text).not.toMatch(INSIDE);
  }
}
