import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const rein: Handler = (session) => {
  session.logout();
  session.host = undefined;
  session.advance({ kind: "reinitialised" });
  return reply(codes.ready, "As new; log in again.");
};
