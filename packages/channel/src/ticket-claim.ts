import { Arrival } from "./arrival.ts";
import { DataOffer } from "./data-offer.ts";
import type net from "node:net";
import type { Endpoint } from "@twinport/protocol";
import type { ArrivalObserver } from "./shared-port.ts";
import type { ArrivalOwner, WhyGivenUp } from "./arrival.ts";
import type { Clock } from "./clock.ts";
import type { OfferedTls, PortPoolQuestions } from "./port-pool.ts";

interface ClaimParts {
  readonly at: { readonly bound: Endpoint };
  readonly clock: Clock;
  readonly observer: ArrivalObserver;
  readonly questions: PortPoolQuestions;
  /** Of all claims, the oldest first. */
  readonly unassigned: Set<Arrival>;
  /** Gives the port back to the pool. */
  readonly release: () => void;
}

/** Unassigned arrivals that a claim may have: one for each offer and some more, and so many in any case. */
const SPARE = 8;
const LEAST = 64;

/** Unassigned arrivals that all claims together may have. */
const MOST_EVERYWHERE = 1024;

interface Waiting {
  readonly offer: DataOffer;
  /** Counted from 1. */
  readonly number: number;
}

/**
 * Offers with TLS that wait at one port for one peer. Their clients come from one address, so whoever comes stays
 * unassigned until it shows a ticket. Some say nothing before they are told to go on (150): so long all offers that it
 * may be for have company.
 */
export class TicketClaim implements ArrivalOwner {
  readonly #parts: ClaimParts;
  /** By ticket name, the oldest first. */
  readonly #waiting = new Map<string, Waiting>();
  /** The oldest first. */
  readonly #arrivals: Arrival[] = [];
  #made = 0;
  #isShut = false;

  constructor(parts: ClaimParts) {
    this.#parts = parts;
  }

  /** Nobody else may wait here. */
  get isShut(): boolean {
    return this.#isShut;
  }

  /** Offers that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  has(ticketName: string): boolean {
    return this.#waiting.has(ticketName);
  }

  offer({ ticketName, isAlone = false }: OfferedTls, seconds: number): DataOffer {
    this.#isShut ||= isAlone;
    const number = ++this.#made;
    const { at, clock } = this.#parts;
    const offer = new DataOffer({
      at,
      seconds,
      clock,
      release: () => this.#release(ticketName, !offer.hasArrived),
      hasCompany: () => mayBeFor(this.#arrivals.at(-1), number),
    });
    this.#waiting.set(ticketName, { offer, number });
    return offer;
  }

  /** That peer has come. */
  take(socket: net.Socket): void {
    const { unassigned } = this.#parts;
    const arrival = new Arrival(socket, this.#made, this);
    this.#arrivals.push(arrival);
    unassigned.add(arrival);
    if (this.#arrivals.length > Math.max(LEAST, this.size + SPARE)) this.#arrivals[0]!.giveUp("too-many");
    const [oldest] = unassigned;
    if (unassigned.size > MOST_EVERYWHERE) oldest!.giveUp("too-many");
    for (const { offer } of this.#waiting.values()) offer.noticeCompany();
  }

  /** Nobody waits any more. */
  withdraw(): void {
    for (const { offer } of [...this.#waiting.values()]) offer.withdraw();
  }

  readonly shown = (arrival: Arrival, shown: readonly string[], sessionId: string): void => {
    const known = sessionId === "" ? undefined : this.#parts.questions.ticketNameOf?.(sessionId);
    const tickets = known === undefined ? shown : [...shown, known];
    const possible = new Map([...this.#waiting].filter(([, { number }]) => mayBeFor(arrival, number)));
    const named = tickets.find((ticket) => possible.has(ticket));
    if (named !== undefined) {
      this.#assign(arrival, possible.get(named)!);
      return;
    }
    if (tickets.some((ticket) => this.#isOfOther(ticket, possible))) {
      // Its session waits no more, or again since, or elsewhere.
      this.#parts.observer.stranger?.(this.#parts.at.bound, arrival.peer);
      this.#forget(arrival);
      arrival.reset();
      return;
    }
    const [only, ...others] = possible.values();
    if (only && others.length === 0 && !arrival.mayBeLate) {
      this.#assign(arrival, only);
      return;
    }
    for (const { offer } of possible.values()) offer.mayHaveMissed();
    arrival.giveUp("ambiguous");
  };

  readonly left = (arrival: Arrival): void => {
    this.#forget(arrival);
    arrival.reset();
  };

  readonly givenUp = (arrival: Arrival, why: WhyGivenUp): void => {
    const { observer, at } = this.#parts;
    observer.unassigned?.(at.bound, arrival.peer, why);
    this.#forget(arrival);
    arrival.reset();
  };

  #isOfOther(ticket: string, possible: ReadonlyMap<string, unknown>): boolean {
    if (this.#waiting.has(ticket)) return true;
    return [...possible.keys()].every((waiting) => this.#parts.questions.isTicketOfOther?.(ticket, waiting) === true);
  }

  #assign(arrival: Arrival, { offer }: Waiting): void {
    this.#forget(arrival);
    offer.take(arrival.release(), "buffered");
  }

  #forget(arrival: Arrival): void {
    const at = this.#arrivals.indexOf(arrival);
    if (at !== -1) this.#arrivals.splice(at, 1);
    this.#parts.unassigned.delete(arrival);
  }

  /** An offer has ended, by time or because it was withdrawn where it is unmet. */
  #release(ticketName: string, isUnmet: boolean): void {
    const number = this.#waiting.get(ticketName)!.number;
    this.#waiting.delete(ticketName);
    if (this.size === 0) this.#parts.release();
    if (isUnmet) for (const arrival of this.#arrivals) arrival.mayBeLate ||= mayBeFor(arrival, number);
    // Whoever came for offers that are all over has nobody to wait for.
    const [oldest] = this.#waiting.values();
    while (this.#arrivals[0] && !(oldest && mayBeFor(this.#arrivals[0], oldest.number))) this.left(this.#arrivals[0]);
  }
}

/** It came after that offer had been made. */
function mayBeFor(arrival: Arrival | undefined, number: number): boolean {
  return arrival !== undefined && number <= arrival.came;
}
