import { asText, comments, heading } from "./dialect.ts";
import { flowText } from "./flow-text.ts";
import { formatPorts, linesOf } from "./rule-lines.ts";
import type { FirewallWords } from "../messages/firewall-en.ts";
import type { Dialect } from "./dialect.ts";
import type { FirewallPlan, FirewallRule, Translation } from "./firewall-plan.ts";
import type { LineEnds } from "./rule-lines.ts";

type Chain = "INPUT" | "OUTPUT" | "FORWARD";

/** One file for iptables-restore and for ip6tables-restore: each passes over the lines that begin with the other's family. */
export const iptables: Dialect = (plan, options) => {
  const { words, rulesOnly } = options;
  const isBox = plan.role.startsWith("gateway-");
  const restore = `iptables-restore${rulesOnly ? " --noflush" : ""}`;
  const load = words.load(`${restore} FILE && ip6tables-restore${rulesOnly ? " --noflush" : ""} FILE`);
  const top = rulesOnly ? [load, words.addToYours] : [load, isBox ? words.shutThrough : words.shut, words.replacesAll];
  const filter = rulesOnly
    ? plan.rules.flatMap((rule) => acceptLines(rule, isBox, words, "-I"))
    : [
        ":INPUT DROP [0:0]",
        ":FORWARD DROP [0:0]",
        `:OUTPUT ${isBox ? "ACCEPT" : "DROP"} [0:0]`,
        ...(isBox ? (["FORWARD", "INPUT"] as const) : (["INPUT", "OUTPUT"] as const)).flatMap((name) => [
          ...besides(name, words),
          ...plan.rules
            .filter((rule) => chainOf(rule, isBox) === name)
            .flatMap((rule) => acceptLines(rule, isBox, words, "-A")),
          ...(own[name] ? comments([words.ownLine(`-A ${name} ${own[name]} -j ACCEPT`)]) : []),
        ]),
      ];
  return asText([
    ...comments(heading(plan, options, top)),
    ...table("raw", helperLines(plan, words)),
    ...table("nat", translationLines(plan, words)),
    ...table("filter", filter),
  ]);
};

/** Lines of one table as iptables-restore reads them; none where there are none. */
export const table = (name: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`*${name}`, ...lines, "COMMIT"];

const quoted = (text: string): string => `"${text.replaceAll('"', "'")}"`;
const comment = (text: string): string => `-m comment --comment ${quoted(text)}`;

/** The command connections that the helper is to read along on, named one by one. */
export function helperLines({ readAlong, role, translations }: FirewallPlan, words: FirewallWords): string[] {
  const chain = role === "client" ? "OUTPUT" : "PREROUTING";
  return readAlong.flatMap((rule) => {
    // Here a destination is not translated yet.
    const outer = translations.find((one) => one.rule === rule && one.kind === "destination");
    return linesOf(rule.ends).map((line) => {
      const isOuter = outer && line.family === 4;
      const ends = isOuter ? { ...line, destinations: outer.destinations ?? [] } : line;
      const own = isOuter && !outer.destinations ? ownAddress : "";
      return `-A ${chain} ${matching(ends, rule)} ${own}${comment(flowText(rule, words))} -j CT --helper ftp`;
    });
  });
}

const ownAddress = "-m addrtype --dst-type LOCAL ";

/** Port forwards, and the address that is written into what goes out. */
export function translationLines({ translations }: FirewallPlan, words: FirewallWords): string[] {
  return translations.map((one) => translationLine(one, words));
}

function translationLine({ rule, kind, sources, destinations, to }: Translation, words: FirewallWords): string {
  const line = { family: 4, sources, destinations: destinations ?? [] } as const;
  const chain = kind === "destination" ? "PREROUTING" : "POSTROUTING";
  const own = destinations === undefined ? ownAddress : "";
  const target =
    kind === "destination" ? `DNAT --to-destination ${to}` : to === undefined ? "MASQUERADE" : `SNAT --to-source ${to}`;
  return `-A ${chain} ${matching(line, rule)} ${own}${comment(flowText(rule, words))} -j ${target}`;
}

/** What somebody may want to add. */
const own: Readonly<Partial<Record<Chain, string>>> = { INPUT: "-p tcp --dport 22", OUTPUT: "-p udp --dport 53" };

/** What every host needs besides, for TCP to work at all: loopback, answers, ICMP, the neighbours of IPv6. */
function besides(chain: Chain, words: FirewallWords): string[] {
  const loopback = { INPUT: ["-A INPUT -i lo -j ACCEPT"], OUTPUT: ["-A OUTPUT -o lo -j ACCEPT"], FORWARD: [] };
  const neighbour = (type: number): string =>
    `-A ${chain} -6 -p ipv6-icmp --icmpv6-type ${type} ${chain === "INPUT" && type !== 130 ? "-m hl --hl-eq 255 " : ""}${comment(words.neighbours)} -j ACCEPT`;
  return [
    ...loopback[chain],
    `-A ${chain} -m conntrack --ctstate ESTABLISHED ${comment(words.answers)} -j ACCEPT`,
    `-A ${chain} -4 -p icmp -m conntrack --ctstate RELATED ${comment(words.related)} -j ACCEPT`,
    `-A ${chain} -6 -p ipv6-icmp -m conntrack --ctstate RELATED ${comment(words.related)} -j ACCEPT`,
    ...neighbourTypes[chain].map(neighbour),
  ];
}

/** Router and neighbour solicitation and advertisement, and who listens to which group (RFC 4861, 3810). */
const neighbourTypes: Readonly<Record<Chain, readonly number[]>> = {
  INPUT: [134, 135, 136, 130],
  OUTPUT: [133, 135, 136, 131, 143],
  FORWARD: [],
};

function chainOf({ direction }: FirewallRule, isBox: boolean): Chain {
  return isBox ? "FORWARD" : direction === "in" ? "INPUT" : "OUTPUT";
}

function acceptLines(rule: FirewallRule, isBox: boolean, words: FirewallWords, act: "-A" | "-I"): string[] {
  const state = rule.helped ? "-m conntrack --ctstate RELATED -m helper --helper ftp" : "-m conntrack --ctstate NEW";
  return linesOf(rule.ends).map(
    (line) =>
      `${act} ${chainOf(rule, isBox)} ${matching(line, rule)} ${state} ${comment(flowText(rule, words))} -j ACCEPT`,
  );
}

/** The family comes first: whoever is of the other one passes over the rest of the line. */
function matching(
  { family, sources, destinations }: LineEnds,
  { sourcePorts, destinationPorts }: FirewallRule,
): string {
  return [
    ...(family === undefined ? [] : [`-${family}`]),
    ...(sources.length > 0 ? [`-s ${sources.join(",")}`] : []),
    ...(destinations.length > 0 ? [`-d ${destinations.join(",")}`] : []),
    `-p tcp --sport ${formatPorts(sourcePorts, ":")} --dport ${formatPorts(destinationPorts, ":")}`,
  ].join(" ");
}
