import { firstPacket } from "./first-packet.ts";
import { isNeverAbout } from "./matches.ts";
import type { Place, Question } from "./question.ts";
import type { Chain, Ruleset } from "./ruleset.ts";

/** The rules without those that a sender never meets: lists of strangers are long, and each port would be tried on them. */
export function rulesAbout(rulesets: readonly Ruleset[], question: Question, place: Place): Ruleset[] {
  const packet = firstPacket(question, place);
  const narrowed = (chain: Chain): Chain => ({
    ...chain,
    rules: chain.rules.filter((rule) => !isNeverAbout(rule, packet)),
  });
  return rulesets.map((ruleset) => ({
    ...ruleset,
    tables: ruleset.tables.map((table) => ({
      ...table,
      chains: new Map([...table.chains].map(([name, chain]) => [name, narrowed(chain)])),
    })),
  }));
}
