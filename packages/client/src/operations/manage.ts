import { parseQuotedPath } from "@twinport/protocol";
import { ClientError } from "../errors.ts";
import { commandLine } from "../conversation.ts";
import { refused } from "../session.ts";
import { explain } from "./not-found.ts";
import { folderOf, nameOf } from "./stat.ts";
import { isFolder } from "./is-folder.ts";
import { listFolder } from "./list.ts";
import type { ClientCore } from "../core.ts";

/** Asks something about a path; a 550 is told as `not-found` where that is what it means. */
async function about(core: ClientCore, word: string, path: string, signal: AbortSignal) {
  const reply = await core.ask(word, path, signal);
  if (reply.code >= 400) throw await explain(core, refused(`${word} ${path}`, reply), path, signal);
  return reply;
}

/** Removes a file (DELE). */
export async function removeFile(core: ClientCore, path: string, signal: AbortSignal): Promise<void> {
  await about(core, "DELE", path, signal);
}

/** Removes an empty folder (RMD). */
export async function removeFolder(core: ClientCore, path: string, signal: AbortSignal): Promise<void> {
  await about(core, "RMD", path, signal);
}

/** Removes a folder and all that is in it; links are removed, and not followed. */
export async function removeTree(core: ClientCore, path: string, signal: AbortSignal, depth = 0): Promise<void> {
  if (depth > 256) throw new ClientError("path-not-valid", { path, because: "it goes down more than 256 folders" });
  for (const { name, kind } of await listFolder(core, path, {}, signal)) {
    const child = childOf(path, name);
    if (kind === "directory") await removeTree(core, child, signal, depth + 1);
    else await removeFile(core, child, signal);
  }
  await removeFolder(core, path, signal);
}

/** Renames, and puts in the place of what is there: some servers refuse that, and are asked to remove it first. */
export async function rename(core: ClientCore, from: string, to: string, signal: AbortSignal): Promise<void> {
  commandLine("RNTO", to);
  const asked = await core.ask("RNFR", from, signal);
  if (asked.code >= 400) throw await explain(core, refused(`RNFR ${from}`, asked), from, signal);
  const reply = await core.ask("RNTO", to, signal);
  if (reply.code < 400) return;
  const isTaken = reply.code === 553 || (reply.code === 550 && /exist/i.test(reply.lines.join(" ")));
  if (!isTaken || (await core.ask("DELE", to, signal)).code >= 400) throw refused(`RNTO ${to}`, reply);
  await core.demand("RNFR", from, signal);
  await core.demand("RNTO", to, signal);
}

/** Makes a folder (MKD), and with `recursive` all above it; gives its path as the server tells it. */
export async function makeFolder(
  core: ClientCore,
  path: string,
  recursive: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  const reply = await core.ask("MKD", path, signal);
  if (reply.code < 400) return parseQuotedPath(reply.lines.join(" "));
  if (!recursive) throw refused(`MKD ${path}`, reply);
  if (await isFolder(core, path, signal)) return undefined;
  const above = folderOf(path);
  if (above === "" || above === "/" || nameOf(path) === "") throw refused(`MKD ${path}`, reply);
  await makeFolder(core, above, true, signal);
  const again = await core.ask("MKD", path, signal);
  if (again.code >= 400 && !(await isFolder(core, path, signal))) throw refused(`MKD ${path}`, again);
  return parseQuotedPath(again.lines.join(" "));
}

/** A name in a folder. */
export function childOf(folder: string, name: string): string {
  return folder === "" ? name : folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}
