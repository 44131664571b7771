import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

const done = reply(codes.ok, "Here.");

export const noop: Handler = () => done;
