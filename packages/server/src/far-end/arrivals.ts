import { inPrefix, sameIp } from "@twinport/protocol";
import { claimName } from "@twinport/channel";
import type { DataOffer, ExpectedPeer } from "@twinport/channel";
import type { Endpoint, IpAddress } from "@twinport/protocol";

/** What became of one offer, as far as it was seen. */
export interface OfferSight {
  readonly bound: Endpoint;
  readonly peer: ExpectedPeer;
  /** Milliseconds since 1970. */
  readonly since: number;
  isWaiting: boolean;
  /** `perhaps`: somebody came for this one, or for another of the same client. */
  came: "nobody" | "perhaps" | "client";
  /** Who came in vain while it waited. */
  stranger: string | undefined;
}

/** The last offer of each session, by its port: who comes to a shared port is seen in the light of all who wait there. */
export class Arrivals {
  readonly #atPort = new Map<string, Set<OfferSight>>();

  /** @param over called when the offer has ended */
  watch(offer: DataOffer, peer: ExpectedPeer, now: number, over: (sight: OfferSight) => void): OfferSight {
    const { bound } = offer;
    const sight: OfferSight = { bound, peer, since: now, isWaiting: true, came: "nobody", stranger: undefined };
    const key = keyOf(bound);
    const here = this.#atPort.get(key) ?? new Set();
    this.#atPort.set(key, here.add(sight));
    const ended = (): void => {
      sight.isWaiting = false;
      over(sight);
    };
    offer.company().then(() => {
      if (sight.came === "nobody") sight.came = offer.hasArrived || !this.hasRivals(sight) ? "client" : "perhaps";
      ended();
    }, ended);
    return sight;
  }

  forget(sight: OfferSight): void {
    const key = keyOf(sight.bound);
    const here = this.#atPort.get(key);
    here?.delete(sight);
    if (here?.size === 0) this.#atPort.delete(key);
  }

  /** Somebody came to a port for whom nobody waited there any more, or at all. */
  noticeStranger(local: Endpoint, peer: IpAddress): void {
    const here = [...(this.#atPort.get(keyOf(local)) ?? [])];
    const meant = here.filter((sight) => isExpected(sight.peer, peer));
    const [only, ...others] = meant;
    // Late for it; among several of one client nobody knows.
    if (only && others.length === 0 && !only.isWaiting) only.came = "client";
    if (meant.length > 0) return;
    for (const sight of here) if (sight.isWaiting) sight.stranger ??= peer.text;
  }

  /** Whether what comes from its client may also be for another offer, so that it says nothing of this one. */
  hasRivals(sight: OfferSight): boolean {
    const name = claimName(sight.peer);
    const here = this.#atPort.get(keyOf(sight.bound)) ?? [];
    // Whoever has its client already waits for nobody.
    return [...here].some((other) => other !== sight && other.came !== "client" && claimName(other.peer) === name);
  }
}

/** Whether somebody is whom an offer waits for. */
export function isExpected(peer: ExpectedPeer, address: IpAddress): boolean {
  if (peer === "anybody") return true;
  return "bits" in peer ? inPrefix(peer, address) : sameIp(peer, address);
}

function keyOf({ address, port }: Endpoint): string {
  return `${address} ${port}`;
}
