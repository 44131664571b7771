import { ClientError, createPool } from "@twinport/client";
import { exitCodeOf, exitCodes } from "../../exit-codes.ts";
import { Reported } from "../../reported.ts";
import { Logins } from "./login.ts";
import { ProgressLine } from "./progress-line.ts";
import { Report } from "./report.ts";
import { formatBytes } from "./quantity.ts";
import { TracePrinter } from "./trace-printer.ts";
import { connectingTo } from "./connection-options.ts";
import { modeMemoryOf } from "./mode-memory-place.ts";
import type { FtpUrl, Pool, PoolOptions, ProgressListener } from "@twinport/client";
import type { ClientMessages } from "../../messages/client-en.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { ConnectionFlags } from "./connection-flags.ts";
import type { ExitCode } from "../../exit-codes.ts";
import type { Messages } from "../../messages/index.ts";
import type { Terminal } from "../../terminal.ts";

/** How a command tells what it does. */
export interface RunOptions {
  /** The bytes of a file go to the standard output. */
  readonly outputTaken?: boolean;
  /** Connections to each server (default 1). */
  readonly parallel?: (say: ClientMessages) => number;
}

/**
 * Runs a client command: with clients for the servers that it names, in a way that Ctrl-C ends, and with its failure told.
 *
 * @throws {Reported} with the exit code, where it failed
 */
export async function runClient(
  setting: CommandSetting,
  flags: ConnectionFlags,
  work: (run: ClientRun) => Promise<void>,
  options: RunOptions = {},
): Promise<void> {
  const run = new ClientRun(setting, flags, options);
  try {
    await work(run);
  } catch (error) {
    run.failed(error);
  } finally {
    await run.close();
  }
  if (run.exitCode !== exitCodes.done) throw new Reported(run.exitCode);
}

/** What is told of a transfer. */
export interface TransferFacts {
  readonly command: string;
  readonly url: string;
  /** Where on the server, if the URL names a folder only. */
  readonly path?: string;
  readonly local: string;
  readonly bytes: number;
  readonly seconds: number;
}

/** What is wrong with one file, and says nothing of the next. */
const ofOneFile: ReadonlySet<unknown> = new Set<ExitCode>([
  ...[exitCodes.usage, exitCodes.notFound, exitCodes.refused, exitCodes.localFile, exitCodes.notVerified],
]);

/** One run of a client command. */
export class ClientRun {
  readonly terminal: Terminal;
  readonly messages: Messages;
  readonly flags: ConnectionFlags;
  readonly report: Report;
  readonly #logins: Logins;
  readonly #trace: TracePrinter | undefined;
  readonly #progress: ProgressLine | undefined;
  readonly #servers = new Map<string, Promise<Pool>>();
  readonly #stop = new AbortController();
  readonly #forget: () => void;
  readonly #parallel: (say: ClientMessages) => number;
  /** The output is gone: nobody reads it any more. */
  readonly #outputGone = (error: Error): void => this.#stop.abort(error);
  #part: { readonly stop: AbortController; readonly signal: AbortSignal } | undefined;
  #exitCode: ExitCode = exitCodes.done;

