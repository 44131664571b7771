import { parseIp, parsePrefix } from "@twinport/protocol";
import { unprivileged } from "@twinport/doctor";
import { forwardedAddress } from "./plan.ts";
import type { Deployment, FirewallRequest } from "@twinport/doctor";
import type { Range } from "./firewall-sweep.ts";
import type { Daemon, Family, Finding, Host, Mode, Topology } from "./topology.ts";

/** The dialects of this machine's kernel. */
export type ProvedDialect = "nftables" | "iptables" | "ufw";

/** Rules for one place, what must come of each mode there, and which ports must answer whom. */
export interface Proof {
  readonly name: string;
  /** Whose rules they are. */
  readonly host: Host;
  readonly family: Family;
  readonly dialects: readonly ProvedDialect[];
  readonly request: Partial<FirewallRequest>;
  readonly client?: Topology["client"];
  readonly server?: Topology["server"];
  readonly daemon?: Daemon;
  /** What a client that dials and admits the control peer sees of each mode; undefined: the modes are not asked. */
  readonly outcomes?: Readonly<Partial<Record<Mode, Finding>>>;
  readonly sweeps: readonly ProvedSweep[];
  /** The lines to add, behind rules that let in answers only. */
  readonly rulesOnly?: true;
  /** Active mode finds no way through, and the check says so. */
  readonly lacksForward?: true;
  /** Part of the short form. */
  readonly isShort?: true;
}

/** All ports of one host, tried from a port of another, and those that must answer. */
interface ProvedSweep {
  readonly from: Host;
  readonly sourcePort: number;
  readonly to: string;
  readonly answer: readonly Range[];
  /** In these dialects part of the short form. */
  readonly short?: readonly ProvedDialect[];
}

/** The first and the last of all ports that a program may be given. */
const anyClientPort: Range = [unprivileged.from, unprivileged.to];
const CONTROL: Range = [21, 21];
const RANGE: Range = [50_000, 50_009];
/** No other port than that of active mode. */
const OTHER = 40_000;

const passiveDeployment = { ports: { from: RANGE[0], to: RANGE[1] }, advertised: [], sharesPorts: true };

/** The lab's server: one command port, ten passive ports, active from port 20. */
const deployment: Deployment = {
  control: [{ address: "::", port: 21, tls: "off" }],
  passive: passiveDeployment,
  active: { sourcePort: 20 },
};

/** As clients know it outside. */
const forwarded: Deployment = { ...deployment, passive: { ...passiveDeployment, advertised: [forwardedAddress] } };

/** What a request is where a proof says nothing of it. */
export const usualRequest: FirewallRequest = { deployment, role: "server", from: [], to: [], helper: false };

const at = (text: string) => parseIp(text)!;
const network = (text: string) => parsePrefix(text)!;

/** The addresses of the lab's hosts that are not behind a NAT. */
const addresses = {
  ipv4: { client: "192.0.2.2", server: "192.0.2.66" },
  ipv6: { client: "2001:db8:10::2", server: "2001:db8:20::2" },
} as const;
/** The same behind a NAT, and what the client's box has outside. */
const inner = { client: "192.168.1.2", server: "10.0.0.2" };
export const clientBox = "198.51.100.2";

const both = ["nftables", "iptables"] as const;
const andUfw = [...both, "ufw"] as const;

type Outcomes = Readonly<Partial<Record<Mode, Finding>>>;
const outcomes = (family: Family, passive: Finding, active: Finding): Outcomes =>
  family === "ipv4" ? { epsv: passive, pasv: passive, eprt: active, port: active } : { epsv: passive, eprt: active };

const fromClient = (to: string, answer: readonly Range[], short: readonly ProvedDialect[] = []): ProvedSweep[] => [
  { from: "client", sourcePort: OTHER, to, answer, short },
  // A rule that trusts port 20 would let everything in from there.
  { from: "client", sourcePort: 20, to, answer: [], short: short.length > 1 ? ["nftables"] : [] },
];

const fromServer = (to: string, answer: readonly Range[], short: readonly ProvedDialect[] = []): ProvedSweep[] => [
  { from: "server", sourcePort: 20, to, answer, short },
  { from: "server", sourcePort: OTHER, to, answer: [] },
];

