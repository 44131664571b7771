import net from "node:net";
import { TLSSocket } from "node:tls";
import { MAX_REPLY } from "@twinport/protocol";
import { FTPError } from "./FtpError.ts";
import { parseControlResponse, unfinishedLine } from "./parseControlResponse.ts";
import { textCoding } from "./text-coding.ts";
import type { Socket } from "node:net";
import type { ConnectionOptions as TLSConnectionOptions } from "node:tls";
import type { PortRange } from "@twinport/channel";
import type { ActiveOffer } from "./active-offer.ts";
import type { FTPResponse } from "./FtpError.ts";
import type { StringEncoding } from "./StringEncoding.ts";

export { FTPError } from "./FtpError.ts";
export type { FTPResponse } from "./FtpError.ts";

/** Ends what {@link FTPContext.handle} has begun. */
export interface TaskResolver {
  // oxlint-disable-next-line typescript/no-explicit-any -- basic-ftp's own signature: a handler resolves with anything
  resolve(args: any): void;
  reject(err: Error): void;
}

/** Is given each reply, refusal and failure while its task runs. */
export type ResponseHandler = (response: Error | FTPResponse, task: TaskResolver) => void;

interface Task {
  readonly responseHandler: ResponseHandler;
  readonly resolver: TaskResolver;
  /** Where it was begun. */
  readonly stack: string;
}

/** Milliseconds after which a line without end is taken for whole. */
const LINE_END_MS = 1000;

/** Before NATs forget; one has been seen to forget after 4 seconds. */
const KEEP_ALIVE_MS = 3000;

const lineBreakers = ["\r", "\n", "\0"];

/**
 * The two sockets of an FTP session, one task at a time on the first of them. It knows no command by itself.
 */
export class FTPContext {
  readonly timeout: number;
  /** Prints both sides of the conversation. */
  verbose = false;
  /** 4 or 6, or either. */
  ipFamily: number | undefined = undefined;
  /** For data connections; as `tls.connect` takes them. */
  tlsOptions: TLSConnectionOptions = {};
  /** The newest session of TLS: the next data connection takes it up again. */
  tlsSessionStore: Buffer | undefined = undefined;
  /** Ports that active mode may open (default: the one next to the command connection's, else any). */
  activePorts: PortRange | undefined = undefined;
  /** The address that the server is told to dial in active mode, where a NAT stands between. */
  activeAddress: string | undefined = undefined;
  /** Milliseconds for a data connection to stand, where that is to be less than the time-out. */
  dialTimeout: number | undefined = undefined;
  /** Is asked about a failure of the data socket first; true if it takes care of it. */
  onDataFailure: ((error: Error) => boolean) | undefined = undefined;

  protected _task: Task | undefined;
  protected _partialResponse = "";
  protected _closingError: NodeJS.ErrnoException | undefined;
  protected _encoding: StringEncoding;
  protected _socket: Socket | TLSSocket;
  protected _dataSocket: Socket | TLSSocket | undefined;
  #dataOffer: ActiveOffer | undefined;
  #lineTimer: NodeJS.Timeout | undefined;
  /** What the server said last while nobody had asked: mostly why it closes. */
  #lastWords: FTPError | undefined;

  /**
   * @param timeout milliseconds, for both connections; 0 for none
   * @param encoding of commands, replies and listings
   */
  constructor(timeout = 0, encoding: StringEncoding = "utf8") {
    this.timeout = timeout;
    this._encoding = encoding;
    this._socket = this._newSocket();
    this.#adopt(this._socket);
  }

  /** Ends both connections; a task that runs is rejected. */
  close(): void {
    this.closeWithError(new Error(this._task ? "User closed client during task" : "User closed client"));
  }

