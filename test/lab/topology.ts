/** The lab's words: what a topology is made of and what is declared about it. */

export type Family = "ipv4" | "ipv6";
export type TlsUse = "off" | "explicit";
export type Mode = "epsv" | "pasv" | "eprt" | "port";

/**
 * What comes of one forced mode: that it moves bytes both ways, or how it ends for a client that dials and admits
 * nobody but the control peer.
 */
export type Finding =
  | "passes"
  /** The server has refused the command that asks for a port, or tells one. */
  | "command-refused"
  | "dial-refused"
  | "dial-silent"
  | "dial-unreachable"
  | "nobody-came"
  | "stranger-came"
  /** 425 or 426 after the transfer was asked for. */
  | "server-cannot-connect"
  /** The data connection stands and carries nothing. */
  | "no-bytes"
  /** The data connection stood, and was cut. */
  | "data-lost"
  /** It passes or not, as the port is that the server gives. */
  | "by-port"
  /** There is no command connection. */
  | "no-control"
  | "control-silent"
  | "control-lost";

/** The hosts there can be, from the client to the server. */
export type Host = "client" | "client-box" | "carrier-box" | "internet" | "server-box" | "server";

/** What a wire does to frames, both ways; see wire.py. Times in seconds. */
export interface Wire {
  readonly delay?: number;
  readonly jitter?: number;
  readonly lose_every?: number;
  readonly syn_delay?: number;
  /** What begins a data connection is not carried across, but answered with a reset after so long. */
  readonly syn_reset?: number;
}

/** The server of a topology: vsftpd unless it says otherwise. */
export interface Daemon {
  readonly program?: "vsftpd" | "twinport" | "banner";
  readonly port?: number;
  readonly passivePorts?: readonly [number, number];
  /** The address that 227 tells. */
  readonly passiveAddress?: string;
  /** Bytes a second of a transfer. */
  readonly rate?: number;
  /** More of its own configuration: lines of vsftpd.conf, arguments of `twinport serve`, or what the banner says. */
  readonly more?: readonly string[];
}

type Outcomes = Readonly<Partial<Record<Mode, Finding>>>;

export interface Topology {
  readonly name: string;
  /** What stands in between, in a sentence. */
  readonly story: string;
  /** Where the client is: on public addresses, behind a NAT, behind two, or in the server's own network. */
  readonly client: "public" | "private" | "carrier" | "server-network";
  readonly server: "public" | "private";
  /** Chains of nftables: the body of each host's one table. */
  readonly rules?: Readonly<Partial<Record<Host, string>>>;
  readonly sysctl?: Readonly<Partial<Record<Host, Readonly<Record<string, string | number>>>>>;
  /** More addresses of the interface towards the internet. */
  readonly moreAddresses?: Readonly<Partial<Record<Host, readonly string[]>>>;
  /** What the wire between the internet and the server's box does. */
  readonly wire?: Wire;
  readonly daemon?: Daemon;
  /** Scripts of this folder that run on hosts, with their arguments. */
  readonly scripts?: Readonly<Partial<Record<Host, readonly [script: string, ...args: string[]]>>>;
  /** The SOCKS proxy that clients are told of, as `ADDRESS:PORT`. */
  readonly proxy?: string;
  /** Every host has addresses of both families; that of a variant is the one that is probed. */
  readonly bothFamilies?: boolean;
  /** Others show nearly the same: the short form leaves it out. */
  readonly inLongFormOnly?: boolean;
  /** Two modes at a time would get in each other's way. */
  readonly oneAtATime?: boolean;
  /** What comes of each mode: the declaration that the prober proves. A family or a TLS that is not there is not asked. */
  readonly outcomes: Readonly<Partial<Record<Family, Readonly<Partial<Record<TlsUse, Outcomes>>>>>>;
}

/** One topology as it is built: for a family, with or without TLS. */
export interface Variant {
  readonly topology: Topology;
  readonly family: Family;
  readonly tls: TlsUse;
}

/** What is declared for a variant. */
export function outcomesOf({ topology, family, tls }: Variant): Outcomes {
  const outcomes = topology.outcomes[family]?.[tls];
  if (!outcomes) throw new Error(`${topology.name} declares nothing for ${family} with TLS ${tls}`);
  return outcomes;
}

/** The modes that are asked of a variant. PASV and PORT speak of IPv4 only (RFC 2428). */
export const modesOf = (variant: Variant): Mode[] => Object.keys(outcomesOf(variant)) as Mode[];

/** The modes that can move the bytes. */
export const passingModes = (variant: Variant): Mode[] =>
  modesOf(variant).filter((mode) => outcomesOf(variant)[mode] === "passes");

export const titleOf = ({ topology, family, tls }: Variant): string =>
  `${topology.name}, ${family === "ipv4" ? "IPv4" : "IPv6"}${tls === "explicit" ? ", TLS" : ""}`;

/** Every variant that the topologies declare. */
export function variantsOf(topologies: readonly Topology[]): Variant[] {
  return topologies.flatMap((topology) =>
    (Object.keys(topology.outcomes) as Family[]).flatMap((family) =>
      (Object.keys(topology.outcomes[family] ?? {}) as TlsUse[]).map((tls) => ({ topology, family, tls })),
    ),
  );
}

/**
 * What the short form runs: every topology in clear over IPv4, TLS where it makes a difference, IPv6 in a few. The
 * long form runs all that is declared.
 */
export function isOfShortForm({ topology, family, tls }: Variant): boolean {
  if (topology.inLongFormOnly) return false;
  if (topology.name === "open") return true;
  if (family === "ipv6")
    return (
      tls === "off" &&
      (topology.bothFamilies === true || ["both closed", "server's box with FTP helper"].includes(topology.name))
    );
  return (
    tls === "off" ||
    JSON.stringify(topology.outcomes[family]?.off) !== JSON.stringify(topology.outcomes[family]?.explicit)
  );
}
