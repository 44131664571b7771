import type { FirewallWords } from "../messages/firewall-en.ts";
import type { FirewallRule } from "./firewall-plan.ts";

/** The lines of the article's lists: 1 and 2 are the same in both. */
export type FlowText = "control 1" | "control 2" | "active 3" | "active 4" | "passive 3" | "passive 4";

/** Which line of the article a rule is: the one that begins the connection, or the one of its answers. */
export function flowText({ channel, modes, number }: FirewallRule, words: FirewallWords, answers = false): string {
  const line = answers ? number + 1 : number;
  const list = channel === "control" ? "control" : modes[0];
  return words.flow(modes, line, `${list} ${line}` as FlowText);
}
