import { codes, formatFacts, reply } from "@twinport/protocol";
import { factsEntries } from "../facts-entry.ts";
import { sendEntries } from "../listing/listing.ts";
import type { Handler } from "./handler.ts";

/** RFC 3659 §7.2: of folders only. */
export const mlsd: Handler = async (session, { path }) => {
  const { kind } = await session.storage.stat(path);
  if (kind !== "directory") return reply(codes.badArgument, "MLSD is of folders; MLST is of a file.");
  const withLetters = factsEntries(path, session.access);
  const { facts } = session;
  const entries = session.storage.list(path, "facts");
  return sendEntries(session, "MLSD", path, entries, (one) => formatFacts(withLetters(one), facts));
};
