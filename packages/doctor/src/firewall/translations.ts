import { parseIp, reachOf } from "@twinport/protocol";
import type { Family } from "../evidence.ts";
import type { FirewallRequest, FirewallRule, Translation } from "./firewall-plan.ts";

/** Whether the clients behind a box have addresses that mean nothing outside. */
export function isTranslatedClient(family: Family, { role, from }: FirewallRequest): boolean {
  const own = from.filter(({ address }) => address.family === family);
  return role === "gateway-client" && family === 4 && own.some(({ address }) => reachOf(address) !== "public");
}

/** The one client behind a box, where there is but one. */
export function onlyClient(family: Family, { from }: FirewallRequest): string | undefined {
  const [only, ...more] = from.filter(({ address }) => address.family === family);
  return only && more.length === 0 && only.bits === only.address.bytes.length * 8 ? only.address.text : undefined;
}

/** Whether a server behind a box has an address that is not the one by which the world knows it. */
export function isTranslatedServer(request: FirewallRequest): boolean {
  const inner = innerServer(request);
  const outer = outerAddress(request);
  return inner !== undefined && ((outer !== undefined && outer !== inner.text) || reachOf(inner) !== "public");
}

/** What NAT writes for the connections of a rule; what a helper has read of it translates by itself. */
export function translationsOf(rule: FirewallRule, request: FirewallRequest): Translation[] {
  const ends = rule.ends.find(({ family }) => family === 4);
  if (!ends || rule.helped) return [];
  const { sources, destinations } = ends;
  if (isTranslatedClient(4, request)) {
    return rule.direction === "out"
      ? [{ rule, kind: "source", sources, destinations, to: undefined }]
      : [{ rule, kind: "destination", sources, destinations: undefined, to: onlyClient(4, request) }];
  }
  if (!isTranslatedServer(request)) return [];
  const [inner, outer] = [innerServer(request)?.text, outerAddress(request)];
  return rule.direction === "in"
    ? [{ rule, kind: "destination", sources, destinations: outer === undefined ? undefined : [outer], to: inner }]
    : [{ rule, kind: "source", sources, destinations, to: outer }];
}

function innerServer({ role, to }: FirewallRequest) {
  return role === "gateway-server" ? to.find(({ family }) => family === 4) : undefined;
}

/** What the world has for the server's address, where that is known. */
export function outerAddress({ deployment: { passive } }: FirewallRequest): string | undefined {
  const advertised = passive ? passive.advertised : [];
  return advertised.map((text) => parseIp(text)).find((address) => address?.family === 4)?.text;
}
