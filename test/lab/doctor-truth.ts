import type { Cause, Side } from "@twinport/doctor";

/** A cause (or several that say the same of what is built), and the sides at which the doctor may see it. */
export interface Truth {
  readonly causes: readonly Cause[];
  readonly sides: readonly Side[];
  /** It is so in this family only. */
  readonly family?: 4 | 6;
}

/** What the lab has built, in the doctor's words. */
export interface Built {
  /** The mode that is to be used; null where none works. Several where it is by chance. */
  readonly works: readonly ("passive" | "active" | null)[];
  /** What the doctor has to find. */
  readonly must: readonly Truth[];
  /** What is true besides, and need not be seen from the client's end. */
  readonly may: readonly Truth[];
  /** The passive ports that come through, where it depends on the port: the doctor can see only what it has tried. */
  readonly passes?: (port: number) => boolean;
}

/** How TLS is used: `both` is a URL that does not ask for it, and a server that has it. */
export type DoctorTls = "off" | "explicit" | "both";

type ByTls = Readonly<Partial<Record<DoctorTls, Built>>>;

const at =
  (...sides: Side[]) =>
  (...causes: Cause[]): Truth => ({ causes, sides });

/** It is there for certain: the evidence of one end says so. */
const client = at("client");
const server = at("server");
/** It is there; what lies at the other end would look the same. */
const clients = at("client", "undecided");
const servers = at("server", "undecided");
/** It is at neither end, or at both. */
const between = at("undecided");
const anywhere = at("client", "server", "undecided");

const only = (family: 4 | 6, truth: Truth): Truth => ({ ...truth, family });

const works =
  (...modes: Built["works"][number][]) =>
  (must: readonly Truth[] = [], may: readonly Truth[] = []): Built => ({ works: modes, must, may });
const usePassive = works("passive");
const useActive = works("active");
const nothing = works(null);

/** Some of the server's ports pass; whoever has met only such as do not can say no more than that. */
const inHalf = (built: Built, unlike: Truth): Built => ({
  ...built,
  may: [...built.may, unlike],
  passes: (port) => port < 50_010,
});

const hidden = client("address-private");
const tellsPrivate = server("address-private");
const shutBehind = (helper: Truth): Built["must"] => [servers("out-silent"), helper];
/** A helper opens what it reads of; that it is there is no harm. */
const helped = (sides: (...causes: Cause[]) => Truth): Truth => sides("helper-present");

