import type { Family, Host, Topology, Variant } from "./topology.ts";

/** One end of a link: whose, what it is called there, its address. */
interface End {
  readonly host: Host;
  readonly device: string;
  readonly address: string;
}

/** A link: the end nearer to the internet has the first address of its network. */
interface Link {
  readonly network: string;
  readonly inner: End;
  readonly outer: End;
  /** Nobody beyond the outer end has a route to it. */
  readonly hidden: boolean;
}

/** Where everything is: who is linked with whom, and what is configured on each host. */
export interface Plan {
  readonly hosts: readonly Host[];
  readonly links: readonly Link[];
  /** Lines of `ip -batch` for a host. */
  readonly configuration: ReadonlyMap<Host, readonly string[]>;
  /** The address that clients dial. */
  readonly serverAddress: string;
  /** All that a name of the server would stand for. */
  readonly serverAddresses: readonly string[];
}

/** The address that the world has of a server behind a port forwarding. */
export const forwardedAddress = "203.0.113.2";

// What a documentation range is to the world, a public address is here (RFC 5737, RFC 3849).
const networks = {
  "client-public": { ipv4: "192.0.2.0/26", ipv6: "2001:db8:10::/64" },
  "client-private": { ipv4: "192.168.1.0/24", ipv6: "2001:db8:10::/64" },
  "client-transit": { ipv4: "198.51.100.0/24", ipv6: "2001:db8:1::/64" },
  "carrier-inside": { ipv4: "100.64.0.0/24", ipv6: "2001:db8:3::/64" },
  guests: { ipv4: "10.0.1.0/24", ipv6: "2001:db8:21::/64" },
  "server-public": { ipv4: "192.0.2.64/26", ipv6: "2001:db8:20::/64" },
  "server-private": { ipv4: "10.0.0.0/24", ipv6: "2001:db8:20::/64" },
  "server-transit": { ipv4: "203.0.113.0/24", ipv6: "2001:db8:2::/64" },
} as const;

/** The n-th address of a network. */
function nth(network: string, n: number): string {
  const base = network.replace(/\/.*/, "");
  return base.includes(":") ? base + n : base.replace(/\d+$/, (last) => String(Number(last) + n));
}

export function planOf({ topology, family }: Variant): Plan {
  const links = linksOf(topology, family);
  const hosts = [...new Set(links.flatMap(({ inner, outer }) => [inner.host, outer.host]))];
  const configuration = new Map<Host, string[]>(hosts.map((host) => [host, ["link set lo up"]]));
  const families: Family[] = topology.bothFamilies ? ["ipv4", "ipv6"] : [family];
  for (const one of families) configure(topology, one, (host, ...lines) => configuration.get(host)?.push(...lines));
  return {
    ...{ hosts, links, configuration },
    serverAddress: serverAddressOf(topology, family),
    serverAddresses: families.map((one) => serverAddressOf(topology, one)),
  };
}

const linksOf = (topology: Topology, family: Family): Link[] => [
  ...clientLinks(topology, family),
  ...serverLinks(topology, family),
];

function serverAddressOf(topology: Topology, family: Family): string {
  if (topology.server === "private") return forwardedAddress;
  return linksOf(topology, family).find(({ inner }) => inner.host === "server")?.inner.address ?? "";
}

/** The addresses and routes of one family. */
function configure(topology: Topology, family: Family, say: (host: Host, ...lines: string[]) => void): void {
  const links = linksOf(topology, family);
  const bits = family === "ipv4" ? "32" : "128";
  for (const { network, inner, outer } of links) {
    const length = network.replace(/.*\//, "");
    for (const { host, device, address } of [inner, outer]) {
      // Without nodad, an address of IPv6 cannot be used in its first second.
      say(
        host,
        `link set ${device} up`,
        `address add ${address}/${length} dev ${device}${family === "ipv6" ? " nodad" : ""}`,
      );
    }
    say(inner.host, `route add default via ${outer.address}`);
    for (const more of topology.moreAddresses?.[inner.host] ?? []) {
      say(inner.host, `address add ${more}/${bits} dev ${inner.device}`);
    }
  }
  // The internet knows the way to public networks behind the boxes; to private ones there is none, and no word of it.
  const upstream = links.filter(({ outer }) => outer.host === "internet");
  for (const link of links.filter(({ hidden, outer }) => !hidden && outer.host !== "internet")) {
    const via = upstream.find(({ inner }) => inner.host === link.outer.host);
    if (via) say("internet", `route add ${link.network} via ${via.inner.address}`);
  }
  if (family === "ipv4" && upstream.length > 0) {
    for (const nowhere of ["10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12", "100.64.0.0/10"]) {
      say("internet", `route add blackhole ${nowhere}`);
    }
  }
  if (topology.client === "server-network") say("server-box", `address add ${forwardedAddress}/32 dev lo`);
}

function clientLinks({ client }: Topology, family: Family): Link[] {
  const link = linkOf(family);
  switch (client) {
    case "public":
      return [
        link("client-public", "client/net", "client-box/inside"),
        link("client-transit", "client-box/outside", "internet/west"),
      ];
    case "private":
      return [
        link("client-private", "client/net", "client-box/inside", true),
        link("client-transit", "client-box/outside", "internet/west"),
      ];
    case "carrier":
      return [
        link("client-private", "client/net", "client-box/inside", true),
        link("carrier-inside", "client-box/outside", "carrier-box/inside", true),
        link("client-transit", "carrier-box/outside", "internet/west"),
      ];
    case "server-network":
      return [link("guests", "client/net", "server-box/guests", true)];
  }
}

function serverLinks({ client, server }: Topology, family: Family): Link[] {
  const link = linkOf(family);
  const inside = link(`server-${server}`, "server/net", "server-box/inside", server === "private");
  return client === "server-network"
    ? [inside]
    : [inside, link("server-transit", "server-box/outside", "internet/east")];
}

const linkOf =
  (family: Family) =>
  (name: keyof typeof networks, inner: string, outer: string, hidden = false): Link => {
    const network = networks[name][family];
    const end = (place: string, n: number): End => {
      const [host, device = ""] = place.split("/");
      return { host: host as Host, device, address: nth(network, n) };
    };
    return { network, inner: end(inner, 2), outer: end(outer, 1), hidden };
  };