const onServer = (["ipv4", "ipv6"] as const).flatMap((family): Proof[] => {
  const { client, server } = addresses[family];
  return [
    {
      name: "both modes, on the server's host",
      ...{ host: "server", family, dialects: andUfw, request: {}, isShort: true },
      outcomes: outcomes(family, "passes", "passes"),
      sweeps: [
        ...fromClient(server, [CONTROL, RANGE], family === "ipv4" ? both : ["iptables"]),
        ...fromServer(client, [anyClientPort], family === "ipv4" ? ["nftables"] : []),
      ],
    },
    {
      name: "passive mode alone, on the server's host",
      ...{ host: "server", family, dialects: andUfw, request: { deployment: { ...deployment, active: false } } },
      outcomes: outcomes(family, "passes", "nobody-came"),
      sweeps: [...fromClient(server, [CONTROL, RANGE]), ...fromServer(client, [])],
      ...(family === "ipv4" && { isShort: true }),
    },
    {
      name: "active mode alone, on the server's host",
      ...{ host: "server", family, dialects: andUfw, request: { deployment: { ...deployment, passive: false } } },
      outcomes: outcomes(family, "dial-silent", "passes"),
      sweeps: [...fromClient(server, [CONTROL]), ...fromServer(client, [anyClientPort])],
    },
    {
      name: "both modes by the helper, on the server's host",
      ...{ host: "server", family, dialects: both, request: { helper: true } },
      outcomes: outcomes(family, "passes", "passes"),
      sweeps: [...fromClient(server, [CONTROL], ["iptables"]), ...fromServer(client, [])],
      ...(family === "ipv4" && { isShort: true }),
    },
    {
      name: "both modes, added to rules that are there",
      ...{ host: "server", family, dialects: andUfw, request: {}, rulesOnly: true },
      outcomes: outcomes(family, "passes", "passes"),
      sweeps: [...fromClient(server, [CONTROL, RANGE]), ...fromServer(client, [anyClientPort])],
      ...(family === "ipv4" && { isShort: true }),
    },
    {
      name: "clients of one network, from that network",
      ...{ host: "server", family, dialects: andUfw },
      request: { from: [network("192.0.2.0/26"), network("2001:db8:10::/64")] },
      outcomes: outcomes(family, "passes", "passes"),
      sweeps: fromClient(server, [CONTROL, RANGE]),
    },
    {
      name: "clients of one network, from another one",
      ...{ host: "server", family, dialects: andUfw },
      request: { from: [network("198.51.100.0/24"), network("2001:db8:99::/64")] },
      sweeps: [...fromClient(server, []), ...fromServer(client, [])],
    },
    {
      name: "both modes, on the client's host",
      ...{ host: "client", family, dialects: andUfw, request: { role: "client", to: [at(server)] } },
      outcomes: outcomes(family, "passes", "passes"),
      sweeps: [
        { from: "server", sourcePort: OTHER, to: client, answer: [] },
        // What the note to these rules says, and --client-ports is for.
        { from: "server", sourcePort: 20, to: client, answer: [anyClientPort] },
        { from: "client", sourcePort: OTHER, to: server, answer: [CONTROL, RANGE] },
      ],
    },
    {
      name: "both modes by the helper, on the client's host",
      ...{ host: "client", family, dialects: both, request: { role: "client", helper: true } },
      outcomes: outcomes(family, "passes", "passes"),
      sweeps: [...fromServer(client, []), { from: "client", sourcePort: OTHER, to: server, answer: [CONTROL] }],
      ...(family === "ipv4" && { isShort: true }),
    },
    {
      name: "few ports of the client, on the client's host",
      ...{ host: "client", family, dialects: andUfw },
      request: { role: "client", clientPorts: { from: 40_000, to: 40_009 } },
      outcomes: outcomes(family, "passes", "nobody-came"),
      sweeps: fromServer(client, [[40_000, 40_009]]),
    },
    {
      name: "a firewall in front of the server",
      ...{ host: "server-box", family, dialects: both, request: { role: "gateway-server", to: [at(server)] } },
      outcomes: outcomes(family, "passes", "passes"),
      sweeps: [...fromClient(server, [CONTROL, RANGE]), ...fromServer(client, [anyClientPort])],
    },
    {
      name: "a firewall in front of the client",
      ...{ host: "client-box", family, dialects: both },
      request: { role: "gateway-client", from: [network(client)] },
      outcomes: outcomes(family, "passes", "passes"),
      sweeps: [
        { from: "server", sourcePort: OTHER, to: client, answer: [] },
        { from: "server", sourcePort: 20, to: client, answer: [anyClientPort] },
        { from: "client", sourcePort: OTHER, to: server, answer: [CONTROL, RANGE] },
      ],
    },
  ];
});

