import { parseIp, reachOf } from "@twinport/protocol";
import type { IpAddress } from "@twinport/protocol";
import type { ControlPort } from "../deployment.ts";
import type { Family } from "../evidence.ts";

/** Of each family the addresses at which a server is to be found: an empty list is all of them. */
type Bound = Readonly<Partial<Record<Family, readonly IpAddress[]>>>;

/**
 * Where a server listens, at one port or at any. Loopback addresses are left out unless they are asked for: nobody
 * outside reaches them, and rules that guard a host say nothing about them.
 */
export function boundAddresses(
  control: readonly ControlPort[],
  port: number | undefined,
  { withLoopback }: { readonly withLoopback: boolean },
): Bound {
  const bound: Partial<Record<Family, readonly IpAddress[]>> = {};
  for (const listener of control) {
    if (port !== undefined && listener.port !== port) continue;
    const address = parseIp(listener.address);
    const reach = address ? reachOf(address) : listener.address === "localhost" ? "loopback" : "unspecified";
    if (reach === "loopback" && !withLoopback) continue;
    // `::` takes IPv4 too, and a name may be of both.
    const families: Family[] = address && (address.family === 4 || reach !== "unspecified") ? [address.family] : [4, 6];
    for (const family of families) {
      const isAll = reach === "unspecified" || !address || bound[family]?.length === 0;
      bound[family] = isAll ? [] : [...(bound[family] ?? []), address];
    }
  }
  return bound;
}
