import { codes, parseTimestamp, reply } from "@twinport/protocol";
import { setModified } from "../../set-modified.ts";
import type { BuiltInSiteVerb } from "./verb.ts";

/** Both forms in use: the time before the path, or three times (of access, of change, of making) and UTC behind it. */
export const utime: BuiltInSiteVerb = {
  syntax: "YYYYMMDDhhmm[ss] path",
  needs: "set-modified",
  run: (session, argument) => {
    const behind = /^(.+) (\d{12}|\d{14}) (\d{12}|\d{14}) (\d{12}|\d{14}) UTC$/is.exec(argument);
    const before = /^(\d{12}|\d{14}) (.+)$/s.exec(argument);
    const [path, written] = behind ? [behind[1], behind[3]] : [before?.[2], before?.[1]];
    const modified = written === undefined ? undefined : parseTimestamp(written.padEnd(14, "0"));
    if (path === undefined || modified === undefined) {
      return reply(codes.badArgument, "SITE UTIME needs YYYYMMDDhhmm[ss] and a path.");
    }
    return setModified(session, path, modified);
  },
};
