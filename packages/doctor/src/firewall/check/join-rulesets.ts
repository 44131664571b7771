import type { Ruleset, Table } from "./ruleset.ts";

/**
 * Makes one of what several programs have printed. A table of iptables-nft is in the list of nft, too, which cannot tell all
 * that is in it; so it counts as iptables prints it.
 */
export function joinRulesets(rulesets: readonly Ruleset[]): Ruleset[] {
  const theirs = new Set(
    rulesets.filter(({ source }) => source === "iptables-nft").flatMap(({ tables }) => tables.map(nameOf)),
  );
  return rulesets.map((ruleset) =>
    ruleset.source === "nft"
      ? { ...ruleset, tables: ruleset.tables.filter((table) => !theirs.has(nameOf(table))) }
      : ruleset,
  );
}

function nameOf({ family, name }: Table): string {
  return `${family} ${name}`;
}
