import { listing } from "../listing/listing.ts";
import type { Handler } from "./handler.ts";

export const nlst: Handler = (session, { argument, path }) => listing(session, { verb: "NLST", path, argument });
