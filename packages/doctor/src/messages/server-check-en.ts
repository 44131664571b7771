import { sayRulesCheck } from "./check.ts";
import type { ServerCheckName, ServerCheckStatus } from "../server-check/server-check.ts";
import type { RulesCheck } from "../firewall/check/check.ts";

interface At {
  /** `0.0.0.0:21`. */
  readonly where: string;
}
interface AtProgram extends At {
  /** `sshd (pid 12)`. */
  readonly program: string;
}
interface OfPorts {
  /** `30000-30099`. */
  readonly ports: string;
}
interface OfSomePorts {
  readonly ports: readonly number[];
}
interface OfPort {
  readonly port: number;
}
interface OfAddress {
  readonly address: string;
}
interface OfName {
  readonly name: string;
}
interface OfForward extends OfPorts {
  /** This machine's own address, behind the NAT. */
  readonly own: string;
  readonly control: readonly number[];
}
interface OfRules {
  readonly rules: RulesCheck;
}
interface OfCertificate {
  readonly file: string;
  readonly names: readonly string[];
  /** `2027-01-31`. */
  readonly from: string;
  readonly until: string;
  readonly days: number;
}

const list = (all: readonly (string | number)[]): string => (all.length > 0 ? all.join(", ") : "nobody");
const said = (rules: RulesCheck): string => sayRulesCheck(rules, "en").join(" ");

