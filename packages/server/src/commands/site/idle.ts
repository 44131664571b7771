import { codes, reply } from "@twinport/protocol";
import type { BuiltInSiteVerb } from "./verb.ts";

/** A client may have less patience than the operator, and not more. */
export const idle: BuiltInSiteVerb = {
  syntax: "[seconds]",
  run: (session, argument) => {
    const { idleLimit } = session;
    if (argument !== "") {
      const seconds = /^\d{1,9}$/.test(argument) ? Number(argument) : 0;
      if (seconds < 1 || seconds > idleLimit) {
        return reply(codes.badArgument, `SITE IDLE needs seconds, from 1 to ${idleLimit}.`);
      }
      session.idleSeconds = seconds;
    }
    return reply(codes.ok, `Idle for ${session.idleSeconds} s ends the session; at most ${idleLimit} s.`);
  },
};
