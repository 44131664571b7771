import {
  ROOT,
  admit,
  advance,
  codes,
  factNames,
  formatReply,
  isHttpRequest,
  newServerSession,
  redactCommand,
  reply,
  ruleOf,
} from "@twinport/protocol";
import { ChannelError } from "@twinport/channel";
import { Access } from "@twinport/accounts";
import { abilitiesOf } from "./abilities.ts";
import { ConfigError } from "./errors.ts";
import { FarEnd } from "./far-end/far-end.ts";
import { DataChannel } from "./data-channel.ts";
import { Undertaking } from "./undertaking.ts";
import { CommandQueue } from "./command-queue.ts";
import { defaultHash } from "./hash-names.ts";
import { allowPath } from "./allowed-path.ts";
import { clientOf } from "./limits.ts";
import { identityOf } from "./membership.ts";
import { SessionSecurity } from "./session-security.ts";
import { SpokenCharset } from "./spoken-charset.ts";
import type { Account } from "@twinport/accounts";
import type { ControlConnection, RateLimit, Timer } from "@twinport/channel";
import type {
  Ability,
  Charset,
  Command,
  DecodedLine,
  Endpoint,
  FactName,
  NameCharset,
  Permission,
  Protection,
  Reply,
  ServerSession,
  ServerSessionEvent,
  TraceStepFacts,
  VerbRule,
  VirtualPath,
} from "@twinport/protocol";
import type { HashName } from "./hash-names.ts";
import type { Storage } from "@twinport/storage";
import type { HostSettings } from "./options.ts";
import type { AllowedPath } from "./allowed-path.ts";
import type { Membership } from "./membership.ts";
import type { Services, SessionActivity } from "./services.ts";
import type { SessionInfo } from "./observe.ts";
import type { ListenerTls } from "./session-security.ts";

