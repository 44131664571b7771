import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** Files only (RFC 959 §3.1.2). */
export const stru: Handler = (_session, { argument }) => {
  const asked = argument.toUpperCase();
  if (asked === "F") return reply(codes.ok, "Structure is file.");
  if (asked === "R" || asked === "P")
    return reply(codes.notImplementedForArgument, "Only file structure (F) is implemented.");
  return reply(codes.badArgument, "There is no such structure.");
};
