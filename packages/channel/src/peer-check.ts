import { formatPrefix, inPrefix, networkOf, parsePrefix } from "@twinport/protocol";
import type { IpAddress, Prefix } from "@twinport/protocol";

/**
 * Who may come to an offered port: one address, one of a network (clients that leave by several addresses), or anybody
 * (FXP: another server comes).
 */
export type ExpectedPeer = IpAddress | Prefix | "anybody";

const ANYBODY = "*";

/** The name under which an offer waits at a port; two offers with one name would be confused, so there is only one. */
export function claimName(peer: ExpectedPeer): string {
  if (peer === "anybody") return ANYBODY;
  return "bits" in peer ? formatPrefix(peer) : peer.text;
}

/** Whether an offer can wait beside others: whoever comes must be meant by one of them only. */
export function canWaitBeside(others: ReadonlyMap<string, unknown>, peer: ExpectedPeer): boolean {
  if (others.size === 0) return true;
  if (peer === "anybody" || others.has(ANYBODY)) return false;
  if (!("bits" in peer)) return !claimNamesFor(peer, lengthsIn(others)).some((name) => others.has(name));
  return [...others.keys()].every((name) => {
    const other = parsePrefix(name)!;
    return !inPrefix(other, peer.address) && !inPrefix(peer, other.address);
  });
}

/**
 * The names under which an offer may wait for somebody who has come, the best first.
 *
 * @param lengths of the networks that offers wait for
 */
export function claimNamesFor(arrived: IpAddress, lengths: ReadonlySet<number>): readonly string[] {
  const networks = [...lengths].map((bits) => formatPrefix(networkOf(arrived, bits)));
  return [arrived.text, ...networks, ANYBODY];
}

/** The lengths of the networks among names. */
export function lengthsIn(names: ReadonlyMap<string, unknown>): ReadonlySet<number> {
  const lengths = new Set<number>();
  for (const name of names.keys()) {
    const slash = name.indexOf("/");
    if (slash !== -1) lengths.add(Number(name.slice(slash + 1)));
  }
  return lengths;
}
