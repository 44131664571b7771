import { codes, formatTimestamp, reply, visible } from "@twinport/protocol";
import type { BuiltInSiteVerb } from "./verb.ts";

/** Sessions that fit into a reply. */
const MOST = 1000;

/** Sessions of the same account at the same host: who else is here is nobody else's business. */
export const who: BuiltInSiteVerb = {
  syntax: "",
  run: (session) => {
    const own = session.activity;
    // Anonymous users have nothing in common but the name.
    const isMeant = (id: string, owner: string): boolean =>
      id === own.session.id || (owner === own.owner && session.account?.isShared !== true);
    const lines = session.services
      .activities()
      .filter(({ session: { account, id }, owner }) => account !== undefined && isMeant(id, owner))
      .slice(0, MOST)
      .map(({ session: { id, account = "", peer }, since, doing }) => {
        const self = id === own.session.id ? " (this session)" : "";
        return `${account} from ${peer.address} since ${formatTimestamp(Math.floor(since / 1000) * 1000)}: ${visible(doing)}${self}`;
      });
    return reply(codes.systemStatus, "Sessions of this account:", ...lines, "End");
  },
};