/** What is said of a server and its machine, in English. */
export const serverCheckEn = {
  checks: {
    listeners: "Command ports",
    privilege: "Privilege",
    "passive-range": "Passive ports",
    "advertised-address": "Address told",
    container: "Container",
    firewall: "Firewall here",
    "conntrack-helper": "FTP helper",
    capacity: "Room",
    certificate: "Certificate",
  } satisfies Record<ServerCheckName, string>,
  statuses: { ok: "ok", warn: "look", fail: "WRONG", unknown: "?" } satisfies Record<ServerCheckStatus, string>,
  line: (status: string, title: string, sentence: string) => `[${status}] ${title}: ${sentence}`,
  fix: (sentence: string) => `To do: ${sentence}`,
  works: "Clients can get in, as far as this machine can see.",
  worksWithFindings: "Clients can get in; what is marked above is worth a look.",
  worksNot: "Clients cannot use this server: see what is marked above.",
  words: {
    listens: { what: ({ where, program }: AtProgram) => `${program} listens at ${where}.` },
    "listens-somebody": {
      what: ({ where }: At) => `Somebody listens at ${where}; who it is cannot be seen from here.`,
      fix: () => "Run this as root to see whether it is the server.",
    },
    "listens-other": {
      what: ({ where, program }: AtProgram) => `${program} listens at ${where}, and not this server.`,
      fix: () => "End that program, or give the server another port (--listen).",
    },
    "listens-not": {
      what: ({ where }: At) => `Nobody listens at ${where}: the server does not run, or listens elsewhere.`,
      fix: () => "Start it, or tell this command where it listens (--listen, --listen-tls).",
    },
    "listens-loopback": {
      what: ({ where }: At) => `${where} is a loopback address: only programs of this machine get there.`,
      fix: () => "For clients from elsewhere: --listen 0.0.0.0:21, and [::]:21 for IPv6.",
    },
    "listens-unseen": { what: (_none: object) => "This system does not show who listens where." },
    "privilege-not-needed": {
      what: (_none: object) => "No privileged port is used: all are 1024 or above, or open to every program.",
    },
    "privilege-there": { what: ({ ports }: OfSomePorts) => `The privileged ports may be used: ${list(ports)}.` },
    "privilege-unknown": {
      what: ({ ports }: OfSomePorts) => `Whether ports ${list(ports)} may be used cannot be seen here.`,
    },
    "privilege-missing-control": {
      what: ({ port }: OfPort) => `To listen at port ${port} takes a privilege that is not there.`,
      fix: () =>
        "Give it CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE), or lower net.ipv4.ip_unprivileged_port_start.",
    },
    "privilege-missing-source": {
      what: ({ port }: OfPort) =>
        `Active connections cannot come from port ${port} without a privilege; they come from any port, which firewalls of clients may not let in.`,
      fix: () =>
        "Give it CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE), or lower net.ipv4.ip_unprivileged_port_start.",
    },
    "source-held": {
      what: ({ where, program }: AtProgram) =>
        `${program} listens at ${where}: active connections cannot come from that port.`,
      fix: () => "End that program, or choose another port (--active-source-port).",
    },
    "range-free": { what: ({ ports }: OfPorts) => `Ports ${ports} are free for this server.` },
    "range-held": {
      what: ({
        ports,
        held,
        programs,
      }: OfPorts & { readonly held: readonly number[]; readonly programs: readonly string[] }) =>
        `Of ports ${ports} other programs hold ${list(held)} (${list(programs)}): the server leaves them out.`,
      fix: () => "Move that program, or choose another range (--passive-ports).",
    },
    "range-held-whole": {
      what: ({ ports, programs }: OfPorts & { readonly programs: readonly string[] }) =>
        `Other programs hold all of ports ${ports} (${list(programs)}): there is no passive mode.`,
      fix: () => "Choose another range (--passive-ports).",
    },
    "range-unseen": { what: ({ ports }: OfPorts) => `Whether ports ${ports} are free cannot be seen here.` },
    "range-any": {
      what: (_none: object) => "Passive mode uses any port: no firewall can be told which to open.",
      fix: () => "Choose a range, as --passive-ports 30000-30099.",
    },
    "range-privileged": {
      what: ({ ports }: OfPorts) => `The range ${ports} has ports below 1024, which other services own.`,
      fix: () => "Choose a range above, as --passive-ports 30000-30099.",
    },
    "range-holds-control": {
      what: ({ ports, port }: OfPorts & OfPort) => `Port ${port}, at which the server takes commands, is in ${ports}.`,
      fix: () => "Choose another range (--passive-ports).",
    },
    "range-ephemeral": {
      what: ({ ports, ephemeral }: OfPorts & { readonly ephemeral: string }) =>
        `Ports ${ports} are in the range from which the kernel gives ports to any program (${ephemeral}): now and then one of them is taken.`,
      fix: ({ ports }: OfPorts) =>
        `Choose a range outside (--passive-ports), or reserve it: sysctl -w net.ipv4.ip_local_reserved_ports=${ports}.`,
    },
    "range-not-ephemeral": {
      what: ({ ephemeral }: { readonly ephemeral: string }) =>
        `The kernel gives none of them to other programs (it gives ${ephemeral}).`,
    },
    "range-famous": {
      what: ({ famous }: { readonly famous: readonly { readonly port: number; readonly whose: string }[] }) =>
        `The range has ports that boxes on the way take for another protocol, or block: ${list(famous.map(({ port, whose }) => `${port} (${whose})`))}.`,
      fix: () => "Choose a range without them, as --passive-ports 30000-30099.",
    },
    "range-not-famous": { what: (_none: object) => "None of them is known as another protocol's." },
    "told-connected": {
      what: ({ address }: OfAddress) =>
        `Clients are told the address that they have connected to; this machine has a public one (${address}).`,
    },
    "told-loopback": { what: (_none: object) => "Only loopback clients come here; they are told that address." },
    "told-only-private": {
      what: ({ addresses }: OfForward & { readonly addresses: readonly string[] }) =>
        `This machine has private addresses only (${list(addresses)}), and clients are told those: whoever comes through a NAT cannot reach them.`,
      fix: ({ own, ports, control }: OfForward) =>
        `If clients come through a NAT: --passive-address with its public address, and let it forward ports ${list(control)} and ${ports} to ${own}, each to the same port. If all clients are in the network of this machine, nothing.`,
    },
    "told-own": { what: ({ address }: OfAddress) => `${address}, which is told in 227, is this machine's own.` },
    "told-elsewhere": {
      what: ({ address }: OfForward & OfAddress) =>
        `${address}, which is told in 227, is not this machine's: that is right if it is the NAT in front of it.`,
      fix: ({ own, ports, control }: OfForward) =>
        `The NAT must forward ports ${list(control)} and ${ports} to ${own}, each to the same port.`,
    },
    "told-private": {
      what: ({ address }: OfAddress) =>
        `${address}, which is told in 227, is private: whoever comes from outside cannot reach it.`,
      fix: () => "Tell the public address (--passive-address), or only the clients of that network: CIDR=ADDRESS.",
    },
    "told-useless": {
      what: ({ address }: OfAddress) => `${address}, which is told in 227, is no address that a client can connect to.`,
      fix: () => "Tell the address by which clients know this server (--passive-address).",
    },
    "told-name": {
      what: ({ name, address }: OfName & OfAddress) => `The name ${name}, to be told in 227, is ${address}.`,
    },
    "told-name-unknown": {
      what: ({ name }: OfName) => `The name ${name}, to be told in 227, has no address now.`,
      fix: () => "Correct the name (--passive-address), or its entry in the DNS.",
    },
    "told-name-no-ipv4": {
      what: ({ name }: OfName) => `The name ${name} has no IPv4 address, and 227 can tell no other.`,
      fix: () => "Give it one in the DNS, or tell an IPv4 address (--passive-address).",
    },
    "container-none": { what: (_none: object) => "This is no container: its ports are the machine's." },
    "container-host": {
      what: ({ kind }: { readonly kind: string }) =>
        `This is a container (${kind}) in the network of its machine: its ports are the machine's.`,
    },
    container: {
      what: ({ kind }: { readonly kind: string; readonly publish: string }) =>
        `This is a container (${kind}): which of its ports are published outside cannot be seen from here.`,
      fix: ({ publish }: { readonly publish: string }) =>
        `Publish the command ports and the whole passive range, each under its own number (${publish}), and set --passive-address to the address of the machine around it.`,
    },
    "rules-exact": { what: ({ rules }: OfRules) => said(rules) },
    "rules-open": { what: ({ rules }: OfRules) => said(rules) },
    "rules-loopback": { what: (_none: object) => "Only loopback clients come here; no firewall stands between." },
    "rules-missing": {
      what: ({ rules }: OfRules) => said(rules),
      fix: () => "twinport firewall --for nftables (iptables, ufw, firewalld) prints the rules that are missing.",
    },
    "rules-needless": {
      what: ({ rules }: OfRules) => said(rules),
      fix: () => "Close it: nothing listens there, and FTP does not need it.",
    },
    "rules-unsure": { what: ({ rules }: OfRules) => said(rules) },
    "rules-unread": {
      what: ({ why }: { readonly why: string }) => `The rules of this machine could not be read: ${why}`,
      fix: () => "Run this as root.",
    },
    "helper-none": { what: (_none: object) => "No box of this machine reads along on the command connection." },
    "helper-idle": {
      what: (_none: object) => "nf_conntrack_ftp is loaded, and no connection is given to it: it does nothing.",
    },
    "helper-automatic": {
      what: (_none: object) =>
        "nf_conntrack_ftp reads along at port 21 by itself (net.netfilter.nf_conntrack_helper=1), changes addresses, and is blind under TLS.",
      fix: () => "Open the passive range by rules, and switch it off: sysctl -w net.netfilter.nf_conntrack_helper=0.",
    },
    "helper-rule": {
      what: (_none: object) =>
        "A rule gives command connections to the FTP helper, which opens the ports that it reads of: under TLS it reads nothing.",
      fix: () => "Open the passive range by rules; then the helper is not needed.",
    },
    "helper-unknown": { what: (_none: object) => "Whether a helper reads along cannot be seen here." },
    "capacity-shared": {
      what: ({ count }: { readonly count: number }) =>
        `${count} passive ports serve any number of addresses at a time; of clients behind one address, without TLS, ${count}.`,
    },
    "capacity-shared-few": {
      what: ({ count }: { readonly count: number }) =>
        `${count} passive port${count === 1 ? "" : "s"}: without TLS no more clients behind one address can begin a transfer at the same time.`,
      fix: () => "A range of 100 ports, as --passive-ports 30000-30099.",
    },
    "capacity-own": {
      what: ({ count, sessions }: { readonly count: number; readonly sessions: number }) =>
        `${count} passive ports are enough for ${sessions} sessions.`,
    },
    "capacity-own-few": {
      what: ({ count, sessions }: { readonly count: number; readonly sessions: number | undefined }) =>
        `${count} passive port${count === 1 ? "" : "s"} for ${sessions ?? "any number of"} sessions: the range can run out.`,
      fix: () => "As many ports as sessions, or fewer sessions (--max-sessions).",
    },
    "time-wait-many": {
      what: ({ count, most }: { readonly count: number; readonly most: number }) =>
        `${count} ended connections are remembered (TIME_WAIT), of ${most} at the most: beyond, old ones may be taken for new ones.`,
      fix: () => "Raise net.ipv4.tcp_max_tw_buckets.",
    },
    "certificate-none": {
      what: (_none: object) => "There is no certificate: passwords and files go in clear.",
      fix: () => "Show one: --tls-cert and --tls-key; twinport cert makes one to try with.",
    },
    "certificate-not-needed": {
      what: (_none: object) => "There is no certificate, and what loopback clients say leaves this machine nowhere.",
    },
    "certificate-good": {
      what: ({ file, names, until, days }: OfCertificate) =>
        `${file} is for ${list(names)}, and valid until ${until} (${days} days).`,
    },
    "certificate-soon": {
      what: ({ file, until, days }: OfCertificate) => `${file} expires on ${until}, in ${days} days.`,
      fix: () => "Renew it; a server that runs takes the new file by itself.",
    },
    "certificate-expired": {
      what: ({ file, until }: OfCertificate) => `${file} has expired on ${until}: clients refuse it.`,
      fix: () => "Renew it; a server that runs takes the new file by itself.",
    },
    "certificate-early": {
      what: ({ file, from }: OfCertificate) => `${file} is valid from ${from} on only: clients refuse it.`,
      fix: () => "Look at the clock of this machine, and at the certificate.",
    },
    "certificate-other-key": {
      what: ({ file }: OfCertificate) => `${file} and its key do not belong together.`,
      fix: () => "Give each certificate its own key: --tls-cert and --tls-key in the same order.",
    },
    "certificate-other-names": {
      what: ({ file, names, told }: OfCertificate & { readonly told: readonly string[] }) =>
        `${file} is for ${list(names)}, and clients know this server as ${list(told)}.`,
      fix: () => "A certificate with that name, or clients that use the name that it has.",
    },
    "certificate-forbidden": {
      what: ({ file }: { readonly file: string }) => `${file} may not be read by whoever runs this.`,
      fix: () => "Run this as root, or as the server's user.",
    },
    "certificate-unread": {
      what: ({ file, why }: { readonly file: string; readonly why: string }) =>
        `${file} cannot be read as a certificate: ${why}`,
      fix: () => "Correct --tls-cert; twinport cert makes one to try with.",
    },
  },
};

/** The sentences about a server and its machine. */
export type ServerCheckMessages = typeof serverCheckEn;
