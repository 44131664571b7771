import { asText, comments, heading } from "./dialect.ts";
import { flowText } from "./flow-text.ts";
import { helperLines, table, translationLines } from "./iptables.ts";
import { anywhere, formatPorts, pairsOf } from "./rule-lines.ts";
import type { FirewallWords } from "../messages/firewall-en.ts";
import type { Dialect } from "./dialect.ts";
import type { FirewallPlan, FirewallRule } from "./firewall-plan.ts";
import type { PairOfEnds } from "./rule-lines.ts";

/** Commands, and for what ufw has no command, lines for its files. It lets answers and ICMP through by itself. */
export const ufw: Dialect = (plan, options) => {
  const { words, rulesOnly } = options;
  const isBox = plan.role.startsWith("gateway-");
  const defaults = isBox ? ["incoming", "routed"] : ["incoming", "outgoing"];
  const top = rulesOnly
    ? [words.load("sh FILE")]
    : [words.load("sh FILE"), isBox ? words.shutThrough : words.shut, words.othersStay];
  return asText([
    ...comments(heading(plan, options, top)),
    ...(rulesOnly ? [] : defaults.map((which) => `ufw default deny ${which}`)),
    // The helper's own connections are related ones, which ufw lets through.
    ...plan.rules.filter(({ helped }) => !helped).flatMap((rule) => allowLines(rule, isBox, words)),
    ...(rulesOnly
      ? []
      : [...comments([words.ownLine("ufw allow in proto tcp to any port 22")]), `ufw enable # ${words.ufw.switchOn}`]),
    ...forFiles(plan, isBox, words),
  ]);
};

function allowLines(rule: FirewallRule, isBox: boolean, words: FirewallWords): string[] {
  const { direction, sourcePorts, destinationPorts } = rule;
  const act = isBox ? "ufw route allow" : `ufw allow ${direction}`;
  const any = (family: PairOfEnds["family"]): string => (family === undefined ? "any" : anywhere[family]);
  return pairsOf(rule.ends).map(
    ({ family, source = any(family), destination = any(family) }) =>
      `${act} proto tcp from ${source} port ${formatPorts(sourcePorts, ":")} to ${destination} port ${formatPorts(destinationPorts, ":")} comment '${flowText(rule, words).replaceAll("'", "")}'`,
  );
}

/** For what there is no command: the helper, NAT, and that the box forwards at all. */
function forFiles(plan: FirewallPlan, isBox: boolean, words: FirewallWords): string[] {
  const lines = (family: "-4" | "-6"): string[] => {
    const isOurs = (line: string): boolean => !line.includes(family === "-4" ? " -6 " : " -4 ");
    // These files are of one family each, and have no sign of it.
    const plainly = (line: string): string => line.replace(` ${family} `, " ");
    return [
      ...table("raw", helperLines(plan, words).filter(isOurs).map(plainly)),
      ...table("nat", translationLines(plan, words).filter(isOurs).map(plainly)),
    ];
  };
  const parts = [
    ["/etc/ufw/before.rules", lines("-4")],
    ["/etc/ufw/before6.rules", lines("-6")],
  ] as const;
  return [
    ...parts.flatMap(([file, inside]) =>
      inside.length > 0 ? comments(["", words.ufw.beforeRules(file), ...inside]) : [],
    ),
    ...(isBox ? comments(["", words.ufw.forwarding]) : []),
  ].map((line) => line.trimEnd());
}
