import { randomInt } from "node:crypto";
import { ChannelError } from "./errors.ts";
import { DataOffer } from "./data-offer.ts";
import { SharedPort, ownShortages } from "./shared-port.ts";
import { claimName } from "./peer-check.ts";
import type { Endpoint } from "@twinport/protocol";
import type { Clock } from "./clock.ts";
import type { OfferRequest, PortRange } from "./port-pool.ts";

/** What {@link offerOnce} needs to know. */
export interface OfferOnceRequest extends Omit<OfferRequest, "tls"> {
  readonly clock: Clock;
  /** The port to try first, unless the range leaves it out: the command connection's own and one more, say. */
  readonly prefer?: number | undefined;
  /** The only ports that will do, because a firewall lets nothing else in; without it the system gives one. */
  readonly range?: PortRange | undefined;
  /** Somebody else came; that connection is dropped. */
  readonly onStranger?: ((local: Endpoint, peer: Endpoint) => void) | undefined;
}

/**
 * Opens a port for one peer: what a client in active mode does. It is closed at the very moment at which the peer has
 * come, the offer is withdrawn, or its time is over.
 *
 * @throws {ChannelError} `offer-range-held` if other programs hold all ports of the range, `offer-shortage` if this
 * process can open nothing more
 */
export async function offerOnce(request: OfferOnceRequest): Promise<DataOffer> {
  const { local, peer, timeout, clock, range, onStranger } = request;
  const name = claimName(peer);
  let failure: string | undefined;
  for (const wanted of candidates(request)) {
    const port = new SharedPort(local, wanted, { stranger: onStranger });
    failure = await port.open();
    if (failure === undefined) {
      const release = (): void => {
        port.claims.delete(name);
        port.closeSoon();
      };
      const offer = new DataOffer({ at: port, seconds: timeout, clock, release });
      port.claims.set(name, offer);
      return offer;
    }
    if (ownShortages.has(failure)) throw new ChannelError("offer-shortage", { cause: failure });
  }
  if (range) throw new ChannelError("offer-range-held", { range: `${range.from}-${range.to}`, mode: "active" });
  throw new ChannelError("listen-failed", { address: local.text, port: 0, cause: failure ?? "" });
}

/** Ports in the order in which they are tried: the preferred one, then all others from one drawn at random. */
function* candidates({ prefer = 0, range }: OfferOnceRequest): Generator<number> {
  const { from, to } = range ?? { from: 1, to: 65_535 };
  const isPreferred = prefer >= from && prefer <= to;
  if (isPreferred) yield prefer;
  if (!range) {
    yield 0;
    return;
  }
  const count = to - from + 1;
  const start = randomInt(count);
  for (let i = 0; i < count; i++) {
    const port = from + ((start + i) % count);
    if (port !== prefer) yield port;
  }
}
