import { codes, reply } from "@twinport/protocol";
import { keepsUnfinished } from "@twinport/storage";
import { isNotFound } from "../stat-if-there.ts";
import type { Handler } from "./handler.ts";

/** An upload that was cut off, and is kept out of sight, goes by its own name. */
export const dele: Handler = async (session, { path }) => {
  const { storage, owner } = session;
  try {
    await storage.removeFile(path);
  } catch (error) {
    if (!isNotFound(error) || !keepsUnfinished(storage)) throw error;
    await storage.discardUnfinished(path, owner);
  }
  return reply(codes.actionDone, "Removed.");
};
