import { codes, formatFacts, reply } from "@twinport/protocol";
import { factsEntry } from "../facts-entry.ts";
import { statOrUnfinished } from "../stat-if-there.ts";
import type { Handler } from "./handler.ts";

/** RFC 3659 §7.2: on the command connection, with the whole path for a name. */
export const mlst: Handler = async (session, { path }) => {
  const entry = await statOrUnfinished(session.storage, path, session.owner);
  const line = formatFacts({ ...factsEntry(entry, path, session.access), name: path }, session.facts);
  return reply(codes.actionDone, "Listing:", line, "End");
};
