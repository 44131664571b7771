import {
  ROOT,
  admit,
  advance,
  codes,
  factNames,
  formatReply,
  newServerSession,
  parseCommand,
  redactCommand,
  reply,
  resolvePath,
  ruleOf,
} from "@twinport/protocol";
import { ChannelError, RateLimit } from "@twinport/channel";
import { canSetModified } from "@twinport/storage";
import { ConfigError } from "./errors.ts";
import { DataChannel } from "./data-channel.ts";
import { Transfer } from "./transfer.ts";
import { handlers } from "./commands/index.ts";
import { permissionLetters } from "./facts-entry.ts";
import { isStorageFault, replyForError } from "./reply-for-error.ts";
import type { Account } from "@twinport/accounts";
import type { ControlConnection, Timer } from "@twinport/channel";
import type {
  Ability,
  Charset,
  Command,
  CommandRefusal,
  DecodedLine,
  Endpoint,
  FactName,
  PathRefusal,
  Permission,
  Reply,
  ServerSession,
  ServerSessionEvent,
  TraceStepFacts,
  VirtualPath,
} from "@twinport/protocol";
import type { Storage } from "@twinport/storage";
import type { PermissionLetters } from "./facts-entry.ts";
import type { ReceivePlan, SendPlan } from "./transfer.ts";
import type { Services } from "./services.ts";
import type { SessionInfo } from "./observe.ts";

/** Commands that may wait behind the one that runs; more are left in the client's own buffers. */
const MAX_WAITING = 64;

/** Lines that are no commands at all, after which the client is something else than an FTP client. */
const MAX_NONSENSE = 100;

const lineRefusals: Readonly<Record<CommandRefusal, Reply>> = {
  empty: reply(codes.unrecognised, "An empty line is no command."),
  "not-a-word": reply(codes.unrecognised, "A command begins with a word of ASCII letters."),
  "control-byte": reply(codes.badArgument, "CR, LF and NUL cannot be part of a command."),
  "not-text": reply(codes.badArgument, "The argument is not in this session's charset."),
};

const pathRefusals: Readonly<Record<PathRefusal, Reply>> = {
  empty: reply(codes.badArgument, "A path is needed."),
  "nul-byte": reply(codes.nameNotAllowed, "A name cannot hold NUL."),
  "name-too-long": reply(codes.nameNotAllowed, "A name is longer than 255 bytes."),
  "path-too-long": reply(codes.nameNotAllowed, "The path is longer than 4096 bytes."),
};

/** What waits for its turn: a command, or the answer to a line that is none. */
type Waiting = { readonly command: Command } | { readonly refused: Reply };

