import { randomInt } from "node:crypto";
import net from "node:net";
import { parseIp } from "@twinport/protocol";
import { ChannelError, errnoOf } from "./errors.ts";
import { canWaitBeside, claimName, claimNamesFor, lengthsIn } from "./peer-check.ts";
import { DataOffer } from "./data-offer.ts";
import { endpoint } from "./data-connection.ts";
import type { Endpoint, IpAddress } from "@twinport/protocol";
import type { Clock } from "./clock.ts";
import type { ExpectedPeer } from "./peer-check.ts";

/** Ports from the first to the last, both included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** The ports of a pool: a range, or any that the system gives (for tests, and where no firewall stands between). */
export type PassivePorts = PortRange | "any";

/** What is told about a pool's life; nothing is made where nobody wants to know. */
export interface PortPoolObserver {
  /** Somebody came for whom no offer waits; the connection is dropped. */
  stranger?: ((local: Endpoint, peer: Endpoint) => void) | undefined;
  /** A port of the range cannot be had; it is tried again a minute later. */
  portBusy?: ((bound: Endpoint, cause: string) => void) | undefined;
}

/** What {@link PortPool.offer} needs to know. */
export interface OfferRequest {
  /** The command connection's own end: the port is opened there. */
  readonly local: IpAddress;
  readonly peer: ExpectedPeer;
  /** Seconds after which an offer that nobody took is over. */
  readonly timeout: number;
}

/** The system has no more of something for us: that is no news of this port, and the next one would fare no better. */
export const ownShortages: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);

/**
 * Local addresses whose listeners are kept open; those of the one that was used longest ago go, as far as nobody waits
 * there. A machine has few addresses, but whoever chooses among many must not take all descriptors.
 */
const MOST_ADDRESSES = 8;

/** A port that somebody else held is tried again after this time. */
const RETRY_BUSY_MS = 60_000;

/**
 * Ranges up to this size are opened whole at the first use of an address: so a port that another program holds is
 * found then, and nobody else takes one later. Of a larger range ports are opened as they are drawn.
 */
const OPEN_WHOLE = 128;

/** Listeners that a pool of any ports has at the most for an address. */
const ANY_PORTS = 64;

/**
 * Listeners of a range of ports, opened at first use, kept, and shared: at one port one offer can wait for each
 * address, and an arrival is matched by where it comes from. So ten ports serve any number of clients, and one is a
 * legal range. Never a port outside of the range.
 */
export class PortPool {
  readonly #range: PassivePorts;
  readonly #clock: Clock;
  readonly #observer: PortPoolObserver;
  /** By local address, then by port. */
  readonly #ports = new Map<string, Map<number, SharedPort>>();
  #closed = false;
  #mayOpenWhole = true;
  #openingRest: Promise<unknown> = Promise.resolve();
  #closing: Promise<unknown> = Promise.resolve();

  constructor(range: PassivePorts, clock: Clock, observer: PortPoolObserver = {}) {
    this.#range = range;
    this.#clock = clock;
    this.#observer = observer;
  }

  /** Listeners that are open now. */
  get listening(): number {
    return this.#all().filter((port) => port.isOpen).length;
  }

  /** Offers that wait now: ports that are lent. */
  get lent(): number {
    return this.#all().reduce((sum, port) => sum + port.claims.size, 0);
  }

