import { ClientError } from "../errors.ts";
import { isFolder } from "../operations/is-folder.ts";
import { childOf } from "../operations/manage.ts";
import { lastName } from "./tree.ts";
import type { RemoteEntry, TraceStep } from "@twinport/protocol";
import type { Client } from "../client.ts";
import type { ClientWarning } from "../client-events.ts";
import type { TreeEntry, TreeListing } from "./tree.ts";

/**
 * What servers say in a reply that counts as done, when it is not: vsftpd for a folder that it may not read, pure-ftpd
 * behind the names that it lists at the most.
 */
const saysOtherwise = /fail|truncat|cannot|can't|unable|denied|not permitted/i;

/** Lists a folder, and hears what is said about it: who removes what is missing must know whether it is missing. */
export async function listWithDoubts(client: Client, path: string, signal: AbortSignal): Promise<TreeListing> {
  const doubts: string[] = [];
  const heard = (line: string): void => {
    if (saysOtherwise.test(line)) doubts.push(line);
  };
  const step = (one: TraceStep): void => {
    if (one.kind === "reply-received" && one.code === 226) heard(one.line);
  };
  const warning = ({ code, facts }: ClientWarning): void => {
    if (code === "listing-line-not-understood") doubts.push(`${facts["because"]}: ${facts["line"]}`);
  };
  client.on("trace", step);
  client.on("warning", warning);
  try {
    const entries = await client.listAll(path, { signal });
    // Of a reply of several lines the trace tells only the last.
    const last = client.core.standing?.conversation.lastReply;
    if (last?.code === 226 && last.lines.length > 1) heard(last.lines.join(" / "));
    const [doubt] = doubts;
    if (await isFolderItself(client, path, entries, signal)) {
      throw new ClientError("refused", { command: `LIST ${path}`, said: "it lists the folder, and not what is in it" });
    }
    if (doubt !== undefined && entries.length === 0)
      throw new ClientError("refused", { command: `LIST ${path}`, said: doubt });
    return { entries: entries.map(entryOf), ...(doubt !== undefined && { doubt: doubt.slice(0, 200) }) };
  } finally {
    client.off("trace", step);
    client.off("warning", warning);
  }
}

/** A folder that vsftpd may not read it lists like a file: as the one name in itself. */
async function isFolderItself(
  client: Client,
  path: string,
  entries: readonly RemoteEntry[],
  signal: AbortSignal,
): Promise<boolean> {
  const [only] = entries;
  const isLikeIt = entries.length === 1 && only?.kind === "directory" && only.name === lastName(path);
  if (!isLikeIt) return false;
  return !(await client.core.inTurn(signal, (combined) => isFolder(client.core, childOf(path, only.name), combined)));
}

/** Only what is needed of it: there may be millions. */
function entryOf({ name, kind, size, modified, target }: RemoteEntry): TreeEntry {
  return {
    name,
    kind,
    ...(size !== undefined && { size }),
    ...(modified !== undefined && { modified }),
    ...(target !== undefined && { target }),
  };
}