  /** Ends both connections for this reason. */
  closeWithError(err: Error): void {
    // The first reason is the true one.
    if (this._closingError) return;
    this._closingError = err;
    if (this.#lastWords) err.cause ??= this.#lastWords;
    clearTimeout(this.#lineTimer);
    this._closeControlSocket();
    this.#dataOffer?.withdraw();
    this._closeSocket(this._dataSocket);
    this._passToHandler(err);
    this._stopTrackingTask();
  }

  /** Whether nothing can be asked, now or until `access`. */
  get closed(): boolean {
    return this.socket.remoteAddress === undefined || this._closingError !== undefined;
  }

  /** Begins anew with a socket that is not connected. */
  reset(): void {
    this.socket = this._newSocket();
  }

  /** The command connection. */
  get socket(): Socket | TLSSocket {
    return this._socket;
  }

  /** Another command connection. The former one is closed unless the new one is built upon it. */
  set socket(socket: Socket | TLSSocket) {
    this.dataSocket = undefined;
    this.tlsOptions = {};
    this.tlsSessionStore = undefined;
    this._partialResponse = "";
    this.#lastWords = undefined;
    clearTimeout(this.#lineTimer);
    const isUpgrade = socket.localPort === this._socket.localPort;
    if (isUpgrade) this._removeSocketListeners(this._socket);
    else this._closeControlSocket();
    this._closingError = undefined;
    this.#adopt(socket);
    this._socket = socket;
  }

  /** The data connection, while there is one. */
  get dataSocket(): Socket | TLSSocket | undefined {
    return this._dataSocket;
  }

  /** Another data connection, or none; the former one is closed, and no other is waited for. */
  set dataSocket(socket: Socket | TLSSocket | undefined) {
    this.dataOffer = undefined;
    this._closeSocket(this._dataSocket);
    if (socket) {
      // The transfer watches over it.
      socket.setTimeout(0);
      this._setupDefaultErrorHandlers(socket, "data socket");
    }
    this._dataSocket = socket;
  }

  /** A port that was opened for the server: in active mode the data connection comes by it. */
  get dataOffer(): ActiveOffer | undefined {
    return this.#dataOffer;
  }

  set dataOffer(offer: ActiveOffer | undefined) {
    if (this.#dataOffer !== offer) this.#dataOffer?.withdraw();
    this.#dataOffer = offer;
  }

  /** How text is written and read. */
  get encoding(): StringEncoding {
    return this._encoding;
  }

  set encoding(encoding: StringEncoding) {
    this._socket.setEncoding(textCoding(encoding).ofSocket);
    this._encoding = encoding;
  }

  /**
   * Sends a command and waits for nothing.
   *
   * @throws {Error} if it holds CR, LF or NUL and would be two commands
   */
  send(command: string): void {
    const shown = command.startsWith("PASS") ? "PASS ###" : command;
    if (lineBreakers.some((letter) => command.includes(letter))) {
      throw new Error(`Invalid command: Contains control characters. (${shown})`);
    }
    this.log(`> ${shown}`);
    const line = `${command}\r\n`;
    const { ofSocket, encode } = textCoding(this._encoding);
    if (Buffer.isEncoding(this._encoding ?? "utf8")) this._socket.write(line, ofSocket);
    else this._socket.write(encode(line));
  }

  /** Sends a command and gives the first reply. */
  request(command: string): Promise<FTPResponse> {
    return this.handle(command, (response, task) => {
      if (response instanceof Error) task.reject(response);
      else task.resolve(response);
    }) as Promise<FTPResponse>;
  }

  /**
   * Sends a command, if there is one, and hands all that comes to the handler until that ends the task. Gives what the
   * handler resolves with.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- basic-ftp's own signature
  handle(command: string | undefined, responseHandler: ResponseHandler): Promise<any> {
    if (this._task) this.closeWithError(otherTask(this._task));
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const once = (): void => {
        // A handler may settle late, when another task runs already.
        if (!isSettled) this._stopTrackingTask();
        isSettled = true;
      };
      const resolver: TaskResolver = {
        resolve: (value) => {
          once();
          resolve(value);
        },
        reject: (error) => {
          once();
          reject(error);
        },
      };
      this._task = { stack: new Error("a task").stack ?? "", responseHandler, resolver };
      if (this._closingError) {
        this._passToHandler(closedBecause(this._closingError));
        return;
      }
      this._socket.setTimeout(this.timeout);
      if (!command) return;
      try {
        this.send(command);
      } catch (error) {
        // Nothing was sent.
        resolver.reject(error as Error);
      }
    });
  }

  /** May be replaced by a logger's function. */
  log(message: string): void {
    if (this.verbose) console.log(message);
  }

  /** Whether the command connection is by TLS, or is becoming so. */
  get hasTLS(): boolean {
    return "encrypted" in this._socket;
  }

  protected _stopTrackingTask(): void {
    this._socket.setTimeout(0);
    this._task = undefined;
  }

  /** @param chunk as the socket has decoded it */
  protected _onControlSocketData(chunk: string): void {
    this.log(`< ${textCoding(this._encoding).read(chunk)}`);
    if (this._partialResponse.length + chunk.length > MAX_REPLY) {
      this.closeWithError(new Error("FTP control response exceeded maximum allowed size"));
      return;
    }
    const text = this._partialResponse + chunk;
    const waiting = unfinishedLine(text);
    this.#read(text.slice(0, text.length - waiting.length), waiting);
  }

  #read(text: string, waiting: string): void {
    const { messages, rest } = parseControlResponse(text);
    this._partialResponse = rest + waiting;
    clearTimeout(this.#lineTimer);
    if (waiting !== "") this.#lineTimer = setTimeout(() => this.#endLine(), LINE_END_MS).unref();
    const { read } = textCoding(this._encoding);
    for (const message of messages) this.#heard(read(message));
  }

  /** Some servers end no line. */
  #endLine(): void {
    const text = this._partialResponse;
    if (parseControlResponse(text).messages.length > 0) this.#read(text, "");
  }

  #heard(message: string): void {
    const response = { code: Number(message.slice(0, 3)), message };
    const heard = response.code >= 400 ? new FTPError(response) : response;
    if (!this._task && heard instanceof FTPError) this.#lastWords = heard;
    this._passToHandler(heard);
  }

  protected _passToHandler(response: Error | FTPResponse): void {
    const task = this._task;
    if (!task) return;
    try {
      task.responseHandler(response, task.resolver);
    } catch (error) {
      // Nobody else could catch it, and nobody knows where the session is now.
      task.resolver.reject(error as Error);
      this.closeWithError(error as Error);
    }
  }

  protected _setupDefaultErrorHandlers(socket: Socket, identifier: string): void {
    const isData = identifier === "data socket";
    const fail = (error: Error): void => {
      if (!isData || !this.onDataFailure?.(error)) this.closeWithError(error);
    };
    socket.once("error", (error) => {
      error.message += ` (${identifier})`;
      fail(error);
    });
    socket.once("close", (hadError) => {
      if (hadError) fail(new Error(`Socket closed due to transmission error (${identifier})`));
    });
    socket.once("timeout", () => {
      socket.destroy();
      this.closeWithError(new Error(`Timeout (${identifier})`));
    });
  }

  protected _closeControlSocket(): void {
    this._removeSocketListeners(this._socket);
    this._socket.on("error", ignore);
    this.send("QUIT");
    this._closeSocket(this._socket);
  }

  protected _closeSocket(socket: Socket | undefined): void {
    if (!socket) return;
    this._removeSocketListeners(socket);
    socket.on("error", ignore);
    socket.destroy();
  }

  protected _removeSocketListeners(socket: Socket): void {
    socket.removeAllListeners();
  }

  /** A socket that is not connected. */
  _newSocket(): Socket {
    return new net.Socket();
  }

  #adopt(socket: Socket | TLSSocket): void {
    // Time runs only while a task does.
    socket.setTimeout(0);
    socket.setEncoding(textCoding(this._encoding).ofSocket);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on("data", (chunk: unknown) => this._onControlSocketData(chunk as string));
    socket.on("end", () => {
      this.closeWithError(new Error("Server sent FIN packet unexpectedly, closing connection."));
    });
    socket.on("close", (hadError) => {
      if (!hadError) this.closeWithError(new Error("Server closed connection unexpectedly."));
    });
    this._setupDefaultErrorHandlers(socket, "control socket");
    if (socket instanceof TLSSocket) socket.on("session", (session: Buffer) => (this.tlsSessionStore = session));
  }
}

function otherTask(running: Task): Error {
  const error = new Error(
    "User launched a task while another one is still running. Forgot to use 'await' or '.then()'?",
  );
  error.stack += `\nRunning task launched at: ${running.stack}`;
  return error;
}

function closedBecause(reason: NodeJS.ErrnoException): Error {
  const error: NodeJS.ErrnoException = new Error(`Client is closed because ${reason.message}`);
  error.stack += `\nClosing reason: ${reason.stack}`;
  error.code = reason.code ?? "0";
  // Not as its cause, which programs that compare errors would see.
  Object.defineProperty(error, "reason", { value: reason });
  return error;
}

const ignore = (): void => {};
