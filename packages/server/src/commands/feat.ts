import { availableFeatures, codes, formatFactsFeature, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** RFC 2389 §3.2: printed from the verb table, as it is true for this session. */
export const feat: Handler = (session) => {
  const features = availableFeatures(session.abilities);
  const lines = features.map((line) => (line === "MLST" ? formatFactsFeature(session.facts) : line));
  return reply(codes.systemStatus, "Features:", ...lines, "End");
};
