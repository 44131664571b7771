import { ClientError } from "../errors.ts";
import { abandonTransfer } from "../abandon.ts";
import { announce } from "../attempt.ts";
import { closeDoor, openDoor, readPassiveReply } from "../data-channel.ts";
import { commandLine } from "../conversation.ts";
import { endOf } from "../attempt-told.ts";
import { exchange } from "../exchange.ts";
import { isPassive } from "@twinport/protocol";
import type { AttemptOutcome, Endpoint, Facts, ModeCommand, Reply, TraceStepFacts } from "@twinport/protocol";
import type { ByteSink } from "@twinport/channel";
import type { Asking } from "../client.ts";
import type { Budget, Door, Shut } from "../data-channel.ts";
import type { ClientContext } from "../context.ts";
import type { ClientCore } from "../core.ts";
import type { ControlState, ExchangeOutcome, ExchangePatience } from "../exchange-outcome.ts";
import type { Session } from "../session.ts";
import type { TransferPlan } from "../transfer-plan.ts";

/** Seconds for the steps of one trial. */
export interface TrialSeconds {
  /** For the answer to the command of the mode. */
  readonly reply: number;
  /** For the port that we dial to answer. */
  readonly dial: number;
  /** For the server to come to our port, once before its 150 and once after. */
  readonly arrival: number;
  /** For TLS on the data connection. */
  readonly handshake: number;
  /** Without a byte, or an answer, where the data connection stands. */
  readonly silence: number;
  /** For the last reply, once all has moved. */
  readonly end: number;
  /** For the server to say why a data connection broke. */
  readonly reason: number;
  /** For the command connection to come back to order where the transfer was given up. */
  readonly abandon: number;
}

/** What is tried, and for how long. */
export interface TryModeOptions extends Asking {
  /** `nothing`: only the data connection is opened. */
  readonly moves: "listing" | "file" | "nothing";
  /** The file; or the folder that is listed (default: where we are). */
  readonly path?: string;
  /** What is moved at the most (default 256 KiB); then it is broken off, and has moved. */
  readonly maxBytes?: number;
  readonly seconds?: Partial<TrialSeconds>;
  /** Forget the TLS sessions of this login before: the data connection shakes hands anew, and so do later ones. */
  readonly forgetTls?: boolean;
}

/** What came of one mode that was tried. */
export interface TriedMode {
  readonly mode: ModeCommand;
  readonly outcome: AttemptOutcome;
  readonly seconds: number;
  /** What has moved, and its first bytes. */
  readonly bytes: number;
  readonly content: Uint8Array;
  readonly facts: Facts;
  /** The command connection. */
  readonly control: { readonly local: Endpoint; readonly peer: Endpoint };
  /** Passive: what the server told, which is only a port by EPSV. Active: what it was told. */
  readonly told?: { readonly address?: string; readonly port: number };
  readonly dialed?: Endpoint;
  /** The data connection, where it came to stand. */
  readonly data?: { readonly local: Endpoint; readonly peer: Endpoint };
  /** Who came to our port and was not the server's address. */
  readonly strangers: readonly Endpoint[];
  /** Milliseconds from our dial to the connection, or to its failure. */
  readonly dialMs?: number;
  readonly modeReply?: Reply;
  /** The last reply to the transfer. */
  readonly lastReply?: Reply;
  /** The login stands still. */
  readonly isStanding: boolean;
}

const patient: TrialSeconds = {
  ...{ reply: 10, dial: 8, arrival: 8, handshake: 10, silence: 10, end: 10 },
  ...{ reason: 3, abandon: 2 },
};

const MOST_BYTES = 256 * 1024;

/** Milliseconds in which a server that has said 226 may still come. */
const LATE_MS = 2000;

/**
 * Tries one mode on the login that stands, once: nothing is fallen back to, renewed or remembered.
 *
 * @throws {ClientError} `connection-lost` where no login stands, `path-not-valid`
 */
