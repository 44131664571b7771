import {
  ROOT,
  admit,
  advance,
  codes,
  factNames,
  formatReply,
  newServerSession,
  redactCommand,
  reply,
  ruleOf,
} from "@twinport/protocol";
import { ChannelError, RateLimit } from "@twinport/channel";
import { canSetModified } from "@twinport/storage";
import { ConfigError } from "./errors.ts";
import { DataChannel } from "./data-channel.ts";
import { Transfer } from "./transfer.ts";
import { CommandQueue } from "./command-queue.ts";
import { allowPath } from "./allowed-path.ts";
import { readLine } from "./read-line.ts";
import type { Account } from "@twinport/accounts";
import type { ControlConnection, Timer } from "@twinport/channel";
import type {
  Ability,
  Charset,
  Command,
  DecodedLine,
  Endpoint,
  FactName,
  Permission,
  Reply,
  ServerSession,
  ServerSessionEvent,
  TraceStepFacts,
  VerbRule,
  VirtualPath,
} from "@twinport/protocol";
import type { Storage } from "@twinport/storage";
import type { AllowedPath } from "./allowed-path.ts";
import type { ReceivePlan, SendPlan } from "./transfer.ts";
import type { Services } from "./services.ts";
import type { SessionInfo } from "./observe.ts";

const nothing: ReadonlySet<Permission> = new Set();

/** Lines that are no commands at all, after which the client is something else than an FTP client. */
const MAX_NONSENSE = 100;

/** Runs a command and gives its last reply; must not reject. */
export type Answer = (session: Session, command: Command) => Promise<Reply>;

/** One client's conversation: its commands run one after the other, some of them during a transfer. */
export class Session {
  readonly id: string;
  readonly control: ControlConnection;
  readonly services: Services;
  /** Where the listener that took this session is bound. */
  readonly listener: Endpoint;
  readonly data: DataChannel;
  readonly rateUp: RateLimit | undefined;
  readonly rateDown: RateLimit | undefined;
  state: ServerSession = newServerSession;
  account: Account<Storage> | undefined;
  folder: VirtualPath = ROOT;
  /** The facts that MLST and MLSD write. */
  facts: ReadonlySet<FactName> = new Set(factNames);
  transfer: Transfer | undefined;
  loginFailures = 0;
  readonly #onClosed: (session: Session) => void;
  readonly #answer: Answer;
  readonly #queue: CommandQueue<DecodedLine>;
  readonly #idle: Timer;
  #loginDeadline: Timer;
  #abilities: ReadonlySet<Ability> | undefined;
  #charset: Charset;
  #nonsense = 0;
  #clientEnded = false;
  #closing: string | undefined;
  #leaving: { readonly because: string; readonly farewell: Reply | undefined } | undefined;

