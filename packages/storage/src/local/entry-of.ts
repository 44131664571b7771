import type { Stats } from "node:fs";
import type { Entry } from "@twinport/protocol";

/** What the system says of a name, as an entry. */
export function entryOf(name: string, stats: Stats, isLinked = stats.isSymbolicLink()): Entry {
  const kind = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : stats.isSymbolicLink() ? "link" : "other";
  return {
    name,
    kind,
    size: kind === "file" ? stats.size : 0,
    modified: stats.mtimeMs,
    mode: stats.mode & 0o7777,
    owner: String(stats.uid),
    group: String(stats.gid),
    unique: `${stats.dev.toString(16)}g${stats.ino.toString(16)}`,
    ...(isLinked && { isLinked }),
  };
}
