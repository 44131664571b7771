import { codes, parseHostPort, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

export const port: Handler = (session, { argument }) => {
  session.farEnd.hear(`PORT ${argument}`);
  const asked = parseHostPort(argument);
  return asked ? session.data.tell(asked) : reply(codes.badArgument, "PORT needs h1,h2,h3,h4,p1,p2.");
};
