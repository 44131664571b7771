import { readClientHello } from "@twinport/protocol";
import { endpoint } from "./data-connection.ts";
import type net from "node:net";
import type { Endpoint } from "@twinport/protocol";

/** Why an arrival is given up: nothing known tells for whom it is, its hello has no end, or there are too many. */
export type WhyGivenUp = "ambiguous" | "too-long" | "too-many";

/** Who decides what becomes of an {@link Arrival}. */
export interface ArrivalOwner {
  /**
   * The names of the tickets that it shows, none for whoever shows none, or speaks no TLS; and the id of a session,
   * which before TLS 1.3 a client may show in place of a ticket.
   */
  readonly shown: (arrival: Arrival, tickets: readonly string[], sessionId: string) => void;
  readonly left: (arrival: Arrival) => void;
  readonly givenUp: (arrival: Arrival, why: WhyGivenUp) => void;
}

/** A ClientHello of Node 26 has 1750 bytes; this holds a record that is full. */
const MOST_BYTES = 18 * 1024;

/** Somebody who has come, and whose first bytes will say for whom. */
export class Arrival {
  /** Offers that had been made when it came: it may be for these, and for none that came later. */
  readonly came: number;
  readonly peer: Endpoint;
  /** One of these is over without a connection: it may have come for that one. */
  mayBeLate = false;
  readonly #socket: net.Socket;
  readonly #owner: ArrivalOwner;
  #bytes: Buffer = Buffer.alloc(0);
  #wanted = 1;

  /** @param socket paused, nothing was read of it */
  constructor(socket: net.Socket, came: number, owner: ArrivalOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.came = came;
    this.peer = endpoint(socket.remoteAddress, socket.remotePort);
    socket.on("data", this.#read).on("end", this.#leave).on("close", this.#leave);
    socket.resume();
  }

  /** Gives the socket away, paused; what was read is in its buffer again. */
  release(): net.Socket {
    this.#forget();
    this.#socket.pause();
    if (this.#bytes.length > 0) this.#socket.unshift(this.#bytes);
    return this.#socket;
  }

  /** Sends it away. */
  reset(): void {
    this.#forget();
    this.#socket.resetAndDestroy();
  }

  giveUp(why: WhyGivenUp): void {
    this.#owner.givenUp(this, why);
  }

  readonly #read = (chunk: Buffer): void => {
    // Many small pieces would take more room than their bytes.
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.length < this.#wanted) return;
    const hello = readClientHello(this.#bytes);
    if (hello.kind === "hello") this.#owner.shown(this, hello.tickets, hello.sessionId);
    else if (hello.kind === "not-tls") this.#owner.shown(this, [], "");
    else if (this.#bytes.length > MOST_BYTES) this.giveUp("too-long");
    else this.#wanted = hello.atLeast;
  };

  readonly #leave = (): void => this.#owner.left(this);

  #forget(): void {
    this.#socket.off("data", this.#read).off("end", this.#leave).off("close", this.#leave);
  }
}
