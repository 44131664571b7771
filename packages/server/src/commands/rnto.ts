import { codes, reply } from "@twinport/protocol";
import { refusePermission } from "../allowed-path.ts";
import { statIfThere } from "../stat-if-there.ts";
import type { Handler } from "./handler.ts";

export const rnto: Handler = async (session, { path }) => {
  const from = session.state.renameFrom;
  // The verb table has let it through only behind RNFR.
  if (from === undefined) return reply(codes.badSequence, "RNTO must follow RNFR.");
  const replaces = refusePermission(session.access, "overwrite", path);
  if (replaces && (await statIfThere(session.storage, path))) return replaces;
  await session.storage.rename(from, path);
  return reply(codes.actionDone, "Renamed.");
};