/** Of whoever is not in yet. */
const noAccess = new Access({ permissions: new Set() });

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
  readonly farEnd: FarEnd;
  readonly charsets: SpokenCharset;
  readonly security: SessionSecurity;
  state: ServerSession = newServerSession;
  folder: VirtualPath = ROOT;
  /** The facts that MLST and MLSD write. */
  facts: ReadonlySet<FactName> = new Set(factNames);
  /** What HASH computes (OPTS HASH). */
  hash: HashName = defaultHash;
  /** Permission bits that new files and folders do not get (SITE UMASK). */
  umask: number | undefined;
  /** The host that the client has asked for (HOST); undefined for the one that every session begins with. */
  host: HostSettings | undefined;
  readonly undertaking: Undertaking;
  loginFailures = 0;
  readonly #onClosed: (session: Session) => void;
  readonly #answer: Answer;
  readonly #queue: CommandQueue<DecodedLine>;
  #idle: Timer;
  #loginDeadline: Timer;
  #abilities: ReadonlySet<Ability> | undefined;
  #member: Membership | undefined;
  #idleSeconds: number;
  readonly #isImplicit: boolean;
  #nonsense = 0;
  #clientEnded = false;
  readonly #since: number;
  #closing: string | undefined;
  #leaving: { readonly because: string; readonly farewell: Reply | undefined } | undefined;

  constructor(parts: {
    id: string;
    control: ControlConnection;
    listener: Endpoint;
    /** The charset of names at that listener. */
    names: NameCharset;
    tls: ListenerTls;
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
      overtakes: (line) => this.#overtakes(line),
      goesOn: () => this.#goesOn(),
      hold: () => this.control.hold(),
      release: () => this.control.release(),
      idle: () => {
        if (this.#clientEnded) this.#finish("client-ended");
      },
    });
    this.undertaking = new Undertaking(this, {
      isDeserted: () => (this.isAwaited ? undefined : new ChannelError("control-lost")),
      begun: () => this.#queue.reconsider(),
      ended: () => this.#idle.refresh(),
    });
    this.data = new DataChannel(this, parts.services);
    this.farEnd = new FarEnd(this, parts.services);
    this.security = new SessionSecurity(this, parts.services, parts.tls);
    this.#isImplicit = parts.tls === "implicit";
    const { limits, clock } = parts.services.settings;
    this.#since = clock.now();
    this.charsets = new SpokenCharset(parts.names, () => (this.#abilities = undefined));
    this.#loginDeadline = this.#newLoginDeadline();
    this.#idleSeconds = limits.idleSeconds;
    this.#idle = this.#newIdleTimer();
  }

  /** What events tell of this session. */
  get info(): SessionInfo {
    const { protocol } = this.security.facts ?? {};
    const { peer, local } = this.control;
    return { id: this.id, peer, local, account: this.account?.name, ...(protocol && { tls: protocol }) };
  }

  /** What SITE WHO tells of it. */
  get activity(): SessionActivity {
    const { doing = "idle" } = this.undertaking;
    return { session: this.info, owner: this.owner, since: this.#since, doing };
  }

  /** It has ended, or is about to: nothing more is said to the client. */
  get isOver(): boolean {
    return this.#closing !== undefined;
  }

  /** Somebody still waits for the reply to what runs. */
  get isAwaited(): boolean {
    return !this.isOver && !this.#isDeserted;
  }

  /** Takes a step for the trace; undefined where nobody listens, so that no step is made. */
  get trace(): ((step: TraceStepFacts) => void) | undefined {
    return this.services.isTraced() ? this.#trace : undefined;
  }

  /** Greets, and begins to read. */
  start(): void {
    this.trace?.({ kind: "control-connected", local: this.control.local, peer: this.control.peer });
    this.services.emit("session-opened", this.info);
    if (this.#isImplicit) this.security.beginNext("private");
    this.control.start({
      line: (line) => this.#take(line),
      foreign: (spoke) => this.#isForeign(spoke),
      ended: () => this.#ended(),
      closed: () => this.#closed(),
    });
    const secured = this.#isImplicit ? this.#secure() : undefined;
    if (secured) secured.then(() => this.#greet()).catch((error: unknown) => this.#failed(error));
    else this.#greet();
  }

  /** TLS begins when the reply to the command that runs is sent. */
  secureNext(protection: Protection): void {
    // As new before anything else can happen: nobody is in any more.
    this.logout();
    this.security.beginNext(protection);
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
    return (this.#abilities ??= abilitiesOf(this));
  }

  /** How names are written on this session's wire. */
  get charset(): Charset {
    return this.charsets.current;
  }

  /** The files of this session's account. Only for commands that need a login. */
  get storage(): Storage {
    if (!this.#member) throw new ConfigError("no-storage", { account: "" });
    return this.#member.files;
  }

  /** The files, where somebody is in. */
  get storageIfIn(): Storage | undefined {
    return this.#member?.files;
  }

  /** What this session's account may do where. */
  get access(): Access {
    return this.#member?.access ?? noAccess;
  }

  /** Who is in. */
  get account(): Account<Storage> | undefined {
    return this.#member?.account;
  }

  /**
   * Whose uploads this session's are: what was cut off can be resumed by the same account; where that is anybody's, by
   * the same client.
   */
  get owner(): string {
    const { name = "", isShared = false } = this.account ?? {};
    const account = identityOf(name, this.host);
    return isShared ? `${account} at ${clientOf(this.control.peerAddress)}` : account;
  }

  /** A path as the client wrote it, if it is one and the account may do this there. */
  allow(written: string, permission: Permission | undefined): AllowedPath {
    return allowPath(written, this.folder, permission, this.access);
  }

  /** The rates that a transfer must keep to. */
  rates(direction: "send" | "receive"): readonly RateLimit[] {
    return this.#member?.rates(direction) ?? [];
  }

  /** Seconds without a command after which the session ends. */
  get idleSeconds(): number {
    return this.#idleSeconds;
  }

  /** The most that {@link Session.idleSeconds} may be set to. */
  get idleLimit(): number {
    return this.#member?.idleSeconds ?? this.services.settings.limits.idleSeconds;
  }

  set idleSeconds(seconds: number) {
    this.#idleSeconds = seconds;
    this.#idle.cancel();
    this.#idle = this.#newIdleTimer();
  }

  /** Somebody is in, unless the session has ended meanwhile. */
  login(member: Membership): void {
    if (this.isOver) {
      member.leave();
      return;
    }
    this.#member = member;
    this.folder = member.account.home ?? ROOT;
    this.loginFailures = 0;
    this.idleSeconds = member.idleSeconds;
    this.charsets.loggedIn(member.charset);
    this.#abilities = undefined;
    this.#loginDeadline.cancel();
    this.advance({ kind: "login-accepted" });
    this.services.emit("login-accepted", this.info);
  }

  /** Begins anew, as if just connected (REIN, USER after a login). */
  logout(): void {
    // Who was not in has no more time for it than before: REIN again and again would hold a session for ever.
    const wasIn = this.account !== undefined;
    this.#member?.leave();
    this.#member = undefined;
    this.folder = ROOT;
    this.charsets.reset();
    this.idleSeconds = this.services.settings.limits.idleSeconds;
    this.facts = new Set(factNames);
    this.umask = undefined;
    this.hash = defaultHash;
    this.data.drop();
    this.farEnd.forget();
    if (wasIn) this.#loginDeadline = this.#newLoginDeadline();
  }

  /** Ends a transfer or other work that runs, and waits until its last reply is sent. False where none runs. */
  async abortTransfer(): Promise<boolean> {
    const { transfer, isWorking } = this.undertaking;
    if (!transfer && !isWorking) return false;
    this.undertaking.abandon(new ChannelError("aborted"));
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

  /** What is acted on beside the command that runs. */
  #overtakes(line: DecodedLine): boolean {
    const { transfer, isWorking } = this.undertaking;
    if (!transfer && !isWorking) return false;
    const rule = this.#ruleFor(line);
    return (transfer ? rule?.duringTransfer : rule?.duringWork) === true;
  }

  #newLoginDeadline(): Timer {
    const { clock, limits } = this.services.settings;
    return clock.after(limits.loginSeconds * 1000, () => {
      this.close("login-timeout", `No login in ${limits.loginSeconds} s; goodbye.`);
    });
  }

  #take(line: DecodedLine): void {
    if (this.#closing !== undefined) return;
    if (line.kind === "line" && isHttpRequest(line.bytes)) this.#isForeign("http");
    // The request of a form may be too long to be seen, and no client has that much to say before it is in.
    else if (line.kind === "too-long" && !this.account) this.#isForeign("other");
    else this.#queue.push(line);
  }

  /** What nobody foresaw ends this session and no other. */
  #failed(error: unknown): void {
    this.services.emit("warning", { code: "session-failed", session: this.info, error });
    this.close("failed", "Something failed here; goodbye.");
  }

  /** The row of the command in a line that may run now. */
  #ruleFor(line: DecodedLine): VerbRule | undefined {
    const { read } = this.charsets.read(line);
    if (!("command" in read)) return undefined;
    const admission = admit(this.state, read.command, this.abilities);
    return admission.kind === "run" ? ruleOf(admission.verb) : undefined;
  }

  /** Read only now: the command before may have changed the charset. */
  async #run(line: DecodedLine): Promise<void> {
    const caughtUp = this.control.caughtUp();
    if (caughtUp) await caughtUp;
    const { read, charset } = this.charsets.read(line);
    this.charsets.speak(charset);
    if ("refused" in read) {
      this.#refuse(read.refused, read.isNonsense);
      return;
    }
    this.trace?.({ kind: "command-received", line: redactCommand(read.command) });
    const answer = await this.#answer(this, read.command);
    this.#idle.refresh();
    if (this.#closing !== undefined) return;
    this.send(answer);
    if (this.security.isDue) await this.#secure();
  }

  /** Shakes hands. Whatever was said in clear counts for nothing; a client with which it fails has no session. */
  async #secure(): Promise<void> {
    try {
      await this.security.begin((discarded) => {
        const lines = this.#queue.waiting.reduce((sum, line) => sum + lengthOf(line), 0);
        this.#queue.clear();
        const bytes = discarded + lines;
        if (bytes > 0 && !this.#isImplicit) {
          this.services.emit("warning", { code: "clear-behind-auth", peer: this.control.peer.address, bytes });
        }
      });
      this.#abilities = undefined;
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      if (this.#closing !== undefined) return;
      const cause = String(error.facts["cause"] ?? error.message);
      this.services.emit("warning", { code: "tls-failed", peer: this.control.peer.address, cause });
      this.#closing = "tls-failed";
      this.control.destroy();
    }
  }

  #greet(): void {
    if (!this.isOver) this.send(reply(codes.ready, this.services.settings.banner));
  }

  /** Somebody was led here who speaks another protocol, or does not know that this is not HTTP. */
  #isForeign(spoke: "http" | "tls" | "other"): void {
    const bound = this.listener;
    this.services.emit("warning", { code: "foreign-protocol", peer: this.control.peer.address, spoke, bound });
    this.#queue.clear();
    this.close("foreign-protocol", "This is FTP; goodbye.");
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

  #newIdleTimer(): Timer {
    return this.services.settings.clock.after(this.#idleSeconds * 1000, () => this.#idleTimeUp());
  }

  #idleTimeUp(): void {
    if (this.#queue.isRunning && !this.control.isBehind) {
      this.#idle.refresh();
      return;
    }
    this.close("idle-timeout", `Idle for ${this.#idleSeconds} s; goodbye.`);
  }

  /** The client will say no more: what it has said is answered; a transfer goes on only if it has said QUIT. */
  #ended(): void {
    this.#clientEnded = true;
    if (!this.#queue.isRunning) this.#finish("client-ended");
    else if (this.#isDeserted) this.undertaking.abandon(new ChannelError("control-lost"));
  }

  /** The client has gone without having said that it would. */
  get #isDeserted(): boolean {
    return this.#clientEnded && !this.#queue.waiting.some((line) => this.#ruleFor(line)?.leaves);
  }

  #finish(because: string): void {
    if (this.#closing !== undefined) return;
    this.#closing = because;
    this.undertaking.abandon(new ChannelError("control-lost"));
    this.control.end();
  }

  #closed(): void {
    this.#closing ??= "connection-lost";
    this.#queue.clear();
    this.#loginDeadline.cancel();
    this.#idle.cancel();
    this.data.drop();
    this.farEnd.forget();
    this.security.end();
    this.undertaking.abandon(new ChannelError("control-lost"));
    const because = this.#closing;
    // A command that still runs, such as the end of an upload, is part of the session, and told of before its end.
    const gone = (): void => {
      this.trace?.({ kind: "control-closed", because });
      this.services.emit("session-closed", { session: this.info, because });
      this.#member?.leave();
      this.#onClosed(this);
    };
    this.#queue.current.then(gone, gone);
  }
}

/** With its end. */
function lengthOf(line: DecodedLine): number {
  return line.kind === "line" ? line.bytes.length + 2 : 0;
}
