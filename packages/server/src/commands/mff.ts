import { codes, formatFactsToSet, parseFactsToSet, reply } from "@twinport/protocol";
import { canSetMode, canSetModified } from "@twinport/storage";
import type { Permission, Reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";
import type { Session } from "../session.ts";

/** draft-somers-ftp-mfxx §5: nothing is set before all of it may be set. */
export const mff: Handler = async (session, { argument }) => {
  const parsed = parseFactsToSet(argument);
  if (parsed.kind === "refused") {
    if (parsed.because === "not-valid") return reply(codes.badArgument, "MFF needs fact=value; and a path.");
    if (parsed.because === "value-not-valid") return reply(codes.badArgument, `${parsed.fact} cannot be that.`);
    return reply(codes.notImplementedForArgument, `${parsed.fact} cannot be set here.`);
  }
  const { modified, mode } = parsed.facts;
  const needed: Permission[] = [];
  if (modified !== undefined) needed.push("set-modified");
  if (mode !== undefined) needed.push("set-mode");
  const refused = unable(session, needed);
  if (refused) return refused;
  for (const permission of needed) {
    const allowed = session.allow(parsed.path, permission);
    if ("refused" in allowed) return allowed.refused;
  }
  const allowed = session.allow(parsed.path, undefined);
  if ("refused" in allowed) return allowed.refused;
  const { path } = allowed;
  const { storage } = session;
  // The time last: to change the bits may change it.
  if (mode !== undefined && canSetMode(storage)) await storage.setMode(path, mode);
  if (modified !== undefined && canSetModified(storage)) await storage.setModified(path, modified);
  return reply(codes.fileStatus, `${formatFactsToSet(parsed.facts)} ${path}`);
};

const facts = { "set-modified": "Modify", "set-mode": "UNIX.mode" } as const;

function unable({ storage }: Session, needed: readonly Permission[]): Reply | undefined {
  const cannot =
    needed.includes("set-modified") && !canSetModified(storage)
      ? facts["set-modified"]
      : needed.includes("set-mode") && !canSetMode(storage)
        ? facts["set-mode"]
        : undefined;
  return cannot && reply(codes.notImplementedForArgument, `${cannot} cannot be set here.`);
}
