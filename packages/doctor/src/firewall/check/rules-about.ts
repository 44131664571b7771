import { firstPacket } from "./first-packet.ts";
import { isNeverAbout } from "./matches.ts";
import { cutsOf, piecesOf, rulesOf } from "./port-classes.ts";
import type { Ports } from "../../flows.ts";
import type { Place, Question } from "./question.ts";
import type { Match, Rule, Ruleset } from "./ruleset.ts";

/** So many pieces are tried on the same rules: fewer are copied more often, more meet rules of each other's. */
const AT_ONCE = 64;

/**
 * Ranges of ports in pieces, each of which is treated as one, with the rules that such a packet may meet. Rules are
 * thousands where strangers are listed, or ports: each piece tried on each of them would take a minute.
 */
export function* piecesWithRules(
  rulesets: readonly Ruleset[],
  question: Omit<Question, "port">,
  place: Place,
  ranges: readonly Ports[],
): Generator<readonly [Ports, readonly Ruleset[]]> {
  const packet = firstPacket({ ...question, port: 1 }, place);
  const some = filtered(rulesets, (rule) => !isNeverAbout(rule, packet));
  const cuts = cutsOf(some, "dport");
  const pieces = ranges.flatMap((range) => piecesOf(range, cuts));
  const isRenumbered = [...rulesOf(some)].some(
    ({ verdict }) => (verdict?.kind === "dnat" || verdict?.kind === "redirect") && verdict.to.ports !== undefined,
  );
  for (let at = 0; at < pieces.length; at += AT_ONCE) {
    const chunk = pieces.slice(at, at + AT_ONCE);
    const span = { from: chunk[0]!.from, to: chunk.at(-1)!.to };
    const rules = isRenumbered ? some : filtered(some, ({ matches }) => !matches.some((one) => isElsewhere(one, span)));
    for (const piece of chunk) yield [piece, rules];
  }
}

function filtered(rulesets: readonly Ruleset[], keeps: (rule: Rule) => boolean): Ruleset[] {
  return rulesets.map((ruleset) => ({
    ...ruleset,
    tables: ruleset.tables.map((table) => ({
      ...table,
      chains: new Map(
        [...table.chains].map(([name, chain]) => [
          name,
          { ...chain, rules: chain.rules.filter((rule) => keeps(rule)) },
        ]),
      ),
    })),
  }));
}

/** Whether a match is for other destination ports only. */
function isElsewhere(match: Match, { from, to }: Ports): boolean {
  if (match.kind !== "among" || match.negated) return false;
  const at = match.fields.indexOf("dport");
  if (at < 0) return false;
  return match.among.every((values) => {
    const value = values[at];
    return value?.kind === "numbers" && (value.to < from || value.from > to);
  });
}
