import { listing } from "../listing/listing.ts";
import type { Handler } from "./handler.ts";

export const list: Handler = (session, { argument, path }) => listing(session, { verb: "LIST", path, argument });
