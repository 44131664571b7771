import net from "node:net";
import { parseIp } from "@twinport/protocol";
import { claimNamesFor, lengthsIn } from "./peer-check.ts";
import { endpoint } from "./data-connection.ts";
import { errnoOf } from "./errors.ts";
import type { Endpoint, IpAddress } from "@twinport/protocol";
import type { DataOffer } from "./data-offer.ts";
import type { TicketClaim } from "./ticket-claim.ts";
import type { WhyGivenUp } from "./arrival.ts";

/** The system has no more of something for us: that is no news of this port, and the next one would fare no better. */
export const ownShortages: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);

/** What is told about who comes to a port; nothing is made where nobody wants to know. */
export interface ArrivalObserver {
  /** Somebody came for whom no offer waits; the connection is dropped. */
  stranger?: ((local: Endpoint, peer: Endpoint) => void) | undefined;
  /** Somebody came who may be one of several, and could not be told to be this or that one; it is dropped. */
  unassigned?: ((local: Endpoint, peer: Endpoint, why: WhyGivenUp) => void) | undefined;
}

/** What waits at a port for one peer: an offer, or several that are told apart by the first bytes. */
type Claim = DataOffer | TicketClaim;

/** A listener, and what waits at it: one claim for each peer. */
export class SharedPort {
  /** Where it listens, or would; the port is 0 where any will do, until it is open. */
  bound: Endpoint;
  readonly #local: IpAddress;
  readonly #wanted: number;
  readonly claims = new Map<string, Claim>();
  retryAt = 0;
  readonly #observer: ArrivalObserver;
  #server: net.Server | undefined;
  #opening: Promise<string | undefined> | undefined;

  /** @param wanted 0 for any */
  constructor(local: IpAddress, wanted: number, observer: ArrivalObserver) {
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
    for (const claim of [...this.claims.values()]) claim.withdraw();
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
    const claim = name === undefined ? undefined : this.claims.get(name);
    if (claim) {
      claim.take(socket);
      return;
    }
    if (peer) this.#observer.stranger?.(this.bound, endpoint(peer.text, socket.remotePort));
    socket.resetAndDestroy();
  }
}
