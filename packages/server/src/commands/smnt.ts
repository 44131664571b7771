import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const smnt: Handler = () => reply(codes.notImplemented, "There is nothing else to mount.");
