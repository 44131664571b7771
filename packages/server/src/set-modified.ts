import { codes, formatTimestamp, reply } from "@twinport/protocol";
import { canSetModified } from "@twinport/storage";
import type { Reply } from "@twinport/protocol";
import type { Session } from "./session.ts";

/** What MFMT does, and MDTM with a time before the path. */
export async function setModified(session: Session, written: string, modified: number): Promise<Reply> {
  const allowed = session.allow(written, "set-modified");
  if ("refused" in allowed) return allowed.refused;
  const { storage } = session;
  if (!canSetModified(storage)) return reply(codes.notImplemented, "Times cannot be set here.");
  await storage.setModified(allowed.path, modified);
  return reply(codes.fileStatus, `Modify=${formatTimestamp(modified)}; ${allowed.path}`);
}
