import { codes, formatUnixLine, reply } from "@twinport/protocol";
import type { Reply, VirtualPath } from "@twinport/protocol";
import type { Handler } from "./handler.ts";
import type { Session } from "../session.ts";

/** Entries that fit into a reply; more of them belong on a data connection. */
const MOST = 1000;

/** RFC 959 §4.1.3: without an argument how the session and its transfer stand, with one a list in the reply. */
export const stat: Handler = (session, { argument, path }) => {
  if (argument === "") return statusOf(session);
  if (!session.permissions.has("list")) return reply(codes.fileUnavailable, "This account may not list here.");
  return listOf(session, path);
};

function statusOf(session: Session): Reply {
  const { transfer, control, account, state } = session;
  const moves = transfer?.direction === "send" ? "sent" : "received";
  const doing = transfer
    ? `${transfer.verb} ${transfer.path}: ${transfer.bytes} bytes ${moves} in ${transfer.seconds.toFixed(1)} s`
    : "No transfer is running";
  return reply(
    codes.systemStatus,
    "Status:",
    `Connected from ${control.peer.address} port ${control.peer.port}`,
    `Logged in as ${account?.name ?? ""}`,
    `TYPE ${state.type === "ascii" ? "A" : "I"}, STRU F, MODE S`,
    doing,
    "End",
  );
}

async function listOf(session: Session, path: VirtualPath): Promise<Reply> {
  const now = session.services.settings.clock.now();
  const entry = await session.storage.stat(path);
  if (entry.kind !== "directory") return reply(codes.fileStatus, "Status:", formatUnixLine(entry, now), "End");
  const lines: string[] = [];
  for await (const batch of session.storage.list(path, "facts")) {
    lines.push(...batch.slice(0, MOST - lines.length).map((one) => formatUnixLine(one, now)));
    if (lines.length < MOST) continue;
    return reply(codes.directoryStatus, "Status:", ...lines, `No more than ${MOST} here; use LIST.`);
  }
  return reply(codes.directoryStatus, "Status:", ...lines, "End");
}
