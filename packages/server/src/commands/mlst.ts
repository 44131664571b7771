import { codes, formatFacts, reply } from "@twinport/protocol";
import { factsEntry, permissionLetters } from "../facts-entry.ts";
import type { Handler } from "./handler.ts";

/** RFC 3659 §7.2: on the command connection, with the whole path for a name. */
export const mlst: Handler = async (session, { path }) => {
  const entry = { ...(await session.storage.stat(path)), name: path };
  const line = formatFacts(factsEntry(entry, permissionLetters(session.permissions)), session.facts);
  return reply(codes.actionDone, "Listing:", line, "End");
};
