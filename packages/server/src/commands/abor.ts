import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** RFC 959 §4.1.3: 426 for the transfer, then 226; 225 where nothing ran. */
export const abor: Handler = async (session) => {
  if (await session.abortTransfer()) return reply(codes.transferComplete, "Aborted.");
  return reply(codes.nothingToAbort, "Nothing to abort.");
};