/** What each topology is, for every family; by the use of TLS where a box reads along. */
const built: Readonly<Record<string, Built | ByTls>> = {
  open: usePassive(),
  "client firewall": usePassive([clients("in-silent")]),
  "client's own firewall": usePassive([clients("in-silent")]),
  "client NAT": usePassive([hidden]),
  "double NAT": usePassive([hidden]),
  "server admits 21, drops the rest": useActive([servers("out-silent")]),
  "server admits 21, resets the rest": useActive([servers("out-refused")]),
  "server's own firewall prohibits": useActive([servers("out-refused")]),
  "server admits 21 and its range": usePassive([clients("in-silent")]),
  "forwarded server tells its private address": usePassive([hidden, tellsPrivate]),
  "forwarded server tells its public address": usePassive([hidden]),
  "forwarded server tells a stale address": usePassive([hidden, server("address-wrong")]),
  "server forwards 21 only": nothing([servers("out-refused"), clients("in-silent")], [tellsPrivate]),
  "server dials from another address": usePassive([server("address-wrong"), tellsPrivate]),
  "one passive port": usePassive([clients("in-silent")], [server("range-exhausted")]),
  "client NAT with FTP helper, server admits 21": {
    off: useActive([servers("out-silent")], [helped(clients)]),
    explicit: nothing(shutBehind(client("address-private", "helper-blind-under-tls"))),
    both: useActive(shutBehind(clients("helper-blind-under-tls")), [helped(clients), hidden]),
  },
  "client firewall with FTP helper, server admits 21": {
    off: useActive([servers("out-silent")], [helped(clients)]),
    explicit: nothing(shutBehind(clients("in-silent", "helper-blind-under-tls"))),
    both: useActive(shutBehind(clients("helper-blind-under-tls")), [helped(clients), clients("in-silent")]),
  },
  "FTP helper, but port 2121": nothing([servers("out-silent"), hidden]),
  "double NAT, FTP helper on the inner one": nothing([servers("out-silent"), hidden], [clients("address-rewritten")]),
  "server's box with FTP helper": {
    off: usePassive([clients("in-silent")], [helped(servers)]),
    explicit: nothing([servers("out-silent", "helper-blind-under-tls"), clients("in-silent")]),
    both: usePassive(
      [servers("helper-blind-under-tls"), clients("in-silent")],
      [helped(servers), servers("out-silent")],
    ),
  },
  "server's NAT with FTP helper": {
    off: usePassive([hidden], [helped(servers), servers("address-rewritten")]),
    explicit: nothing([servers("out-refused", "helper-blind-under-tls"), hidden], [tellsPrivate]),
    // In clear 227 tells another address than under TLS: whoever mends that stands before the server.
    both: usePassive(
      [server("helper-blind-under-tls"), hidden],
      [helped(servers), server("address-rewritten"), tellsPrivate, servers("out-refused")],
    ),
  },
  "both closed": nothing([servers("out-silent"), clients("in-silent")]),
  "both closed, with words": nothing([servers("out-refused"), hidden]),
  "server cannot dial out": usePassive([servers("in-silent")]),
  "server takes neither": nothing([servers("out-silent"), server("server-refuses-mode")]),
  "server without passive mode": useActive([server("server-refuses-mode")]),
  "network that lets 21 out and 20 in": useActive([clients("out-silent")]),
  "network that lets 21 out, with FTP helper": {
    off: usePassive([], [helped(clients)]),
    explicit: nothing([
      clients("out-silent", "helper-blind-under-tls"),
      client("address-private", "helper-blind-under-tls"),
    ]),
    both: usePassive([clients("helper-blind-under-tls")], [helped(clients), hidden, clients("out-silent")]),
  },
  "slow link that loses frames": usePassive(),
  "late answer to a data connection": usePassive([clients("in-silent")]),
  "NAT that forgets after 4 s": usePassive([hidden], [clients("control-idle-cut")]),
  "two ways out": nothing([clients("server-425", "address-wrong"), hidden]),
  "two ways out, lenient server": usePassive([hidden]),
  "box that swallows EPSV": {
    off: usePassive([hidden, clients("control-cut")]),
    explicit: usePassive([hidden]),
    both: usePassive([hidden, clients("control-cut")]),
  },
  "box that answers for the server": useActive([servers("data-stalls", "out-silent", "server-425")]),
  "box that resets EPSV": {
    off: usePassive([hidden, clients("control-cut")]),
    explicit: usePassive([hidden]),
    both: usePassive([hidden, clients("control-cut")]),
  },
  "server limits logins, admits 21": useActive([servers("out-silent")]),
  "FTP helpers at both ends": {
    off: usePassive([], [helped(anywhere)]),
    explicit: nothing([
      servers("out-silent", "helper-blind-under-tls"),
      client("address-private", "helper-blind-under-tls"),
    ]),
    both: usePassive([anywhere("helper-blind-under-tls")], [helped(anywhere), hidden, servers("out-silent")]),
  },
  "exposed client, server that dials its control peer": useActive([servers("out-silent")]),
  // The one box is at both ends.
  "client in the server's network": usePassive([anywhere("address-private", "server-refuses-mode")]),
  "box that drops large packets": nothing([servers("data-stalls")]),

  "client that reaches 20 and 21 only": nothing([clients("out-silent"), clients("in-silent")]),
  "exit for 20 and 21 without a state": useActive([clients("out-silent")]),
  "half of the range is admitted": inHalf(
    works("passive", "active")([servers("range-outside-firewall")]),
    servers("out-silent"),
  ),
  "half of the range is forwarded": inHalf(
    works("passive", null)([servers("range-outside-firewall"), hidden]),
    servers("out-refused"),
  ),
  "another range is admitted": nothing(
    [servers("out-silent"), clients("in-silent")],
    [servers("range-outside-firewall")],
  ),
  "range is forwarded to nobody": nothing([servers("out-refused", "out-silent"), hidden], [tellsPrivate]),
  "client's answers to port 20 are dropped": usePassive([clients("in-silent")]),
  "server's exit resets": usePassive([servers("server-425", "in-silent")]),
  "client's entrance resets": usePassive([clients("server-425", "in-silent")]),
  "client's host resets what leaves for high ports": useActive([clients("out-refused")]),
  "client's exit prohibits": nothing([clients("out-refused"), clients("server-425", "in-silent")]),
  // The answer comes sooner than the server could give it.
  "client's exit resets, far server": useActive([client("out-refused")]),
  "server's entrance resets, far client": useActive([servers("out-refused")]),
  "late resets from the middle": nothing([between("out-refused"), between("server-425", "in-silent")]),
  "box that cuts data connections": nothing([clients("data-stalls"), clients("in-silent")]),
  "server that closes its own entrance": nothing([servers("out-silent"), clients("in-silent")]),
  "server without active mode": usePassive([server("server-refuses-mode")]),
  "client NAT, server that dials what it is told": usePassive([hidden]),
  "server that lets nobody in without TLS": {
    explicit: usePassive(),
    both: works(null, "passive")([anywhere("login-refused", "tls-failed", "wrong-protocol")]),
  },
  "server that lets two in from an address": usePassive(),
  "server that wants its TLS session taken up": usePassive([server("tls-reuse-required")]),
  "one passive port, and somebody has it": {
    off: nothing([server("range-exhausted"), clients("in-silent")]),
    // The server says why in clear, inside TLS, and is gone.
    explicit: nothing([servers("range-exhausted", "control-cut"), clients("in-silent")]),
    both: nothing([server("range-exhausted"), clients("in-silent")], [servers("control-cut")]),
  },
  "IPv6 is silent": usePassive([only(6, clients("out-silent")), only(4, clients("in-silent"))]),
  "IPv6 without the range": usePassive([only(6, servers("out-silent")), clients("in-silent")]),
  "IPv4 without the range": usePassive([only(4, servers("out-silent")), clients("in-silent")]),
  "IPv4 is refused": usePassive([only(4, servers("out-refused"))]),
  "both families, open": usePassive(),

  "SOCKS only": usePassive([client("proxy-only")]),
  "SOCKS only, and nobody said so": nothing([clients("out-silent")]),
  "SOCKS for port 21 only": nothing([clients("out-refused"), client("proxy-only")]),
  "SOCKS, and the server admits 21": nothing([servers("out-silent", "out-refused"), client("proxy-only")]),
  "SOCKS, and the direct way is open": usePassive(),
  "balancer for 21": nothing([servers("out-refused"), server("server-refuses-mode")], [tellsPrivate]),
  "balancer for 21 and the range": usePassive([server("server-refuses-mode"), tellsPrivate]),
  "balancer for 21, forwarding for the range": nothing(
    [servers("server-425", "address-wrong"), server("server-refuses-mode")],
    [tellsPrivate],
  ),
  "NAT in front of the server that hides clients": usePassive([server("server-refuses-mode"), tellsPrivate]),
  "server with two addresses": usePassive([server("address-wrong")]),
  "client with two addresses": useActive([clients("server-425", "address-wrong")]),
  "client with two addresses, behind a firewall": nothing([
    clients("server-425", "address-wrong"),
    clients("in-silent"),
  ]),
  // By chance nothing of it is seen.
  "two exits of one NAT for the range": works("passive", null)([hidden], [clients("server-425", "address-wrong")]),
  "box that swallows AUTH": {
    off: usePassive([], [clients("tls-failed", "control-cut")]),
    explicit: nothing([clients("tls-failed", "control-cut")]),
    both: usePassive([clients("tls-failed", "control-cut")]),
  },
  "server without EPSV and EPRT": usePassive([], [server("server-refuses-mode")]),
  "link that loses every tenth frame": usePassive(),
  "SSH where FTP was expected": nothing([server("wrong-protocol")]),
  "TLS where FTP was expected": { both: works(null, "passive")([servers("wrong-protocol")]) },
  "nothing listens": nothing([servers("out-refused")]),

  "open, server of ours": usePassive(),
  "client firewall, server of ours": usePassive([clients("in-silent")]),
  "client NAT, server of ours": usePassive([hidden]),
  "server of ours admits 21, drops the rest": useActive([servers("out-silent")]),
  // Both ends dial each other at once and are connected: so each lets out, and keeps the other one from coming in.
  "both closed, server of ours": nothing([server("out-silent"), client("in-silent")]),
  "both closed with a NAT, server of ours": nothing([servers("out-silent"), hidden]),
  "client that reaches 20 and 21 only, server of ours": nothing([clients("out-silent"), clients("in-silent")]),
  "21 out and 20 in, server of ours": useActive([clients("out-silent")]),
  "server of ours cannot dial out": usePassive([servers("in-silent")]),
  "exit of a server of ours resets": usePassive([servers("server-425", "in-silent")]),
  "answers of the passive range are dropped at the server": useActive([servers("out-silent")]),
  "answers of the passive range are dropped at the client": useActive([clients("out-silent")]),
  "client's answers to port 20 are dropped, server of ours": usePassive([clients("in-silent")]),
  "half of the range of a server of ours is admitted": inHalf(
    works("passive", "active")([servers("range-outside-firewall")]),
    servers("out-silent"),
  ),
  "forwarded server of ours tells its private address": usePassive([hidden, tellsPrivate]),
  "balancer for 21 and the range, server of ours": usePassive([
    server("server-refuses-mode", "address-wrong"),
    tellsPrivate,
  ]),
  "server of ours dials from another address": usePassive([server("address-wrong")]),
  "client with two addresses, server of ours": useActive([clients("address-wrong", "server-425")]),
  "client NAT with FTP helper, server of ours admits 21": {
    off: useActive([servers("out-silent")], [helped(clients), clients("address-rewritten")]),
    explicit: nothing(shutBehind(client("address-private", "helper-blind-under-tls"))),
    both: useActive(shutBehind(clients("helper-blind-under-tls")), [
      helped(clients),
      clients("address-rewritten"),
      hidden,
    ]),
  },
  "NAT of a server of ours with FTP helper": {
    off: usePassive([hidden], [helped(servers), servers("address-rewritten")]),
    explicit: nothing([servers("out-refused", "helper-blind-under-tls"), hidden], [tellsPrivate]),
    both: usePassive(
      [server("helper-blind-under-tls"), hidden],
      [helped(servers), server("address-rewritten"), tellsPrivate, servers("out-refused")],
    ),
  },
  "both closed with a NAT that changes ports, server of ours": nothing([servers("out-silent"), hidden]),
  "server of ours that lets two in from an address": usePassive(),
};

/** Nobody vouches for the lab's certificate. */
export const believedByNobody = server("tls-certificate");

/** What a topology is with a use of TLS. */
export function builtOf(name: string, tls: DoctorTls): Built {
  const told = built[name];
  const found = told && ("works" in told ? told : told[tls]);
  if (!found) throw new Error(`nothing is told of ${name} with TLS ${tls}`);
  return found;
}
