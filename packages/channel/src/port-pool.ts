import { randomInt } from "node:crypto";
import { ChannelError } from "./errors.ts";
import { DataOffer } from "./data-offer.ts";
import { SharedPort, ownShortages } from "./shared-port.ts";
import { crowdAt, leastCrowded } from "./crowd.ts";
import { TicketClaim } from "./ticket-claim.ts";
import { withhold } from "./withheld-port.ts";
import { canWaitBeside, claimName } from "./peer-check.ts";
import type { Endpoint, IpAddress } from "@twinport/protocol";
import type { Arrival } from "./arrival.ts";
import type { ArrivalObserver } from "./shared-port.ts";
import type { Clock } from "./clock.ts";
import type { ExpectedPeer } from "./peer-check.ts";
import type { WithheldPort } from "./withheld-port.ts";

/** Ports from the first to the last, both included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** The ports of a pool: a range, or any that the system gives (for tests, and where no firewall stands between). */
export type PassivePorts = PortRange | "any";

/** What is told about a pool's life. */
export interface PortPoolObserver extends ArrivalObserver {
  /** A port of the range cannot be had; it is tried again a minute later. */
  portBusy?: ((bound: Endpoint, cause: string) => void) | undefined;
}

/** What a pool asks its owner. */
export interface PortPoolQuestions {
  /**
   * Whether tickets of that name belong to a session that lives and has nothing to do with one that waits: whoever shows
   * one is not given to that. Sessions of one client may have: some take up whichever session was the last of any of
   * their logins (Go's, and with it rclone).
   */
  isTicketOfOther?: ((shown: string, waiting: string) => boolean) | undefined;
  /** What the tickets of a session begin with that a client names by its id (TLS 1.2 without tickets). */
  ticketNameOf?: ((sessionId: string) => string | undefined) | undefined;
}

/** An offer to a client that speaks TLS. */
export interface OfferedTls {
  /** What the tickets of its session begin with (16 bytes in lower-case hex): by that its data connection is known. */
  readonly ticketName: string;
  /** It must not share a port: its client takes up sessions of other logins too, and would be taken for those. */
  readonly isAlone?: boolean | undefined;
}

/** What {@link PortPool.offer} needs to know. */
export interface OfferRequest {
  /** The command connection's own end: the port is opened there. */
  readonly local: IpAddress;
  readonly peer: ExpectedPeer;
  /** Seconds after which an offer that nobody took is over. */
  readonly timeout: number;
  /**
   * The data connection will be TLS. It shares a port with others of that kind where no other is left: whose it is then
   * is seen by the ticket that it shows.
   */
  readonly tls?: OfferedTls | undefined;
}

/**
 * Local addresses whose listeners are kept open; those of the one that was used longest ago go, as far as nobody waits
 * there. A machine has few addresses, but whoever chooses among many must not take all descriptors.
 */
const MOST_ADDRESSES = 8;

