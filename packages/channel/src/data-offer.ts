import { ChannelError } from "./errors.ts";
import { DataConnection } from "./data-connection.ts";
import type net from "node:net";
import type { Endpoint } from "@twinport/protocol";
import type { Clock, Timer } from "./clock.ts";
import type { Role } from "./data-connection.ts";

interface OfferParts {
  /** The port, which may be known only when it is open. */
  readonly at: { readonly bound: Endpoint };
  readonly seconds: number;
  readonly clock: Clock;
  /** Gives the port back to the pool. */
  readonly release: () => void;
}

/**
 * A port that is held open for one peer. It ends by that peer's arrival, by {@link DataOffer.withdraw}, or by time.
 * The port goes back to the pool at that very moment: before a reply is sent, for a client that hears 425 may
 * ask for a port again at once.
 */
export class DataOffer {
  readonly #parts: OfferParts;
  readonly #timer: Timer;
  #state: "waits" | "arrived" | "over" = "waits";
  #arrived: net.Socket | undefined;
  #failure: ChannelError | undefined;
  #wake: (() => void) | undefined;
  /** Called when the time is over and nobody has come. */
  onExpired: (() => void) | undefined;

  constructor(parts: OfferParts) {
    this.#parts = parts;
    this.#timer = parts.clock.after(parts.seconds * 1000, () => this.#expire());
  }

  /** Our end: what is told to the peer may differ (NAT). */
  get bound(): Endpoint {
    return this.#parts.at.bound;
  }

  /** The peer has come and nobody has asked for its connection yet. */
  get hasArrived(): boolean {
    return this.#arrived !== undefined;
  }

  /** The right peer has come. */
  take(socket: net.Socket): void {
    if (this.#state !== "waits") {
      socket.resetAndDestroy();
      return;
    }
    this.#state = "arrived";
    this.#arrived = socket;
    this.#settle();
  }

  /**
   * The connection, when the peer has come. To be asked for once.
   *
   * @param role who asks: it is passive mode for a server, and active mode for a client
   * @throws {ChannelError} `offer-expired`, `offer-withdrawn`
   */
  async connection(role: Role = "server"): Promise<DataConnection> {
    if (this.#state === "waits") await new Promise<void>((resolve) => (this.#wake = resolve));
    const socket = this.#arrived;
    this.#arrived = undefined;
    if (!socket) throw this.#failure ?? this.#withdrawn();
    return DataConnection.accepted(socket, this.bound, role);
  }

  /** Nobody may take it any more; who has come and was not asked for is sent away. */
  withdraw(): void {
    this.#arrived?.resetAndDestroy();
    this.#arrived = undefined;
    if (this.#state !== "waits") return;
    this.#state = "over";
    this.#failure = this.#withdrawn();
    this.#settle();
  }

  #expire(): void {
    if (this.#state !== "waits") return;
    this.#state = "over";
    this.#failure = new ChannelError("offer-expired", { port: this.bound.port, seconds: this.#parts.seconds });
    this.#settle();
    this.onExpired?.();
  }

  #settle(): void {
    this.#timer.cancel();
    this.#parts.release();
    this.#wake?.();
  }

  #withdrawn(): ChannelError {
    return new ChannelError("offer-withdrawn", { port: this.bound.port });
  }
}
