import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import os from "node:os";
import { codes, formatEndpoint, formatReply, parseIp, reachOf, reply } from "@twinport/protocol";
import { BufferBudget, ControlListener, PortPool } from "@twinport/channel";
import { LoginThrottle } from "@twinport/accounts";
import { AddressBook } from "./address-book.ts";
import { ConfigError } from "./errors.ts";
import { Session } from "./session.ts";
import { AccountsInUse, SessionCount, ratesOf } from "./limits.ts";
import { HashPool } from "./hash-pool.ts";
import { SourcePorts } from "./source-ports.ts";
import { Arrivals } from "./far-end/arrivals.ts";
import { SparePort } from "./far-end/spare-port.ts";
import { farEndRates } from "./far-end/far-end.ts";
import { UntakenOffers } from "./far-end/untaken-offers.ts";
import { HeldEntries } from "./listing/held-entries.ts";
import { answer } from "./answer.ts";
import { descriptorLimit, sessionsFor } from "./descriptors.ts";
import { charsetOf, settingsOf } from "./options.ts";
import { replaceCertificates } from "./tls-policy.ts";
import type {
  CertificateFacts,
  ControlConnection,
  DataConnection,
  ListenAddress,
  PassivePorts,
  ServerCertificate,
} from "@twinport/channel";
import type { Endpoint, HostPort, IpAddress, NameCharset, StrangerStep } from "@twinport/protocol";
import type { ServerEvents, ServerWarning } from "./observe.ts";
import type { ServerOptions, Settings } from "./options.ts";
import type { Services } from "./services.ts";
import type { ListenerTls } from "./session-security.ts";

/** Whether an address is one of this machine's: beside the session's own it may have others. */
function isOurs(address: IpAddress, local: IpAddress): boolean {
  if (address.text === local.text || reachOf(address) === "loopback") return true;
  return Object.values(os.networkInterfaces()).some((all) =>
    all?.some((one) => parseIp(one.address)?.text === address.text),
  );
}

/** What a command still has to do when its client is gone gets this long: a hook that hangs must not hang `close` too. */
const SETTLE_SECONDS = 5;

/** Who is being told why there is no session; of more than these the first ones hear no more of it. */
const MOST_REFUSED = 24;

const refusals = {
  "too-many-sessions": "Too many sessions; try again later.",
  "too-many-from-address": "Too many sessions from your address; try again later.",
  "descriptors-short": "This server has no room for more sessions; try again later.",
  draining: "This server is shutting down; goodbye.",
} as const;

/** Where {@link Server.listen} listens; any free port of the loopback address unless told otherwise. */
export interface ListenOptions extends Partial<ListenAddress> {
  /** Charset of names for those who come there, where it is not the server's: `gbk`, `auto:gbk`. */
  readonly charset?: string;
  /**
   * `explicit`: clients may ask for TLS (AUTH; the default where the server has a certificate). `implicit`: they begin
   * with it. `off`: there is none at this listener, whatever the rules of the others are.
   */
  readonly tls?: ListenerTls;
}

/** Where a client has come in. */
interface Arrival {
  readonly bound: Endpoint;
  readonly names: NameCharset;
  readonly tls: ListenerTls;
}

/** How {@link Server.close} ends the sessions. */
export interface CloseOptions {
  /** Seconds for which transfers that run may go on (default 0: they are cut off). */
  readonly drain?: number;
}

/** What a server has open, for health checks and tests: after the last session all but `openPorts` is 0. */
export interface ServerUsage {
  readonly sessions: number;
  /** Passive ports that wait for a client. */
  readonly lentPorts: number;
  /** Passive ports that are open. */
  readonly openPorts: number;
  readonly dataConnections: number;
  /** Bytes of buffers in use. */
  readonly bufferBytes: number;
  /** Who has come to a passive port, and has not shown yet whose data connection it is. */
  readonly unassigned: number;
}

/**
 * Makes an FTP server; {@link Server.listen} starts it.
 *
 * @throws {ConfigError} for an option that cannot work
 */
