import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { Client } from "./client.ts";
import { ClientError } from "./errors.ts";
import { AdaptiveLimit } from "./pool-limit.ts";
import { Fetch } from "./pool-fetch.ts";
import { Landing } from "./pool-landing.ts";
import { Lanes } from "./pool-lanes.ts";
import { CombinedSignal } from "./signal-relay.ts";
import { backOffFor, defaultBackOff, isBusy, isWorthRepeating, secondsBefore } from "./pool-retry.ts";
import { upload } from "./operations/upload.ts";
import { childOf, expectDepth } from "./operations/manage.ts";
import { memoryOfThisProcess } from "./mode-memory.ts";
import { openSource } from "./sources.ts";
import { optionsOf, settingsOf } from "./settings.ts";
import { webReadable } from "./web-streams.ts";
import { writableFor } from "./write-stream.ts";
import type { Readable, Writable } from "node:stream";
import type { RemoteEntry, RemoteTime } from "@twinport/protocol";
import type { Asking, WalkedEntry } from "./client.ts";
import type { BackOff } from "./pool-retry.ts";
import type { ClientEvents, ClientWarning } from "./client-events.ts";
import type { ClientOptions } from "./options.ts";
import type { DownloadOptions, TransferResult } from "./operations/download.ts";
import type { DownloadTarget } from "./targets.ts";
import type { HashAlgorithm } from "./local-hash.ts";
import type { ListOptions } from "./operations/list.ts";
import type { RemoteHash } from "./operations/hash.ts";
import type { Settings } from "./settings.ts";
import type { UploadOptions } from "./operations/upload.ts";
import type { UploadSource } from "./sources.ts";

/** What a pool can be told besides what a client can. */
export interface PoolOptions extends Partial<ClientOptions> {
  /** Connections at the most (default 4). */
  readonly size?: number;
  /** How often a broken call is made again, and a broken transfer taken up again (default 2). */
  readonly retries?: number;
  readonly backOff?: Partial<BackOff>;
  /** Seconds after which one more connection is tried where the server has refused it (default 30). */
  readonly growAfter?: number;
}

/** What can be said about a sequence of calls. */
export interface UseOptions extends Asking {
  /**
   * It may be done again from its beginning, should its connection break (default false); or after which of the errors
   * that are worth it.
   */
  readonly repeat?: boolean | ((error: unknown) => boolean);
}

/**
 * Makes a pool of connections to one server. It connects when something is asked of it.
 *
 * @param urlOrOptions as {@link connectClient} takes them
 * @throws {ClientError} `url-not-valid`, `option-not-valid`
 */
export function createPool(
  urlOrOptions: string | URL | (ClientOptions & PoolOptions),
  options: PoolOptions = {},
): Pool {
  return new Pool(optionsOf(urlOrOptions, options));
}

/**
 * What a client can, over several connections: what is asked at the same time is done at the same time, up to `size`
 * things; more waits in line. A server that lets fewer in gets fewer; what a broken connection has stopped is done again
 * where that cannot do anything twice.
 */
export class Pool extends EventEmitter<ClientEvents> {
  // Not a field that is shown: it holds the password.
  readonly #settings: Settings;
  readonly #lanes: Lanes;
  readonly #limit: AdaptiveLimit;
  readonly #retries: number;
  readonly #backOff: BackOff;
  readonly #closing = new AbortController();
  readonly #calls = new Set<Promise<unknown>>();
  /** Login folders of the connections that were used for a sequence. */
  readonly #homes = new WeakMap<Client, string>();
  #isClosing = false;

