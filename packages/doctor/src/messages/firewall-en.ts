import type { DataMode } from "@twinport/protocol";
import type { Role } from "../firewall/check/check.ts";
import type { FlowText } from "../firewall/flow-text.ts";

const modeNames: Readonly<Record<DataMode, string>> = { active: "active", passive: "passive" };
const modes = (list: readonly DataMode[]): string => list.map((mode) => modeNames[mode]).join(" and ");

const flows: Readonly<Record<FlowText, string>> = {
  "control 1": "the client begins the command connection",
  "control 2": "the server answers on it",
  "active 3": "the server begins the data connection",
  "active 4": "the client answers on it: ACKs, and its data",
  "passive 3": "the client begins the data connection",
  "passive 4": "the server answers on it: ACKs, and its data",
};

const roles: Readonly<Record<Role, string>> = {
  server: "the host of the server",
  client: "the host of a client",
  "gateway-server": "the box in front of the server",
  "gateway-client": "the box in front of the clients",
};

/** What the firewall rules say, in English. Those of `flows` are letters, digits and `: ,` only: AWS takes no others. */
export const firewallEn = {
  mode: modeNames,
  flow: (list: readonly DataMode[], number: number, flow: FlowText) => `FTP ${modes(list)} ${number}: ${flows[flow]}`,
  flowAlone: (flow: FlowText) => flows[flow],
  answers: "FTP 2 and 4: answers on the connections that stand",
  title: (role: Role, list: readonly DataMode[]) => `FTP rules for ${roles[role]}: ${modes(list)}`,
  load: (command: string) => `Load it with: ${command}`,
  shut: "All else is shut, in and out: ssh, names, DHCP and the clock too. Add your own lines before you load it.",
  shutThrough: "All else is shut, through the box and into it, ssh too. Add your own lines before you load it.",
  replacesAll: "It replaces every rule of the tables below, those of Docker too.",
  otherTables:
    "A table of its own: what another table drops stays dropped. twinport firewall --check finds such a one.",
  othersStay: "Rules that are there stay: what they let in stays open.",
  addToYours: "To add to rules that let answers through already (established).",
  ownLine: (line: string) => `Your own lines, as: ${line}`,
  untouched: "Nothing is changed until you run it.",
  noSourcePort: "This dialect cannot ask for the port that a connection comes from: any will do.",
  noNetworks: (networks: string) =>
    `This dialect cannot ask where a connection comes from: ${networks} must be asked for elsewhere.`,
  onlyNew: "A connection may begin as below; its answers go by state.",
  nothingToOpen: "There is nothing to open.",
  related: "ICMP that belongs to it: too large a packet, unreachable",
  neighbours: "IPv6 finds its neighbours and its router",
  notes: {
    "helper-not-here": () => "This dialect knows no FTP helper: the range is open instead.",
    "loopback-only": () =>
      "The server listens on loopback only: nobody outside reaches it, and no rule is needed. Use --listen ADDRESS:PORT.",
    "helper-blind": () =>
      "After AUTH TLS the helper reads nothing: these sessions get no data connection here. Without --helper the range is open for all.",
    "helper-and-nat": () => "NAT needs the other half of the helper, too: modprobe nf_nat_ftp",
    "helper-implicit": ({ ports }) =>
      `The helper cannot read on port ${ports}, where TLS begins at once: no data connection there.`,
    "helper-tells-inner": () =>
      "The helper writes the outer address into the reply to PASV itself: the server must tell its own one, without --passive-address.",
    "tell-outer-address": () => "The server must tell the outer address: --passive-address ADDRESS, in serve and here.",
    "inner-networks-assumed": () =>
      "The clients are taken to be in private networks. Name theirs: --from NETWORK; for IPv6, that is a public one.",
    "client-tells-outer": () =>
      "The client must tell the outer address of the box, and offer these ports: --active-address, --active-ports.",
    "active-behind-nat": () =>
      "Active mode does not get through this NAT over IPv4: it needs --helper, or a port forward to one client (--from its address, --client-ports).",
    "client-ports-wide": ({ ports }) =>
      `Whoever sends from the port of active mode reaches ports ${ports} of the client: name few with --client-ports, as in get --active-ports.`,
    "passive-ports-any": () => "The server gives any port: name a range with --passive-ports, and open that only.",
  } satisfies Readonly<Record<string, (facts: Readonly<Record<string, string>>) => string>>,
  ufw: {
    beforeRules: (file: string) => `ufw has no command for these: put them into ${file}, above the line *filter`,
    forwarding: "and in /etc/ufw/sysctl.conf: net/ipv4/ip_forward=1, net/ipv6/conf/all/forwarding=1",
    switchOn: "ufw enable asks before it starts",
  },
  firewalld: {
    oneEnd: "A rich rule asks for the ports of one end only: at the other end any will do.",
    zones: "Put the interfaces into their zones: outside into external, inside into internal",
    defaultZone: "Every interface without a zone of its own gets these rules",
  },
  windows: {
    powershell: "For PowerShell, as administrator",
    helper: "The helper of Windows reads on port 21 only",
  },
  docker: {
    image: "Your image that runs twinport",
    runWith: "The same without compose:",
    sameNumbers: "The same numbers inside and outside: clients dial the number that the server tells them",
    active: (port: string) =>
      `Active mode needs nothing published: the container dials out from port ${port}, which the NAT of Docker keeps while nobody else has it. For a firewall that insists on it: network_mode: host.`,
    proxy:
      "Where connections come by way of Docker's own proxy (IPv6 to a container without it, rootless Docker), all clients have one address: active mode is refused then, and passive mode takes a port for each transfer.",
    outbound: (flow: string) => `The firewall of this host must let out: ${flow}`,
    privileged: "Ports below 1024 without root, in the container",
    address: "The address by which clients know this host",
    publishes: "Docker opens published ports itself, past ufw and firewalld: limits belong into its chain DOCKER-USER.",
  },
  kubernetes: {
    shut: "All else to the pods and out of them is shut, names (DNS) too, where the network of the cluster obeys a NetworkPolicy",
    loadBalancer: "A load balancer must give the same numbers outside; many of them allow only some dozens of ports",
    nodePorts:
      "As node ports these work only in 30000-32767, where the range has the same number; the command port then is another one",
    noNodePorts: (ports: string) =>
      `${ports} is outside 30000-32767: without a load balancer (node ports) passive mode cannot work. Choose --passive-ports in 30000-32767.`,
    manyPorts: (count: number) =>
      `A Service has no ranges: ${count} entries. Ten ports serve any number of client addresses.`,
    oneClientOnePod: "A client must reach the pod that told it the port: one replica, or the affinity below",
    hostPorts: "Without a load balancer, in the pod: hostPort, the same number for each port, or hostNetwork: true",
    dialsOut:
      "In active mode the connection comes from the address of the node, not of the load balancer: many clients refuse it. They need passive mode.",
    keepsAddress: "Local keeps the client's address, by which the server tells who is who",
    sourcePort: "A NetworkPolicy cannot ask for the port that a connection comes from, and answers go by state",
    names: "The pods labelled app: twinport",
  },
  aws: {
    stateful: "The security group goes by state: answers need no line",
    stateless: "The network ACL does not: each line of the article in both directions",
    noEgress: "A group without egress lets everything out, so here is one that lets out nothing",
    acl: "It is for the subnet: associate it there, and its rules hold for all hosts in it",
    pathMtu: "ICMP: the packet was too large",
    quota: "An ACL has 20 rules a direction, unless you ask for more",
    shell: "For a group and an ACL that you have: set GROUP and ACL",
  },
  table: {
    columns: ["no.", "from", "port", "to", "port", "what"],
    client: "client",
    server: "server",
    begins: (text: string) => `${text} (begins)`,
    modeTitle: (mode: DataMode): string => (mode === "active" ? "Active mode" : "Passive mode"),
    networks: (list: string) => `Clients: ${list}`,
    addresses: (list: string) => `Server: ${list}`,
    helper: "Lines 3 and 4 by the helper: it opens the ports that it reads of in lines 1 and 2.",
    forwards: (ports: string, to: string) => `NAT sends port ${ports} to ${to}, with the same number.`,
    masquerades: (ports: string) => `NAT writes its own address into what begins for port ${ports}.`,
    advertised: (address: string) => `The server tells the address ${address}.`,
  },
};

/** The sentences of the firewall rules. */
export type FirewallWords = typeof firewallEn;
