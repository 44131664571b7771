import { TicketClaim } from "./ticket-claim.ts";
import { claimName } from "./peer-check.ts";
import type { OfferRequest } from "./port-pool.ts";
import type { SharedPort } from "./shared-port.ts";

/** Those whom an offer can wait together with, because a ticket tells them apart. */
export function crowdAt({ claims }: SharedPort, { peer, tls }: OfferRequest): TicketClaim | undefined {
  if (!tls || tls.isAlone) return undefined;
  const claim = claims.get(claimName(peer));
  return claim instanceof TicketClaim && !claim.isShut && !claim.has(tls.ticketName) ? claim : undefined;
}

/** The ports at which an offer can wait together with others. */
export function leastCrowded(ports: Iterable<SharedPort>, request: OfferRequest): SharedPort[] {
  const crowded = [...ports].flatMap((port) => {
    const crowd = crowdAt(port, request);
    return crowd ? [{ port, size: crowd.size }] : [];
  });
  return crowded.sort((one, other) => one.size - other.size).map(({ port }) => port);
}
