import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** RFC 2640 §4.1: replies are in English; without an argument the client asks for what it had at first. */
export const lang: Handler = (_session, { argument }) =>
  argument === "" || /^en(-[a-z0-9]{1,8})*$/i.test(argument)
    ? reply(codes.ok, "Replies are in English.")
    : reply(codes.notImplementedForArgument, "Replies are in English only (EN).");
