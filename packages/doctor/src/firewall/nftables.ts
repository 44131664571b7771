import { asText, comments, heading } from "./dialect.ts";
import { flowText } from "./flow-text.ts";
import { formatPorts, linesOf } from "./rule-lines.ts";
import type { FirewallWords } from "../messages/firewall-en.ts";
import type { Dialect } from "./dialect.ts";
import type { FirewallPlan, FirewallRule, Translation } from "./firewall-plan.ts";
import type { LineEnds } from "./rule-lines.ts";

type Hook = "input" | "output" | "forward";

const HELPER = "ftp-helper";
const familyNames = { 4: "ipv4", 6: "ipv6" } as const;

/** One table of its own for both families; `nft -f` replaces it as a whole. */
export const nftables: Dialect = (plan, options) => {
  const { words, rulesOnly } = options;
  const isBox = plan.role.startsWith("gateway-");
  const hooks: readonly Hook[] = isBox ? ["forward", "input"] : ["input", "output"];
  const top = rulesOnly
    ? [words.load("nft -f FILE"), words.addToYours]
    : [words.load("nft -f FILE"), isBox ? words.shutThrough : words.shut, words.otherTables];
  const body = [
    ...helperObject(plan),
    ...helperChains(plan, words),
    ...translationChain(plan, "destination", words),
    ...translationChain(plan, "source", words),
    ...(rulesOnly ? [] : hooks.flatMap((hook) => filterChain(plan, hook, words))),
  ];
  return asText([
    "#!/usr/sbin/nft -f",
    ...comments(heading(plan, options, top)),
    ...(body.length > 0
      ? [
          "",
          "table inet twinport",
          "delete table inet twinport",
          "",
          "table inet twinport {",
          ...body.slice(body[0] === "" ? 1 : 0).map(indent),
          "}",
        ]
      : []),
    ...(rulesOnly ? ["", ...plan.rules.flatMap((rule) => addedLines(rule, isBox, words))] : []),
  ]);
};

const indent = (line: string): string => (line === "" ? "" : `  ${line}`);
const quoted = (text: string): string => `"${text.replaceAll('"', "'")}"`;
const chain = (name: string, type: string, lines: readonly string[]): string[] => [
  "",
  `chain ${name} {`,
  ...[type, ...lines].map(indent),
  "}",
];

function helperObject({ readAlong }: FirewallPlan): string[] {
  return readAlong.length > 0 ? [`ct helper ${HELPER} {`, '  type "ftp" protocol tcp', "}"] : [];
}

/** What comes in or through is given to the helper here, what this host begins there. */
function helperChains({ readAlong, role }: FirewallPlan, words: FirewallWords): string[] {
  if (readAlong.length === 0) return [];
  const hook = role === "client" ? "output" : "prerouting";
  const lines = readAlong.flatMap((rule) =>
    linesOf(rule.ends).map((line) => `${matching(line, rule)} ct helper set "${HELPER}" ${commentOf(rule, words)}`),
  );
  // After the connection is known, and its destination translated.
  return chain("read-along", `type filter hook ${hook} priority filter - 5; policy accept;`, lines);
}

function translationChain({ translations }: FirewallPlan, kind: Translation["kind"], words: FirewallWords): string[] {
  const lines = translations.filter((one) => one.kind === kind).map((one) => translationLine(one, words));
  if (lines.length === 0) return [];
  const [hook, priority] = kind === "destination" ? ["prerouting", "dstnat"] : ["postrouting", "srcnat"];
  return chain(
    kind === "destination" ? "to-inside" : "to-outside",
    `type nat hook ${hook} priority ${priority}; policy accept;`,
    lines,
  );
}

function translationLine({ rule, kind, sources, destinations, to }: Translation, words: FirewallWords): string {
  const own = destinations === undefined ? "fib daddr type local " : "";
  const line = { family: 4, sources, destinations: destinations ?? [] } as const;
  const act = kind === "destination" ? `dnat ip to ${to}` : to === undefined ? "masquerade" : `snat ip to ${to}`;
  return `${own}${matching(line, rule)} ${act} ${commentOf(rule, words)}`;
}

/** What every host needs besides, for TCP to work at all. */
const neighbours: Readonly<Record<Hook, readonly string[]>> = {
  input: [
    "icmpv6 type { nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept",
    "icmpv6 type mld-listener-query accept",
  ],
  output: [
    "icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept",
    "icmpv6 type { mld-listener-report, mld2-listener-report } accept",
  ],
  forward: [],
};

/** What somebody may want to add. */
const own: Readonly<Partial<Record<Hook, string>>> = { input: "tcp dport 22 accept", output: "udp dport 53 accept" };

function filterChain(plan: FirewallPlan, hook: Hook, words: FirewallWords): string[] {
  const names = { input: "in", output: "out", forward: "through" };
  const loopback = { input: ['iifname "lo" accept'], output: ['oifname "lo" accept'], forward: [] };
  return chain(names[hook], `type filter hook ${hook} priority filter; policy drop;`, [
    ...loopback[hook],
    `ct state established accept comment ${quoted(words.answers)}`,
    `meta l4proto { icmp, ipv6-icmp } ct state related accept comment ${quoted(words.related)}`,
    ...neighbours[hook].map((line) => `${line} comment ${quoted(words.neighbours)}`),
    ...plan.rules
      .filter((rule) => hookOf(rule, plan.role.startsWith("gateway-")) === hook)
      .flatMap((rule) => acceptLines(rule, words)),
    ...(own[hook] ? comments([words.ownLine(`${own[hook]}`)]) : []),
  ]);
}

function hookOf({ direction }: FirewallRule, isBox: boolean): Hook {
  return isBox ? "forward" : direction === "in" ? "input" : "output";
}

/** For the table that Debian and others come with. */
function addedLines(rule: FirewallRule, isBox: boolean, words: FirewallWords): string[] {
  return acceptLines(rule, words).map((line) => `insert rule inet filter ${hookOf(rule, isBox)} ${line}`);
}

function acceptLines(rule: FirewallRule, words: FirewallWords): string[] {
  const state = rule.helped ? 'ct state related ct helper "ftp"' : "ct state new";
  return linesOf(rule.ends).map((line) => `${matching(line, rule)} ${state} accept ${commentOf(rule, words)}`);
}

function matching(
  { family, sources, destinations }: LineEnds,
  { sourcePorts, destinationPorts }: FirewallRule,
): string {
  const ip = family === 6 ? "ip6" : "ip";
  const among = (list: readonly string[]): string => (list.length === 1 ? list[0]! : `{ ${list.join(", ")} }`);
  return [
    ...(family !== undefined && sources.length + destinations.length === 0
      ? [`meta nfproto ${familyNames[family]}`]
      : []),
    ...(sources.length > 0 ? [`${ip} saddr ${among(sources)}`] : []),
    ...(destinations.length > 0 ? [`${ip} daddr ${among(destinations)}`] : []),
    `tcp sport ${formatPorts(sourcePorts)} tcp dport ${formatPorts(destinationPorts)}`,
  ].join(" ");
}

const commentOf = (rule: FirewallRule, words: FirewallWords): string => `comment ${quoted(flowText(rule, words))}`;
