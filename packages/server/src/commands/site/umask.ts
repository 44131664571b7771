import { codes, formatPermissionBits, parsePermissionBits, reply } from "@twinport/protocol";
import type { BuiltInSiteVerb } from "./verb.ts";

/** For new files and folders of this session, where the storage has permission bits at all. */
export const umask: BuiltInSiteVerb = {
  syntax: "[mask]",
  run: (session, argument) => {
    if (argument !== "") {
      const mask = parsePermissionBits(argument);
      if (mask === undefined) return reply(codes.badArgument, "SITE UMASK needs three octal digits.");
      session.umask = mask;
    }
    const { umask: mask } = session;
    return reply(
      codes.ok,
      mask === undefined ? "The server's umask holds." : `Umask is ${formatPermissionBits(mask)}.`,
    );
  },
};
