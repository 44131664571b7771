import { chooseModes, ip } from "@twinport/protocol";
import { enterActiveModeIPv4, enterActiveModeIPv6 } from "./active-offer.ts";
import { FTPError } from "./FtpError.ts";
import { enterPassiveModeIPv4, enterPassiveModeIPv4_forceControlHostIP, enterPassiveModeIPv6 } from "./passive-mode.ts";
import type { Attempt } from "@twinport/client";
import type { AttemptFailure, ModeCommand } from "@twinport/protocol";
import type { FTPContext, FTPResponse } from "./FtpContext.ts";

/** Prepares a data connection: dials it, or opens the port by which the server will come. */
export type TransferStrategy = (ftp: FTPContext) => Promise<FTPResponse>;

const modes: ReadonlyMap<TransferStrategy, ModeCommand> = new Map([
  [enterPassiveModeIPv6, "epsv"],
  [enterPassiveModeIPv4, "pasv"],
  [enterPassiveModeIPv4_forceControlHostIP, "pasv"],
  [enterActiveModeIPv4, "port"],
  [enterActiveModeIPv6, "eprt"],
]);

/** Milliseconds for a data connection to stand while there are other ways: two lost packets, and no more. */
const DIAL_MS = 5000;

/** Where no data connection could be prepared: what was tried, beside basic-ftp's words. */
export interface ModeSearchError extends Error {
  readonly attempts: readonly Attempt[];
}

/** Finds the first strategy that works, and remembers which have failed until one has moved bytes. */
export class ModeSearch {
  readonly #strategies: readonly TransferStrategy[];
  readonly #pin: (strategy: TransferStrategy) => void;
  readonly #isActiveToo: boolean;
  #failed = new Set<TransferStrategy>();
  #attempts: Attempt[] = [];
  #pinned: TransferStrategy | undefined;
  #began = 0;

  /**
   * @param isActiveToo the strategies of active mode come behind the others
   * @param pin is given the strategy that works
   */
  constructor(
    strategies: readonly TransferStrategy[],
    isActiveToo: boolean,
    pin: (strategy: TransferStrategy) => void,
  ) {
    this.#strategies = strategies;
    this.#isActiveToo = isActiveToo;
    this.#pin = pin;
  }

  /** Tries one strategy after the other. */
  readonly strategy: TransferStrategy = async (ftp) => {
    ftp.log("Trying to find optimal transfer strategy...");
    let passiveError: unknown;
    let lastError: unknown;
    for (const strategy of this.#order(ftp)) {
      this.#began = Date.now();
      // Where the connection is lost the others fail at once, and by the same reason.
      if (ftp.closed && !this.#strategies.includes(strategy)) break;
      try {
        const response = await this.#within(ftp, strategy);
        ftp.log("Optimal transfer strategy found.");
        this.#pinned = strategy;
        this.#pin(strategy);
        return response;
      } catch (error) {
        this.failed(strategy, error);
        lastError = error;
        if (!isActive(strategy)) passiveError = error;
      }
    }
    // In basic-ftp's words, and about what basic-ftp would have tried.
    const last = String(passiveError ?? lastError);
    const message = `None of the available transfer strategies work. Last error response was '${last}'.`;
    const attempts = this.#attempts;
    this.worked();
    throw Object.assign(new Error(message, { cause: passiveError ?? lastError }), { attempts });
  };

  /** Whether this is the strategy that was found here, and not one that somebody has set since. */
  isPinned(strategy: TransferStrategy): boolean {
    return strategy === this.#pinned;
  }

  get attempts(): readonly Attempt[] {
    return this.#attempts;
  }

  /** Whether something is left to be tried. */
  hasMore(ftp: FTPContext): boolean {
    return this.#order(ftp).length > 0;
  }

  /** A strategy has failed, in its preparation or in the transfer. */
  failed(strategy: TransferStrategy, error: unknown): void {
    this.#failed.add(strategy);
    const mode = modes.get(strategy);
    if (mode === undefined) return;
    const said = error instanceof Error ? error.message : String(error);
    const seconds = (Date.now() - this.#began) / 1000;
    const because = [isActive(strategy) ? "last-resort" : "clients-are-seldom-reached"];
    this.#attempts.push({ mode, because, outcome: outcomeOf(error), seconds, facts: { said } });
  }

  /** Bytes have moved: what failed before is forgotten. */
  worked(): void {
    this.#failed = new Set();
    this.#attempts = [];
  }

  async #within(ftp: FTPContext, strategy: TransferStrategy): Promise<FTPResponse> {
    if (ftp.timeout === 0 || ftp.timeout > DIAL_MS) ftp.dialTimeout = DIAL_MS;
    try {
      return await strategy(ftp);
    } finally {
      ftp.dialTimeout = undefined;
    }
  }

  #order(ftp: FTPContext): TransferStrategy[] {
    const all = [...this.#strategies, ...(this.#isActiveToo ? activeStrategies(ftp) : [])];
    return all.filter((strategy) => !this.#failed.has(strategy));
  }
}

/** Tries EPSV, PASV, PORT and EPRT for each transfer anew, and takes the first that can be prepared. */
export const enterAutoMode: TransferStrategy = (ftp) => {
  const strategies = [enterPassiveModeIPv6, enterPassiveModeIPv4_forceControlHostIP];
  return new ModeSearch(strategies, true, () => {}).strategy(ftp);
};

/** The active strategies that can say our address, in the protocol's order. */
function activeStrategies(ftp: FTPContext): TransferStrategy[] {
  const { localAddress, remoteAddress } = ftp.socket;
  if (localAddress === undefined || remoteAddress === undefined) return [];
  const { tried } = chooseModes({
    wish: "active",
    local: ip(localAddress),
    peer: ip(remoteAddress),
    isProxied: false,
    isProtected: ftp.hasTLS,
  });
  return tried.map(({ value }) => (value === "port" ? enterActiveModeIPv4 : enterActiveModeIPv6));
}

function isActive(strategy: TransferStrategy): boolean {
  return strategy === enterActiveModeIPv4 || strategy === enterActiveModeIPv6;
}

function outcomeOf(error: unknown): AttemptFailure {
  if (error instanceof FTPError) return error.code === 425 ? "server-cannot-connect" : "command-refused";
  if (!(error instanceof Error)) return "control-lost";
  const { message, code }: NodeJS.ErrnoException = error;
  if (code === "ECONNREFUSED") return "dial-refused";
  if (message.startsWith("Timeout when trying")) return "dial-silent";
  if (message.startsWith("Can't parse")) return "reply-not-usable";
  return message.startsWith("Can't open data connection") ? "dial-unreachable" : "control-lost";
}
