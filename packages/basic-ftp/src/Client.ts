import { join } from "node:path";
import { connect as connectTLS } from "node:tls";
import { parseQuotedPath } from "@twinport/protocol";
import { describeAddress, describeTLS } from "./describe-socket.ts";
import { FTPContext, FTPError } from "./FtpContext.ts";
import { ModeSearch } from "./mode-search.ts";
import { ensureLocalDirectory, ignoringErrors, isSafePathName, localEntries } from "./local-files.ts";
import { receiveLocalFile, sendLocalFile } from "./local-files.ts";
import { isMultiline, positiveCompletion } from "./parseControlResponse.ts";
import { parseList } from "./parseList.ts";
import { parseMLSxDate } from "./parseListMLSD.ts";
import { enterPassiveModeIPv4, enterPassiveModeIPv4_forceControlHostIP, enterPassiveModeIPv6 } from "./passive-mode.ts";
import { ProgressTracker } from "./ProgressTracker.ts";
import { StringWriter } from "./StringWriter.ts";
import { downloadTo, isDataFailure, isNoWayForData, uploadFrom } from "./transfer.ts";
import { upgradeSocket } from "./upgrade-socket.ts";
import type { Readable, Writable } from "node:stream";
import type { ConnectionOptions as TLSConnectionOptions } from "node:tls";
import type { PortRange } from "@twinport/channel";
import type { FileInfo } from "./FileInfo.ts";
import type { FTPResponse } from "./FtpContext.ts";
import type { UploadOptions } from "./local-files.ts";
import type { ModeSearchError, TransferStrategy } from "./mode-search.ts";
import type { ProgressHandler } from "./ProgressTracker.ts";
import type { UploadCommand } from "./transfer.ts";

export type { UploadOptions } from "./local-files.ts";
export type { TransferStrategy } from "./mode-search.ts";

/** Where to go and who we are. */
export interface AccessOptions {
  /** Default `localhost`. */
  readonly host?: string;
  /** Default 21. */
  readonly port?: number;
  /** Default `anonymous`. */
  readonly user?: string;
  /** Default `guest`. */
  readonly password?: string;
  /** TLS: by AUTH TLS where true, from the first byte where `implicit`; none by default. */
  readonly secure?: boolean | "implicit";
  /** As `tls.connect` takes them. */
  readonly secureOptions?: TLSConnectionOptions;
}

/** Makes entries of a listing's text. */
export type RawListParser = (rawList: string) => FileInfo[];

/** What a {@link Client} may be told; the last two are beyond basic-ftp. */
export interface ClientOptions {
  /** The server may name another host for data (PASV). */
  allowSeparateTransferHost: boolean;
  /** Bytes that a listing may have. */
  maxListingBytes: number;
  /** Ports that active mode may open (default: the one next to the command connection's, else any). */
  activePorts?: PortRange;
  /** The address that the server is told to dial in active mode, where a NAT stands between. */
  activeAddress?: string;
}

const defaultOptions: ClientOptions = { allowSeparateTransferHost: false, maxListingBytes: 40 * 1024 * 1024 };

const plainListCommands = ["LIST -a", "LIST"];

/** All that we can read of MLSD. */
const FACTS = "type;size;modify;unique;unix.mode;unix.owner;unix.group;unix.ownername;unix.groupname;";

/** An FTP client with basic-ftp's methods, that moves bytes in whichever mode can. One task at a time. */
export class Client {
  /** Prepares each data connection. Whoever sets it decides alone: nothing else is tried. */
  prepareTransfer: TransferStrategy;
  parseList: RawListParser;
  /** Tried in this order; the first that the server knows is kept. */
  availableListCommands: string[] = [...plainListCommands];
  /** The sockets and the conversation. */
  readonly ftp: FTPContext;
  protected _progressTracker: ProgressTracker;
  protected options: ClientOptions;
  #search: ModeSearch | undefined;

