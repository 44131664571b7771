import { parsePrefix, reachOf } from "@twinport/protocol";
import { planFirewall, withInnerNetworks } from "./plan-firewall.ts";
import { isTranslatedClient, isTranslatedServer, outerAddress } from "./translations.ts";
import type { Prefix } from "@twinport/protocol";
import type { Family } from "../evidence.ts";
import type { CheckOptions } from "./check/check.ts";
import type { Place } from "./check/question.ts";
import type { FirewallRequest } from "./firewall-plan.ts";

const nowhere: Place = { interfaces: [] };

/** What a check of the rules that were asked for is to try: between whom, and in which families. */
export function checkOptionsOf(asked: FirewallRequest, place: Place = nowhere): CheckOptions {
  const request = withInnerNetworks({ ...asked, from: clientsBehind(asked, place) });
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
  const isGateway = role.startsWith("gateway-");
  const behind = isGateway ? families.flatMap(firstOf) : [];
  const reachedAt = role === "gateway-server" ? outerAddress(request) : undefined;
  const address = (network: string): string => network.replace(/\/.*/, "");
  return {
    ...{ role, families, place },
    ...(others.length > 0 && { from: others.map(address) }),
    ...(behind.length > 0 && { behind: behind.map(address) }),
    ...(isGateway && { translates: isTranslatedServer(request) || isTranslatedClient(4, request) }),
    ...(reachedAt !== undefined && { reachedAt }),
  };
}

/** Clients whose networks are not named are in those that the box is in itself, if any of them is private. */
function clientsBehind({ role, from }: FirewallRequest, { interfaces, outside }: Place): readonly Prefix[] {
  if (role !== "gateway-client" || from.length > 0) return from;
  return interfaces
    .filter(({ name }) => name !== outside)
    .flatMap(({ networks }) => networks.flatMap((text) => parsePrefix(text) ?? []))
    .filter(({ address }) => reachOf(address) === "private");
}
