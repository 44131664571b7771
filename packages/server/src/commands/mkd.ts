import { codes, formatQuotedPath, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const mkd: Handler = async (session, { path }) => {
  await session.storage.makeDirectory(path);
  return reply(codes.created, `${formatQuotedPath(path)} created.`);
};