/** Our own server is as good as vsftpd. */
const ofOurs: Proof = {
  name: "both modes of our server",
  ...{ host: "server", family: "ipv4", dialects: ["nftables"], request: {}, isShort: true },
  daemon: { program: "twinport" },
  outcomes: outcomes("ipv4", "passes", "passes"),
  sweeps: fromClient(addresses.ipv4.server, [CONTROL, RANGE]),
};

/** The one client behind its NAT: active mode needs one that tells the NAT's address. */
export const onlyClientBehindNat: Proof = {
  name: "a NAT that forwards ports to the one client",
  ...{ host: "client-box", family: "ipv4", dialects: both, client: "private" },
  request: { role: "gateway-client", from: [network(inner.client)], clientPorts: { from: 40_000, to: 40_009 } },
  outcomes: outcomes("ipv4", "passes", "command-refused"),
  sweeps: fromServer(clientBox, [[40_000, 40_009]]),
};

/** A NAT is nothing of IPv6. */
const behindNat: readonly Proof[] = [
  {
    name: "a NAT in front of the server",
    ...{ host: "server-box", family: "ipv4", dialects: both, server: "private", isShort: true },
    request: { role: "gateway-server", to: [at(inner.server)], deployment: forwarded },
    daemon: { passiveAddress: forwardedAddress },
    outcomes: outcomes("ipv4", "passes", "passes"),
    sweeps: [
      ...fromClient(forwardedAddress, [CONTROL, RANGE], ["nftables"]),
      ...fromServer(addresses.ipv4.client, [anyClientPort]),
    ],
  },
  {
    name: "a NAT in front of the server, by its own address",
    ...{ host: "server-box", family: "ipv4", dialects: both, server: "private" },
    request: { role: "gateway-server", to: [at(inner.server)] },
    daemon: { passiveAddress: forwardedAddress },
    outcomes: outcomes("ipv4", "passes", "passes"),
    sweeps: fromClient(forwardedAddress, [CONTROL, RANGE]),
  },
  {
    name: "a NAT with helper in front of the server",
    ...{ host: "server-box", family: "ipv4", dialects: both, server: "private", isShort: true },
    request: { role: "gateway-server", to: [at(inner.server)], helper: true },
    outcomes: outcomes("ipv4", "passes", "passes"),
    sweeps: [...fromClient(forwardedAddress, [CONTROL]), ...fromServer(addresses.ipv4.client, [])],
  },
  {
    name: "a NAT in front of the client",
    ...{ host: "client-box", family: "ipv4", dialects: both, client: "private", lacksForward: true },
    request: { role: "gateway-client" },
    outcomes: outcomes("ipv4", "passes", "command-refused"),
    sweeps: [
      ...fromServer(clientBox, []),
      { from: "client", sourcePort: OTHER, to: addresses.ipv4.server, answer: [CONTROL, RANGE] },
    ],
  },
  {
    name: "a NAT with helper in front of the client",
    ...{ host: "client-box", family: "ipv4", dialects: both, client: "private", isShort: true },
    request: { role: "gateway-client", helper: true },
    outcomes: outcomes("ipv4", "passes", "passes"),
    sweeps: [
      ...fromServer(clientBox, []),
      { from: "client", sourcePort: OTHER, to: addresses.ipv4.server, answer: [CONTROL] },
    ],
  },
  onlyClientBehindNat,
];

/** Everything that is proven of the rules. */
export const proofs: readonly Proof[] = [...onServer, ofOurs, ...behindNat];
