import { availableVerbs, codes, has, lookUpVerb, reply, ruleOf } from "@twinport/protocol";
import { siteHelp } from "./site/help.ts";
import type { Handler } from "./handler.ts";

const A_LINE = 8;
const LONGEST = 7;

/** Printed from the verb table, as it is true for this session. */
export const help: Handler = (session, { argument }) => {
  if (argument.toUpperCase() === "SITE") return siteHelp(session);
  if (argument !== "") return helpFor(argument, session.abilities);
  const words = availableVerbs(session.abilities);
  const lines: string[] = [];
  for (let i = 0; i < words.length; i += A_LINE) {
    lines.push(
      words
        .slice(i, i + A_LINE)
        .map((word) => word.padEnd(LONGEST))
        .join(" ")
        .trimEnd(),
    );
  }
  return reply(codes.help, "These commands are here:", ...lines, "HELP and a command tells how it is written.");
};

function helpFor(word: string, abilities: Parameters<typeof availableVerbs>[0]) {
  const found = lookUpVerb(word);
  const rule = found.kind === "verb" ? ruleOf(found.verb) : undefined;
  if (!rule || !has(abilities, rule.needs))
    return reply(codes.badArgument, `There is no command ${word.toUpperCase()} here.`);
  return reply(codes.help, `${word.toUpperCase()} ${rule.syntax}`.trimEnd());
}
