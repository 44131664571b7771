import { codes, parseExtendedPassiveRequest, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/** The port is on the address that the command connection came to, so only its family can be served (RFC 2428 §3). */
export const epsv: Handler = (session, { argument }) => {
  const request = parseExtendedPassiveRequest(argument);
  const { family } = session.control.localAddress;
  if (request === "all") {
    session.advance({ kind: "extended-passive-only" });
    return reply(codes.ok, "Only EPSV from now on.");
  }
  if (request === undefined || (request !== "any" && request !== family)) {
    return reply(codes.notThisWay, `That network protocol is not supported, use (${family === 4 ? 1 : 2})`);
  }
  return session.data.offer("EPSV");
};
