import { codes, reply } from "@twinport/protocol";
import type { Handler } from "../handler.ts";

/** SITE verbs of the embedding program, and HELP, which lists them. */
export const site: Handler = async (session, { argument }) => {
  const { site: verbs } = session.services.settings;
  const space = argument.indexOf(" ");
  const word = (space === -1 ? argument : argument.slice(0, space)).toUpperCase();
  if (word === "HELP") {
    const lines = [...verbs].map(([verb, { syntax }]) => `${verb} ${syntax}`.trimEnd());
    return reply(codes.help, "These SITE verbs are here:", "HELP", ...lines, "End");
  }
  const verb = verbs.get(word);
  if (!verb) return reply(codes.unrecognised, `SITE ${word} is not implemented here.`);
  try {
    const answer = await verb.run(space === -1 ? "" : argument.slice(space + 1), session.info);
    return typeof answer === "string" ? reply(codes.ok, answer) : answer;
  } catch (error) {
    session.services.emit("warning", { code: "hook-failed", session: session.info, error });
    return reply(codes.localError, `SITE ${word} failed.`);
  }
};
