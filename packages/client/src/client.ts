import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { redactCommand } from "@twinport/protocol";
import { ClientCore } from "./core.ts";
import { ClientError } from "./errors.ts";
import { append, upload } from "./operations/upload.ts";
import { childOf, expectDepth, makeFolder, removeFile, removeFolder, removeTree, rename } from "./operations/manage.ts";
import { download } from "./operations/download.ts";
import { listFolder, listNames } from "./operations/list.ts";
import { modifiedOf, sizeOf, statPath } from "./operations/stat.ts";
import { demandHash } from "./operations/hash.ts";
import { openSource } from "./sources.ts";
import { MemoryReceiver, openTarget } from "./targets.ts";
import { setModified } from "./operations/set-modified.ts";
import { tryMode } from "./operations/try-mode.ts";
import { optionsOf, settingsOf } from "./settings.ts";
import { webReadable } from "./web-streams.ts";
import { writableFor } from "./write-stream.ts";
import { refused } from "./session.ts";
import { CombinedSignal } from "./signal-relay.ts";
import type { Readable, Writable } from "node:stream";
import type { ModeCommand, RemoteEntry, RemoteTime, Reply } from "@twinport/protocol";
import type { SecureFacts } from "@twinport/channel";
import type { ClientEvents } from "./client-events.ts";
import type { ClientOptions } from "./options.ts";
import type { DownloadOptions, TransferResult } from "./operations/download.ts";
import type { DownloadTarget } from "./targets.ts";
import type { HashAlgorithm } from "./local-hash.ts";
import type { ListOptions } from "./operations/list.ts";
import type { RemoteHash } from "./operations/hash.ts";
import type { Settings } from "./settings.ts";
import type { TriedMode, TryModeOptions } from "./operations/try-mode.ts";
import type { UploadOptions } from "./operations/upload.ts";
import type { UploadSource } from "./sources.ts";

/** What any question can be called off by. */
export interface Asking {
  readonly signal?: AbortSignal;
}

/** Something found on a walk, with its path seen from where the walk began. */
export interface WalkedEntry extends RemoteEntry {
  /** The path that operations of this client take. */
  readonly path: string;
}

/**
 * Connects to an FTP server and logs in.
 *
 * @param urlOrOptions `ftp://`, `ftpes://` (TLS by AUTH) or `ftps://` (TLS from the first byte), or the parts; the path
 *   of a URL is not gone to
 * @throws {ClientError} `connect-*`, `name-not-found`, `not-ftp`, `server-busy`, `login-refused`, `tls-*`, `certificate-refused`
 */
export async function connectClient(
  urlOrOptions: string | URL | ClientOptions,
  options: Partial<ClientOptions> = {},
): Promise<Client> {
  const told = optionsOf(urlOrOptions, options);
  const client = new Client(settingsOf(told));
  // From the beginning: what is told of the login would be over before anybody could listen.
  if (told.onTrace) client.on("trace", told.onTrace);
  if (told.onWarning) client.on("warning", told.onWarning);
  await client.connect();
  return client;
}

/**
 * An FTP client. What is asked of it at the same time is done one after the other; a login that was lost is renewed by
 * the next thing that is asked.
 */
export class Client extends EventEmitter<ClientEvents> {
  readonly #settings: Settings;
  readonly #core: ClientCore;

  /** Not connected yet: {@link connectClient} does both. */
  constructor(settings: Settings) {
    super();
    // Not a field that is shown: it holds the password.
    this.#settings = settings;
    this.#core = new ClientCore(settings, this);
  }

  /** The options with everything filled in. */
  get settings(): Settings {
    return this.#settings;
  }

  /** Connects and logs in, where that does not stand already. */
  async connect({ signal }: Asking = {}): Promise<void> {
    await this.#core.inTurn(signal, async (combined) => void (await this.#core.session(combined)));
  }

  /** What the operations work on; for parts of this package. @internal */
  get core(): ClientCore {
    return this.#core;
  }

  /** The server's greeting. */
  get welcome(): Reply | undefined {
    return this.#core.standing?.welcome;
  }

  /** What the server says that it can (FEAT): names in upper case, with what stands behind them. */
  get features(): ReadonlyMap<string, string> {
    return this.#core.standing?.features.lines ?? new Map<string, string>();
  }

  /** TLS of the command connection; undefined where there is none. */
  get tls(): SecureFacts | undefined {
    return this.#core.standing?.secured;
  }

  get isClosed(): boolean {
    return this.#core.isClosed;
  }

