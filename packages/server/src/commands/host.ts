import { codes, parseHostName, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** RFC 7151 §3: an address means the host that every session begins with; the last HOST before USER counts. */
export const host: Handler = (session, { argument }) => {
  const { hosts, banner } = session.services.settings;
  const asked = parseHostName(argument);
  if (!asked) return reply(codes.badArgument, "HOST needs a name, an IPv4 address, or an IPv6 address in brackets.");
  const found = asked.kind === "name" ? hosts.get(asked.name) : undefined;
  if (asked.kind === "name" && !found) {
    return reply(codes.notImplementedForArgument, `There is no host ${asked.name} here.`);
  }
  session.host = found;
  return reply(codes.ready, found?.banner ?? banner);
};
