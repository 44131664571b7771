import { codes, has, reply } from "@twinport/protocol";
import { builtInSiteVerbs } from "./verbs.ts";
import type { Reply } from "@twinport/protocol";
import type { Session } from "../../session.ts";

/** What SITE HELP and HELP SITE say: the verbs of the embedding program, and those of ours that it has not replaced. */
export function siteHelp(session: Session): Reply {
  const all = new Map([["HELP", ""]]);
  for (const [verb, { syntax, needs }] of builtInSiteVerbs) if (has(session.abilities, needs)) all.set(verb, syntax);
  for (const [verb, { syntax }] of session.services.settings.site) all.set(verb, syntax);
  const lines = [...all].map(([verb, syntax]) => `${verb} ${syntax}`.trimEnd()).sort();
  return reply(codes.help, "These SITE verbs are here:", ...lines, "End");
}
