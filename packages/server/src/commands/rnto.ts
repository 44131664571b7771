import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const rnto: Handler = async (session, { path }) => {
  const from = session.state.renameFrom;
  // The verb table has let it through only behind RNFR.
  if (from === undefined) return reply(codes.badSequence, "RNTO must follow RNFR.");
  await session.storage.rename(from, path);
  return reply(codes.actionDone, "Renamed.");
};
