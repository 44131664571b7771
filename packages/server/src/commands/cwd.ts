import { codes, formatQuotedPath, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const cwd: Handler = async (session, { path }) => {
  const { kind } = await session.storage.stat(path);
  if (kind !== "directory") return reply(codes.fileUnavailable, "That is not a folder.");
  session.folder = path;
  return reply(codes.actionDone, `Now in ${formatQuotedPath(path)}.`);
};
