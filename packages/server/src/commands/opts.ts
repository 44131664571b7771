import { codes, factNames, parseFactsRequest, reply, utf8 } from "@twinport/protocol";
import type { Reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";
import type { Session } from "../session.ts";

/** RFC 2389 §4: options of MLST (RFC 3659 §7.9) and of UTF-8 (RFC 2640). */
export const opts: Handler = (session, { argument }) => {
  const [word = "", ...rest] = argument.split(" ");
  const of = word.toUpperCase();
  if (of === "MLST") return chooseFacts(session, rest.join(" "));
  if (of === "UTF8" || of === "UTF-8") return chooseUtf8(session, rest.join(" ").toUpperCase());
  return reply(codes.badArgument, `${of} has no options.`);
};

function chooseFacts(session: Session, request: string): Reply {
  session.facts = parseFactsRequest(request);
  const chosen = factNames.filter((name) => session.facts.has(name));
  return reply(codes.ok, `MLST OPTS ${chosen.map((name) => `${name};`).join("")}`.trimEnd());
}

function chooseUtf8(session: Session, asked: string): Reply {
  if (asked === "OFF") {
    const { charset } = session.services.settings;
    if (charset.name === "utf-8") return reply(codes.notImplementedForArgument, "Names are always in UTF-8 here.");
    session.charset = charset;
    return reply(codes.ok, `Names are in ${charset.name}.`);
  }
  if (asked !== "" && asked !== "ON" && asked !== "NLST") return reply(codes.badArgument, "UTF8 is ON or OFF.");
  session.charset = utf8;
  return reply(codes.ok, "Names are in UTF-8.");
}
