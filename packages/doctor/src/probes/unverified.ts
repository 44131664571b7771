import { parseIp, reachOf } from "@twinport/protocol";
import type { Endpoint } from "@twinport/protocol";

/** What decides whether a server may hear a password whose certificate cannot be believed. */
interface Unverified {
  readonly user: string | undefined;
  /** The same password goes in clear besides. */
  readonly isClearAnyway: boolean;
  readonly peer: Endpoint | undefined;
}

/** Whether nobody learns a secret by it who could not learn it already. */
export function mayLogInUnverified({ user, isClearAnyway, peer }: Unverified): boolean {
  const isAnonymous = user === undefined || /^(?:anonymous|ftp)$/i.test(user);
  const address = peer && parseIp(peer.address);
  return isClearAnyway || isAnonymous || (address !== undefined && reachOf(address) === "loopback");
}
