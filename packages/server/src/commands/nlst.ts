import { listing } from "../listing.ts";
import { visible } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const nlst: Handler = (session, { argument, path }) =>
  listing(session, { verb: "NLST", path, argument, wanted: "names", format: (entry) => visible(entry.name) });