  /** What is in a folder. It is read whole before the first entry comes, so that anything may be asked meanwhile. */
  async *list(path = "", options: ListOptions = {}): AsyncGenerator<RemoteEntry, void, undefined> {
    yield* await this.listAll(path, options);
  }

  /** What is in a folder, at once. */
  listAll(path = "", options: ListOptions = {}): Promise<RemoteEntry[]> {
    return this.#core.inTurn(options.signal, (signal) => listFolder(this.#core, path, options, signal));
  }

  /** The names in a folder, as NLST tells them. */
  names(path = "", options: ListOptions = {}): Promise<string[]> {
    return this.#core.inTurn(options.signal, (signal) => listNames(this.#core, path, options, signal));
  }

  /** All that is below a folder, each folder before what is in it. Links are told and not followed. */
  walk(path = "", options: ListOptions = {}): AsyncGenerator<WalkedEntry, void, undefined> {
    return this.#walkBelow(path, options, 0);
  }

  async *#walkBelow(path: string, options: ListOptions, depth: number): AsyncGenerator<WalkedEntry, void, undefined> {
    expectDepth(path, depth);
    for (const entry of await this.listAll(path, options)) {
      const below = childOf(path, entry.name);
      yield { ...entry, path: below };
      if (entry.kind === "directory") yield* this.#walkBelow(below, options, depth + 1);
    }
  }

  /** What stands at a path. */
  stat(path: string, { signal }: Asking = {}): Promise<RemoteEntry> {
    return this.#core.inTurn(signal, (combined) => statPath(this.#core, path, combined));
  }

  /** Bytes of a file (SIZE); undefined where the server does not say. */
  size(path: string, { signal }: Asking = {}): Promise<number | undefined> {
    return this.#core.inTurn(signal, (combined) => sizeOf(this.#core, path, combined));
  }

  /** When a file was modified (MDTM); undefined where the server does not say. */
  modified(path: string, { signal }: Asking = {}): Promise<RemoteTime | undefined> {
    return this.#core.inTurn(signal, (combined) => modifiedOf(this.#core, path, combined));
  }

  /** Sets a file's time (MFMT, MDTM, SITE UTIME); false where the server can do none of them. */
  setModified(path: string, at: Date | number, { signal }: Asking = {}): Promise<boolean> {
    const time = Number(at);
    if (Number.isNaN(time)) {
      return Promise.reject(new ClientError("option-not-valid", { option: "the time", because: "is none" }));
    }
    return this.#core.inTurn(signal, (combined) => setModified(this.#core, path, time, combined));
  }

  /**
   * The hash of a file, as the server computes it: by HASH, or XSHA256 and its kin, as FEAT offers them.
   *
   * @param algorithm (default: the strongest that the server offers)
   * @throws {ClientError} `not-supported` where it offers none, or not this one
   */
  hash(path: string, algorithm?: HashAlgorithm, { signal }: Asking = {}): Promise<RemoteHash> {
    return this.#core.inTurn(signal, (combined) => demandHash(this.#core, path, algorithm, combined));
  }

  /** Fetches a file into a local one or a stream. */
  download(path: string, target: DownloadTarget, options: DownloadOptions = {}): Promise<TransferResult> {
    const receiver = openTarget(target, { resume: options.resume ?? false });
    const done = this.#core.inTurn(options.signal, (signal) => download(this.#core, path, receiver, options, signal));
    return done.catch(async (error: unknown) => {
      // Also where its turn never came.
      await receiver.abandon(error);
      throw error;
    });
  }

  /** Fetches a file into memory, if it has no more than so many bytes (default 64 MiB). */
  async readAll(path: string, options: DownloadOptions & { readonly maxBytes?: number } = {}): Promise<Uint8Array> {
    const receiver = new MemoryReceiver(path, options.maxBytes ?? 64 * 1024 * 1024);
    await this.#core.inTurn(options.signal, (signal) =>
      download(this.#core, path, receiver, { preserveTime: false, ...options }, signal),
    );
    return receiver.bytes;
  }

  /**
   * A file as a stream; it fails with a {@link ClientError}. What is destroyed before its end is aborted.
   *
   * A command connection does one thing at a time: until the stream is read to its end or destroyed, whatever else this
   * client is asked waits. Whoever awaits such a thing while he reads, waits for himself: that is for a
   * {@link createPool | pool}, or for a second client.
   */
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

  /** As {@link Client.read}, as a Web stream. What is cancelled is aborted. */
  readWeb(path: string, options: DownloadOptions = {}): ReadableStream<Uint8Array> {
    return webReadable(this.read(path, options));
  }

  /** Sends a local file, bytes, or a stream. */
  async upload(source: UploadSource, path: string, options: UploadOptions = {}): Promise<TransferResult> {
    const opened = await openSource(source);
    try {
      return await this.#core.inTurn(options.signal, (signal) => upload(this.#core, opened, path, options, signal));
    } finally {
      await opened.close();
    }
  }

  /** Adds to the end of a file (APPE). */
  async append(source: UploadSource, path: string, options: UploadOptions = {}): Promise<TransferResult> {
    const opened = await openSource(source);
    try {
      return await this.#core.inTurn(options.signal, (signal) => append(this.#core, opened, path, options, signal));
    } finally {
      await opened.close();
    }
  }

  /** A stream that becomes a file; it is done (`finish`) when the server has all of it. */
  write(path: string, options: UploadOptions = {}): Writable {
    return writableFor((source) => this.upload(source, path, options));
  }

  /** Removes a file. */
  remove(path: string, { signal }: Asking = {}): Promise<void> {
    return this.#core.inTurn(signal, (combined) => removeFile(this.#core, path, combined));
  }

  /** Removes a folder, with `recursive` all that is in it too. */
  removeDirectory(
    path: string,
    { signal, recursive = false }: Asking & { readonly recursive?: boolean } = {},
  ): Promise<void> {
    return this.#core.inTurn(signal, (combined) =>
      recursive ? removeTree(this.#core, path, combined) : removeFolder(this.#core, path, combined),
    );
  }

  /** Makes a folder, with `recursive` all above it too; one that is there already is no error then. */
  async makeDirectory(
    path: string,
    { signal, recursive = false }: Asking & { readonly recursive?: boolean } = {},
  ): Promise<void> {
    await this.#core.inTurn(signal, (combined) => makeFolder(this.#core, path, recursive, combined));
  }

  /** Renames or moves; what stands at the new name is replaced. */
  rename(from: string, to: string, { signal }: Asking = {}): Promise<void> {
    return this.#core.inTurn(signal, (combined) => rename(this.#core, from, to, combined));
  }

  /** Sets Unix permission bits (SITE CHMOD). */
  async setMode(path: string, mode: number, { signal }: Asking = {}): Promise<void> {
    const argument = `CHMOD ${(mode & 0o7777).toString(8).padStart(3, "0")} ${path}`;
    await this.#core.inTurn(signal, (combined) => this.#core.demand("SITE", argument, combined));
  }

  /** The folder that paths are seen from (PWD). */
  workingDirectory({ signal }: Asking = {}): Promise<string> {
    return this.#core.inTurn(signal, (combined) => this.#core.whereAmI(combined));
  }

  /** Goes to another folder (CWD); a renewed login goes there too. */
  changeDirectory(path: string, { signal }: Asking = {}): Promise<void> {
    return this.#core.inTurn(signal, (combined) => this.#core.changeFolder(path, combined));
  }

  /**
   * Sends a command that moves no data, and gives its last reply whatever that says; with `mustSucceed` a refusal is an
   * error. What it changes (TYPE, CWD, REST) does not mislead later calls.
   *
   * @throws {ClientError} `path-not-valid` if it holds CR, LF or NUL
   */
  send(
    command: string,
    { signal, mustSucceed = false }: Asking & { readonly mustSucceed?: boolean } = {},
  ): Promise<Reply> {
    const space = command.indexOf(" ");
    const [word, argument] = space === -1 ? [command, undefined] : [command.slice(0, space), command.slice(space + 1)];
    // An empty line is answered by nobody.
    if (word === "") {
      return Promise.reject(new ClientError("option-not-valid", { option: "the command", because: "is empty" }));
    }
    return this.#core.inTurn(signal, async (combined) => {
      const reply = await this.#core.askAsTold(word, argument, combined);
      const shown = redactCommand({ word, argument: argument ?? "" });
      if (mustSucceed && reply.code >= 400) throw refused(shown, reply);
      return reply;
    });
  }

  /**
   * Tries one mode on the login that stands, once, and tells all that was seen of it; what does not work is no error.
   * Nothing is fallen back to, and no login renewed.
   *
   * @throws {ClientError} `connection-lost` where no login stands
   */
  tryMode(mode: ModeCommand, options: TryModeOptions): Promise<TriedMode> {
    return this.#core.inTurn(options.signal, (signal) => tryMode(this.#core, mode, options, signal));
  }

  /** Leaves. What is under way is aborted. */
  close(): Promise<void> {
    return this.#core.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
