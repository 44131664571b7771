import { codes, lookUpVerb, reply, ruleOf } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** For servers that send the client to another machine for its data; this one has nothing to prepare. */
export const pret: Handler = (_session, { argument }) => {
  const [word = ""] = argument.split(" ");
  const found = lookUpVerb(word);
  if (found.kind !== "verb" || !ruleOf(found.verb).channel) {
    return reply(codes.badArgument, `${word.toUpperCase()} moves no data.`);
  }
  return reply(codes.ok, "Ready for it.");
};
