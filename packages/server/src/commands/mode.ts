import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** Stream mode (RFC 959 §3.4), and deflate (draft-preston-ftpext-deflate). */
export const mode: Handler = (session, { argument }) => {
  const asked = argument.toUpperCase();
  if (asked === "S") {
    session.advance({ kind: "mode-set", mode: "stream" });
    return reply(codes.ok, "Mode is stream.");
  }
  const hasDeflate = session.abilities.has("deflate");
  if (asked === "Z" && hasDeflate) {
    session.advance({ kind: "mode-set", mode: "deflate" });
    return reply(codes.ok, "Mode is deflate.");
  }
  if (asked === "B" || asked === "C" || asked === "Z") {
    const here = hasDeflate ? "stream mode (S) and deflate mode (Z) are" : "stream mode (S) is";
    return reply(codes.notImplementedForArgument, `Only ${here} here.`);
  }
  return reply(codes.badArgument, "There is no such mode.");
};
