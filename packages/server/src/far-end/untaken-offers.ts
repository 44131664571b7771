import { formatPrefix, networkOf } from "@twinport/protocol";
import type { IpAddress } from "@twinport/protocol";
import type { PassivePorts } from "@twinport/channel";
import type { ServerWarning } from "../observe.ts";

/** Offers in a row that nobody took, from a network that has never taken one, after which that is told. */
const FIRST_TOLD = 3;

/** … and again when there are so many times more. */
const TOLD_AGAIN = 4;

/** Networks that are remembered: of more, those that were heard of longest ago are forgotten. */
const MOST_NETWORKS = 512;

/** Clients of a network that are told apart: more count as so many. */
const MOST_CLIENTS = 256;

/** A network that has taken an offer is not suspected for so long: one day. */
const TRUSTED_MS = 24 * 60 * 60 * 1000;

interface Network {
  readonly clients: Set<string>;
  offers: number;
  nextTold: number;
  /** The lowest and the highest port that was offered. */
  from: number;
  to: number;
  takenAt: number | undefined;
}

/** Counts offers that nobody took, by the network of their clients: where none is taken, the range is probably closed. */
export class UntakenOffers {
  readonly #range: PassivePorts | undefined;
  readonly #warn: (warning: ServerWarning) => void;
  /** Heard of longest ago first. */
  readonly #networks = new Map<string, Network>();

  constructor(range: PassivePorts | undefined, warn: (warning: ServerWarning) => void) {
    this.#range = range;
    this.#warn = warn;
  }

  /** Somebody who was not waited for has come from where others were: the ports can be reached from there. */
  reached(peer: IpAddress, now: number): void {
    if (this.#networks.has(nameOf(peer))) this.taken(peer, now);
  }

  /** Somebody of a network has taken an offer. */
  taken(peer: IpAddress, now: number): void {
    const network = this.#networkOf(peer).network;
    network.takenAt = now;
    network.clients.clear();
    network.offers = 0;
    network.nextTold = FIRST_TOLD;
    network.from = 65_536;
    network.to = 0;
  }

  /** A client has asked for a port and not come. */
  untaken(peer: IpAddress, port: number, now: number): void {
    const { name, network } = this.#networkOf(peer);
    if (network.takenAt !== undefined && now - network.takenAt < TRUSTED_MS) return;
    network.offers++;
    network.from = Math.min(network.from, port);
    network.to = Math.max(network.to, port);
    if (network.clients.size < MOST_CLIENTS) network.clients.add(peer.text);
    if (network.offers < network.nextTold) return;
    network.nextTold *= TOLD_AGAIN;
    const { offers, from, to } = network;
    const ports = typeof this.#range === "object" ? this.#range : { from, to };
    this.#warn({ code: "offers-not-taken", network: name, clients: network.clients.size, offers, ports });
  }

  /** Networks that are remembered. */
  get size(): number {
    return this.#networks.size;
  }

  #networkOf(peer: IpAddress): { name: string; network: Network } {
    const name = nameOf(peer);
    const network = this.#networks.get(name) ?? {
      clients: new Set(),
      offers: 0,
      nextTold: FIRST_TOLD,
      from: 65_536,
      to: 0,
      takenAt: undefined,
    };
    this.#networks.delete(name);
    this.#networks.set(name, network);
    const [oldest] = this.#networks.keys();
    if (this.#networks.size > MOST_NETWORKS) this.#networks.delete(oldest!);
    return { name, network };
  }
}

function nameOf(peer: IpAddress): string {
  return formatPrefix(networkOf(peer, peer.family === 4 ? 24 : 64));
}
