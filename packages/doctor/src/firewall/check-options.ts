import { planFirewall } from "./plan-firewall.ts";
import type { Family } from "../evidence.ts";
import type { CheckOptions } from "./check/check.ts";
import type { FirewallRequest } from "./firewall-plan.ts";

/** What a check of the rules that were asked for is to try: between whom, and in which families. */
export function checkOptionsOf(request: FirewallRequest): CheckOptions {
  const { role } = request;
  const { families, rules } = planFirewall(request);
  /** The first address of each family at the end that is guarded, and all at the other one. */
  const ends = rules.flatMap((rule) =>
    rule.ends.map(({ family, sources, destinations }) =>
      rule.direction === "in"
        ? { family, own: destinations, others: sources }
        : { family, own: sources, others: destinations },
    ),
  );
  const firstOf = (family: Family): string[] =>
    ends
      .filter((one) => one.family === family)
      .flatMap(({ own }) => own)
      .slice(0, 1);
  const others = [...new Set(ends.flatMap((one) => one.others))];
  const behind = role.startsWith("gateway-") ? families.flatMap(firstOf) : [];
  const address = (network: string): string => network.replace(/\/.*/, "");
  return {
    ...{ role, families },
    ...(others.length > 0 && { from: others.map(address) }),
    ...(behind.length > 0 && { behind: behind.map(address) }),
  };
}
