import { BufferBudget } from "@twinport/channel";
import { formatPrefix, networkOf, parseQuotedPath } from "@twinport/protocol";
import { ClientError, said } from "./errors.ts";
import { expiryOf } from "./mode-memory.ts";
import { CombinedSignal, onAbort, unlessAborted } from "./signal-relay.ts";
import { commandLine } from "./conversation.ts";
import { openSession, refused } from "./session.ts";
import { runTransfer } from "./transfer.ts";
import type { EventEmitter } from "node:events";
import type { Reply, TraceStepFacts, ModeCommand } from "@twinport/protocol";
import type { Attempt } from "./errors.ts";
import type { ClientContext } from "./context.ts";
import type { ClientEvents, ClientWarning } from "./client-events.ts";
import type { ModeRoute } from "./mode-memory.ts";
import type { Session } from "./session.ts";
import type { Settings } from "./settings.ts";
import type { TransferDone, TransferHost } from "./transfer.ts";
import type { TransferPlan } from "./transfer-plan.ts";

let count = 0;

/** Buffers of all clients of the process. */
const buffers = new BufferBudget();

/** Commands that change nothing: asked twice, they do what they do once. */
const repeatable: ReadonlySet<string> = new Set(
  "CWD FEAT HASH MDTM MLST NOOP OPTS PWD SIZE STAT SYST TYPE XCRC XMD5 XSHA XSHA1 XSHA256 XSHA512".split(" "),
);

/** What commands change that later ones depend on. */
const changed: Readonly<Record<string, "type" | "folder" | "offset">> = {
  TYPE: "type",
  REST: "offset",
  CWD: "folder",
  XCWD: "folder",
  CDUP: "folder",
  XCUP: "folder",
  SMNT: "folder",
};

/** What the operations of one client share: its login, its turn, and what it has learned. */
export class ClientCore implements TransferHost {
  readonly context: ClientContext;
  readonly #id = `client-${++count}`;
  #session: Session | undefined;
  /** Where CWD has led; a new login goes there again. */
  folder: string | undefined;
  /** Minutes east of UTC in which LIST tells times, once that is known. */
  timezone: number | undefined;
  #proven: ModeCommand | undefined;
  #turn: Promise<void> = Promise.resolve();
  readonly #closing = new AbortController();
  readonly #forgetSignal: () => void;

