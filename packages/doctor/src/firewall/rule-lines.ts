import { parseIp, parsePrefix } from "@twinport/protocol";
import type { Family } from "../evidence.ts";
import type { Ports } from "../flows.ts";
import type { RuleEnds } from "./firewall-plan.ts";

/** `21` or `30000-30099`; some dialects have another sign between the two. */
export function formatPorts({ from, to }: Ports, sign = "-"): string {
  return from === to ? String(from) : `${from}${sign}${to}`;
}

/** The ends of one line: undefined is both families, and an empty list anybody. */
export interface LineEnds {
  readonly family: Family | undefined;
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
}

/** One line for both families where neither has addresses; else one for each. */
export function linesOf(ends: readonly RuleEnds[]): LineEnds[] {
  const isAnybody = ({ sources, destinations }: RuleEnds): boolean => sources.length === 0 && destinations.length === 0;
  return ends.length > 1 && ends.every(isAnybody) ? [{ family: undefined, sources: [], destinations: [] }] : [...ends];
}

/** For dialects in which a line has but one address on each side. */
export interface PairOfEnds {
  readonly family: Family | undefined;
  readonly source: string | undefined;
  readonly destination: string | undefined;
}

export function pairsOf(ends: readonly RuleEnds[]): PairOfEnds[] {
  const orAny = (list: readonly string[]): readonly (string | undefined)[] => (list.length === 0 ? [undefined] : list);
  return linesOf(ends).flatMap(({ family, sources, destinations }) =>
    orAny(sources).flatMap((source) => orAny(destinations).map((destination) => ({ family, source, destination }))),
  );
}

/** All addresses of each family, as a network. */
export const anywhere: Readonly<Record<Family, string>> = { 4: "0.0.0.0/0", 6: "::/0" };

/** For dialects that want a network where one address is meant: `192.0.2.7/32`. */
export function asNetwork(text: string): string {
  const address = parseIp(text);
  return address && !text.includes("/") ? `${address.text}/${address.bytes.length * 8}` : text;
}

/** The family of an address or a network. */
export function familyOf(text: string): Family {
  return parsePrefix(text)?.address.family ?? 4;
}