export async function tryMode(
  core: ClientCore,
  mode: ModeCommand,
  options: TryModeOptions,
  signal: AbortSignal,
): Promise<TriedMode> {
  const session = core.standing;
  if (!session) throw new ClientError("connection-lost", { cause: "no login stands" });
  if (options.path !== undefined) commandLine("RETR", options.path);
  if (options.forgetTls) session.dataTls?.tickets.clear();
  session.isUsed = true;
  return await new Trial(core, session, mode, options, signal).run();
}

class Trial {
  readonly #core: ClientCore;
  readonly #session: Session;
  readonly #mode: ModeCommand;
  readonly #options: TryModeOptions;
  readonly #signal: AbortSignal;
  readonly #seconds: TrialSeconds;
  readonly #taken: Taken;
  readonly #strangers: Endpoint[] = [];
  readonly #context: ClientContext;
  #dialing: { readonly to: Endpoint; readonly from: Endpoint; readonly since: number } | undefined;
  #dialMs: number | undefined;
  #offered: Endpoint | undefined;
  #data: TriedMode["data"];
  #modeReply: Reply | undefined;

  constructor(core: ClientCore, session: Session, mode: ModeCommand, options: TryModeOptions, signal: AbortSignal) {
    this.#core = core;
    this.#session = session;
    this.#mode = mode;
    this.#options = options;
    this.#signal = signal;
    this.#seconds = { ...patient, ...options.seconds };
    this.#taken = new Taken(options.maxBytes ?? MOST_BYTES);
    const { context } = core;
    this.#context = {
      ...context,
      trace: (step) => {
        this.#see(step);
        context.trace?.(step);
      },
      onStranger: (_local, peer) => void this.#strangers.push(peer),
    };
  }

  async run(): Promise<TriedMode> {
    const { clock, trace } = this.#context;
    const mode = this.#mode;
    trace?.({ kind: "attempt-began", mode, because: ["asked-for"] });
    const began = clock.now();
    const { outcome, facts, control, reply } = await this.#attempt();
    const seconds = (clock.now() - began) / 1000;
    trace?.({ kind: "attempt-ended", mode, outcome, seconds });
    await this.#clear(control);
    const { local, peer } = this.#session.conversation.control;
    const told = this.#told;
    return {
      ...{ mode, outcome, seconds, facts, control: { local, peer } },
      ...{ bytes: this.#taken.size, content: this.#taken.content, strangers: this.#strangers },
      ...(told && { told }),
      ...(this.#dialing && { dialed: this.#dialing.to }),
      ...(this.#data && { data: this.#data }),
      ...(this.#dialMs !== undefined && { dialMs: this.#dialMs }),
      ...(this.#modeReply && { modeReply: this.#modeReply }),
      ...(reply && { lastReply: reply }),
      isStanding: this.#session.isUsable,
    };
  }

  async #attempt(): Promise<Ended> {
    try {
      return await this.#move();
    } catch (error) {
      if (this.#signal.aborted) return { outcome: "stopped", facts: {}, control: "busy" };
      const { failure } = this.#session.conversation;
      if (!(error instanceof ClientError) || !failure) throw error;
      const outcome = failure.code === "timed-out" ? "control-silent" : "control-lost";
      const at = this.#modeReply ? this.#plan.verb : this.#mode.toUpperCase();
      return { outcome, facts: { cause: failure.message, at }, control: "lost", reply: failure.reply };
    }
  }

  async #move(): Promise<Ended> {
    const plan = this.#plan;
    const { reply, dial, arrival } = this.#seconds;
    const budget: Budget = { reply, dial, dialAgain: dial, arrival };
    await this.#session.useType(plan.type, this.#signal, reply);
    const pret = isPassive(this.#mode) && (await announce(this.#session, { plan, signal: this.#signal }, budget));
    if (pret) return endedBy(pret);
    const door = await openDoor(this.#context, this.#session, this.#mode, budget, this.#signal);
    this.#modeReply = door.modeReply ?? (door.kind === "shut" ? door.reply : undefined);
    if (door.kind === "shut") return this.#shut(door);
    if (door.kind === "dialed") this.#dialMs ??= this.#sinceDial;
    if (this.#options.moves === "nothing") return this.#onlyOpened(door);
    return endedBy(await exchange(this.#context, this.#session, door, plan, this.#patience, this.#signal));
  }

  #shut({ failure, facts, reply }: Shut): Ended {
    // Who refuses does it before the connection stands: this one stood, and was reset before we were told.
    const wasReset = failure === "dial-unreachable" && String(facts["cause"]).includes("ECONNRESET");
    if (wasReset && this.#dialing) this.#data = { local: this.#dialing.from, peer: this.#dialing.to };
    return { outcome: wasReset ? "data-broken" : failure, facts, control: "clean", reply };
  }

  #onlyOpened(door: Door): Ended {
    if (door.kind === "dialed") {
      const { local, peer } = door.connection;
      this.#context.trace?.({ kind: "data-connected", mode: "passive", local, peer });
    }
    closeDoor(door);
    return { outcome: "moved", facts: door.facts, control: "clean" };
  }

  #see(step: TraceStepFacts): void {
    switch (step.kind) {
      case "data-dialing":
        this.#dialing = { to: step.dialed, from: step.local, since: performance.now() };
        break;
      case "data-dial-failed":
        this.#dialMs = this.#sinceDial;
        break;
      case "data-offered":
        this.#offered = step.advertised;
        break;
      case "data-connected":
        this.#data = { local: step.local, peer: step.peer };
        break;
      default:
    }
  }

  get #sinceDial(): number | undefined {
    return this.#dialing && performance.now() - this.#dialing.since;
  }

  get #told(): TriedMode["told"] {
    if (this.#offered) return this.#offered;
    const read = isPassive(this.#mode) && this.#modeReply && readPassiveReply(this.#modeReply);
    if (!read) return undefined;
    return { ...(read.address && { address: read.address.text }), port: read.port };
  }

  get #plan(): TransferPlan {
    const { moves, path } = this.#options;
    return {
      verb: moves === "file" ? "RETR" : "LIST",
      ...(path !== undefined && path !== "" && { argument: path }),
      type: moves === "file" ? "I" : "either",
      body: { direction: "receive", sink: () => this.#taken },
      offset: () => 0,
      again: () => false,
      settle: () => "not-known",
    };
  }

  get #patience(): ExchangePatience {
    const { arrival, handshake, silence, end, reason } = this.#seconds;
    return {
      ...{ arrival, handshake, reason },
      // A connection through which nothing has come is told from one that has stopped.
      ...{ firstReply: silence, firstByte: silence, stall: silence + 1, missing150: silence },
      lastReply: () => end,
      lateConnection: LATE_MS / 1000,
    };
  }

  /** Leaves the command connection in order, or not at all. */
  async #clear(control: ControlState): Promise<void> {
    const { conversation } = this.#session;
    const isWorthIt = control === "busy" && !this.#core.isClosed && !this.#signal.aborted;
    const isClear = control === "clean" || (isWorthIt && (await abandonTransfer(conversation, this.#seconds.abandon)));
    if (!isClear) this.#core.drop(this.#session);
  }
}

/** How it ended, and how the command connection was left. */
interface Ended {
  readonly outcome: AttemptOutcome;
  readonly facts: Facts;
  readonly control: ControlState;
  readonly reply?: Reply | undefined;
}

function endedBy(outcome: ExchangeOutcome): Ended {
  const reply = "reply" in outcome ? outcome.reply : undefined;
  const control = "control" in outcome ? outcome.control : "clean";
  // We have broken it off ourselves: it was enough.
  const isEnough = outcome.kind === "stopped" && outcome.error instanceof EnoughTaken;
  if (isEnough) return { outcome: "moved", facts: { bytes: outcome.moved }, control };
  return { ...endOf(outcome), control, reply };
}

class EnoughTaken extends Error {}

/** Keeps what comes, and ends it when that is enough. */
class Taken implements ByteSink {
  readonly #most: number;
  readonly #pieces: Buffer[] = [];
  size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  write(bytes: Uint8Array): void {
    this.#pieces.push(Buffer.from(bytes));
    this.size += bytes.length;
    if (this.size >= this.#most) throw new EnoughTaken();
  }

  get content(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }
}
