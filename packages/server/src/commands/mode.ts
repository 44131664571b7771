import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** Stream mode only (RFC 959 §3.4). */
export const mode: Handler = (_session, { argument }) => {
  const asked = argument.toUpperCase();
  if (asked === "S") return reply(codes.ok, "Mode is stream.");
  if (/^[BCZ]( |$)/.test(asked)) return reply(codes.notImplementedForArgument, "Only stream mode (S) is implemented.");
  return reply(codes.badArgument, "There is no such mode.");
};
