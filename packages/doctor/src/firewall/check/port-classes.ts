import type { Ports } from "../../flows.ts";
import type { Field, Rule, Ruleset } from "./ruleset.ts";

const HIGHEST = 65_535;

/**
 * The ports at which rules begin to say something else. Between two of them all ports meet the same, so one of them
 * stands for all.
 */
export function cutsOf(rulesets: readonly Ruleset[], field: Field & ("sport" | "dport")): number[] {
  const cuts = new Set<number>();
  for (const rule of rulesOf(rulesets)) {
    if (rule.verdict?.kind === "dnat" || rule.verdict?.kind === "redirect") add(cuts, rule.verdict.to.ports);
    for (const match of rule.matches) {
      if (match.kind !== "among") continue;
      const at = match.fields.indexOf(field);
      for (const values of at < 0 ? [] : match.among) {
        const value = values[at];
        if (value?.kind === "numbers") add(cuts, value);
      }
    }
  }
  return [...cuts].toSorted((one, other) => one - other);
}

/** A range of ports in pieces, each of which is treated as one. */
export function piecesOf({ from, to }: Ports, cuts: readonly number[]): Ports[] {
  const starts = [from, ...cuts.filter((cut) => cut > from && cut <= to)];
  return starts.map((start, i) => ({ from: start, to: (starts[i + 1] ?? to + 1) - 1 }));
}

/** What is left of all ports without some. */
export function portsWithout(some: readonly Ports[]): Ports[] {
  const left: Ports[] = [];
  let next = 1;
  for (const { from, to } of some.toSorted((one, other) => one.from - other.from)) {
    if (from > next) left.push({ from: next, to: from - 1 });
    next = Math.max(next, to + 1);
  }
  return next <= HIGHEST ? [...left, { from: next, to: HIGHEST }] : left;
}

/** Joins neighbouring ports about which the same is to be said. */
export function joined<T extends { readonly ports: Ports }>(
  found: readonly T[],
  same: (one: T, other: T) => boolean,
): T[] {
  const whole: T[] = [];
  for (const one of found) {
    const last = whole.at(-1);
    if (last && last.ports.to + 1 === one.ports.from && same(last, one))
      whole.splice(-1, 1, { ...last, ports: { from: last.ports.from, to: one.ports.to } });
    else whole.push(one);
  }
  return whole;
}

export function* rulesOf(rulesets: readonly Ruleset[]): Iterable<Rule> {
  for (const { tables } of rulesets)
    for (const { chains } of tables) for (const { rules } of chains.values()) yield* rules;
}

function add(cuts: Set<number>, ports: Ports | undefined): void {
  if (!ports) return;
  cuts.add(ports.from);
  cuts.add(ports.to + 1);
}