/** Whoever cannot share a port waits so long for one of his own. */
const ALONE_WAITS_MS = 5000;

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
  readonly #questions: PortPoolQuestions;
  /** Of all ports, the oldest first. */
  readonly #unassigned = new Set<Arrival>();
  /** By local address, then by port. */
  readonly #ports = new Map<string, Map<number, SharedPort>>();
  /** Who waits for a port, the first to come first. */
  readonly #inLine = new Set<() => void>();
  #released = 0;
  #closed = false;
  #mayOpenWhole = true;
  #openingRest: Promise<unknown> = Promise.resolve();
  #closing: Promise<unknown> = Promise.resolve();

  constructor(range: PassivePorts, clock: Clock, observer: PortPoolObserver = {}, questions: PortPoolQuestions = {}) {
    this.#range = range;
    this.#clock = clock;
    this.#observer = observer;
    this.#questions = questions;
  }

  /** Listeners that are open now. */
  get listening(): number {
    return this.#all().filter((port) => port.isOpen).length;
  }

  /** Offers that wait now: ports that are lent. */
  get lent(): number {
    const claims = this.#all().flatMap((port) => [...port.claims.values()]);
    return claims.reduce((sum, claim) => sum + (claim instanceof TicketClaim ? claim.size : 1), 0);
  }

  /** Connections of which it is not known yet for which offer they have come. */
  get unassigned(): number {
    return this.#unassigned.size;
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
  async offer(request: OfferRequest): Promise<DataOffer> {
    // Others would share; who cannot waits for his turn, which comes when somebody's client has come.
    const until = this.#clock.now() + (request.tls?.isAlone ? ALONE_WAITS_MS : 0);
    for (;;) {
      const released = this.#released;
      try {
        return await this.#offerNow(request);
      } catch (error) {
        const isTaken = error instanceof ChannelError && error.code === "offer-range-exhausted";
        const wait = until - this.#clock.now();
        if (!isTaken || wait <= 0 || this.#closed) throw error;
        // Else one came back while the others were looked at.
        if (released === this.#released) await this.#oneReleased(wait);
      }
    }
  }

  async #offerNow(request: OfferRequest): Promise<DataOffer> {
    const { local, peer } = request;
    const ports = this.#portsOf(local);
    let taken = 0;
    for (const port of this.#drawn(ports, local)) {
      if (this.#closed) break;
      if (port.isBusy(this.#clock.now())) continue;
      if (!canWaitBeside(port.claims, peer)) {
        taken++;
        continue;
      }
      const offer = await this.#lend(port, request);
      if (!offer) continue;
      this.#openRest(ports, local);
      return offer;
    }
    for (const port of leastCrowded(ports.values(), request)) {
      // Whoever was there may have gone meanwhile, and another may wait.
      const offer = crowdAt(port, request) && !this.#closed ? await this.#lend(port, request) : undefined;
      if (offer) return offer;
    }
    throw this.#exhausted(taken, peer);
  }

  /**
   * Takes a port out for a while, so that somebody can be dialled from it; undefined where none can be spared. Who asks
   * sees to it that few are out at a time.
   */
  async withhold(local: IpAddress): Promise<WithheldPort | undefined> {
    if (this.#closed || this.#count < 2) return undefined;
    return withhold(this.#drawn(this.#portsOf(local), local), this.#clock);
  }

  /** Closes all listeners; offers that still wait are withdrawn. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wakeLine();
    await Promise.all([this.#openingRest, this.#closing]);
    await Promise.all(this.#all().map((port) => port.close()));
    this.#ports.clear();
  }

  /** All ports, from one that is drawn at random. */
  *#drawn(ports: Map<number, SharedPort>, local: IpAddress): Generator<SharedPort> {
    const count = this.#count;
    const start = randomInt(count);
    for (let i = 0; i < count; i++) {
      const place = (start + i) % count;
      yield ports.get(place) ?? this.#add(ports, local, place);
    }
  }

  #all(): SharedPort[] {
    return [...this.#ports.values()].flatMap((ports) => [...ports.values()]);
  }

  get #count(): number {
    return this.#range === "any" ? ANY_PORTS : this.#range.to - this.#range.from + 1;
  }

  /** Undefined where the port could not be opened. */
  async #lend(port: SharedPort, request: OfferRequest): Promise<DataOffer | undefined> {
    // Claimed before it is open, so that nobody else draws it meanwhile.
    const offer = this.#claim(port, request);
    const failure = port.isOpen ? undefined : await this.#open(port);
    if (port.isOpen && !this.#closed) return offer;
    offer.withdraw();
    if (failure !== undefined && ownShortages.has(failure))
      throw new ChannelError("offer-shortage", { cause: failure });
    return undefined;
  }

  #claim(port: SharedPort, { peer, timeout: seconds, tls }: OfferRequest): DataOffer {
    const name = claimName(peer);
    const clock = this.#clock;
    if (!tls) {
      const release = (): void => {
        if (port.claims.get(name) === offer) port.claims.delete(name);
        this.#wakeLine();
      };
      const offer = new DataOffer({ at: port, seconds, clock, release });
      port.claims.set(name, offer);
      return offer;
    }
    let crowd = port.claims.get(name);
    if (!(crowd instanceof TicketClaim)) {
      crowd = new TicketClaim({
        at: port,
        clock,
        observer: this.#observer,
        questions: this.#questions,
        unassigned: this.#unassigned,
        release: () => {
          if (port.claims.get(name) === crowd) port.claims.delete(name);
          this.#wakeLine();
        },
      });
      port.claims.set(name, crowd);
    }
    return crowd.offer(tls, seconds);
  }

  /** Done when a port is given back, or after so many milliseconds. */
  #oneReleased(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(milliseconds, () => wake());
      const wake = (): void => {
        timer.cancel();
        this.#inLine.delete(wake);
        resolve();
      };
      this.#inLine.add(wake);
    });
  }

  /** All of them, in their order: the port may be of no use to the first. */
  #wakeLine(): void {
    this.#released++;
    for (const wake of [...this.#inLine]) wake();
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
