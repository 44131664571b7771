import { ip } from "@twinport/protocol";
import type { IpAddress } from "@twinport/protocol";

/** At which of the two ends a box stands. */
export type Ends = "none" | "client" | "server" | "both";

/** One of the two hosts, and all that stands before it. */
export type End = "client" | "server";

/**
 * What stands between a client and a server. A firewall is the ordinary stateful one: its own side may begin what it
 * likes, and from outside comes in what answers that; at the server's end, the command port is open too. A NAT at the
 * server's end forwards the command port.
 */
export interface Topology {
  readonly nat: Ends;
  readonly firewall: Ends;
  /** The command connection is encrypted. */
  readonly tls: boolean;
  /** Each box reads along on the command connection, opens the ports that it reads of and mends the addresses. */
  readonly helper: boolean;
}

/** A box of a topology. */
export interface Box {
  readonly id: `${End}-${"firewall" | "nat"}`;
  readonly side: End;
  readonly kind: "firewall" | "nat";
}

/** All boxes, in the order in which a packet of the client meets them: a NAT's outside is the internet. */
const boxes: readonly Box[] = [
  { id: "client-firewall", side: "client", kind: "firewall" },
  { id: "client-nat", side: "client", kind: "nat" },
  { id: "server-nat", side: "server", kind: "nat" },
  { id: "server-firewall", side: "server", kind: "firewall" },
];

/** The boxes of a topology, from the client to the server. */
export function boxesOf({ nat, firewall }: Topology): readonly Box[] {
  const at = { nat, firewall };
  return boxes.filter(({ side, kind }) => at[kind] === "both" || at[kind] === side);
}

/** The addresses that a host has: as the internet sees it, and behind its own NAT. */
const addresses = {
  client: { outside: ip("198.51.100.9"), inside: ip("192.168.1.10") },
  server: { outside: ip("192.0.2.7"), inside: ip("10.0.0.5") },
} as const satisfies Record<End, Record<"outside" | "inside", IpAddress>>;

/** What a host's own interface has, and as what the other end sees it. */
export function addressesOf({ nat }: Topology, end: End): { readonly own: IpAddress; readonly seen: IpAddress } {
  const { outside, inside } = addresses[end];
  return { own: nat === "both" || nat === end ? inside : outside, seen: outside };
}
