import { codes, factNames, parseFactsRequest, reply, utf8 } from "@twinport/protocol";
import { chooseDeflate } from "../deflate-options.ts";
import { chooseHash } from "../hash-options.ts";
import type { Reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";
import type { Session } from "../session.ts";

/** RFC 2389 §4: options of MLST (RFC 3659 §7.9), of UTF-8 (RFC 2640), of HASH and of MODE Z. */
export const opts: Handler = (session, { argument }) => {
  const [word = "", ...rest] = argument.split(" ");
  const of = word.toUpperCase();
  if (of === "MLST") return chooseFacts(session, rest.join(" "));
  if (of === "UTF8" || of === "UTF-8") return chooseUtf8(session, rest.join(" ").toUpperCase());
  if (of === "HASH") return chooseHash(session, rest.join(" "));
  if (of === "MODE") return chooseDeflate(session, rest.join(" "));
  return reply(codes.badArgument, `${of} has no options.`);
};

function chooseFacts(session: Session, request: string): Reply {
  session.facts = parseFactsRequest(request);
  const chosen = factNames.filter((name) => session.facts.has(name));
  return reply(codes.ok, `MLST OPTS ${chosen.map((name) => `${name};`).join("")}`.trimEnd());
}

function chooseUtf8(session: Session, asked: string): Reply {
  if (asked === "OFF") {
    const { first, legacy = first } = session.charsets.names;
    if (legacy.name === "utf-8") return reply(codes.notImplementedForArgument, "Names are always in UTF-8 here.");
    session.charsets.choose(legacy);
    return reply(codes.ok, `Names are in ${legacy.name}.`);
  }
  if (asked !== "" && asked !== "ON" && asked !== "NLST") return reply(codes.badArgument, "UTF8 is ON or OFF.");
  session.charsets.choose(utf8);
  return reply(codes.ok, "Names are in UTF-8.");
}
