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

/** Folders in folders; more are a link that leads back, or a server that makes them up. */
const DEEPEST = 256;

/**
 * Whoever goes down a tree has come so deep.
 *
 * @throws {ClientError} `path-not-valid` where no tree is as deep
 */
export function expectDepth(path: string, depth: number): void {
  if (depth <= DEEPEST) return;
  throw new ClientError("path-not-valid", { path, because: `it goes down more than ${DEEPEST} folders` });
}

/** Removes a folder and all that is in it; links are removed, and not followed. */
export async function removeTree(core: ClientCore, path: string, signal: AbortSignal, depth = 0): Promise<void> {
  expectDepth(path, depth);
  for (const { name, kind, facts } of await listFolder(core, path, {}, signal)) {
    const child = childOf(path, name);
    if (kind !== "directory") await removeFile(core, child, signal);
    // MLSD of some servers (pyftpdlib) tells of a link what it leads to: what takes DELE was one, or is gone as it should.
    else if (facts === undefined || (await core.ask("DELE", child, signal)).code >= 400)
      await removeTree(core, child, signal, depth + 1);
  }
  await removeFolder(core, path, signal);
}

/** What a server says of a name that is taken; that something is not there is said by the same word. */
const saysTaken = /exist/i;
const saysMissing = /not exist|n['’]t exist|no such|not found|non-?exist/i;
const saysNever = /permission|denied|not allowed|not permitted|forbidden|no such|not found|not exist|n['’]t exist/i;

/**
 * Renames, and puts in the place of what is there: some servers refuse that, and are asked to remove it first.
 *
 * @param removed called when what stood there is gone, and nothing is there yet: what is renamed is all there is
 */
export async function rename(
  core: ClientCore,
  from: string,
  to: string,
  signal: AbortSignal,
  removed: () => void = () => {},
): Promise<void> {
  commandLine("RNTO", to);
  const asked = await core.ask("RNFR", from, signal);
  if (asked.code >= 400) throw await explain(core, refused(`RNFR ${from}`, asked), from, signal);
  const reply = await core.ask("RNTO", to, signal);
  if (reply.code < 400) return;
  const words = reply.lines.join(" ");
  const isOfName = reply.code === 553 && !saysNever.test(words);
  const isTaken = isOfName || (reply.code === 550 && saysTaken.test(words) && !saysMissing.test(words));
  // Before anything is lost for it: what is to be renamed is there still, and may be.
  if (!isTaken || (await core.ask("RNFR", from, signal)).code >= 400) throw refused(`RNTO ${to}`, reply);
  if ((await core.ask("DELE", to, signal)).code >= 400) throw refused(`RNTO ${to}`, reply);
  removed();
  // Nobody calls it off in the middle; each reply has its time-out.
  const unstopped = new AbortController().signal;
  await core.demand("RNFR", from, unstopped);
  await core.demand("RNTO", to, unstopped);
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
