import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const rmd: Handler = async (session, { path }) => {
  await session.storage.removeDirectory(path);
  return reply(codes.actionDone, "Removed.");
};
