import { codes, reply } from "@twinport/protocol";
import { canTellSpace } from "@twinport/storage";
import type { Handler } from "./handler.ts";

/** draft-peterson-streamlined-ftp: bytes that a folder could still take. */
export const avbl: Handler = async (session, { path }) => {
  const { storage } = session;
  if (!canTellSpace(storage)) return reply(codes.notImplemented, "Nobody knows how much space is left here.");
  const free = await storage.freeSpace(path);
  if (!Number.isFinite(free)) return reply(codes.fileUnavailable, "Nobody knows how much space is left here.");
  return reply(codes.fileStatus, String(Math.max(0, Math.floor(free))));
};
