import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const clnt: Handler = () => reply(codes.ok, "Noted.");
