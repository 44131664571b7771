import { codes, formatFacts, reply } from "@twinport/protocol";
import { factsEntry, permissionLetters } from "../facts-entry.ts";
import { sendEntries } from "../listing.ts";
import type { Handler } from "./handler.ts";

/** RFC 3659 §7.2: of folders only. */
export const mlsd: Handler = async (session, { path }) => {
  const { kind } = await session.storage.stat(path);
  if (kind !== "directory") return reply(codes.badArgument, "MLSD is of folders; MLST is of a file.");
  const letters = permissionLetters(session.permissions);
  const entries = session.storage.list(path, "facts");
  const { facts } = session;
  return sendEntries(session, {
    verb: "MLSD",
    path,
    entries,
    format: (one) => formatFacts(factsEntry(one, letters), facts),
  });
};
