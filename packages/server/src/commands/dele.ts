import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const dele: Handler = async (session, { path }) => {
  await session.storage.removeFile(path);
  return reply(codes.actionDone, "Removed.");
};
