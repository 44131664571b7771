import { parseFactsEntry, parseTimestamp } from "@twinport/protocol";
import { ClientError } from "../errors.ts";
import { refused } from "../session.ts";
import { explain } from "./not-found.ts";
import { listFolder } from "./list.ts";
import type { RemoteEntry, RemoteTime, Reply } from "@twinport/protocol";
import type { ClientCore } from "../core.ts";

/**
 * What stands at a path: by MLST, else by SIZE and MDTM, else by the listing of its folder.
 *
 * @throws {ClientError} `not-found`, `refused`
 */
export async function statPath(core: ClientCore, path: string, signal: AbortSignal): Promise<RemoteEntry> {
  const session = await core.session(signal);
  if (session.features.has("MLST")) {
    const reply = await core.ask("MLST", path === "" ? undefined : path, signal);
    const entry = reply.code < 300 ? entryOf(reply, path) : undefined;
    if (entry) return entry;
    if (reply.code === 550) throw await explain(core, refused(`MLST ${path}`, reply), path, signal);
  }
  const size = await sizeOf(core, path, signal);
  if (size !== undefined) {
    const modified = await modifiedOf(core, path, signal);
    const raw = `SIZE ${size}`;
    return { name: nameOf(path), kind: "file", size, ...(modified !== undefined && { modified }), raw };
  }
  return await statByListing(core, path, signal);
}

function entryOf(reply: Reply, path: string): RemoteEntry | undefined {
  for (const line of reply.lines) {
    const entry = parseFactsEntry(line.startsWith(" ") ? line.slice(1) : line);
    if (entry?.facts?.has("type")) return { ...entry, name: nameOf(path) || entry.name };
  }
  return undefined;
}

async function statByListing(core: ClientCore, path: string, signal: AbortSignal): Promise<RemoteEntry> {
  const name = nameOf(path);
  if (name === "" || name === "." || name === "..") {
    const folder = path === "" ? await core.whereAmI(signal) : path;
    await listFolder(core, path, {}, signal);
    return { name: folder, kind: "directory", raw: "" };
  }
  const folder = folderOf(path);
  const entry = (await listFolder(core, folder, {}, signal)).find((one) => one.name === name);
  if (!entry) throw new ClientError("not-found", { path, said: "it is not in the listing of its folder" });
  return entry;
}

/** Bytes of a file (RFC 3659 §4); undefined where the server does not say. */
export async function sizeOf(core: ClientCore, path: string, signal: AbortSignal): Promise<number | undefined> {
  const session = await core.session(signal);
  if (session.refusedListings.has("SIZE")) return undefined;
  // In ASCII the size is that of what would be sent, and servers refuse to count that.
  const reply = await core.ask("SIZE", path, signal, "I");
  if (reply.code === 500 || reply.code === 502) session.refusedListings.add("SIZE");
  const size = reply.code === 213 ? /^\s*(\d{1,15})\b/.exec(reply.lines.at(-1) ?? "")?.[1] : undefined;
  return size === undefined ? undefined : Number(size);
}

/** When a file was modified (RFC 3659 §3), in UTC; undefined where the server does not say. */
export async function modifiedOf(core: ClientCore, path: string, signal: AbortSignal): Promise<RemoteTime | undefined> {
  const session = await core.session(signal);
  if (session.refusedListings.has("MDTM")) return undefined;
  const reply = await core.ask("MDTM", path, signal);
  if (reply.code === 500 || reply.code === 502) session.refusedListings.add("MDTM");
  const text = reply.code === 213 ? (reply.lines.at(-1) ?? "").trim() : "";
  const at = parseTimestamp(text);
  if (at === undefined) return undefined;
  return { at, precision: text.includes(".") ? "millisecond" : "second", zone: "utc" };
}

/** Whether two times of a file are one: a listing may know no seconds. */
export function isSameTime(one: number, other: number): boolean {
  const isToTheMinute = one % 60_000 === 0 || other % 60_000 === 0;
  return Math.abs(one - other) < (isToTheMinute ? 60_000 : 2000);
}

/** The last name of a path as the server has it. */
export function nameOf(path: string): string {
  return path.replace(/(?<=[^/])\/+$/, "").replace(/^.*\//s, "");
}

/** The folder of a path; empty for the one that paths are seen from. */
export function folderOf(path: string): string {
  const bare = path.replace(/(?<=[^/])\/+$/, "");
  const slash = bare.lastIndexOf("/");
  return slash === -1 ? "" : slash === 0 ? "/" : bare.slice(0, slash);
}