  constructor({ size = 4, retries = 2, backOff, growAfter = 30, ...options }: ClientOptions & PoolOptions) {
    super();
    if (!Number.isInteger(size) || size < 1) {
      throw new ClientError("option-not-valid", {
        option: "size",
        because: `needs a whole number above 0, not ${size}`,
      });
    }
    // What one connection has learned serves them all, also where nothing is to stay behind.
    const memory = options.memory === false ? memoryOfThisProcess() : options.memory;
    this.#settings = settingsOf({ ...options, retries, ...(memory && { memory }) });
    this.#retries = retries;
    this.#backOff = { ...defaultBackOff, ...backOff };
    this.#limit = new AdaptiveLimit(size, growAfter, this.settings.clock);
    this.#lanes = new Lanes({
      limit: this.#limit,
      clock: this.settings.clock,
      make: () => this.#make(),
      limited: (limit, error) =>
        this.#warn({ code: "connections-limited", facts: { limit, cause: sentenceOf(error) } }),
    });
    (this as unknown as EventEmitter).on("newListener", (name) => {
      if (name === "trace" && this.listenerCount("trace") === 0)
        for (const client of this.#lanes.all) this.#follow(client);
    });
    if (options.onTrace) this.on("trace", options.onTrace);
    if (options.onWarning) this.on("warning", options.onWarning);
  }

  /** The options with everything filled in. */
  get settings(): Settings {
    return this.#settings;
  }

  /** How many connections the server lets us have, as far as is known. */
  get limit(): number {
    return this.#limit.value;
  }

  /** How many stand. */
  get connections(): number {
    return this.#lanes.all.length;
  }

  get isClosed(): boolean {
    return this.#isClosing;
  }

  /** Connects, where no connection stands: what is wrong with the address or the login is told here. */
  async connect(options: Asking = {}): Promise<void> {
    await this.use(async () => {}, { ...options, repeat: true });
  }

  /**
   * Does several things one after the other on one connection, which is nobody else's meanwhile. Whatever it changes of
   * the connection's state (folder, type) is changed back.
   */
  use<Result>(work: (client: Client) => Promise<Result>, { signal, repeat = false }: UseOptions = {}): Promise<Result> {
    const mayRepeat =
      typeof repeat === "boolean" ? repeat : (error: unknown) => isWorthRepeating(error) && repeat(error);
    return this.#run(signal, mayRepeat, async (client) => {
      if (!this.#homes.has(client)) this.#homes.set(client, await client.workingDirectory());
      return await work(client);
    });
  }

  /** What is in a folder. */
  async *list(path = "", options: ListOptions = {}): AsyncGenerator<RemoteEntry, void, undefined> {
    yield* await this.listAll(path, options);
  }

  /** What is in a folder, at once. */
  listAll(path = "", options: ListOptions = {}): Promise<RemoteEntry[]> {
    return this.#repeat(options, (client, given) => client.listAll(path, given));
  }

  /** The names in a folder, as NLST tells them. */
  names(path = "", options: ListOptions = {}): Promise<string[]> {
    return this.#repeat(options, (client, given) => client.names(path, given));
  }

  /**
   * All that is below a folder, each folder before what is in it; folders are listed ahead, as far as there are
   * connections. Links are told and not followed.
   */
  async *walk(path = "", options: ListOptions = {}): AsyncGenerator<WalkedEntry, void, undefined> {
    const stop = new CombinedSignal([options.signal]);
    const { signal } = stop;
    const list = (folder: string): Promise<RemoteEntry[]> => {
      const listed = this.listAll(folder, { ...options, signal });
      // It is awaited when it is its turn, and may have failed by then.
      listed.catch(() => {});
      return listed;
    };
    try {
      yield* this.#walkBelow(path, list(path), list, 0);
    } finally {
      stop.release();
      stop.abort(new ClientError("aborted"));
    }
  }

  async *#walkBelow(
    path: string,
    listed: Promise<RemoteEntry[]>,
    list: (folder: string) => Promise<RemoteEntry[]>,
    depth: number,
  ): AsyncGenerator<WalkedEntry, void, undefined> {
    expectDepth(path, depth);
    const entries = (await listed).map((entry) => ({ ...entry, path: childOf(path, entry.name) }));
    const folders = entries.filter(({ kind }) => kind === "directory");
    const ahead = new Map<string, Promise<RemoteEntry[]>>();
    const listAhead = (): void => {
      while (ahead.size < this.#limit.value && folders.length > 0) {
        const next = folders.shift()!;
        ahead.set(next.path, list(next.path));
      }
    };
    listAhead();
    for (const entry of entries) {
      yield entry;
      const below = entry.kind === "directory" ? ahead.get(entry.path) : undefined;
      if (!below) continue;
      yield* this.#walkBelow(entry.path, below, list, depth + 1);
      ahead.delete(entry.path);
      listAhead();
    }
  }

  /** What stands at a path. */
  stat(path: string, options: Asking = {}): Promise<RemoteEntry> {
    return this.#repeat(options, (client, given) => client.stat(path, given));
  }

  /** Bytes of a file (SIZE); undefined where the server does not say. */
  size(path: string, options: Asking = {}): Promise<number | undefined> {
    return this.#repeat(options, (client, given) => client.size(path, given));
  }

  /** When a file was modified (MDTM); undefined where the server does not say. */
  modified(path: string, options: Asking = {}): Promise<RemoteTime | undefined> {
    return this.#repeat(options, (client, given) => client.modified(path, given));
  }

  /** Sets a file's time (MFMT, MDTM, SITE UTIME); false where the server can do none of them. */
  setModified(path: string, at: Date | number, options: Asking = {}): Promise<boolean> {
    return this.#repeat(options, (client, given) => client.setModified(path, at, given));
  }

  /** The hash of a file, as the server computes it. */
  hash(path: string, algorithm?: HashAlgorithm, options: Asking = {}): Promise<RemoteHash> {
    return this.#repeat(options, (client, given) => client.hash(path, algorithm, given));
  }

  /**
   * Fetches a file into a local one or a stream. What a broken connection has left is gone on with on the next one, if
   * the remote file has the same size and time still.
   */
  download(path: string, target: DownloadTarget, options: DownloadOptions = {}): Promise<TransferResult> {
    const landing = new Landing(target, options.resume ?? false);
    const fetch = new Fetch(path, landing, options);
    const done = this.#run(
      options.signal,
      (error) => fetch.canRepeat(error),
      (client, signal) => fetch.attempt(client, signal),
    );
    return done.catch(async (error: unknown) => {
      await landing.giveUp(error);
      throw error;
    });
  }

  /** Fetches a file into memory, if it has no more than so many bytes (default 64 MiB). */
  readAll(path: string, options: DownloadOptions & { readonly maxBytes?: number } = {}): Promise<Uint8Array> {
    return this.#repeat(options, (client, given) => client.readAll(path, given));
  }

  /** A file as a stream; it fails with a {@link ClientError}. What is destroyed before its end is aborted. */
  read(path: string, options: DownloadOptions = {}): Readable {
    const stream = new PassThrough({ highWaterMark: 256 * 1024 });
    const stop = new CombinedSignal([options.signal]);
    stream.on("close", () => {
      stop.release();
      stop.abort(new ClientError("aborted"));
    });
    const { signal } = stop;
    this.download(path, stream, { preserveTime: false, ...options, signal }).catch((error: Error) =>
      stream.destroy(error),
    );
    return stream;
  }

  /** A file as a Web stream; it fails with a {@link ClientError}. What is cancelled is aborted. */
  readWeb(path: string, options: DownloadOptions = {}): ReadableStream<Uint8Array> {
    return webReadable(this.read(path, options));
  }

  /** Sends a local file, bytes, or a stream; what is a stream is sent again only as far as it is kept. */
  upload(source: UploadSource, path: string, options: UploadOptions = {}): Promise<TransferResult> {
    return this.#call(async () => {
      const opened = await openSource(source);
      try {
        return await this.#attempts(
          options.signal,
          (error) => isWorthRepeating(error) && opened.canRepeat(),
          (client, signal) =>
            client.core.inTurn(signal, (combined) => upload(client.core, opened, path, options, combined)),
        );
      } finally {
        await opened.close();
      }
    });
  }

  /** A stream that becomes a file; it is done (`finish`) when the server has all of it. */
  write(path: string, options: UploadOptions = {}): Writable {
    return writableFor((source) => this.upload(source, path, options));
  }

  /** Adds to the end of a file (APPE). Once begun it is not done again: it could be added twice. */
  append(source: UploadSource, path: string, options: UploadOptions = {}): Promise<TransferResult> {
    return this.#run(options.signal, false, (client, signal) => client.append(source, path, { ...options, signal }));
  }

  /** Removes a file. */
  remove(path: string, options: Asking = {}): Promise<void> {
    return this.#repeat(options, (client, given, attempt) => orGone(client.remove(path, given), attempt));
  }

  /** Removes a folder, with `recursive` all that is in it too. */
  removeDirectory(path: string, options: Asking & { readonly recursive?: boolean } = {}): Promise<void> {
    return this.#repeat(options, (client, given, attempt) => orGone(client.removeDirectory(path, given), attempt));
  }

  /** Makes a folder, with `recursive` all above it too; one that is there already is no error then. */
  makeDirectory(path: string, options: Asking & { readonly recursive?: boolean } = {}): Promise<void> {
    return this.#repeat(options, async (client, given, attempt) => {
      try {
        await client.makeDirectory(path, given);
      } catch (error) {
        // Made by the attempt whose reply was lost.
        const isMade = attempt > 0 && isRefusal(error) && (await client.stat(path, given)).kind === "directory";
        if (!isMade) throw error;
      }
    });
  }

  /** Renames or moves; what stands at the new name is replaced. Once begun it is not done again. */
  rename(from: string, to: string, options: Asking = {}): Promise<void> {
    return this.#run(options.signal, false, (client, signal) => client.rename(from, to, { signal }));
  }

  /** Sets Unix permission bits (SITE CHMOD). */
  setMode(path: string, mode: number, options: Asking = {}): Promise<void> {
    return this.#repeat(options, (client, given) => client.setMode(path, mode, given));
  }

  /** The folder that paths are seen from (PWD). */
  workingDirectory(options: Asking = {}): Promise<string> {
    return this.#repeat(options, (client, given) => client.workingDirectory(given));
  }

  /** Leaves, when all that was asked is done; with `abort` at once. */
  async close({ abort = false }: { readonly abort?: boolean } = {}): Promise<void> {
    this.#isClosing = true;
    if (abort) this.#closing.abort(new ClientError("closed"));
    while (this.#calls.size > 0) await Promise.allSettled([...this.#calls]);
    await this.#lanes.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A call that changes nothing, or the same however often it is made. */
  #repeat<Result, Options extends Asking>(
    options: Options,
    work: (client: Client, given: Options & { readonly signal: AbortSignal }, attempt: number) => Promise<Result>,
  ): Promise<Result> {
    return this.#run(options.signal, true, (client, signal, attempt) => work(client, { ...options, signal }, attempt));
  }

  #run<Result>(
    signal: AbortSignal | undefined,
    mayRepeat: boolean | ((error: unknown) => boolean),
    work: (client: Client, signal: AbortSignal, attempt: number) => Promise<Result>,
  ): Promise<Result> {
    const decide =
      typeof mayRepeat === "function" ? mayRepeat : (error: unknown) => mayRepeat && isWorthRepeating(error);
    return this.#call(() => this.#attempts(signal, decide, work));
  }

  /** Counts what is under way, which a close waits for. */
  async #call<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosing) throw new ClientError("closed");
    const call = work();
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  async #attempts<Result>(
    signal: AbortSignal | undefined,
    mayRepeat: (error: unknown) => boolean,
    work: (client: Client, signal: AbortSignal, attempt: number) => Promise<Result>,
  ): Promise<Result> {
    const ends = new CombinedSignal([this.#closing.signal, signal, this.settings.signal]);
    try {
      for (let attempt = 0; ; attempt++) {
        const outcome = await this.#attempt(ends.signal, attempt, mayRepeat, work);
        if ("result" in outcome) return outcome.result;
        const { error, isRepeatable } = outcome;
        if (this.#closing.signal.aborted) throw new ClientError("closed", {}, { cause: error });
        if (!isRepeatable || attempt >= this.#retries || ends.signal.aborted) throw error;
        const seconds = secondsBefore(attempt, this.#backOff);
        this.#warn({ code: "call-repeated", facts: { cause: sentenceOf(error), seconds: Number(seconds.toFixed(3)) } });
        await backOffFor(seconds, ends.signal);
      }
    } finally {
      ends.release();
    }
  }

  async #attempt<Result>(
    signal: AbortSignal,
    attempt: number,
    mayRepeat: (error: unknown) => boolean,
    work: (client: Client, signal: AbortSignal, attempt: number) => Promise<Result>,
  ): Promise<{ readonly result: Result } | { readonly error: unknown; readonly isRepeatable: boolean }> {
    let client: Client;
    try {
      client = await this.#lanes.acquire(signal);
    } catch (error) {
      // Nothing was asked yet. But who never got in has a wrong address more likely than a server that rests.
      const isRepeatable = isBusy(error) || (this.#lanes.hasStood && isWorthRepeating(error));
      return { error, isRepeatable };
    }
    let isClean = false;
    try {
      const result = await work(client, signal, attempt);
      isClean = await this.#clean(client);
      return { result };
    } catch (error) {
      isClean = await this.#clean(client);
      return { error, isRepeatable: mayRepeat(error) };
    } finally {
      this.#lanes.release(client, isClean);
    }
  }

  /** Makes a connection what it was after its login; false where that cannot be. */
  async #clean(client: Client): Promise<boolean> {
    const { core } = client;
    const session = core.standing;
    if (!session) return false;
    const home = this.#homes.get(client);
    // Operations that go to a folder and come back leave word of it, and stand where they were.
    if (home === undefined) return true;
    // Whoever had the connection may have sent anything.
    session.type = undefined;
    try {
      if (core.folder !== undefined) await client.changeDirectory(home);
      core.folder = undefined;
      return true;
    } catch {
      return false;
    }
  }

  #make(): Client {
    const client = new Client(this.settings);
    client.on("warning", (warning) => this.#warn(warning));
    if (this.listenerCount("trace") > 0) this.#follow(client);
    return client;
  }

  #follow(client: Client): void {
    if (client.listenerCount("trace") === 0) client.on("trace", (step) => void this.emit("trace", step));
  }

  #warn(warning: ClientWarning): void {
    this.emit("warning", warning);
  }
}

/** Removed by the attempt whose reply was lost. */
async function orGone(removed: Promise<void>, attempt: number): Promise<void> {
  try {
    await removed;
  } catch (error) {
    if (attempt === 0 || !(error instanceof ClientError) || error.code !== "not-found") throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ClientError && error.code === "refused";
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
