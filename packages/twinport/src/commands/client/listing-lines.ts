import { displayWidth, padToWidth, visible } from "@twinport/protocol";
import { formatTime } from "./remote-entry-facts.ts";
import type { RemoteEntry } from "@twinport/protocol";

const letters: Readonly<Record<RemoteEntry["kind"], string>> = {
  file: "-",
  directory: "d",
  link: "l",
  other: "o",
  unknown: "?",
};

/** A folder as lines: kind, size, time and name, one below the other. A time that may be of any zone has a `?` behind it. */
export function listingLines(entries: readonly RemoteEntry[]): string[] {
  const rows = entries.map((entry) => ({
    kind: letters[entry.kind],
    size: entry.size === undefined ? "" : String(entry.size),
    time: entry.modified ? `${formatTime(entry.modified)}${entry.modified.zone === "utc" ? "" : "?"}` : "",
    name: nameOf(entry),
  }));
  const widest = (of: (row: (typeof rows)[number]) => string): number =>
    rows.reduce((most, row) => Math.max(most, displayWidth(of(row))), 0);
  const [size, time] = [widest((row) => row.size), widest((row) => row.time)];
  return rows.map((row) => `${row.kind} ${row.size.padStart(size)}  ${padToWidth(row.time, time)}  ${row.name}`);
}

function nameOf({ name, kind, target }: RemoteEntry): string {
  if (kind === "directory") return visible(`${name}/`);
  return visible(target === undefined ? name : `${name} -> ${target}`);
}

/** By name, as the letters are numbered: the same everywhere. */
export function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}
