import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** It waits in line, so a transfer that runs is finished first (RFC 959 §4.1.1). */
export const quit: Handler = (session) => {
  session.leave("quit");
  return reply(codes.closing, "Goodbye.");
};
