import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** RFC 959 §3.1.1: ASCII non-print, image, and L 8, which is image on this machine. */
export const type: Handler = (session, { argument }) => {
  const asked = argument.toUpperCase().replace(/^L(\d)/, "L $1");
  if (asked === "A" || asked === "A N") {
    session.advance({ kind: "type-set", type: "ascii" });
    return reply(codes.ok, "Type is ASCII.");
  }
  if (asked === "I" || asked === "L 8") {
    session.advance({ kind: "type-set", type: "image" });
    return reply(codes.ok, "Type is image.");
  }
  if (/^(A [TC]|E( [NTC])?|L \d{1,3})$/.test(asked)) {
    return reply(codes.notImplementedForArgument, "Only A N, I and L 8 are implemented.");
  }
  return reply(codes.badArgument, "There is no such type.");
};
