import { ROOT, codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const rnfr: Handler = async (session, { path }) => {
  if (path === ROOT) return reply(codes.fileUnavailable, "The root cannot be renamed.");
  await session.storage.stat(path);
  session.advance({ kind: "rename-started", from: path });
  return reply(codes.moreNeeded, "Now RNTO with the new name.");
};
