import { codes, parseTimestamp, reply } from "@twinport/protocol";
import { setModified } from "../set-modified.ts";
import type { Handler } from "./handler.ts";

export const mfmt: Handler = (session, { argument }) => {
  const found = /^(\S+) (.+)$/s.exec(argument);
  const modified = found ? parseTimestamp(found[1]!) : undefined;
  if (!found || modified === undefined) return reply(codes.badArgument, "MFMT needs YYYYMMDDhhmmss and a path.");
  return setModified(session, found[2]!, modified);
};
