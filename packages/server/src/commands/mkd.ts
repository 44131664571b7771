import { codes, formatQuotedPath, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const mkd: Handler = async (session, { path }) => {
  const { umask } = session;
  await session.storage.makeDirectory(path, umask === undefined ? {} : { umask });
  return reply(codes.created, `${formatQuotedPath(path)} created.`);
};
