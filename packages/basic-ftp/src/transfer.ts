import { pipeline } from "node:stream";
import { describeAddress, describeTLS } from "./describe-socket.ts";
import { FTPError } from "./FtpError.ts";
import { positiveCompletion, positiveIntermediate } from "./parseControlResponse.ts";
import { TransferWatchdog } from "./TransferWatchdog.ts";
import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import type { ActiveOffer } from "./active-offer.ts";
import type { FTPContext, FTPResponse, TaskResolver } from "./FtpContext.ts";
import type { ProgressTracker, ProgressType } from "./ProgressTracker.ts";
import type { TransferDirection } from "./TransferWatchdog.ts";

export { enterActiveModeIPv4, enterActiveModeIPv6 } from "./active-offer.ts";
export {
  connectForPassiveTransfer,
  enterPassiveModeIPv4,
  enterPassiveModeIPv4_forceControlHostIP,
  enterPassiveModeIPv6,
} from "./passive-mode.ts";
export { parseEpsvResponse, parsePasvResponse } from "./passive-reply.ts";

/** The commands that put a file on the server. */
export type UploadCommand = "STOR" | "APPE";

/** What is moved, and over what. */
export interface TransferConfig {
  readonly command: string;
  readonly remotePath: string;
  readonly type: ProgressType;
  readonly ftp: FTPContext;
  readonly tracker: ProgressTracker;
}

/** Sends a source over the data connection that was prepared. */
export function uploadFrom(source: Readable, config: TransferConfig): Promise<FTPResponse> {
  return new Transfer(config, "upload", (socket, done) => pipeline(source, socket, done)).run(
    `${config.command} ${config.remotePath}`,
  );
}

/**
 * Writes what comes over the data connection that was prepared to a destination.
 *
 * @throws {Error} at once, if none was prepared
 */
export function downloadTo(destination: Writable, config: TransferConfig): Promise<FTPResponse> {
  if (!config.ftp.dataSocket && !config.ftp.dataOffer) {
    throw new Error("Download will be initiated but no data connection is available.");
  }
  // By piping: only then the socket tells the watchdog that it waits for the destination.
  return new Transfer(config, "download", (socket, done) => pipeline(socket, destination, done)).run(config.command);
}

/** Whether nothing was read or written when this was thrown, and another way for data may do. */
export function isNoWayForData(error: unknown): error is FTPError {
  return error instanceof FTPError && noWay.has(error);
}

const noWay = new WeakSet<Error>();

/** Whether this is what a data socket has failed with, and what it took down with it. */
export function isDataFailure(error: Error): boolean {
  return dataFailures.has(error);
}

const dataFailures = new WeakSet<Error>();

/** A server that says nothing, not even 150, may wait for our bytes. */
const MISSING_150_MS = 2000;

/** The data connection broke: the server may be about to say why. */
const REASON_MS = 3000;

/** How long the server is waited for in active mode, where the context has no time-out. */
const LONGEST_ARRIVAL_MS = 60_000;

type Pump = (socket: Socket, done: (error: Error | null | undefined) => void) => void;

/** One transfer: it is done when the data is through and the server has confirmed it, in whichever order. */
class Transfer {
  readonly #config: TransferConfig;
  readonly #direction: TransferDirection;
  readonly #pump: Pump;
  readonly #watchdog = new TransferWatchdog();
  #task: TaskResolver | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isBegun = false;
  #isMoving = false;
  #isThrough = false;
  #isSettled = false;
  #final: FTPResponse | undefined;
  /** What the data socket failed with, while the server may still say why. */
  #broken: Error | undefined;

  constructor(config: TransferConfig, direction: TransferDirection, pump: Pump) {
    this.#config = config;
    this.#direction = direction;
    this.#pump = pump;
  }