export function createServer(options: ServerOptions): Server {
  return new Server(settingsOf(options));
}

/** An FTP server in both modes (RFC 959, 1123, 2389, 2428, 3659). Its events are those of {@link ServerEvents}. */
export class Server extends EventEmitter<ServerEvents> {
  readonly #settings: Settings;
  readonly #listeners: ControlListener[] = [];
  readonly #implicit = new WeakSet<ControlListener>();
  readonly #sessions = new Set<Session>();
  readonly #data = new Set<DataConnection>();
  /** Who hears why there is no session, and is to be gone soon. */
  readonly #refused = new Set<ControlConnection>();
  readonly #count: SessionCount;
  readonly #services: Services;
  readonly #idPrefix = randomBytes(3).toString("hex");
  /** Sessions that this process has descriptors for. */
  #room = Number.POSITIVE_INFINITY;
  #opened = 0;
  #draining = false;
  #nextAcceptWarning = 0;
  readonly #whenEmpty: (() => void)[] = [];
  readonly #dataByTls = { own: 0, unproven: 0 };

  /** Use {@link createServer}. */
  constructor(settings: Settings) {
    super();
    this.#settings = settings;
    this.#count = new SessionCount(settings.limits);
    const { clock } = settings;
    const warn = (warning: ServerWarning): void => this.#emit("warning", warning);
    const byTicket = new Map<string, Session>();
    const pool = new PortPool(
      settings.passive?.ports ?? "any",
      clock,
      {
        portBusy: (bound, cause) => warn({ code: "passive-port-busy", bound, cause }),
        stranger: (local, peer) => this.#dropped(local, peer, "no-offer"),
        unassigned: (local, peer, why) => this.#dropped(local, peer, why),
      },
      {
        ticketNameOf: (sessionId) => settings.tls?.identity.ticketNameOf(sessionId),
        isTicketOfOther: (shown, waiting) => {
          const other = byTicket.get(shown);
          // Who is not in yet may be the same client once more.
          return other?.account !== undefined && other.owner !== byTicket.get(waiting)?.owner;
        },
      },
    );
    this.#services = {
      settings,
      pool,
      buffers: new BufferBudget(settings.bufferBytes),
      heldEntries: new HeldEntries(),
      addresses: new AddressBook(settings.passive?.rules ?? [], clock, warn),
      sourcePorts: new SourcePorts(settings.active?.sourcePort ?? "any", warn),
      arrivals: new Arrivals(),
      untaken: new UntakenOffers(settings.passive?.ports, warn),
      sparePort: new SparePort(pool),
      askingRates: farEndRates(),
      hashes: new HashPool(clock),
      activities: () => [...this.#sessions].map((session) => session.activity),
      accountsInUse: new AccountsInUse(clock),
      rates: ratesOf(settings.limits.totalRateUp, settings.limits.totalRateDown, clock),
      throttle:
        settings.loginThrottle === false ? undefined : new LoginThrottle(settings.loginThrottle, () => clock.now()),
      isOwnListener: (where, local) => this.#isOwnListener(where, local),
      track: (connection) => this.#track(connection),
      byTicket,
      countData: (isOwn) => this.#dataByTls[isOwn ? "own" : "unproven"]++,
      emit: (name, ...event) => this.#emit(name, ...event),
      isTraced: () => this.#isTraced(),
    };
  }

