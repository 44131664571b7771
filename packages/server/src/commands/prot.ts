import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** RFC 4217 §9: whether data connections are in clear or by TLS; the levels between (S, E) are not TLS's. */
export const prot: Handler = (session, { argument }) => {
  const { state } = session;
  if (!state.isSecured) return reply(codes.badSequence, "PROT must follow AUTH and PBSZ.");
  if (!state.hasBufferSize) return reply(codes.badSequence, "PROT must follow PBSZ.");
  const level = argument.toUpperCase();
  if (level === "S" || level === "E") return reply(codes.protectionNotSupported, "PROT is C or P here.");
  if (level !== "C" && level !== "P") return reply(codes.notImplementedForArgument, "PROT is C or P.");
  if (level === "C" && session.security.isNeededForData) {
    return reply(codes.refusedByPolicy, "Data goes only by TLS here; use PROT P.");
  }
  // What was offered may be shared with others by what it is.
  session.data.drop();
  session.advance({ kind: "protection-set", protection: level === "P" ? "private" : "clear" });
  return reply(codes.ok, level === "P" ? "Data goes by TLS." : "Data goes in clear.");
};
