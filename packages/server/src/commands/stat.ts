import { listed } from "../listing/listing.ts";
import { codes, reply } from "@twinport/protocol";
import type { Reply, VirtualPath } from "@twinport/protocol";
import type { Handler } from "./handler.ts";
import type { Session } from "../session.ts";

/** Lines that fit into a reply; more of them belong on a data connection. */
const MOST = 1000;

/** RFC 959 §4.1.3: without an argument how the session and its transfer stand, with one a list in the reply. */
export const stat: Handler = (session, { argument, path }) =>
  argument === "" ? statusOf(session) : listOf(session, path, argument);

function statusOf(session: Session): Reply {
  const { control, account, state, security } = session;
  const { transfer } = session.undertaking;
  const moves = transfer?.direction === "send" ? "sent" : "received";
  const doing = transfer
    ? `${transfer.verb} ${transfer.path}: ${transfer.bytes} bytes ${moves} in ${transfer.seconds.toFixed(1)} s`
    : "No transfer is running";
  return reply(
    codes.systemStatus,
    "Status:",
    `Connected from ${control.peer.address} port ${control.peer.port}`,
    `Logged in as ${account?.name ?? ""}`,
    `TYPE ${state.type === "ascii" ? "A" : "I"}, STRU F, MODE ${state.mode === "stream" ? "S" : "Z"}`,
    ...(security.facts
      ? [`Commands by ${security.facts.protocol}, data ${state.protection === "private" ? "by TLS" : "in clear"}`]
      : []),
    doing,
    "End",
  );
}

async function listOf(session: Session, path: VirtualPath, argument: string): Promise<Reply> {
  const found = await listed(session, { verb: "STAT", path, argument });
  if (!found) return reply(codes.fileUnavailable, "Nothing is there.");
  const code = found.isFolder ? codes.directoryStatus : codes.fileStatus;
  const lines: string[] = [];
  for await (const batch of found.lines) {
    lines.push(...batch.slice(0, MOST + 1 - lines.length));
    if (lines.length <= MOST) continue;
    return reply(code, "Status:", ...lines.slice(0, MOST), `No more than ${MOST} here; use LIST.`);
  }
  return reply(code, "Status:", ...lines, "End");
}
