import { codes, formatTimestamp, parseTimestamp, reply } from "@twinport/protocol";
import { statIfThere } from "../stat-if-there.ts";
import { setModified } from "../set-modified.ts";
import type { Handler } from "./handler.ts";

/** RFC 3659 §3; old clients also set the time with it: `MDTM YYYYMMDDhhmmss path`. */
export const mdtm: Handler = async (session, { argument, path }) => {
  const set = /^(\d{14}(?:\.\d+)?) (.+)$/s.exec(argument);
  const modified = set ? parseTimestamp(set[1]!) : undefined;
  // A file may have a name that looks like a time and a name.
  if (set && modified !== undefined && !(await statIfThere(session.storage, path))) {
    return setModified(session, set[2]!, modified);
  }
  const entry = await session.storage.stat(path);
  if (entry.kind !== "file") return reply(codes.fileUnavailable, "That is not a file.");
  // Whole seconds: RFC 3659 allows a fraction, and clients in use do not read it.
  return reply(codes.fileStatus, formatTimestamp(Math.floor(entry.modified / 1000) * 1000));
};