  constructor(settings: Settings, events: EventEmitter<ClientEvents>) {
    const trace = (step: TraceStepFacts): void => {
      events.emit("trace", { ...step, at: settings.clock.now(), session: this.#id });
    };
    this.context = {
      settings,
      clock: settings.clock,
      connector: settings.connector,
      buffers,
      get trace() {
        return events.listenerCount("trace") > 0 ? trace : undefined;
      },
      warn: (warning: ClientWarning) => void events.emit("warning", warning),
    };
    // It ends everything: the connection too, which nobody else would close.
    const end = (): void => void this.close().catch(() => {});
    this.#forgetSignal = settings.signal ? onAbort(settings.signal, end) : () => {};
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** The login that stands, if one does. */
  get standing(): Session | undefined {
    return this.#session?.isUsable === true ? this.#session : undefined;
  }

  /** Runs something when all that was asked for before is done: one command connection does one thing at a time. */
  async inTurn<Result>(
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const combined = new CombinedSignal([this.#closing.signal, signal, this.context.settings.signal]);
    const before = this.#turn;
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    // Also who leaves early holds a place until all before are done.
    this.#turn = before.then(() => finished);
    try {
      await unlessAborted(before, combined.signal);
      if (combined.signal.aborted) throw new ClientError("aborted", {}, { cause: combined.signal.reason });
      return await work(combined.signal);
    } catch (error) {
      const isTold = this.context.settings.signal?.aborted === true || signal?.aborted === true;
      const isOurs = error instanceof ClientError && error.code === "aborted" && this.isClosed && !isTold;
      throw isOurs ? new ClientError("closed", {}, { cause: error }) : error;
    } finally {
      combined.release();
      finish();
    }
  }

  async session(signal: AbortSignal): Promise<Session> {
    if (this.#session?.isUsable) return this.#session;
    const isAgain = this.#session !== undefined;
    const session = await openSession(this.context, signal);
    try {
      if (this.folder !== undefined) await this.#goTo(session, this.folder, signal);
    } catch (error) {
      this.drop(session);
      throw error;
    }
    if (isAgain) this.context.warn({ code: "connection-renewed", facts: {} });
    this.#session = session;
    return session;
  }

  async #goTo(session: Session, folder: string, signal: AbortSignal): Promise<void> {
    const reply = await session.conversation.ask("CWD", folder, { signal });
    if (reply.code >= 400) throw refused(`CWD ${folder}`, reply);
    session.folder = folder;
  }

  drop(session: Session): void {
    session.conversation.destroy();
  }

  /**
   * Asks a command and gives its reply, whatever it says. A login that had idled too long is renewed once, and asked
   * again what it has not heard, or what may be asked twice.
   *
   * @param type what must be agreed on before (TYPE)
   */
  async ask(word: string, argument: string | undefined, signal: AbortSignal, type?: "A" | "I"): Promise<Reply> {
    commandLine(word, argument);
    return await this.renewing(signal, repeatable.has(word.toUpperCase()), async (session) => {
      if (type !== undefined) await session.useType(type, signal);
      session.isUsed = true;
      return await session.conversation.ask(word, argument, { signal });
    });
  }

  /**
   * Asks something over a login; where that had idled too long, once more over a new one.
   *
   * @param isRepeatable asked twice it does what it does once; else it is asked again only if the server said 421 to it
   */
  async renewing<Result>(
    signal: AbortSignal,
    isRepeatable: boolean,
    work: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    const session = await this.session(signal);
    const wasUsed = session.isUsed;
    try {
      return await work(session);
    } catch (error) {
      const isLost = error instanceof ClientError && error.code === "connection-lost" && wasUsed;
      if (!isLost || !(isRepeatable || error.reply?.code === 421)) throw error;
      return await work(await this.session(signal));
    }
  }

  /** Asks a command that must be done. */
  async demand(word: string, argument: string | undefined, signal: AbortSignal): Promise<Reply> {
    const reply = await this.ask(word, argument, signal);
    if (reply.code >= 400) throw refused(argument === undefined ? word : `${word} ${argument}`, reply);
    return reply;
  }

  /** The folder that paths are seen from (PWD). */
  async whereAmI(signal: AbortSignal): Promise<string> {
    const session = await this.session(signal);
    if (session.folder !== undefined) return session.folder;
    const reply = await this.demand("PWD", undefined, signal);
    const path = parseQuotedPath(reply.lines.join(" ")) ?? /^(\S+)/.exec(reply.lines[0] ?? "")?.[1];
    if (path === undefined) {
      throw new ClientError("protocol-not-followed", { because: `PWD is answered by "${said(reply)}"` }, { reply });
    }
    session.folder = path;
    return path;
  }

  /** Goes to a folder; a new login goes there again. */
  async changeFolder(path: string, signal: AbortSignal): Promise<void> {
    const isUp = path === "..";
    await (isUp ? this.demand("CDUP", undefined, signal) : this.demand("CWD", path, signal));
    const session = await this.session(signal);
    session.folder = undefined;
    this.folder = await this.whereAmI(signal);
  }

  /**
   * Asks a command that a user has written, and keeps up with what it changes: what is taken for agreed on would
   * otherwise be something else (a binary file would come as text, a path lead elsewhere).
   */
  async askAsTold(word: string, argument: string | undefined, signal: AbortSignal): Promise<Reply> {
    const reply = await this.ask(word, argument, signal);
    const session = this.standing;
    if (!session) return reply;
    const changes = changed[word.toUpperCase()];
    if (changes === "type") session.type = undefined;
    if (changes === "offset") session.isRestarted = true;
    if (changes !== "folder" || reply.code >= 400) return reply;
    session.folder = undefined;
    this.folder = await this.whereAmI(signal).catch((error: unknown) => {
      if (error instanceof ClientError && error.code === "aborted") throw error;
      return undefined;
    });
    return reply;
  }

  async transfer(plan: TransferPlan, signal: AbortSignal): Promise<TransferDone> {
    commandLine(plan.verb, plan.argument);
    return await runTransfer(this, plan, signal);
  }

  isProven(mode: ModeCommand): boolean {
    return this.#proven === mode;
  }

  async recall(session: Session): Promise<ModeCommand | undefined> {
    if (this.#proven) return this.#proven;
    const { settings, clock } = this.context;
    return await this.#inMemory(async () => (await settings.memory?.recall(this.#route(session), clock.now()))?.mode);
  }

  async worked(session: Session, mode: ModeCommand, attempts: readonly Attempt[]): Promise<void> {
    if (this.#proven === mode) return;
    this.#proven = mode;
    const { settings, clock } = this.context;
    // What broke in this mode and was taken up again is no mode that failed before it.
    const failed = attempts.filter((one) => one.outcome !== "moved" && one.mode !== mode);
    if (failed.length > 0) {
      const facts = { mode, failed: failed.map((one) => `${one.mode}: ${one.outcome}`).join(", ") };
      this.context.warn({ code: "mode-fell-back", facts });
    }
    if (settings.mode !== "auto") return;
    const now = clock.now();
    const because = failed.map((one) => `${one.mode} ${one.outcome}`);
    const known = { ...this.#route(session), mode, because, learned: now, expires: expiryOf(now) };
    await this.#inMemory(() => settings.memory?.remember(known));
  }

  async failed(session: Session, mode: ModeCommand): Promise<void> {
    if (this.#proven === mode) this.#proven = undefined;
    const { memory } = this.context.settings;
    const route = this.#route(session);
    await this.#inMemory(async () => {
      const known = await memory?.recall(route, this.context.clock.now());
      if (known?.mode === mode) await memory?.forget(route);
    });
  }

  /** A memory that fails is none: nothing that moves bytes depends on it. */
  async #inMemory<Result>(work: () => Result | Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      this.context.warn({ code: "memory-not-written", facts: { cause: String(error) } });
      return undefined;
    }
  }

  /** Leaves: QUIT is sent, and not waited for. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.#closing.abort(new ClientError("closed"));
    this.#forgetSignal();
    await this.#turn;
    this.standing?.conversation.quit();
    this.#session = undefined;
  }

  #route(session: Session): ModeRoute {
    const { host, port } = this.context.settings;
    const { localAddress } = session.conversation.control;
    const network = formatPrefix(networkOf(localAddress, localAddress.family === 4 ? 24 : 64));
    return { server: `${host}:${port}`, network: session.isProtected ? `${network} tls` : network };
  }
}