  /** @param timeout milliseconds to wait for the server; 0 for ever */
  constructor(timeout = 30_000, userOptions: Partial<ClientOptions> = {}) {
    this.options = { ...defaultOptions, ...userOptions };
    this.ftp = new FTPContext(timeout);
    this.ftp.activePorts = this.options.activePorts;
    this.ftp.activeAddress = this.options.activeAddress;
    const pasv = this.options.allowSeparateTransferHost
      ? enterPassiveModeIPv4
      : enterPassiveModeIPv4_forceControlHostIP;
    this.prepareTransfer = this.#searchFor([enterPassiveModeIPv6, pasv], true);
    this.parseList = parseList;
    this._progressTracker = new ProgressTracker();
  }

  /** Ends both connections. `access` begins anew. */
  close(): void {
    this.ftp.close();
    this._progressTracker.stop();
  }

  /** Whether there is no connection: not yet, or no longer. */
  get closed(): boolean {
    return this.ftp.closed;
  }

  /** Connects, or connects anew, and gives the greeting. */
  connect(host = "localhost", port = 21): Promise<FTPResponse> {
    this.ftp.reset();
    const { socket, ipFamily } = this.ftp;
    socket.connect({ host, port, ...(ipFamily !== undefined && { family: ipFamily }) }, () => this.#logConnected());
    return this.#greeting();
  }

  /** Connects by TLS from the first byte on, and gives the greeting. */
  connectImplicitTLS(host = "localhost", port = 21, tlsOptions: TLSConnectionOptions = {}): Promise<FTPResponse> {
    this.ftp.reset();
    const options = withHost(tlsOptions, host);
    this.ftp.socket = connectTLS({ port, ...options }, () => this.#logConnected());
    this.ftp.tlsOptions = options;
    return this.#greeting();
  }

  /** Sends a command and gives the first reply. */
  send(command: string, ignoreErrorCodesDEPRECATED = false): Promise<FTPResponse> {
    if (!ignoreErrorCodesDEPRECATED) return this.ftp.request(command);
    this.ftp.log(
      "Deprecated call using send(command, flag) with boolean flag to ignore errors. Use sendIgnoringError(command).",
    );
    return this.sendIgnoringError(command);
  }

  /** Sends a command and gives the first reply, also where that is a refusal. */
  sendIgnoringError(command: string): Promise<FTPResponse> {
    return this.ftp.handle(command, (response, task) => {
      if (response instanceof FTPError) task.resolve({ code: response.code, message: response.message });
      else if (response instanceof Error) task.reject(response);
      else task.resolve(response);
    }) as Promise<FTPResponse>;
  }

  /** Goes on by TLS. */
  async useTLS(options: TLSConnectionOptions = {}, command = "AUTH TLS"): Promise<FTPResponse> {
    const response = await this.send(command);
    this.ftp.socket = await upgradeSocket(this.ftp.socket, options);
    this.ftp.tlsOptions = options;
    this.ftp.log(`Control socket is using: ${describeTLS(this.ftp.socket)}`);
    return response;
  }

  /** USER, and PASS where it is asked for. */
  login(user = "anonymous", password = "guest"): Promise<FTPResponse> {
    this.ftp.log(`Login security: ${describeTLS(this.ftp.socket)}`);
    return this.ftp.handle(`USER ${user}`, (response, task) => {
      if (response instanceof Error) task.reject(response);
      else if (positiveCompletion(response.code)) task.resolve(response);
      else if (response.code === 331) this.ftp.send(`PASS ${password}`);
      else task.reject(new FTPError(response));
    }) as Promise<FTPResponse>;
  }

  /** Binary, files, UTF-8, the facts of MLSD, and protected data where the commands are protected. */
  async useDefaultSettings(): Promise<void> {
    const features = await this.features();
    const knowsFacts = features.has("MLST");
    this.availableListCommands = knowsFacts ? ["MLSD", ...plainListCommands] : [...plainListCommands];
    await this.send("TYPE I");
    await this.sendIgnoringError("STRU F");
    await this.sendIgnoringError("OPTS UTF8 ON");
    if (knowsFacts) await this.sendIgnoringError(`OPTS MLST ${FACTS}`);
    if (!this.ftp.hasTLS) return;
    await this.sendIgnoringError("PBSZ 0");
    await this.sendIgnoringError("PROT P");
  }

  /** Connects, secures, logs in and sets the usual. Gives the greeting. */
  async access(options: AccessOptions = {}): Promise<FTPResponse> {
    const { host, port, user, password, secure, secureOptions } = options;
    const isImplicit = secure === "implicit";
    const greeting = await (isImplicit ? this.connectImplicitTLS(host, port, secureOptions) : this.connect(host, port));
    if (secure === true) await this.useTLS(withHost(secureOptions ?? {}, host));
    // User or password may have letters beyond ASCII. Some servers know it only after the login, where it comes again.
    await this.sendIgnoringError("OPTS UTF8 ON");
    await this.login(user, password);
    await this.useDefaultSettings();
    return greeting;
  }

  /** The working directory. */
  async pwd(): Promise<string> {
    const { message } = await this.send("PWD");
    const path = parseQuotedPath(message);
    if (!path) throw new Error(`Can't parse response to command 'PWD': ${message}`);
    return path;
  }

  /** What the server says that it can: names in upper case, and what stands behind them. */
  async features(): Promise<Map<string, string>> {
    const { code, message } = await this.sendIgnoringError("FEAT");
    const features = new Map<string, string>();
    if (code >= 400 || !isMultiline(message)) return features;
    for (const line of message.split("\n").slice(1, -1)) {
      const [name = "", ...rest] = line.trim().split(" ");
      features.set(name.toUpperCase(), rest.join(" ").trim());
    }
    return features;
  }

  /** Goes to a directory. */
  async cd(path: string): Promise<FTPResponse> {
    return this.send(`CWD ${await this.protectWhitespace(path)}`);
  }

  /** Goes to the directory above. */
  async cdup(): Promise<FTPResponse> {
    return this.send("CDUP");
  }

  /** When a file was modified. */
  async lastMod(path: string): Promise<Date> {
    const { message } = await this.send(`MDTM ${await this.protectWhitespace(path)}`);
    return parseMLSxDate(message.slice(4));
  }

  /** A file's size in bytes. */
  async size(path: string): Promise<number> {
    const command = `SIZE ${await this.protectWhitespace(path)}`;
    const { message } = await this.send(command);
    // Some servers add words behind the number.
    const size = Number.parseInt(message.slice(4), 10);
    if (!Number.isNaN(size)) return size;
    throw new Error(`Can't parse response to command '${command}' as a numerical value: ${message}`);
  }

  /** Renames, or moves, a file or directory. */
  async rename(srcPath: string, destPath: string): Promise<FTPResponse> {
    const from = await this.protectWhitespace(srcPath);
    const to = await this.protectWhitespace(destPath);
    await this.send(`RNFR ${from}`);
    return this.send(`RNTO ${to}`);
  }

  /** Removes a file. */
  async remove(path: string, ignoreErrorCodes = false): Promise<FTPResponse> {
    const command = `DELE ${await this.protectWhitespace(path)}`;
    return ignoreErrorCodes ? this.sendIgnoringError(command) : this.send(command);
  }

  /** Reports how far transfers are from now on, and counts anew; without a handler nothing is reported. */
  trackProgress(handler?: ProgressHandler): void {
    this._progressTracker.bytesOverall = 0;
    this._progressTracker.reportTo(handler);
  }

  /** Puts a stream or a local file on the server. */
  async uploadFrom(source: Readable | string, toRemotePath: string, options: UploadOptions = {}): Promise<FTPResponse> {
    return this._uploadWithCommand(source, toRemotePath, "STOR", options);
  }

  /** Appends a stream or a local file to one on the server. */
  async appendFrom(source: Readable | string, toRemotePath: string, options: UploadOptions = {}): Promise<FTPResponse> {
    return this._uploadWithCommand(source, toRemotePath, "APPE", options);
  }

  protected async _uploadWithCommand(
    source: Readable | string,
    remotePath: string,
    command: UploadCommand,
    options: UploadOptions,
  ): Promise<FTPResponse> {
    return typeof source === "string"
      ? this._uploadLocalFile(source, remotePath, command, options)
      : this._uploadFromStream(source, remotePath, command);
  }

  protected async _uploadLocalFile(
    localPath: string,
    remotePath: string,
    command: UploadCommand,
    options: UploadOptions,
  ): Promise<FTPResponse> {
    return sendLocalFile(localPath, remotePath, options, (source) =>
      this._uploadFromStream(source, remotePath, command),
    );
  }

  protected async _uploadFromStream(
    source: Readable,
    remotePath: string,
    command: UploadCommand,
  ): Promise<FTPResponse> {
    const failed = (error: Error): void => this.#localFailure(error);
    source.once("error", failed);
    try {
      const path = await this.protectWhitespace(remotePath);
      const { ftp, _progressTracker: tracker } = this;
      return await this.#move(() => uploadFrom(source, { ftp, tracker, command, remotePath: path, type: "upload" }));
    } finally {
      source.removeListener("error", failed);
    }
  }

  /** Gets a file into a stream or a local file, from a position on if wanted. */
  async downloadTo(destination: Writable | string, fromRemotePath: string, startAt = 0): Promise<FTPResponse> {
    return typeof destination === "string"
      ? this._downloadToFile(destination, fromRemotePath, startAt)
      : this._downloadToStream(destination, fromRemotePath, startAt);
  }

  protected async _downloadToFile(localPath: string, remotePath: string, startAt: number): Promise<FTPResponse> {
    return receiveLocalFile(localPath, startAt, (destination) =>
      this._downloadToStream(destination, remotePath, startAt),
    );
  }

  protected async _downloadToStream(destination: Writable, remotePath: string, startAt: number): Promise<FTPResponse> {
    const failed = (error: Error): void => this.#localFailure(error);
    destination.once("error", failed);
    try {
      const path = await this.protectWhitespace(remotePath);
      const { ftp, _progressTracker: tracker } = this;
      const command = startAt > 0 ? `REST ${startAt}` : `RETR ${path}`;
      return await this.#move(() =>
        downloadTo(destination, { ftp, tracker, command, remotePath: path, type: "download" }),
      );
    } finally {
      destination.removeListener("error", failed);
      destination.end();
    }
  }

  /** What is in a directory, or what a path names. */
  async list(path = ""): Promise<FileInfo[]> {
    const argument = await this.protectWhitespace(path);
    let refusal: unknown;
    for (const candidate of this.availableListCommands) {
      const command = argument === "" ? candidate : `${candidate} ${argument}`;
      let isPrepared = false;
      try {
        const entries = await this.#move(() => {
          isPrepared = true;
          return this._requestListWithCommand(command);
        });
        this.availableListCommands = [candidate];
        return entries;
      } catch (error) {
        // Another command fares no better where no data connection comes about.
        if (!isPrepared || !(error instanceof FTPError) || isNoWayForData(error)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }

  protected async _requestListWithCommand(command: string): Promise<FileInfo[]> {
    const listing = new StringWriter(this.options.maxListingBytes);
    const { ftp, _progressTracker: tracker } = this;
    await downloadTo(listing, { ftp, tracker, command, remotePath: "", type: "list" });
    const text = listing.getText(ftp.encoding);
    ftp.log(text);
    return this.parseList(text);
  }

  /** Removes a directory with all that is in it. */
  async removeDir(remoteDirPath: string): Promise<void> {
    return this._exitAtCurrentDirectory(async () => {
      await this.cd(remoteDirPath);
      const path = await this.pwd();
      await this.clearWorkingDir();
      if (path === "/") return;
      await this.cdup();
      await this.removeEmptyDir(path);
    });
  }

  /** Removes all that is in the working directory. */
  async clearWorkingDir(): Promise<void> {
    for (const { name, isDirectory } of await this.list()) {
      if (!isDirectory) {
        await this.remove(name);
        continue;
      }
      await this.cd(name);
      await this.clearWorkingDir();
      await this.cdup();
      await this.removeEmptyDir(name);
    }
  }

  /** Puts what is in a local directory into a remote one, which is made where needed, or into the working directory. */
  async uploadFromDir(localDirPath: string, remoteDirPath?: string): Promise<void> {
    return this._exitAtCurrentDirectory(async () => {
      if (remoteDirPath) await this.ensureDir(remoteDirPath);
      await this._uploadToWorkingDir(localDirPath);
    });
  }

  protected async _uploadToWorkingDir(localDirPath: string): Promise<void> {
    for await (const { name, path, stats } of localEntries(localDirPath)) {
      if (stats.isFile()) await this.uploadFrom(path, name);
      else if (stats.isDirectory()) {
        await this._openDir(name);
        await this._uploadToWorkingDir(path);
        await this.cdup();
      }
    }
  }

  /** Gets what is in a remote directory, or in the working directory, into a local one. */
  async downloadToDir(localDirPath: string, remoteDirPath?: string): Promise<void> {
    return this._exitAtCurrentDirectory(async () => {
      if (remoteDirPath) await this.cd(remoteDirPath);
      await this._downloadFromWorkingDir(localDirPath);
    });
  }

  protected async _downloadFromWorkingDir(localDirPath: string): Promise<void> {
    await ensureLocalDirectory(localDirPath);
    for (const { name, isDirectory, isFile } of await this.list()) {
      if (!isSafePathName(name)) {
        this.ftp.log(`Invalid filename from server listing, will skip file. (${JSON.stringify(name)})`);
        continue;
      }
      const localPath = join(localDirPath, name);
      if (isFile) await this.downloadTo(localPath, name);
      else if (isDirectory) {
        await this.cd(name);
        await this._downloadFromWorkingDir(localPath);
        await this.cdup();
      }
    }
  }

  /** Goes to a directory, and makes it and those above it where they are missing. */
  async ensureDir(remoteDirPath: string): Promise<void> {
    if (remoteDirPath.startsWith("/")) await this.cd("/");
    for (const name of remoteDirPath.split("/")) if (name !== "") await this._openDir(name);
  }

  /** Goes to a directory; it may have to be made, or be there already. */
  protected async _openDir(dirName: string): Promise<void> {
    const made = await this.sendIgnoringError(`MKD ${dirName}`);
    try {
      await this.cd(dirName);
    } catch (error) {
      // Why it could not be made says more than that it is not there.
      if (error instanceof FTPError && made.code >= 400) error.cause ??= new FTPError(made);
      throw error;
    }
  }

  /** Removes a directory with nothing in it. */
  async removeEmptyDir(path: string): Promise<FTPResponse> {
    return this.send(`RMD ${await this.protectWhitespace(path)}`);
  }

  /** A path that begins with a blank, made absolute: servers leave such a blank out. */
  async protectWhitespace(path: string): Promise<string> {
    if (!path.startsWith(" ")) return path;
    const here = await this.pwd();
    return here.endsWith("/") ? here + path : `${here}/${path}`;
  }

  protected async _exitAtCurrentDirectory<T>(func: () => Promise<T>): Promise<T> {
    const here = await this.pwd();
    try {
      return await func();
    } finally {
      if (!this.closed) await ignoringErrors(() => this.cd(here));
    }
  }

  /** A strategy that tries these one after the other and makes the first that works the client's own. */
  protected _enterFirstCompatibleMode(strategies: TransferStrategy[]): TransferStrategy {
    return this.#searchFor(strategies, false);
  }

  /** @deprecated `uploadFrom` is the same. */
  async upload(source: Readable | string, toRemotePath: string, options: UploadOptions = {}): Promise<FTPResponse> {
    this.ftp.log("Warning: upload() has been deprecated, use uploadFrom().");
    return this.uploadFrom(source, toRemotePath, options);
  }

  /** @deprecated `appendFrom` is the same. */
  async append(source: Readable | string, toRemotePath: string, options: UploadOptions = {}): Promise<FTPResponse> {
    this.ftp.log("Warning: append() has been deprecated, use appendFrom().");
    return this.appendFrom(source, toRemotePath, options);
  }

  /** @deprecated `downloadTo` is the same. */
  async download(destination: Writable | string, fromRemotePath: string, startAt = 0): Promise<FTPResponse> {
    this.ftp.log("Warning: download() has been deprecated, use downloadTo().");
    return this.downloadTo(destination, fromRemotePath, startAt);
  }

  /** @deprecated `uploadFromDir` is the same. */
  async uploadDir(localDirPath: string, remoteDirPath?: string): Promise<void> {
    this.ftp.log("Warning: uploadDir() has been deprecated, use uploadFromDir().");
    return this.uploadFromDir(localDirPath, remoteDirPath);
  }

  /** @deprecated `downloadToDir` is the same. */
  async downloadDir(localDirPath: string): Promise<void> {
    this.ftp.log("Warning: downloadDir() has been deprecated, use downloadToDir().");
    return this.downloadToDir(localDirPath);
  }

  #logConnected(): void {
    const { socket } = this.ftp;
    this.ftp.log(`Connected to ${describeAddress(socket)} (${describeTLS(socket)})`);
  }

  #greeting(): Promise<FTPResponse> {
    return this.ftp.handle(undefined, (response, task) => {
      if (response instanceof Error) task.reject(response);
      else if (positiveCompletion(response.code)) task.resolve(response);
      else task.reject(new FTPError(response));
    }) as Promise<FTPResponse>;
  }

