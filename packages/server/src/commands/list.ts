import { formatUnixLine } from "@twinport/protocol";
import { listing } from "../listing.ts";
import type { Handler } from "./handler.ts";

export const list: Handler = (session, { argument, path }) => {
  const now = session.services.settings.clock.now();
  return listing(session, {
    verb: "LIST",
    path,
    argument,
    wanted: "facts",
    format: (entry) => formatUnixLine(entry, now),
  });
};