  constructor({ terminal, messages }: CommandSetting, flags: ConnectionFlags, options: RunOptions) {
    this.terminal = terminal;
    this.messages = messages;
    this.flags = flags;
    const { json = false, trace = false } = flags;
    this.#parallel = options.parallel ?? (() => 1);
    this.report = new Report(terminal, messages, { json, outputTaken: options.outputTaken ?? false });
    this.#logins = new Logins(terminal, messages, flags);
    this.#trace = trace ? new TracePrinter(this.report, messages) : undefined;
    this.#progress = this.report.isWatched ? new ProgressLine(terminal.errors, messages.client.progress) : undefined;
    if (this.#progress) this.report.keepLine(this.#progress.clear);
    // To the end of the process: what nobody reads any more is nothing to fail of.
    terminal.output.on("error", this.#outputGone);
    terminal.errors.on("error", () => {});
    this.#forget = terminal.onInterrupt?.(() => this.#stop.abort(new Error("interrupted"))) ?? (() => {});
  }

  get say(): ClientMessages {
    return this.messages.client;
  }

  /** Aborted when the command is to end, or the part of it that runs. */
  get signal(): AbortSignal {
    return this.#part?.signal ?? this.#stop.signal;
  }

  /** Does one thing of several: it can be ended (`stopPart`) without the others. */
  async part(work: () => Promise<void>): Promise<void> {
    const stop = new AbortController();
    this.#part = { stop, signal: AbortSignal.any([stop.signal, this.#stop.signal]) };
    try {
      await work();
    } finally {
      this.#part = undefined;
    }
  }

  /** Ends what runs now; false where nothing does. */
  stopPart(): boolean {
    this.#part?.stop.abort(new Error("interrupted"));
    return this.#part !== undefined;
  }

  /** Whether all of it is to end. */
  get isEnding(): boolean {
    return this.#stop.signal.aborted;
  }

  /** How much may be done at the same time. */
  get parallel(): number {
    return this.#parallel(this.say);
  }

  get exitCode(): ExitCode {
    return this.#exitCode;
  }

  /** The connections to the server of a URL; the same ones for all that is there. */
  server(url: FtpUrl): Promise<Pool> {
    const key = JSON.stringify([url.host, url.port, url.user, url.tls]);
    let server = this.#servers.get(key);
    if (!server) this.#servers.set(key, (server = this.#open(url)));
    return server;
  }

  /** The line that says how far something is, where a person may see it. */
  get progressLine(): ProgressLine | undefined {
    return this.#progress;
  }

  /** Draws how far something is, where a person may see it. */
  progressOf(name: string): { readonly onProgress?: ProgressListener } {
    const line = this.#progress;
    if (!line) return {};
    return { onProgress: (progress) => (progress.isLast ? line.clear() : line.draw({ ...progress, name })) };
  }

  /**
   * Does something with each, as many at the same time as may be; what is wrong with one of them does not keep it from the
   * others.
   */
  async each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
    const left = [...items];
    let isOver = false;
    const lane = async (): Promise<void> => {
      for (let item = left.shift(); item !== undefined && !isOver; item = left.shift()) {
        try {
          await work(item);
        } catch (error) {
          if (isOver) return;
          isOver = items.length === 1 || this.signal.aborted || !ofOneFile.has(exitCodeOf(error));
          if (isOver) throw error;
          this.failed(error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.parallel, items.length) }, lane));
  }

  /** Tells that something is done: to programs; people see that nothing went wrong. */
  done(facts: object): void {
    if (this.report.isJson) this.report.object({ event: "done", ...facts });
  }

  /** Tells that a transfer is done: a person at a terminal sees what and how fast. */
  transferred(facts: TransferFacts): void {
    this.done(facts);
    if (!this.report.isWatched) return;
    const { local, url, bytes, seconds } = facts;
    const rate = formatBytes(bytes / Math.max(seconds, 0.001));
    this.report.note(this.say.progress.done(local === "-" ? url : local, formatBytes(bytes), `${rate}/s`));
  }

  /** How the command ends, unless something has failed before. */
  endsWith(code: ExitCode): void {
    if (this.#exitCode === exitCodes.done) this.#exitCode = code;
  }

  /** Tells a failure; the first one decides how the command ends. */
  failed(error: unknown, facts: object = {}): void {
    // Whoever closes the output has seen enough.
    if (this.#isOutputGone) return;
    const told = this.signal.aborted && !(error instanceof ClientError) ? new ClientError("aborted") : error;
    this.report.fail(told, facts);
    this.endsWith(exitCodeOf(told));
  }

  async close(): Promise<void> {
    this.#progress?.clear();
    this.#forget();
    for (const one of await Promise.allSettled(this.#servers.values())) {
      if (one.status === "fulfilled") await one.value.close();
    }
    // What was written is out before the process ends, which some systems would not wait for.
    await new Promise<void>((resolve) => this.terminal.output.write("", () => resolve()));
  }

  get #isOutputGone(): boolean {
    const { reason } = this.#stop.signal;
    return reason instanceof Error && "code" in reason && reason.code === "EPIPE";
  }

  async #open(url: FtpUrl): Promise<Pool> {
    const { flags, terminal, messages } = this;
    const options: PoolOptions & { readonly host: string } = {
      ...connectingTo(url, flags, terminal.environment, messages),
      ...(await this.#logins.of(url)),
      size: this.parallel,
      memory: flags.memory ? modeMemoryOf(terminal.environment) : false,
      signal: this.#stop.signal,
    };
    this.report.isProtected ||= options.tls !== "off";
    const pool = createPool(options);
    pool.on("warning", (warning) => this.report.warn(warning));
    if (this.#trace) pool.on("trace", this.#trace.take);
    return pool;
  }
}
