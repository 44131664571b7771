import { ChannelError, errnoOf } from "@twinport/channel";
import { chooseModes, isPassive } from "@twinport/protocol";
import { ClientError, said, withAttempts } from "./errors.ts";
import { ModeSearch } from "./mode-search.ts";
import { abandonTransfer } from "./abandon.ts";
import { attemptTransfer } from "./attempt.ts";
import { clientErrorOf } from "./channel-failure.ts";
import { endOf, noMode, silenceOf } from "./attempt-told.ts";
import { paceOf } from "./pace.ts";
import { refused } from "./session.ts";
import type { ModeCommand, ModeView, Reply } from "@twinport/protocol";
import type { Attempt } from "./errors.ts";
import type { ControlState, ExchangeOutcome, FailedExchange, UnsettledExchange } from "./exchange-outcome.ts";
import type { MissingEnd, Settled, TransferPlan } from "./transfer-plan.ts";
import type { NextMode } from "./mode-search.ts";
import type { Pace } from "./pace.ts";
import type { Session } from "./session.ts";
import type { TransferDone, TransferHost } from "./transfer-host.ts";

export type { TransferDone, TransferHost } from "./transfer-host.ts";

/** More of an upload than the systems of both ends hold back: somebody takes it. */
const TAKEN = 16 * 1024 * 1024;

/** Milliseconds before a server that was left a moment ago is asked again to let us in; doubled each time. */
const BUSY_MS = 100;

/**
 * Moves bytes in whatever mode moves them. A mode that fails is followed by the next one, over a new login where the
 * command connection has gone silent; what is tried is bounded in time.
 *
 * @throws {ClientError} `no-mode-moves-data`, `refused`, `transfer-broken`, `source-not-repeatable`, `aborted`, and what
 *   connecting throws; each with what was tried
 */
export function runTransfer(host: TransferHost, plan: TransferPlan, signal: AbortSignal): Promise<TransferDone> {
  return new Transfer(host, plan, signal).run();
}

class Transfer {
  readonly #host: TransferHost;
  readonly #plan: TransferPlan;
  readonly #signal: AbortSignal;
  readonly #pace: Pace;
  readonly #search: ModeSearch;
  readonly #attempts: Attempt[] = [];
  /** It has moved bytes in this transfer, whatever broke then. */
  #proven: ModeCommand | undefined;
  /** Attempts that had moved bytes when they broke. */
  #breaks = 0;
  /** Bytes of the last attempt, for which another one has to be made ready. */
  #broken: number | undefined;
  #hasRenewed = false;
  /** Behind this attempt there is no other mode. */
  #isLast = false;
  /** What the server said last about an attempt. */
  #lastReply: Reply | undefined;

  constructor(host: TransferHost, plan: TransferPlan, signal: AbortSignal) {
    const { search } = host.context.settings.timeouts;
    this.#host = host;
    this.#plan = plan;
    this.#signal = signal;
    this.#pace = paceOf(search);
    this.#search = new ModeSearch(search);
  }

  async run(): Promise<TransferDone> {
    try {
      for (;;) {
        const done = await this.#once();
        if (done) return done;
      }
    } catch (error) {
      throw withAttempts(error, this.#attempts);
    }
  }

  async #once(): Promise<TransferDone | undefined> {
    const { context } = this.#host;
    const session = await this.#made(() => this.#ready());
    const order = chooseModes(await this.#view(session));
    const next = this.#search.next(order);
    if (!next) throw noMode(order, this.#attempts, this.#lastReply);
    const { value: mode, because } = next.mode;
    this.#isLast = next.isLast;
    context.trace?.({ kind: "attempt-began", mode, because });
    const began = context.clock.now();
    const outcome = await this.#attempt(session, next);
    const seconds = (context.clock.now() - began) / 1000;
    if (outcome === "renew") {
      this.#hasRenewed = true;
      this.#host.drop(session);
      return undefined;
    }
    const ended = endOf(outcome);
    context.trace?.({ kind: "attempt-ended", mode, outcome: ended.outcome, seconds });
    this.#attempts.push({ mode, because, seconds, ...ended });
    return await this.#judge(session, mode, outcome, seconds);
  }

  /** Does something between two attempts, at the cost of the search. */
  async #made<Result>(work: () => Promise<Result>): Promise<Result> {
    const { clock } = this.#host.context;
    const began = clock.now();
    const result = await work();
    if (this.#attempts.length > 0) this.#search.spend((clock.now() - began) / 1000);
    return result;
  }

  /** A login, and what another attempt needs. */
  async #ready(): Promise<Session> {
    const moved = this.#broken;
    if (moved !== undefined) {
      if (!(await this.#plan.again(await this.#session(), moved)))
        throw new ClientError("source-not-repeatable", { moved });
      this.#broken = undefined;
    }
    return await this.#session();
  }

  /** Who was left without a word may still be counted as somebody who is in. */
  async #session(): Promise<Session> {
    const { clock } = this.#host.context;
    const until = clock.now() + this.#search.secondsLeft * 1000;
    for (let wait = BUSY_MS; ; wait *= 2) {
      try {
        return await this.#host.session(this.#signal);
      } catch (error) {
        const isBusy = error instanceof ClientError && error.code === "server-busy";
        if (!isBusy || this.#attempts.length === 0 || clock.now() + wait > until) throw error;
        await this.#pause(wait);
      }
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        timer.cancel();
        this.#signal.removeEventListener("abort", go);
        resolve();
      };
      const timer = this.#host.context.clock.after(milliseconds, go);
      this.#signal.addEventListener("abort", go);
    });
  }

  async #view(session: Session): Promise<ModeView> {
    const { settings } = this.#host.context;
    const { control } = session.conversation;
    return {
      wish: settings.mode,
      prefer: settings.prefer,
      local: control.localAddress,
      peer: control.peerAddress,
      isProxied: control.isProxied,
      isProtected: session.isProtected,
      remembered: this.#proven ?? (await this.#host.recall(session)),
      refused: session.refusedModes,
    };
  }