  /**
   * Listens, also at several addresses one after the other, and gives the server itself.
   *
   * @throws {ChannelError} `listen-failed`
   * @throws {ConfigError} `charset-not-known`, `no-certificate`
   */
  async listen({
    address = "127.0.0.1",
    port = 0,
    charset,
    tls = "explicit",
    ...rest
  }: ListenOptions = {}): Promise<this> {
    if (tls === "implicit" && !this.#settings.tls) throw new ConfigError("no-certificate");
    const names = charset === undefined ? this.#settings.charset : charsetOf(charset);
    const listener: ControlListener = await ControlListener.listen(
      { address, port, ...rest },
      (control) => this.#open(control, { bound: listener.bound, names, tls }),
      (cause) => this.#acceptFailed(listener.bound, cause),
    );
    this.#listeners.push(listener);
    if (tls === "implicit") this.#implicit.add(listener);
    const descriptors = Math.min(this.#settings.limits.descriptors, descriptorLimit());
    if (Number.isFinite(descriptors)) this.#room = sessionsFor(descriptors, this.#settings.passive?.ports);
    return this;
  }

  /** Where it listens. */
  get bound(): readonly Endpoint[] {
    return this.#listeners.map(({ bound }) => bound);
  }

  /**
   * The URL of the first listener.
   *
   * @throws {ConfigError} `not-listening`
   */
  get url(): string {
    const [first] = this.urls;
    if (first === undefined) throw new ConfigError("not-listening");
    return first;
  }

  /** The URL of each listener; one at all addresses is named by the loopback one. */
  get urls(): readonly string[] {
    const loopback: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
    return this.#listeners.map((listener) => {
      const { address, port } = listener.bound;
      const scheme = this.#implicit.has(listener) ? "ftps" : "ftp";
      return `${scheme}://${formatEndpoint(loopback[address] ?? address, port)}/`;
    });
  }

  /** The ports that passive clients are sent to; undefined where passive mode is off. */
  get passivePorts(): PassivePorts | undefined {
    return this.#settings.passive?.ports;
  }

  /** The port that active connections come from if it can be had, 0 for any; undefined where active mode is off. */
  get activeSourcePort(): number | undefined {
    return this.#settings.active && this.#services.sourcePorts.wanted(this.bound[0]?.port ?? 0);
  }

