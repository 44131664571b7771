import { ChannelError, dialData, kernelSockets } from "@twinport/channel";
import { visible } from "@twinport/protocol";
import { AskingRate } from "./asking-rate.ts";
import { isExpected } from "./arrivals.ts";
import type { DataConnection, DataOffer, ExpectedPeer, Timer, WithheldPort } from "@twinport/channel";
import type { FarArrival, FarDialOutcome, FarEndReply, FarEndRequest } from "@twinport/protocol";
import type { Services } from "../services.ts";
import type { Session } from "../session.ts";
import type { OfferSight } from "./arrivals.ts";

/** Why the server does not do what SITE DOCTOR asks for. */
export type FarEndRefusal =
  | "active-off"
  | "passive-off"
  | "port-privileged"
  | "own-listener"
  | "asked-too-often"
  | "not-reserved"
  | "none-to-spare"
  | "port-held";

type Dial = Extract<FarEndRequest, { kind: "dial" }>;

/** Dials and reservations of a session. */
const MOST_DIALS = 20;

/** Looks at the system's table of connections, which may be long, of a session. */
const MOST_LOOKS = 200;

/** Both in a minute by one client, however often it logs in. */
const DIALS_A_MINUTE = 60;
const LOOKS_A_MINUTE = 300;

/** Seconds for which a dial waits for an answer, and for which a port is reserved. */
const DIAL_SECONDS = 3;
const RESERVED_SECONDS = 10;

/** Of a line that a box has made longer, no more is told. */
const MOST_HEARD = 200;

/** Whoever has come to be dialled has seen it within this time. */
const LINGER_MS = 1000;

/** An offer that was not taken in this time was not just asked for to see whether one could. */
const MEANT_MS = 2000;

const outcomes: Readonly<Record<string, FarDialOutcome>> = {
  "dial-refused": "refused",
  "dial-silent": "silent",
  "dial-unreachable": "unreachable",
  "dial-failed": "unreachable",
};

/** What all sessions of a server share of these. */
export function farEndRates(): Services["askingRates"] {
  return { dials: new AskingRate(DIALS_A_MINUTE), looks: new AskingRate(LOOKS_A_MINUTE) };
}

/** What a session can say of the network between it and its client (SITE DOCTOR). */
export class FarEnd {
  readonly #session: Session;
  readonly #services: Services;
  #heard: string | undefined;
  #told: string | undefined;
  #sight: OfferSight | undefined;
  #dials = 0;
  #looks = 0;
  #reserved: { readonly withheld: WithheldPort; readonly timer: Timer } | undefined;
  #dialed: DataConnection | undefined;

  constructor(session: Session, services: Services) {
    this.#session = session;
    this.#services = services;
  }