  /** Whether a listener of the pool is there; nobody may make us dial ourselves. */
  isListening(address: IpAddress, port: number): boolean {
    const ports = [...(this.#ports.get(address.text)?.values() ?? [])];
    return ports.some(({ isOpen, bound }) => isOpen && bound.port === port);
  }

  /**
   * Lends a port drawn at random.
   *
   * @throws {ChannelError} `offer-range-exhausted` if this peer has used the range up, `offer-range-held` if other
   * programs hold all that it has not, `offer-shortage` if this process can open nothing more
   */
  async offer({ local, peer, timeout }: OfferRequest): Promise<DataOffer> {
    const ports = this.#portsOf(local);
    const name = claimName(peer);
    const count = this.#count;
    const start = randomInt(count);
    let taken = 0;
    for (let i = 0; i < count && !this.#closed; i++) {
      const place = (start + i) % count;
      const port = ports.get(place) ?? this.#add(ports, local, place);
      if (port.isBusy(this.#clock.now())) continue;
      if (!canWaitBeside(port.claims, peer)) {
        taken++;
        continue;
      }
      const offer = new DataOffer({
        at: port,
        seconds: timeout,
        clock: this.#clock,
        release: () => {
          if (port.claims.get(name) === offer) port.claims.delete(name);
        },
      });
      // Claimed before it is open, so that nobody else draws it meanwhile.
      port.claims.set(name, offer);
      const failure = port.isOpen ? undefined : await this.#open(port);
      if (port.isOpen && !this.#closed) {
        this.#openRest(ports, local);
        return offer;
      }
      offer.withdraw();
      if (failure !== undefined && ownShortages.has(failure))
        throw new ChannelError("offer-shortage", { cause: failure });
    }
    throw this.#exhausted(taken, peer);
  }

  /** Closes all listeners; offers that still wait are withdrawn. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#openingRest, this.#closing]);
    await Promise.all(this.#all().map((port) => port.close()));
    this.#ports.clear();
  }

  #all(): SharedPort[] {
    return [...this.#ports.values()].flatMap((ports) => [...ports.values()]);
  }

  get #count(): number {
    return this.#range === "any" ? ANY_PORTS : this.#range.to - this.#range.from + 1;
  }

  #exhausted(taken: number, peer: ExpectedPeer): ChannelError {
    const range = this.#range === "any" ? "any" : `${this.#range.from}-${this.#range.to}`;
    if (taken === 0) return new ChannelError("offer-range-held", { range });
    return new ChannelError("offer-range-exhausted", {
      range,
      taken,
      peer: peer === "anybody" ? "others" : claimName(peer),
    });
  }

  #portsOf(local: IpAddress): Map<number, SharedPort> {
    const ports = this.#ports.get(local.text) ?? new Map<number, SharedPort>();
    // Last in the map is last used.
    this.#ports.delete(local.text);
    this.#ports.set(local.text, ports);
    if (this.#ports.size > MOST_ADDRESSES) this.#forgetOldest();
    return ports;
  }

  #forgetOldest(): void {
    for (const [address, ports] of this.#ports) {
      const all = [...ports.values()];
      if (all.some(({ claims }) => claims.size > 0)) continue;
      this.#ports.delete(address);
      this.#closing = Promise.all([this.#closing, ...all.map((port) => port.close())]);
      return;
    }
  }

  /** @param place counted from the start of the range */
  #add(ports: Map<number, SharedPort>, local: IpAddress, place: number): SharedPort {
    const port = new SharedPort(local, this.#range === "any" ? 0 : this.#range.from + place, this.#observer);
    ports.set(place, port);
    return port;
  }

  /** Gives what kept the port from being opened, if anything did. */
  async #open(port: SharedPort): Promise<string | undefined> {
    const failure = await port.open();
    if (this.#closed) await port.close();
    if (failure === undefined || ownShortages.has(failure) || port.isBusy(this.#clock.now())) return failure;
    port.retryAt = this.#clock.now() + RETRY_BUSY_MS;
    this.#observer.portBusy?.(port.bound, failure);
    return failure;
  }

  /** Opens what has not been tried yet; failures have been observed, and are skipped when drawn. */
  #openRest(ports: Map<number, SharedPort>, local: IpAddress): void {
    const count = this.#count;
    if (this.#range === "any" || !this.#mayOpenWhole || count > OPEN_WHOLE || ports.size === count) return;
    const untried: SharedPort[] = [];
    for (let place = 0; place < count; place++) {
      if (!ports.has(place)) untried.push(this.#add(ports, local, place));
    }
    this.#openingRest = Promise.all([this.#openingRest, this.#openAll(untried)]);
  }

  /**
   * One after the other. Where that takes the last descriptor, sessions and files need them more: what has been opened
   * here and is not lent is closed again, and from now on ports are opened as they are drawn.
   */
  async #openAll(ports: readonly SharedPort[]): Promise<void> {
    for (const port of ports) {
      const failure = port.isOpen ? undefined : await this.#open(port);
      if (this.#closed) return;
      if (failure === undefined || !ownShortages.has(failure)) continue;
      this.#mayOpenWhole = false;
      await Promise.all(ports.filter(({ claims }) => claims.size === 0).map((idle) => idle.close()));
      return;
    }
  }
}

/** A listener, and the offers that wait at it: one for each peer. */
export class SharedPort {
  /** Where it listens, or would; the port is 0 where any will do, until it is open. */
  bound: Endpoint;
  readonly #local: IpAddress;
  readonly #wanted: number;
  readonly claims = new Map<string, DataOffer>();
  retryAt = 0;
  readonly #observer: PortPoolObserver;
  #server: net.Server | undefined;
  #opening: Promise<string | undefined> | undefined;

  /** @param wanted 0 for any */
  constructor(local: IpAddress, wanted: number, observer: PortPoolObserver) {
    this.#local = local;
    this.#wanted = wanted;
    this.bound = { address: local.text, port: wanted };
    this.#observer = observer;
  }

  get isOpen(): boolean {
    return this.#server?.listening === true;
  }

  isBusy(now: number): boolean {
    return now < this.retryAt;
  }

  /** Gives nothing when it listens, else the name of the system error that kept it from it. */
  open(): Promise<string | undefined> {
    if (this.isOpen) return Promise.resolve(undefined);
    this.#opening ??= this.#listen().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Accepts nobody from now on; who has come is not waited for. */
  closeSoon(): void {
    this.#server?.close();
  }

  async close(): Promise<void> {
    for (const offer of [...this.claims.values()]) offer.withdraw();
    await this.#opening;
    const server = this.#server;
    if (!server?.listening) return;
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #listen(): Promise<string | undefined> {
    const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
    this.#server = server;
    server.on("connection", (socket) => this.#arrive(socket));
    return new Promise((resolve) => {
      // Stays: an accept that fails later (EMFILE) is not the end of the listener.
      server.on("error", (error) => resolve(errnoOf(error) ?? error.message));
      // A link-local address cannot be bound without its interface. Never "::" in its place: that would hold the port
      // at every other address, and one such client would shut passive mode for all the others.
      const { text, zone } = this.#local;
      const host = zone === undefined ? text : `${text}%${zone}`;
      server.listen({ host, port: this.#wanted, backlog: 511, exclusive: true }, () => {
        server.unref();
        const { port } = server.address() as net.AddressInfo;
        this.bound = { address: this.#local.text, port };
        resolve(undefined);
      });
    });
  }

  /** The one pipeline of all arrivals: who is it, and who waits for it. */
  #arrive(socket: net.Socket): void {
    socket.on("error", () => {});
    const peer = socket.remoteAddress === undefined ? undefined : parseIp(socket.remoteAddress);
    const name = peer && claimNamesFor(peer, lengthsIn(this.claims)).find((one) => this.claims.has(one));
    const offer = name === undefined ? undefined : this.claims.get(name);
    if (offer) {
      offer.take(socket);
      return;
    }
    if (peer) this.#observer.stranger?.(this.bound, endpoint(peer.text, socket.remotePort));
    socket.resetAndDestroy();
  }
}