  /** Sessions that there is room for: as many as are allowed, and as this process has descriptors for. */
  get room(): number {
    return Math.min(this.#room, this.#settings.limits.sessions);
  }

  /** What the server shows of itself by TLS; empty where it has none. */
  get certificates(): readonly CertificateFacts[] {
    return this.#settings.tls?.identity.certificates ?? [];
  }

  /**
   * Shows other certificates to those who come from now on: renewed ones, above all.
   *
   * @throws {ConfigError} `certificate-not-valid`, and nothing has changed; `no-certificate` where TLS is off
   */
  replaceCertificates(certificates: readonly ServerCertificate[]): void {
    if (!this.#settings.tls) throw new ConfigError("no-certificate");
    replaceCertificates(this.#settings.tls, certificates);
  }

  /** What is open now. */
  get usage(): ServerUsage {
    return {
      sessions: this.#sessions.size,
      lentPorts: this.#services.pool.lent,
      openPorts: this.#services.pool.listening,
      dataConnections: this.#data.size,
      bufferBytes: this.#services.buffers.lent,
      unassigned: this.#services.pool.unassigned,
    };
  }

  /** Data connections by TLS so far: those that were proven to be their session's, and the others. */
  get dataByTls(): { readonly own: number; readonly unproven: number } {
    return { ...this.#dataByTls };
  }

  /** Accepts nobody any more, lets transfers finish for a while, and ends all sessions. Done when nothing is open. */
  async close({ drain = 0 }: CloseOptions = {}): Promise<void> {
    this.#draining = true;
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
    for (const session of this.#sessions) session.drain();
    if (drain > 0) await this.#emptyWithin(drain);
    for (const session of this.#sessions) session.close("shutdown", "This server is shutting down; goodbye.");
    for (const connection of this.#data) connection.close();
    for (const session of this.#sessions) session.control.destroy();
    for (const control of this.#refused) control.destroy();
    await Promise.all([this.#emptyWithin(SETTLE_SECONDS), this.#services.pool.close()]);
    await this.#services.hashes.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(control: ControlConnection, { bound, names, tls }: Arrival): void {
    const because = this.#whyNot(control);
    if (because) {
      const [longest] = this.#refused;
      if (longest && this.#refused.size >= MOST_REFUSED) {
        // Forgotten now: it hears of its end later, and as many as wait to be accepted come before that.
        this.#refused.delete(longest);
        longest.destroy();
      }
      this.#refused.add(control);
      control.start({ line() {}, ended() {}, closed: () => this.#refused.delete(control) });
      // Who begins with TLS would take it for nonsense.
      if (tls !== "implicit")
        control.send(names.first.encode(formatReply(reply(codes.notAvailable, refusals[because]))));
      control.end();
      this.#emit("session-refused", { peer: control.peer, because });
      return;
    }
    const session = new Session({
      id: `${this.#idPrefix}-${++this.#opened}`,
      control,
      listener: bound,
      names,
      tls,
      services: this.#services,
      answer,
      onClosed: (closed) => {
        this.#sessions.delete(closed);
        this.#count.leave(control.peerAddress);
        this.#tellIfEmpty();
      },
    });
    this.#sessions.add(session);
    session.start();
  }

  /** Why there is no session for a client; undefined where there is one. */
  #whyNot(control: ControlConnection): keyof typeof refusals | undefined {
    if (this.#draining) return "draining";
    // Those who are there keep what they need to go on.
    if (this.#count.all >= this.#room) return "descriptors-short";
    return this.#count.enter(control.peerAddress);
  }

  #dropped(local: Endpoint, peer: Endpoint, because: StrangerStep["because"]): void {
    const at = this.#settings.clock.now();
    const address = parseIp(peer.address);
    if (address) {
      this.#services.arrivals.noticeStranger(local, address);
      this.#services.untaken.reached(address, at);
    }
    if (this.#isTraced()) this.#emit("trace", { kind: "data-stranger-dropped", at, because, local, peer });
  }

  /** Clients were cut off without a greeting: said once a minute, for there may be many. */
  #acceptFailed(bound: Endpoint, cause: string): void {
    const now = this.#settings.clock.now();
    if (now < this.#nextAcceptWarning) return;
    this.#nextAcceptWarning = now + 60_000;
    this.#emit("warning", { code: "accept-failed", bound, cause });
  }

  #track(connection: DataConnection): void {
    this.#data.add(connection);
    connection.onClosed(() => {
      this.#data.delete(connection);
      this.#tellIfEmpty();
    });
  }

  /** Somebody who is told to come to us by our own hand could reach what listens only for itself. */
  #isOwnListener({ address, port }: HostPort, local: IpAddress): boolean {
    if (this.#services.pool.isListening(address, port)) return true;
    return this.#listeners.some(({ bound }) => {
      const isWildcard = bound.address === "0.0.0.0" || bound.address === "::";
      return bound.port === port && (bound.address === address.text || (isWildcard && isOurs(address, local)));
    });
  }

  #isTraced(): boolean {
    return this.listenerCount("trace") > 0;
  }

  #emit<Name extends keyof ServerEvents>(name: Name, ...event: ServerEvents[Name]): void {
    try {
      (this.emit as (name: Name, ...event: ServerEvents[Name]) => boolean)(name, ...event);
    } catch (error) {
      // A listener's own failure must not end in the middle of a session; it surfaces as what it is.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  get #isEmpty(): boolean {
    return this.#sessions.size === 0 && this.#data.size === 0;
  }

  #tellIfEmpty(): void {
    if (this.#isEmpty) for (const tell of this.#whenEmpty.splice(0)) tell();
  }

  #empty(): Promise<void> {
    return this.#isEmpty ? Promise.resolve() : new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  async #emptyWithin(seconds: number): Promise<void> {
    let stop: (() => void) | undefined;
    const time = new Promise<void>((resolve) => (stop = resolve));
    const timer = this.#settings.clock.after(seconds * 1000, () => stop?.());
    // Timers of the clock keep no process alive, and there may be nothing else left that does.
    const alive = setInterval(() => {}, 1000);
    await Promise.race([this.#empty(), time]);
    clearInterval(alive);
    timer.cancel();
  }
}
