import { codes, reply } from "@twinport/protocol";
import { refusePermission } from "../allowed-path.ts";
import type { Handler } from "./handler.ts";

export const rnto: Handler = async (session, { path }) => {
  const from = session.state.renameFrom;
  // The verb table has let it through only behind RNFR.
  if (from === undefined) return reply(codes.badSequence, "RNTO must follow RNFR.");
  const { allowed, because } = session.access.mayMove(from, path);
  if (!allowed && because !== "hidden") return reply(codes.fileUnavailable, "This account may not rename to there.");
  const replace = !refusePermission(session.access, "overwrite", path);
  await session.storage.rename(from, path, { replace });
  return reply(codes.actionDone, "Renamed.");
};