  run(command: string): Promise<FTPResponse> {
    const { ftp } = this.#config;
    ftp.onDataFailure = (error) => this.#break(error);
    // It may have broken before anything was asked.
    const { errored } = ftp.dataSocket ?? {};
    if (errored) this.#break(errored);
    const result = ftp.handle(command, (response, task) => {
      this.#task = task;
      if (response instanceof FTPError) this.#refused(response);
      else if (response instanceof Error) this.#fail(response);
      else this.#heard(response);
    });
    if (this.#direction === "upload" && ftp.dataSocket && !errored) this.#later(MISSING_150_MS, () => this.#begin());
    return result.finally(() => this.#rest()) as Promise<FTPResponse>;
  }

  #heard(response: FTPResponse): void {
    const { ftp, remotePath } = this.#config;
    if (response.code === 150 || response.code === 125) this.#begin();
    else if (positiveCompletion(response.code)) this.#confirmed(response);
    else if (response.code === 350 && this.#direction === "download") ftp.send(`RETR ${remotePath}`);
    else if (positiveIntermediate(response.code)) {
      ftp.closeWithError(new Error(`Unexpected FTP response is requesting an answer: ${response.message}`));
    }
  }

  #refused(refusal: FTPError): void {
    if (refusal.code === 425 && !this.#isMoving) noWay.add(refusal);
    if (this.#broken) refusal.cause = this.#broken;
    this.#fail(refusal);
  }

  #confirmed(response: FTPResponse): void {
    if (this.#broken) {
      this.#config.ftp.closeWithError(this.#broken);
      return;
    }
    this.#final = response;
    // The server may have left out its 150.
    this.#begin();
    this.#settle();
  }

  /** The server is ready; once, however often it says so. */
  #begin(): void {
    // Of what is broken only the reason is waited for.
    if (this.#isBegun || this.#broken) return;
    this.#isBegun = true;
    clearTimeout(this.#timer);
    const { ftp } = this.#config;
    const { dataSocket, dataOffer } = ftp;
    const name = this.#direction === "upload" ? "Upload" : "Download";
    if (dataSocket) this.#move(dataSocket);
    else if (dataOffer) this.#await(dataOffer);
    else this.#fail(new Error(`${name} should begin but no data connection is available.`));
  }

  #await(offer: ActiveOffer): void {
    const { ftp } = this.#config;
    ftp.socket.setTimeout(0);
    this.#later(ftp.timeout > 0 ? ftp.timeout : LONGEST_ARRIVAL_MS, () => {
      ftp.closeWithError(new Error("Timeout when waiting for the server to open the data connection (active mode)"));
    });
    offer.connection().then(
      (socket) => {
        if (this.#isSettled) {
          socket.destroy();
          return;
        }
        clearTimeout(this.#timer);
        ftp.dataSocket = socket;
        this.#move(socket);
      },
      (error: Error) => ftp.closeWithError(error),
    );
  }

  #move(socket: Socket): void {
    // TLS has been agreed on when there is a cipher. To send before that would be lost on some servers.
    const isReady = !("getCipher" in socket) || cipherOf(socket) !== undefined;
    if (isReady) this.#pumpThrough(socket);
    else socket.once("secureConnect", () => this.#pumpThrough(socket));
  }

  #pumpThrough(socket: Socket): void {
    if (this.#isSettled) return;
    const { ftp, tracker, remotePath, type } = this.#config;
    const doing = this.#direction === "upload" ? "Uploading to" : "Downloading from";
    ftp.log(`${doing} ${describeAddress(socket)} (${describeTLS(socket)})`);
    this.#isMoving = true;
    // The command connection is idle now, and a target or a source of ours may take its time.
    ftp.socket.setTimeout(0);
    socket.setTimeout(0);
    this.#watchdog.start(socket, this.#direction, ftp.timeout, () => {
      ftp.closeWithError(new Error("Timeout (data socket)"));
    });
    tracker.start(socket, remotePath, type);
    this.#pump(socket, (error) => {
      if (!error) this.#through();
      else if (!this.#broken) this.#fail(error);
    });
  }

  #through(): void {
    if (this.#isSettled) return;
    const { ftp, tracker } = this.#config;
    this.#watchdog.stop();
    tracker.updateAndStop();
    ftp.socket.setTimeout(ftp.timeout);
    this.#isThrough = true;
    this.#settle();
  }

  #settle(): void {
    if (this.#isSettled || !this.#isThrough || !this.#final) return;
    this.#isSettled = true;
    this.#config.ftp.dataSocket = undefined;
    this.#task?.resolve(this.#final);
  }

  /** Only the first failure counts: a refusal often breaks the data connection too. */
  #fail(error: Error): void {
    if (this.#isSettled) return;
    const { ftp, tracker } = this.#config;
    // Before any reply nobody knows what the server will do with the command.
    if (!this.#task) {
      ftp.closeWithError(error);
      return;
    }
    this.#isSettled = true;
    tracker.updateAndStop();
    ftp.socket.setTimeout(ftp.timeout);
    ftp.dataSocket = undefined;
    this.#task.reject(error);
  }

  /** Whether the reason may still come from the server, and is to be waited for. */
  #break(error: Error): boolean {
    // Of what is through the server's reply decides.
    if (this.#isSettled || this.#isThrough || this.#broken) return true;
    if (this.#final || !networkFailures.test((error as NodeJS.ErrnoException).code ?? "")) return false;
    this.#broken = error;
    dataFailures.add(error);
    this.#watchdog.stop();
    this.#later(REASON_MS, () => this.#config.ftp.closeWithError(error));
    return true;
  }

  #later(milliseconds: number, call: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(call, milliseconds);
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#watchdog.stop();
    this.#config.ftp.onDataFailure = undefined;
  }
}

const networkFailures = /^(?:ECONN(?:RESET|ABORTED)|EPIPE|ETIMEDOUT|EPROTO|ERR_SSL_.*)$/;

function cipherOf(socket: object): unknown {
  return (socket as { getCipher(): unknown }).getCipher();
}
