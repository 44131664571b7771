import { parseTimestamp } from "@twinport/protocol";
import type { RemoteEntry } from "@twinport/protocol";
import type { ClientCore } from "../core.ts";

const QUARTER = 15 * 60_000;

/** Farther from UTC no place is. */
const MOST_MINUTES = 14 * 60;

/** Times of LIST are in the server's own zone: with that known, they are told in UTC. */
export async function inZone(
  core: ClientCore,
  folder: string,
  entries: RemoteEntry[],
  signal: AbortSignal,
): Promise<RemoteEntry[]> {
  if (entries.every(({ modified }) => modified?.zone !== "server")) return entries;
  const { timezone } = core.context.settings;
  const minutes = timezone === "auto" ? await findZone(core, folder, entries, signal) : timezone;
  if (minutes === undefined) return entries;
  return entries.map((entry) => {
    const { modified } = entry;
    if (modified?.zone !== "server" || modified.precision === "day") return entry;
    return { ...entry, modified: { ...modified, at: modified.at - minutes * 60_000, zone: "utc" } };
  });
}

/** Minutes east of UTC, found by asking the time of one file in both ways; undefined where that cannot be. */
async function findZone(
  core: ClientCore,
  folder: string,
  entries: readonly RemoteEntry[],
  signal: AbortSignal,
): Promise<number | undefined> {
  if (core.timezone !== undefined) return core.timezone;
  const session = await core.session(signal);
  if (!session.features.has("MDTM")) return undefined;
  const told = entries.find(
    ({ kind, modified }) => kind === "file" && modified?.zone === "server" && modified.precision !== "day",
  );
  if (!told?.modified) return undefined;
  const path = folder === "" ? told.name : `${folder.replace(/\/$/, "")}/${told.name}`;
  const reply = await core.ask("MDTM", path, signal);
  const utc = reply.code === 213 ? parseTimestamp(reply.lines[0]!.trim()) : undefined;
  if (utc === undefined) return undefined;
  const minutes = (Math.round((told.modified.at - utc) / QUARTER) * QUARTER) / 60_000;
  // Anything else is no zone: the file has changed, or the server tells one of the two wrong.
  if (Math.abs(minutes) > MOST_MINUTES || Math.abs(told.modified.at - utc - minutes * 60_000) > 90_000)
    return undefined;
  core.timezone = minutes;
  return minutes;
}