  constructor(parts: {
    id: string;
    control: ControlConnection;
    listener: Endpoint;
    services: Services;
    answer: Answer;
    onClosed: (session: Session) => void;
  }) {
    this.id = parts.id;
    this.control = parts.control;
    this.listener = parts.listener;
    this.services = parts.services;
    this.#answer = parts.answer;
    this.#onClosed = parts.onClosed;
    this.#queue = new CommandQueue({
      run: (line) => this.#run(line),
      failed: (error) => this.#failed(error),
      overtakes: (line) => this.transfer !== undefined && this.#ruleFor(line)?.duringTransfer === true,
      goesOn: () => this.#goesOn(),
      hold: () => this.control.hold(),
      release: () => this.control.release(),
      idle: () => {
        if (this.#clientEnded) this.#finish("client-ended");
      },
    });
    this.data = new DataChannel(this, parts.services);
    const { clock, limits, charset } = parts.services.settings;
    this.#charset = charset;
    this.rateUp = Number.isFinite(limits.rateUp) ? new RateLimit(limits.rateUp, clock) : undefined;
    this.rateDown = Number.isFinite(limits.rateDown) ? new RateLimit(limits.rateDown, clock) : undefined;
    this.#loginDeadline = this.#newLoginDeadline();
    this.#idle = clock.after(limits.idleSeconds * 1000, () => this.#idleTimeUp());
  }

  /** What events tell of this session. */
  get info(): SessionInfo {
    return { id: this.id, peer: this.control.peer, local: this.control.local, account: this.account?.name };
  }

  /** It has ended, or is about to: nothing more is said to the client. */
  get isOver(): boolean {
    return this.#closing !== undefined;
  }

  /** Takes a step for the trace; undefined where nobody listens, so that no step is made. */
  get trace(): ((step: TraceStepFacts) => void) | undefined {
    return this.services.isTraced() ? this.#trace : undefined;
  }

  /** Greets, and begins to read. */
  start(): void {
    this.trace?.({ kind: "control-connected", local: this.control.local, peer: this.control.peer });
    this.services.emit("session-opened", this.info);
    this.send(reply(codes.ready, this.services.settings.banner));
    this.control.start({
      line: (line) => this.#take(line),
      ended: () => this.#ended(),
      closed: () => this.#closed(),
    });
  }

  /** Sends a reply; `soon` leaves it to go with the next one, if that follows at once. */
  send(answer: Reply, when: "now" | "soon" = "now"): void {
    const text = formatReply(answer);
    if (this.services.isTraced()) this.#trace({ kind: "reply-sent", code: answer.code, line: text.trimEnd() });
    const bytes = this.charset.encode(text);
    if (when === "soon") this.control.sendSoon(bytes);
    else this.control.send(bytes);
  }

  /** What happens to the conversation. */
  advance<Kind extends ServerSessionEvent["kind"]>(event: Extract<ServerSessionEvent, { kind: Kind }>): void {
    this.state = advance(this.state, event);
  }

  /** What exists for this session: verbs that need what is not here are not known to it. */
  get abilities(): ReadonlySet<Ability> {
    return (this.#abilities ??= this.#findAbilities());
  }

  /** How names are written on this session's wire. */
  get charset(): Charset {
    return this.#charset;
  }

  set charset(charset: Charset) {
    this.#charset = charset;
    this.#abilities = undefined;
  }

  /** The files of this session's account. Only for commands that need a login. */
  get storage(): Storage {
    const storage = this.account?.storage ?? this.services.settings.storage;
    if (!storage) throw new ConfigError("no-storage", { account: this.account?.name ?? "" });
    return storage;
  }

  /** What this session's account may do. */
  get permissions(): ReadonlySet<Permission> {
    return this.account?.permissions ?? nothing;
  }

  /** A path as the client wrote it, if it is one and the account may do this there. */
  allow(written: string, permission: Permission | undefined): AllowedPath {
    return allowPath(written, this.folder, permission, this.permissions);
  }

  /**
   * Somebody is in, unless the session has ended meanwhile.
   *
   * @throws {ConfigError} `no-storage`
   */
  login(account: Account<Storage>): void {
    if (!account.storage && !this.services.settings.storage)
      throw new ConfigError("no-storage", { account: account.name });
    if (this.isOver) return;
    this.account = account;
    this.#abilities = undefined;
    this.folder = account.home ?? ROOT;
    this.loginFailures = 0;
    this.#loginDeadline.cancel();
    this.advance({ kind: "login-accepted" });
    this.services.emit("login-accepted", this.info);
  }

  /** Begins anew, as if just connected (REIN, USER after a login). */
  logout(): void {
    // Who was not in has no more time for it than before: REIN again and again would hold a session for ever.
    const wasIn = this.account !== undefined;
    this.account = undefined;
    this.folder = ROOT;
    this.charset = this.services.settings.charset;
    this.facts = new Set(factNames);
    this.data.drop();
    if (wasIn) this.#loginDeadline = this.#newLoginDeadline();
  }

  /** Runs a transfer to the client and gives its last reply. */
  sendFile(plan: SendPlan): Promise<Reply> {
    const transfer = this.#begin(new Transfer(this, this.services, plan, "send"));
    return this.#end(transfer.send(plan));
  }

  /** Runs a transfer from the client and gives its last reply. */
  receiveFile(plan: ReceivePlan): Promise<Reply> {
    const transfer = this.#begin(new Transfer(this, this.services, plan, "receive"));
    return this.#end(transfer.receive(plan));
  }

  /** Ends a transfer that runs, and waits until its last reply is sent. False where none runs. */
  async abortTransfer(): Promise<boolean> {
    if (!this.transfer) return false;
    this.transfer.abort(new ChannelError("aborted"));
    await this.#queue.current;
    return true;
  }

  /** A command that moves data has ended: what was agreed on for its data is used up. */
  forgetTransfer(): void {
    this.data.drop();
    this.advance({ kind: "offset-set", offset: 0 });
  }

  /** After the reply to the command that runs, the session ends, with another reply if one is given. */
  leave(because: string, farewell?: Reply): void {
    this.#leaving ??= { because, farewell };
  }

  /** Ends the session now: a transfer fails, the client hears 421. */
  close(because: string, text: string): void {
    if (this.#closing !== undefined) return;
    this.send(reply(codes.notAvailable, text));
    this.#finish(because);
  }

  /** Ends the session when the transfer that runs is done, at once where none does. */
  drain(): void {
    const text = "This server is shutting down; goodbye.";
    this.leave("shutdown", reply(codes.notAvailable, text));
    if (!this.#queue.isRunning) this.close("shutdown", text);
  }

  readonly #trace = (step: TraceStepFacts): void => {
    this.services.emit("trace", { ...step, at: this.services.settings.clock.now(), session: this.id });
  };

  #begin(transfer: Transfer): Transfer {
    this.transfer = transfer;
    if (this.#isDeserted) transfer.abort(new ChannelError("control-lost"));
    // What came in one piece with its command, or while the storage was asked, is acted on now, as what comes later is.
    if (this.data.isAgreed) this.#queue.reconsider();
    return transfer;
  }

  async #end(running: Promise<Reply>): Promise<Reply> {
    try {
      return await running;
    } finally {
      this.transfer = undefined;
      this.#idle.refresh();
    }
  }

  #findAbilities(): ReadonlySet<Ability> {
    const { active, passive } = this.services.settings;
    const abilities = new Set<Ability>();
    if (active) abilities.add("active");
    if (passive) abilities.add("passive");
    if (this.charset.name === "utf-8") abilities.add("utf-8");
    if (this.permissions.has("set-modified") && canSetModified(this.storage)) abilities.add("set-modified");
    return abilities;
  }

  #newLoginDeadline(): Timer {
    const { clock, limits } = this.services.settings;
    return clock.after(limits.loginSeconds * 1000, () => {
      this.close("login-timeout", `No login in ${limits.loginSeconds} s; goodbye.`);
    });
  }

  #take(line: DecodedLine): void {
    if (this.#closing === undefined) this.#queue.push(line);
  }

  /** What nobody foresaw ends this session and no other. */
  #failed(error: unknown): void {
    this.services.emit("warning", { code: "session-failed", session: this.info, error });
    this.close("failed", "Something failed here; goodbye.");
  }

  /** The row of the command in a line that may run now. */
  #ruleFor(line: DecodedLine): VerbRule | undefined {
    const read = readLine(line, this.#charset);
    if (!("command" in read)) return undefined;
    const admission = admit(this.state, read.command, this.abilities);
    return admission.kind === "run" ? ruleOf(admission.verb) : undefined;
  }

  /** Read only now: the command before may have changed the charset. */
  async #run(line: DecodedLine): Promise<void> {
    const caughtUp = this.control.caughtUp();
    if (caughtUp) await caughtUp;
    const read = readLine(line, this.#charset);
    if ("refused" in read) {
      this.#refuse(read.refused, read.isNonsense);
      return;
    }
    this.trace?.({ kind: "command-received", line: redactCommand(read.command) });
    const answer = await this.#answer(this, read.command);
    this.#idle.refresh();
    if (this.#closing === undefined) this.send(answer);
  }

  /** Answers a line that is no command. Too much nonsense, and whoever is there does not speak FTP. */
  #refuse(answer: Reply, isNonsense: boolean): void {
    this.trace?.({ kind: "command-received", line: "(not a command)" });
    this.send(answer);
    if (isNonsense && ++this.#nonsense >= MAX_NONSENSE) this.close("nonsense", "This is not FTP; goodbye.");
  }

  #goesOn(): boolean {
    if (this.#closing !== undefined) return false;
    if (!this.#leaving) return true;
    if (this.#leaving.farewell) this.send(this.#leaving.farewell);
    this.#finish(this.#leaving.because);
    return false;
  }

  #idleTimeUp(): void {
    if (this.#queue.isRunning && !this.control.isBehind) {
      this.#idle.refresh();
      return;
    }
    this.close("idle-timeout", `Idle for ${this.services.settings.limits.idleSeconds} s; goodbye.`);
  }

  /** The client will say no more: what it has said is answered; a transfer goes on only if it has said QUIT. */
  #ended(): void {
    this.#clientEnded = true;
    if (!this.#queue.isRunning) this.#finish("client-ended");
    else if (this.#isDeserted) this.transfer?.abort(new ChannelError("control-lost"));
  }

  /** The client has gone without having said that it would. */
  get #isDeserted(): boolean {
    return this.#clientEnded && !this.#queue.waiting.some((line) => this.#ruleFor(line)?.leaves);
  }

  #finish(because: string): void {
    if (this.#closing !== undefined) return;
    this.#closing = because;
    this.transfer?.abort(new ChannelError("control-lost"));
    this.control.end();
  }

  #closed(): void {
    this.#closing ??= "connection-lost";
    this.#queue.clear();
    this.#loginDeadline.cancel();
    this.#idle.cancel();
    this.data.drop();
    this.transfer?.abort(new ChannelError("control-lost"));
    const because = this.#closing;
    // A command that still runs, such as the end of an upload, is part of the session, and told of before its end.
    const gone = (): void => {
      this.trace?.({ kind: "control-closed", because });
      this.services.emit("session-closed", { session: this.info, because });
      this.#onClosed(this);
    };
    this.#queue.current.then(gone, gone);
  }
}