  async #attempt(session: Session, { mode, isLast }: NextMode): Promise<ExchangeOutcome | "renew"> {
    const outcome = await attemptTransfer(this.#host.context, session, mode.value, {
      plan: this.#plan,
      pace: this.#pace,
      isLast,
      isProven: this.#isProven(mode.value),
      wasSilent: this.#search.wasSilent,
      secondsLeft: this.#search.secondsLeft,
      signal: this.#signal,
    });
    if (outcome !== "unheard") return outcome;
    // It may just have idled too long; a server that does the same to the new login does not like the command.
    if (session.isUsed && !this.#hasRenewed) return "renew";
    const { failure } = session.conversation;
    const facts = { cause: failure?.message ?? "no reply" };
    const silence = failure?.code === "timed-out" ? "control-silent" : "control-lost";
    return {
      kind: "failed",
      failure: silence,
      facts,
      moved: 0,
      control: "lost",
      reply: failure?.reply,
      cause: failure,
    };
  }

  #isProven(mode: ModeCommand): boolean {
    return this.#proven === mode || this.#host.isProven(mode);
  }

  /** What the outcome of an attempt means for the transfer. */
  async #judge(
    session: Session,
    mode: ModeCommand,
    outcome: ExchangeOutcome,
    seconds: number,
  ): Promise<TransferDone | undefined> {
    session.isUsed = true;
    switch (outcome.kind) {
      case "done": {
        this.#proven = mode;
        if (outcome.truncated && !(await this.#isWholeThough(outcome.moved))) return undefined;
        if (await this.#isTakenUpFor(outcome.moved)) return undefined;
        await this.#host.worked(session, mode, this.#attempts);
        return { reply: outcome.reply, mode, attempts: this.#attempts };
      }
      case "unsettled":
        return await this.#settle(session, mode, outcome, seconds);
      case "refused":
        throw this.#refusal(outcome.reply);
      case "stopped":
        await this.#clear(session, outcome.control);
        if (this.#signal.aborted) throw new ClientError("aborted", {}, { cause: outcome.error });
        throw clientErrorOf(outcome.error, this.#host.context.settings);
      case "failed":
        await this.#fail(session, mode, outcome, seconds);
        return undefined;
    }
  }

  async #fail(session: Session, mode: ModeCommand, outcome: FailedExchange, seconds: number): Promise<void> {
    const { failure, moved, control, facts, reply, cause } = outcome;
    this.#lastReply = reply ?? this.#lastReply;
    if (failure === "tls-failed" && isTlsForGood(cause, reply)) {
      await this.#clear(session, control);
      throw new ClientError("tls-failed", { cause: String(facts["cause"] ?? facts["said"]) }, { reply, cause });
    }
    this.#broken = moved;
    if (this.#isBreak(mode, outcome)) {
      this.#proven = mode;
      await this.#clear(session, control);
      this.#takeUpAgain(moved, reply ? said(reply) : String(facts["cause"] ?? failure), outcome);
      return;
    }
    await this.#shut(session, mode, outcome, seconds);
  }

  /** It did move bytes: what broke was not the way. */
  #isBreak(mode: ModeCommand, { failure, moved }: Pick<FailedExchange, "failure" | "moved">): boolean {
    if (failure !== "data-broken" && failure !== "control-lost") return false;
    // The way may have been shut since: without a byte it is not taken twice.
    if (this.#isProven(mode)) return moved > 0 || (failure === "data-broken" && this.#breaks === 0);
    // What is sent may have come no farther than to our own system.
    return this.#plan.body.direction === "receive" ? moved > 0 : moved > TAKEN;
  }

  /** Another mode may do better. */
  async #shut(
    session: Session,
    mode: ModeCommand,
    { failure, control }: Pick<FailedExchange, "failure" | "control">,
    seconds: number,
  ): Promise<void> {
    this.#search.spend(seconds);
    this.#search.shut(mode, failure);
    if (this.#proven === mode) this.#proven = undefined;
    if (failure === "no-bytes" || (failure === "control-silent" && isPassive(mode))) this.#search.stood(mode);
    await this.#host.failed(session, mode);
    // Nobody waits for a connection that is not needed any more.
    const isOver = this.#isLast && !this.#search.hasStood;
    await this.#made(() => this.#clear(session, isOver && control === "busy" ? "lost" : control));
  }

  /** Makes the command connection ready for the next command, or gives it up. */
  async #clear(session: Session, control: ControlState): Promise<void> {
    const { isClosed } = this.#host;
    const { aborted } = this.#signal;
    // Who has called it off waits for no more than an answer that is on its way.
    const seconds = aborted ? this.#pace.abandon / 4 : this.#pace.abandon;
    const isWorthIt = control === "busy" && !isClosed;
    const isClear = control === "clean" || (isWorthIt && (await abandonTransfer(session.conversation, seconds)));
    if (!isClear || !session.isUsable) this.#host.drop(session);
  }

  /** All bytes have moved, but the server's last word is missing: its size is asked for on a connection that works. */
  async #settle(
    session: Session,
    mode: ModeCommand,
    outcome: UnsettledExchange,
    seconds: number,
  ): Promise<TransferDone | undefined> {
    const { context } = this.#host;
    const { moved, why } = outcome;
    this.#host.drop(session);
    if ((await this.#settled(moved, "last-reply")) === "whole") {
      context.warn({ code: "final-reply-missing", facts: { why } });
      await this.#host.worked(session, mode, this.#attempts);
      return { reply: undefined, mode, attempts: this.#attempts };
    }
    this.#broken = moved;
    // What may have been on its way all the time is no part of the search.
    const searched = Math.min(seconds, this.#pace.silence);
    const isBreak = this.#isProven(mode) || this.#isBreak(mode, { failure: "control-lost", moved });
    if (isBreak) this.#takeUpAgain(moved, why);
    else await this.#shut(session, mode, { failure: silenceOf(outcome), control: "lost" }, searched);
    return undefined;
  }

  /** TLS ended without its own end: it may have been cut off. */
  async #isWholeThough(moved: number): Promise<boolean> {
    if ((await this.#settled(moved, "tls-end")) === "whole") {
      this.#host.context.warn({ code: "tls-end-missing", facts: { bytes: moved } });
      return true;
    }
    this.#broken = moved;
    this.#takeUpAgain(moved, "TLS was cut off");
    return false;
  }

  /** It is said to be whole, and is not: what is missing is asked for, as long as more comes each time. */
  async #isTakenUpFor(moved: number): Promise<boolean> {
    if (moved === 0 || this.#breaks >= this.#host.context.settings.retries) return false;
    const why = await this.#plan.lacks?.(moved);
    if (why === undefined) return false;
    this.#broken = moved;
    this.#takeUpAgain(moved, why);
    return true;
  }

  async #settled(moved: number, missing: MissingEnd): Promise<Settled> {
    try {
      return await this.#plan.settle(await this.#session(), moved, missing);
    } catch (error) {
      // The question was lost too; the next attempt says what is wrong.
      if (error instanceof ClientError && (error.code === "connection-lost" || error.code === "timed-out"))
        return "not-known";
      throw error;
    }
  }

  #takeUpAgain(
    moved: number,
    why: string,
    { reply, cause }: { reply?: Reply | undefined; cause?: unknown } = {},
  ): void {
    this.#breaks++;
    this.#search.begin();
    if (this.#breaks <= this.#host.context.settings.retries) return;
    throw new ClientError("transfer-broken", { moved, cause: why }, { reply, cause });
  }

  #refusal(reply: Reply): ClientError {
    const { verb, argument } = this.#plan;
    return refused(argument === undefined ? verb : `${verb} ${argument}`, reply);
  }
}

/** No other mode would do better: the certificate, or what the server demands of TLS. */
function isTlsForGood(cause: unknown, reply: Reply | undefined): boolean {
  if (!(cause instanceof ChannelError)) return true;
  // A box on the way may have taken the connection for the server, and closed it: nobody has spoken TLS yet.
  const isCut = cause.code === "tls-handshake-failed" && errnoOf(cause.cause) === "ECONNRESET" && reply === undefined;
  return cause.code !== "tls-timed-out" && !isCut;
}
