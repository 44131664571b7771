import { fork } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "./run-program.ts";
import type { ChildProcess } from "node:child_process";
import type { PortRange } from "@twinport/channel";
import type { Server, ServerUsage, TlsOptions } from "@twinport/server";

const root = fileURLToPath(new URL("../../", import.meta.url));
const script = fileURLToPath(new URL("server-process.mjs", import.meta.url));

/** What a {@link ServerProcess} is told. */
export interface ServerProcessOptions {
  readonly folder: string;
  readonly ports?: PortRange;
  readonly atomic?: boolean;
  readonly quota?: { readonly bytes?: number; readonly files?: number };
  readonly limits?: Readonly<Record<string, number>>;
  readonly tls?: TlsOptions;
  /** Beside what this process has. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a {@link ServerProcess} says of itself. */
export interface ServerLook {
  readonly usage: ServerUsage;
  readonly descriptors: readonly string[];
  /** What the quota has counted, where there is one. */
  readonly counted?: { readonly bytes: number; readonly files: number };
  readonly room: number;
  readonly dataByTls: Server["dataByTls"];
}

/** A process of its own runs what is built; with nothing changed this takes a second. */
export async function buildServer(): Promise<void> {
  await runProgram(join(root, "node_modules/.bin/tsc"), ["-b", join(root, "packages/server")], { home: tmpdir() });
}

/** Our server in a process that can be killed, or given few descriptors. {@link buildServer} comes first. */
export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** @param shell what the shell says before the server begins, such as `ulimit -n 256` */
  static async start({ env, ...options }: ServerProcessOptions, shell?: string): Promise<ServerProcess> {
    const told = JSON.stringify(options);
    const all = { env: { ...process.env, ...env } };
    // A shell that execs node hands the channel on.
    const child = shell
      ? fork(script, [told], {
          execPath: "/bin/sh",
          execArgv: ["-c", `${shell}; exec "$0" "$@"`, process.execPath],
          ...all,
        })
      : fork(script, [told], { execArgv: [], ...all });
    const { port } = (await nextOf(child)) as { port: number };
    return new ServerProcess(child, port);
  }

  get address(): { readonly address: string; readonly port: number } {
    return { address: "127.0.0.1", port: this.port };
  }

  async look(): Promise<ServerLook> {
    const looked = nextOf(this.#child);
    this.#child.send("look");
    return (await looked) as ServerLook;
  }

  /** Ends it as a loss of power would, for whatever it had not handed to the system. */
  async kill(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
  }
}

async function nextOf(speaker: ChildProcess): Promise<unknown> {
  const [message] = (await once(speaker, "message", { signal: AbortSignal.timeout(20_000) })) as [unknown];
  return message;
}
