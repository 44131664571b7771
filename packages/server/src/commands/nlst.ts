import { listing } from "../listing.ts";
import { visible } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const nlst: Handler = (session, { argument }) =>
  listing(session, { verb: "NLST", argument, wanted: "names", format: (entry) => visible(entry.name) });