  /** The last PORT or EPRT as it has come, and the last 227 or 229. */
  get heard(): FarEndReply {
    return { kind: "heard", heard: this.#heard, told: this.#told };
  }

  /** PORT or EPRT has come. */
  hear(line: string): void {
    this.#heard = visible(line.slice(0, MOST_HEARD));
  }

  /** The client asks for another way: the port that it was offered was of no use. */
  lookElsewhere(): void {
    if (isUnmet(this.#sight)) this.#countUntaken(this.#sight);
    this.#forgetSight();
  }

  /** A port was lent, and is about to be told. */
  offered(offer: DataOffer, expected: ExpectedPeer): void {
    this.#forgetSight();
    const { arrivals, settings, untaken } = this.#services;
    const { peerAddress } = this.#session.control;
    this.#sight = arrivals.watch(offer, expected, settings.clock.now(), (sight) => {
      if (sight.came !== "nobody") untaken.taken(peerAddress, settings.clock.now());
      else if (this.#sight === sight) this.#countIfMeant(sight);
    });
  }

  tell(line: string): void {
    this.#told = line;
  }

  /** The client's data connection stands at the port that was offered. */
  taken(): void {
    if (this.#sight) this.#sight.came = "client";
  }

  /** What has come to a port, if it is the one that was offered last. */
  async arrivalAt(port: number): Promise<FarArrival | FarEndRefusal> {
    const sight = this.#sight;
    if (sight?.bound.port !== port) return { arrival: "unknown" };
    if (++this.#looks > MOST_LOOKS || !this.#mayAsk("looks")) return "asked-too-often";
    // The look lets what has come meanwhile be heard of first.
    const halfOpen = await kernelSockets("half-open");
    const isHalfOpen = halfOpen?.some(
      ({ local, remote }) => local.port === port && isExpected(sight.peer, remote.address),
    );
    if (sight.came === "client") return { arrival: "accepted" };
    if (sight.came === "perhaps") return { arrival: "unknown" };
    if (isHalfOpen) return { arrival: this.#services.arrivals.hasRivals(sight) ? "unknown" : "half-open" };
    if (sight.stranger !== undefined && !this.#isOfOther(sight.stranger)) {
      return { arrival: "stranger", address: sight.stranger };
    }
    return { arrival: isHalfOpen === undefined ? "unknown" : "nothing" };
  }

  /** Keeps a port of the passive range for the next dial. */
  async reserve(): Promise<FarEndReply | FarEndRefusal> {
    if (!this.#services.settings.passive) return "passive-off";
    if (!this.#mayDial()) return "asked-too-often";
    return (await this.#withhold()) ?? "none-to-spare";
  }

  /**
   * Dials the client, and nobody else. Only whether somebody answers is told; nothing is sent.
   *
   * @throws {ChannelError} `aborted`
   */
  async dial({ port, from }: Dial, signal: AbortSignal): Promise<FarEndReply | FarEndRefusal> {
    const { settings, isOwnListener } = this.#services;
    const { peerAddress: address, localAddress } = this.#session.control;
    if (!settings.active) return "active-off";
    if (port < 1024) return "port-privileged";
    if (isOwnListener({ address, port }, localAddress)) return "own-listener";
    if (!this.#mayDial()) return "asked-too-often";
    if (from === undefined) return this.#dialFrom(port, undefined, signal);
    if (!settings.passive) return "passive-off";
    if (from === "passive" && !this.#reserved && !(await this.#withhold())) return "none-to-spare";
    const reserved = this.#reserved?.withheld.port;
    if (reserved === undefined || (from !== "passive" && from !== reserved)) return "not-reserved";
    try {
      return await this.#dialFrom(port, reserved, signal);
    } finally {
      this.#release();
    }
  }

  /** Another user begins, or the session has ended. */
  forget(): void {
    if (isUnmet(this.#sight)) this.#countIfMeant(this.#sight);
    this.#heard = this.#told = undefined;
    this.#forgetSight();
    this.#release();
    this.#dialed?.close();
  }

  #mayDial(): boolean {
    return ++this.#dials <= MOST_DIALS && this.#mayAsk("dials");
  }

  #mayAsk(what: "dials" | "looks"): boolean {
    const { askingRates, settings } = this.#services;
    return askingRates[what].take(this.#session.control.peerAddress, settings.clock.now());
  }

  /** Somebody who is logged in from there has come too late, or gone astray: that is nobody else's business. */
  #isOfOther(address: string): boolean {
    const others = this.#services.activities().filter(({ session }) => session.id !== this.#session.info.id);
    return others.some(({ session }) => session.peer.address === address);
  }

  async #dialFrom(
    port: number,
    reserved: number | undefined,
    signal: AbortSignal,
  ): Promise<FarEndReply | FarEndRefusal> {
    const { settings, sourcePorts } = this.#services;
    const { control } = this.#session;
    const wanted = reserved ?? sourcePorts.wanted(control.local.port);
    this.#dialed?.close();
    const held = new AbortController();
    let isOwn = wanted !== 0;
    let outcome: FarDialOutcome = "connected";
    try {
      this.#keep(
        await dialData({
          to: { address: control.peerAddress, port },
          from: control.localAddress,
          fromPort: wanted,
          timeout: DIAL_SECONDS,
          clock: settings.clock,
          signal: AbortSignal.any([signal, held.signal]),
          onPortRefused: (cause) => {
            isOwn = false;
            // From another one it would say nothing of this one.
            if (reserved === undefined) sourcePorts.refused(wanted, cause);
            else held.abort();
          },
        }),
      );
    } catch (error) {
      if (held.signal.aborted) return "port-held";
      const ended = error instanceof ChannelError ? outcomes[error.code] : undefined;
      if (ended === undefined) throw error;
      outcome = ended;
    }
    return { kind: "dial", port, ...(isOwn && { from: wanted }), outcome };
  }

  /** What has connected is ended at once, and is gone soon, at the latest with the session. */
  #keep(connection: DataConnection): void {
    this.#dialed = connection;
    this.#services.track(connection);
    connection.end().catch(() => {});
    connection.linger(LINGER_MS);
  }

  async #withhold(): Promise<FarEndReply | undefined> {
    this.#release();
    const withheld = await this.#services.sparePort.withhold(this.#session.control.localAddress);
    if (!withheld) return undefined;
    // It may have ended meanwhile, and nobody would give the port back.
    if (this.#session.isOver) {
      withheld.release();
      return undefined;
    }
    const timer = this.#services.settings.clock.after(RESERVED_SECONDS * 1000, () => this.#release());
    this.#reserved = { withheld, timer };
    return { kind: "reserve", port: withheld.port };
  }

  #release(): void {
    this.#reserved?.timer.cancel();
    this.#reserved?.withheld.release();
    this.#reserved = undefined;
  }

  #forgetSight(): void {
    if (this.#sight) this.#services.arrivals.forget(this.#sight);
    this.#sight = undefined;
  }

  #countIfMeant(sight: OfferSight): void {
    if (this.#services.settings.clock.now() - sight.since >= MEANT_MS) this.#countUntaken(sight);
  }

  #countUntaken({ bound }: OfferSight): void {
    const { untaken, settings } = this.#services;
    untaken.untaken(this.#session.control.peerAddress, bound.port, settings.clock.now());
  }
}

function isUnmet(sight: OfferSight | undefined): sight is OfferSight {
  return sight !== undefined && sight.isWaiting && sight.came === "nobody";
}
