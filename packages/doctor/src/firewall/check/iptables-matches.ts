import { addressValue, among, interfaceValue, portsValue, wordValue } from "./values.ts";
import type { Option } from "./iptables-words.ts";
import type { Field, Match, Value } from "./ruleset.ts";

/** What an option says, with the module in which it stands. */
type Reader = (option: Option, family: 4 | 6) => Match | undefined;

const unknown: Match = { kind: "unknown" };

const list = (text = ""): string[] => text.split(",");

const oneOf =
  (field: Field, valueOf: (text: string) => Value): Reader =>
  ({ values, negated }) =>
    among(field, list(values[0]).map(valueOf), negated);

const load =
  (matches: boolean): Reader =>
  ({ negated }) => ({ kind: "load", matches: matches !== negated });

const always =
  (matches: boolean): Reader =>
  ({ negated }) => ({ kind: "always", matches: matches !== negated });

/** Only says more about another option. */
const nothing: Reader = () => undefined;

const protocols: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6" };

const states: Reader = oneOf("ct-state", wordValue);
const interfaceNamed = (name: string): Value => interfaceValue(name, "+");

/** A list of former visitors: nobody is on it who comes alone, unless it takes but one visit. */
const visited = (module: readonly Option[]): Reader => {
  const hits = Number(module.find(({ name }) => name === "--hitcount")?.values[0] ?? "1");
  return hits > 1 ? load(false) : () => unknown;
};

/** Options that say the same in every module. */
const plain: Readonly<Record<string, Reader>> = {
  "-s": oneOf("saddr", addressValue),
  "-d": oneOf("daddr", addressValue),
  "-i": oneOf("iif", interfaceNamed),
  "-o": oneOf("oif", interfaceNamed),
  "-p": ({ values: [name = ""], negated }) =>
    name === "all" || name === "0"
      ? { kind: "always", matches: !negated }
      : among("l4proto", [wordValue(protocols[name] ?? name)], negated),
  "-f": always(false),
  "--sport": oneOf("sport", portsValue),
  "--dport": oneOf("dport", portsValue),
  "--sports": oneOf("sport", portsValue),
  "--dports": oneOf("dport", portsValue),
  "--tcp-flags": ({ values: [mask, set], negated }) => ({
    kind: "tcp-flags",
    mask: mask === "ALL" ? ["fin", "syn", "rst", "psh", "ack", "urg"] : list(mask?.toLowerCase()),
    set: set === "NONE" ? [] : list(set?.toLowerCase()),
    negated,
  }),
  "--syn": ({ negated }) => ({ kind: "tcp-flags", mask: ["fin", "syn", "rst", "ack"], set: ["syn"], negated }),
  "--ctstate": states,
  "--state": states,
  "--ctstatus": oneOf("ct-status", wordValue),
  "--ctdir": oneOf("ct-direction", wordValue),
  "--ctproto": ({ values: [name = ""], negated }) => among("l4proto", [wordValue(protocols[name] ?? name)], negated),
  "--helper": oneOf("ct-helper", wordValue),
  "--src-range": oneOf("saddr", addressValue),
  "--dst-range": oneOf("daddr", addressValue),
  "--src-type": oneOf("saddr-type", wordValue),
  "--dst-type": oneOf("daddr-type", wordValue),
  "--limit": load(true),
  "--limit-burst": nothing,
  "--hashlimit-upto": load(true),
  "--hashlimit": load(true),
  "--hashlimit-above": load(false),
  "--connlimit-upto": load(true),
  "--connlimit-above": load(false),
  "--connlimit-mask": nothing,
  "--connlimit-saddr": nothing,
  "--connlimit-daddr": nothing,
  "--comment": nothing,
};

/** Options of one module, where their names alone do not say it; `*` is any other one of it. */
const modules: Readonly<Record<string, Readonly<Record<string, Reader>>>> = {
  mark: { "--mark": ({ values: [text = ""], negated }) => markOf(text, negated) },
  pkttype: {
    "--pkt-type": ({ values: [kind = ""], negated }) =>
      always(/^(host|unicast)$/i.test(kind))({ name: "", values: [], negated }, 4),
  },
  // The way back to a client is taken to be the way that it came.
  rpfilter: { "--invert": always(false), "*": nothing },
  // Who reaches us reaches us without IPsec.
  policy: {
    "--pol": ({ values: [kind], negated }) => ({ kind: "always", matches: (kind === "none") !== negated }),
    "--dir": nothing,
  },
  hashlimit: { "*": nothing },
  // TCP without extension headers.
  rt: { "*": always(false) },
  frag: { "*": always(false) },
  ipv6header: { "*": always(false) },
  // `-p` before them has told that it is none of these.
  icmp: { "*": nothing },
  icmp6: { "*": nothing },
  "ipv6-icmp": { "*": nothing },
  // Who is in a set of ipset is not printed.
  set: { "*": () => unknown },
};

/** The conditions of a rule: what stands before its target. */
export function matchesOf(options: readonly Option[], family: 4 | 6): Match[] {
  let module = "";
  const matches: Match[] = [];
  for (const [i, option] of options.entries()) {
    if (option.name === "-m") {
      module = option.values[0] ?? "";
      // One of an unknown module may match or not even if it has no option.
      if (!readable.has(module)) matches.push(unknown);
    } else {
      const reader = readerOf(module, option, options.slice(i));
      const match = reader ? reader(option, family) : unknown;
      if (match) matches.push(match);
    }
  }
  return matches;
}

function readerOf(module: string, { name }: Option, rest: readonly Option[]): Reader | undefined {
  if (module === "recent") return recentReader(name, rest);
  const own = modules[module];
  return own?.[name] ?? own?.["*"] ?? plain[name];
}

/** Modules all of whose options are read here, or are met as unknown ones. */
const readable = new Set([
  ...Object.keys(modules),
  ...[
    "tcp",
    "udp",
    "multiport",
    "conntrack",
    "state",
    "comment",
    "limit",
    "connlimit",
    "recent",
    "iprange",
    "addrtype",
  ],
  ...["helper", "sctp", "dccp"],
]);

function recentReader(name: string, rest: readonly Option[]): Reader | undefined {
  if (name === "--set") return always(true);
  if (name === "--update" || name === "--rcheck" || name === "--remove") return visited(rest);
  return nothing;
}

function markOf(text: string, negated: boolean): Match {
  const [value = "", mask = "0xffffffff"] = text.split("/");
  return { kind: "mark", mask: Number(mask) >>> 0, value: Number(value) >>> 0, negated };
}
