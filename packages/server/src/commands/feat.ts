import { availableFeatures, codes, formatFactsFeature, reply } from "@twinport/protocol";
import { formatHashFeature } from "../hash-names.ts";
import type { Handler } from "./handler.ts";
import type { Session } from "../session.ts";

/** Lines that tell more of the session than that the verb is there. */
const fuller: Readonly<Record<string, (session: Session) => string>> = {
  HASH: ({ hash }) => formatHashFeature(hash),
  MFF: ({ abilities }) =>
    `MFF ${abilities.has("set-modified") ? "Modify;" : ""}${abilities.has("set-mode") ? "UNIX.mode;" : ""}`,
  MLST: ({ facts }) => formatFactsFeature(facts),
};

/** RFC 2389 §3.2: printed from the verb table, as it is true for this session. */
export const feat: Handler = (session) => {
  const features = availableFeatures(session.abilities);
  const lines = features.map((line) => fuller[line]?.(session) ?? line);
  return reply(codes.systemStatus, "Features:", ...lines, "End");
};
