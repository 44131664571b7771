import { codes, formatPermissionBits, parsePermissionBits, reply } from "@twinport/protocol";
import { canSetMode } from "@twinport/storage";
import type { BuiltInSiteVerb } from "./verb.ts";

export const chmod: BuiltInSiteVerb = {
  syntax: "mode path",
  needs: "set-mode",
  run: async (session, argument) => {
    const [, digits = "", written = ""] = /^([0-7]{3,4}) (.+)$/s.exec(argument) ?? [];
    if (written === "") return reply(codes.badArgument, "SITE CHMOD needs an octal mode and a path.");
    const mode = parsePermissionBits(digits);
    if (mode === undefined) {
      return reply(codes.notImplementedForArgument, "Setuid, setgid and sticky cannot be set here.");
    }
    const allowed = session.allow(written, "set-mode");
    if ("refused" in allowed) return allowed.refused;
    const { storage } = session;
    if (!canSetMode(storage)) return reply(codes.notImplemented, "Modes cannot be set here.");
    await storage.setMode(allowed.path, mode);
    return reply(codes.ok, `Mode is ${formatPermissionBits(mode)}.`);
  },
};
