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
  /** Whether somebody has come who may be the one; without it whoever comes is the one. */
  readonly hasCompany?: () => boolean;
}

/**
 * A port that is held open for one peer. It ends by that peer's arrival, by {@link DataOffer.withdraw}, or by time.
 * The port goes back to the pool at that very moment: before a reply is sent, for a client that hears 425 may
 * ask for a port again at once.
 */
export class DataOffer {
  readonly #parts: OfferParts;
  readonly #since: number;
  #timer: Timer;
  #seconds: number;
  #state: "waits" | "arrived" | "over" = "waits";
  #arrived: net.Socket | undefined;
  #kind: "untouched" | "buffered" = "untouched";
  #isAmbiguous = false;
  #failure: ChannelError | undefined;
  #news: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  /** Called when the time is over and nobody has come. */
  onExpired: (() => void) | undefined;

  constructor(parts: OfferParts) {
    this.#parts = parts;
    this.#since = parts.clock.now();
    this.#seconds = parts.seconds;
    this.#timer = this.#startTimer(parts.seconds);
  }

  /** Our end: what is told to the peer may differ (NAT). */
  get bound(): Endpoint {
    return this.#parts.at.bound;
  }

  /** The peer has come and nobody has asked for its connection yet. */
  get hasArrived(): boolean {
    return this.#arrived !== undefined;
  }

  /** Somebody has come who may be the one: it has arrived, or it is not known yet for which offer it has come. */
  get hasCompany(): boolean {
    return this.#state === "waits" ? (this.#parts.hasCompany?.() ?? false) : this.#state === "arrived";
  }

  /**
   * Done when the offer has company: now a client may be told to go on that says nothing on its data connection before.
   *
   * @throws {ChannelError} `offer-expired`, `offer-ambiguous`, `offer-withdrawn`
   */
  async company(): Promise<void> {
    while (this.#state === "waits" && !this.hasCompany) await this.#nextNews();
    if (this.#state === "over") throw this.#failure ?? this.#withdrawn();
  }

  /** Gives it so many seconds from now. */
  extend(seconds: number): void {
    if (this.#state !== "waits") return;
    this.#timer.cancel();
    this.#seconds = Math.ceil((this.#parts.clock.now() - this.#since) / 1000) + seconds;
    this.#timer = this.#startTimer(seconds);
  }

  /**
   * The right peer has come.
   *
   * @param kind `buffered` where something of it was read, and is in its buffer again
   */
  take(socket: net.Socket, kind: "untouched" | "buffered" = "untouched"): void {
    if (this.#state !== "waits") {
      socket.resetAndDestroy();
      return;
    }
    this.#state = "arrived";
    this.#arrived = socket;
    this.#kind = kind;
    this.#settle();
  }

  /** Somebody has come who may be the one; {@link DataOffer.hasCompany} says whether that is still so. */
  noticeCompany(): void {
    this.#tell();
  }

  /** Somebody was sent away who may have been the one. */
  mayHaveMissed(): void {
    this.#isAmbiguous = true;
  }

  /**
   * The connection, when the peer has come. To be asked for once.
   *
   * @param role who asks: it is passive mode for a server, and active mode for a client
   * @throws {ChannelError} `offer-expired`, `offer-ambiguous`, `tls-timed-out`, `offer-withdrawn`, `data-reset`
   */
  async connection(role: Role = "server"): Promise<DataConnection> {
    while (this.#state === "waits") await this.#nextNews();
    const socket = this.#arrived;
    this.#arrived = undefined;
    if (!socket) throw this.#failure ?? this.#withdrawn();
    // One that was read from is known to be gone when it is.
    if (socket.destroyed) throw new ChannelError("data-reset");
    return DataConnection.accepted(socket, this.bound, role, this.#kind);
  }

  /** Nobody may take it any more; who has come and was not asked for is sent away. */
  withdraw(): void {
    if (this.#arrived) {
      this.#arrived.resetAndDestroy();
      this.#arrived = undefined;
      this.#state = "over";
    }
    if (this.#state !== "waits") return;
    this.#state = "over";
    this.#failure = this.#withdrawn();
    this.#settle();
  }

  #startTimer(seconds: number): Timer {
    return this.#parts.clock.after(seconds * 1000, () => this.#expire());
  }

  #expire(): void {
    if (this.#state !== "waits") return;
    const unmet = this.hasCompany ? "tls-timed-out" : "offer-expired";
    const code = this.#isAmbiguous ? "offer-ambiguous" : unmet;
    this.#state = "over";
    this.#failure = new ChannelError(code, { port: this.bound.port, seconds: this.#seconds });
    this.#settle();
    this.onExpired?.();
  }

  #settle(): void {
    this.#timer.cancel();
    this.#parts.release();
    this.#tell();
  }

  #nextNews(): Promise<void> {
    this.#news ??= new Promise((resolve) => (this.#wake = resolve));
    return this.#news;
  }

  #tell(): void {
    this.#wake?.();
    this.#wake = this.#news = undefined;
  }

  #withdrawn(): ChannelError {
    return new ChannelError("offer-withdrawn", { port: this.bound.port });
  }
}