  /** A source or target of ours has failed, and not because the data connection did. */
  #localFailure(error: Error): void {
    if (!isDataFailure(error)) this.ftp.closeWithError(error);
  }

  #searchFor(strategies: TransferStrategy[], isActiveToo: boolean): TransferStrategy {
    const search = new ModeSearch(strategies, isActiveToo, (strategy) => {
      this.prepareTransfer = strategy;
      this.#search = search;
    });
    return search.strategy;
  }

  /** The search that found what prepares transfers now, unless somebody has set another strategy since. */
  get #ownSearch(): ModeSearch | undefined {
    return this.#search?.isPinned(this.prepareTransfer) ? this.#search : undefined;
  }

  /** Prepares a data connection and moves by it. Where it could not be had, and nothing was moved, by the next way. */
  async #move<T>(move: () => Promise<T>): Promise<T> {
    // A data connection that breaks before anything is asked: the transfer will see it, and hear why.
    this.ftp.onDataFailure = (error) => "code" in error;
    try {
      for (let refusal: FTPError | undefined; ;) {
        await this.#prepare(refusal);
        try {
          const result = await move();
          this.#ownSearch?.worked();
          return result;
        } catch (error) {
          refusal = this.#refusalOf(error);
        }
      }
    } finally {
      this.ftp.onDataFailure = undefined;
    }
  }

  /** @param refusal of the transfer, where another way is looked for: it is nearer to the point than what comes now */
  async #prepare(refusal: FTPError | undefined): Promise<void> {
    try {
      await this.#prepareAnyhow();
    } catch (error) {
      if (!refusal || this.closed) throw error;
      refusal.attempts = (error as Partial<ModeSearchError>).attempts ?? [];
      throw refusal;
    }
  }

  async #prepareAnyhow(): Promise<void> {
    const search = this.#ownSearch;
    const strategy = this.prepareTransfer;
    try {
      await strategy(this.ftp);
    } catch (error) {
      if (!search || this.closed) throw error;
      // What has worked for other transfers works no longer.
      search.failed(strategy, error);
      this.prepareTransfer = search.strategy;
      await search.strategy(this.ftp);
    }
  }

  /** The server has no data connection by this way, and another is left; throws whatever else it is. */
  #refusalOf(error: unknown): FTPError {
    const search = this.#ownSearch;
    if (!search || !isNoWayForData(error) || this.closed) throw error;
    search.failed(this.prepareTransfer, error);
    error.attempts = search.attempts;
    this.prepareTransfer = search.strategy;
    if (search.hasMore(this.ftp)) return error;
    search.worked();
    throw error;
  }
}

/** A session of TLS is bound to a name: data connections have to name the same. */
function withHost(options: TLSConnectionOptions, host: string | undefined): TLSConnectionOptions {
  return options.host === undefined && host !== undefined ? { ...options, host } : options;
}
