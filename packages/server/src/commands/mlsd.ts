import { codes, formatFacts, reply } from "@twinport/protocol";
import { ListingSource } from "../listing-source.ts";
import { factsEntry, permissionLetters } from "../facts-entry.ts";
import { linesOf } from "../listing.ts";
import type { Handler } from "./handler.ts";

/** RFC 3659 §7.2: of folders only. */
export const mlsd: Handler = async (session, { path }) => {
  const { kind } = await session.storage.stat(path);
  if (kind !== "directory") return reply(codes.badArgument, "MLSD is of folders; MLST is of a file.");
  const perm = permissionLetters(session.permissions);
  const lines = linesOf(session.storage.list(path, "facts"), (entry) =>
    formatFacts(factsEntry(entry, perm), session.facts),
  );
  const source = new ListingSource(lines, session.charset);
  try {
    return await session.sendFile({ verb: "MLSD", path, title: "Here is the list.", source });
  } finally {
    await source.close();
  }
};