/** A path that may be used, or what the client hears instead. */
export type AllowedPath = { readonly path: VirtualPath } | { readonly refused: Reply };

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
  readonly #waiting: Waiting[] = [];
  readonly #idle: Timer;
  #loginDeadline: Timer;
  #abilities: ReadonlySet<Ability> | undefined;
  #isRunning = false;
  /** The command that runs, and what was sent during its transfer and acted on at once. */
  #current: Promise<void> = Promise.resolve();
  #meanwhile: Promise<void> = Promise.resolve();
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
    onClosed: (session: Session) => void;
  }) {
    this.id = parts.id;
    this.control = parts.control;
    this.listener = parts.listener;
    this.services = parts.services;
    this.#onClosed = parts.onClosed;
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

  /** What this session's account may do, as MLST and MLSD write it. */
  get permissionLetters(): PermissionLetters {
    return permissionLetters(this.account?.permissions ?? new Set());
  }

  may(permission: Permission): boolean {
    return this.account?.permissions.has(permission) ?? false;
  }

  /** A path as the client wrote it, if it is one and the account may do this there. */
  allow(written: string, permission: Permission | undefined): AllowedPath {
    const resolved = resolvePath(this.folder, written);
    if (resolved.kind === "refused") return { refused: pathRefusals[resolved.because] };
    if (permission && !this.may(permission)) {
      return { refused: reply(codes.fileUnavailable, `This account may not ${permission.replace("-", " ")} here.`) };
    }
    return { path: resolved.path };
  }

  /**
   * Somebody is in.
   *
   * @throws {ConfigError} `no-storage`
   */
  login(account: Account<Storage>): void {
    if (!account.storage && !this.services.settings.storage)
      throw new ConfigError("no-storage", { account: account.name });
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
    this.account = undefined;
    this.folder = ROOT;
    this.charset = this.services.settings.charset;
    this.facts = new Set(factNames);
    this.data.drop();
    this.#loginDeadline.cancel();
    this.#loginDeadline = this.#newLoginDeadline();
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
    await this.#current;
    return true;
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
    if (!this.#isRunning) this.close("shutdown", text);
  }

  readonly #trace = (step: TraceStepFacts): void => {
    this.services.emit("trace", { ...step, at: this.services.settings.clock.now(), session: this.id });
  };

  #begin(transfer: Transfer): Transfer {
    this.transfer = transfer;
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
    if (this.account && canSetModified(this.storage)) abilities.add("set-modified");
    return abilities;
  }

  #newLoginDeadline(): Timer {
    const { clock, limits } = this.services.settings;
    return clock.after(limits.loginSeconds * 1000, () => {
      this.close("login-timeout", `No login in ${limits.loginSeconds} s; goodbye.`);
    });
  }

  #take(line: DecodedLine): void {
    if (this.#closing !== undefined) return;
    const next = this.#read(line);
    if ("command" in next && this.transfer && this.#isForTransfer(next.command)) {
      const before = this.#meanwhile;
      this.#meanwhile = this.#runDuringTransfer(next.command, before);
      return;
    }
    this.#waiting.push(next);
    if (this.#waiting.length >= MAX_WAITING) this.control.hold();
    if (!this.#isRunning) this.#track(this.#runWaiting());
  }

  /** What nobody foresaw ends this session and no other. */
  #track(running: Promise<void>): void {
    running.catch((error: unknown) => {
      this.services.emit("warning", { code: "session-failed", session: this.info, error });
      this.close("failed", "Something failed here; goodbye.");
    });
  }

  #read(line: DecodedLine): Waiting {
    if (line.kind === "too-long") return { refused: reply(codes.unrecognised, "The command line is too long.") };
    const parsed = parseCommand(line.bytes, (bytes) => this.charset.decode(bytes));
    if (parsed.kind === "refused") return { refused: lineRefusals[parsed.because] };
    this.#idle.refresh();
    return { command: parsed.command };
  }

  #isForTransfer(command: Command): boolean {
    const admission = admit(this.state, command, this.abilities);
    return admission.kind === "run" && ruleOf(admission.verb).duringTransfer === true;
  }

  async #runDuringTransfer(command: Command, before: Promise<void>): Promise<void> {
    await before;
    await this.#run(command);
    this.#idle.refresh();
  }

  async #runWaiting(): Promise<void> {
    this.#isRunning = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      if (this.#waiting.length < MAX_WAITING / 2) this.control.release();
      this.#current = "command" in next ? this.#run(next.command) : this.#refuse(next.refused);
      await this.#current;
      await this.#meanwhile;
      if (this.#closing !== undefined) return;
      if (this.#leaving) {
        if (this.#leaving.farewell) this.send(this.#leaving.farewell);
        this.#finish(this.#leaving.because);
        return;
      }
    }
    this.#isRunning = false;
    if (this.#clientEnded) this.#finish("client-ended");
  }

  /** Answers a line that is no command. Too many of them, and whoever is there does not speak FTP. */
  #refuse(answer: Reply): Promise<void> {
    this.trace?.({ kind: "command-received", line: "(not a command)" });
    this.send(answer);
    if (++this.#nonsense >= MAX_NONSENSE) this.close("nonsense", "This is not FTP; goodbye.");
    return Promise.resolve();
  }

  /** Runs one command, and sends its last reply. Whatever it throws is met here, once. */
  async #run(command: Command): Promise<void> {
    this.trace?.({ kind: "command-received", line: redactCommand(command) });
    let answer: Reply;
    try {
      answer = await this.#answer(command);
    } catch (error) {
      answer = this.#answerForError(error);
    }
    if (this.#closing === undefined) this.send(answer);
  }

  async #answer(command: Command): Promise<Reply> {
    const admission = admit(this.state, command, this.abilities);
    if (admission.kind === "refused") return admission.reply;
    const { verb, argument } = admission;
    const rule = ruleOf(verb);
    this.advance({ kind: "command-taken", verb });
    const takesPath = rule.argument === "path" || (rule.argument === "optional-path" && argument !== "");
    const allowed: AllowedPath = takesPath ? this.allow(argument, rule.permission) : { path: this.folder };
    try {
      if ("refused" in allowed) return allowed.refused;
      return await handlers[verb](this, { argument, path: allowed.path });
    } finally {
      // Offset and data connection are for one transfer, also for one that never began.
      if (rule.channel) {
        this.data.drop();
        this.advance({ kind: "offset-set", offset: 0 });
      }
    }
  }

  #answerForError(error: unknown): Reply {
    const answer = replyForError(error);
    if (!answer) this.services.emit("warning", { code: "session-failed", session: this.info, error });
    else if (isStorageFault(error))
      this.services.emit("warning", { code: "storage-failed", session: this.info, error });
    return answer ?? reply(codes.localError, "Something failed here; the operator can see what.");
  }

  #idleTimeUp(): void {
    if (this.#isRunning) {
      this.#idle.refresh();
      return;
    }
    this.close("idle-timeout", `Idle for ${this.services.settings.limits.idleSeconds} s; goodbye.`);
  }

  /** The client will say no more: what it has said is answered; a transfer goes on only if it has said QUIT. */
  #ended(): void {
    this.#clientEnded = true;
    if (!this.#isRunning) this.#finish("client-ended");
    else if (!this.#waiting.some((next) => "command" in next && next.command.word.toUpperCase() === "QUIT")) {
      this.transfer?.abort(new ChannelError("control-lost"));
    }
  }

  #finish(because: string): void {
    if (this.#closing !== undefined) return;
    this.#closing = because;
    this.transfer?.abort(new ChannelError("control-lost"));
    this.control.end();
  }

  #closed(): void {
    this.#closing ??= "connection-lost";
    this.#waiting.length = 0;
    this.#loginDeadline.cancel();
    this.#idle.cancel();
    this.data.drop();
    this.transfer?.abort(new ChannelError("control-lost"));
    this.trace?.({ kind: "control-closed", because: this.#closing });
    this.services.emit("session-closed", { session: this.info, because: this.#closing });
    this.#onClosed(this);
  }
}
