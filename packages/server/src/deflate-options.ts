import { codes, reply } from "@twinport/protocol";
import type { Reply } from "@twinport/protocol";
import type { Session } from "./session.ts";

/** OPTS MODE Z with pairs of words (draft-preston-ftpext-deflate §3.4); all are read before one is set. */
export function chooseDeflate(session: Session, asked: string): Reply {
  const [mode, ...words] = asked.toUpperCase().split(" ");
  if (mode !== "Z") return reply(codes.badArgument, "Only MODE Z has options.");
  let level = session.state.deflateLevel;
  for (let at = 0; at < words.length; at += 2) {
    const [option = "", value = ""] = words.slice(at, at + 2);
    if (option === "LEVEL" && /^[1-9]$/.test(value)) level = Number(value);
    else if (!(option === "ENGINE" && value === "ZLIB") && !(option === "METHOD" && value === "8")) {
      return reply(codes.badArgument, "MODE Z has LEVEL 1 to 9, ENGINE ZLIB and METHOD 8.");
    }
  }
  session.advance({ kind: "deflate-level-set", level });
  return reply(codes.ok, `MODE Z has ENGINE ZLIB METHOD 8 LEVEL ${level}.`);
}
