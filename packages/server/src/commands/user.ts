import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** Known or unknown, everybody is asked for a password: who asks for names learns none. */
export const user: Handler = (session, { argument }) => {
  if (session.account) session.logout();
  session.advance({ kind: "user-named", name: argument });
  return reply(codes.passwordNeeded, "Password, please.");
};
