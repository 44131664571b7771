import { codes, parseExtendedPort, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const eprt: Handler = (session, { argument }) => {
  session.farEnd.hear(`EPRT ${argument}`);
  const parsed = parseExtendedPort(argument);
  if (parsed.kind === "where") return session.data.tell(parsed.where);
  if (parsed.because === "not-valid") return reply(codes.badArgument, "EPRT needs |family|address|port|.");
  return reply(codes.notThisWay, "That network protocol is not supported, use (1,2)");
};
