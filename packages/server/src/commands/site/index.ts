import { codes, has, reply } from "@twinport/protocol";
import { builtInSiteVerbs } from "./verbs.ts";
import { siteHelp } from "./help.ts";
import type { Reply } from "@twinport/protocol";
import type { Handler } from "../handler.ts";
import type { SiteVerb } from "../../options.ts";
import type { Session } from "../../session.ts";

/** A verb of the embedding program, or one of ours where it has none of that name. */
export const site: Handler = (session, { argument }) => {
  const space = argument.indexOf(" ");
  const word = (space === -1 ? argument : argument.slice(0, space)).toUpperCase();
  const rest = space === -1 ? "" : argument.slice(space + 1);
  const embedded = session.services.settings.site.get(word);
  if (embedded) return runEmbedded(session, word, embedded, rest);
  if (word === "HELP") return siteHelp(session);
  const verb = builtInSiteVerbs.get(word);
  if (!verb) return reply(codes.unrecognised, `SITE ${word} is not implemented here.`);
  if (!has(session.abilities, verb.needs)) return reply(codes.notImplemented, `SITE ${word} is not available here.`);
  return verb.run(session, rest);
};

async function runEmbedded(session: Session, word: string, verb: SiteVerb, argument: string): Promise<Reply> {
  try {
    const answer = await verb.run(argument, session.info);
    return typeof answer === "string" ? reply(codes.ok, answer) : answer;
  } catch (error) {
    session.services.emit("warning", { code: "hook-failed", session: session.info, error });
    return reply(codes.localError, `SITE ${word} failed.`);
  }
}
