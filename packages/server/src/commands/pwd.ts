import { codes, formatQuotedPath, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const pwd: Handler = (session) =>
  reply(codes.created, `${formatQuotedPath(session.folder)} is the current folder.`);
