import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** Clients choose their listing parser by these words; the listings are those of Unix everywhere. */
export const syst: Handler = () => reply(codes.systemType, "UNIX Type: L8");
