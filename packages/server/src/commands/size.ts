import { codes, reply } from "@twinport/protocol";
import { statOrUnfinished } from "../stat-if-there.ts";
import type { Handler } from "./handler.ts";

/** RFC 3659 §4: the bytes that would be transferred, which in TYPE A only reading the file could tell. */
export const size: Handler = async (session, { path }) => {
  if (session.state.type === "ascii") return reply(codes.fileUnavailable, "SIZE is for TYPE I.");
  const entry = await statOrUnfinished(session.storage, path, session.owner);
  if (entry.kind !== "file") return reply(codes.fileUnavailable, "That is not a file.");
  return reply(codes.fileStatus, String(entry.size));
};
