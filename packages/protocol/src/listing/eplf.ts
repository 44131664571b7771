import { bytesOf, listed } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";
import type { RemoteTime } from "./remote-entry.ts";

/** Bernstein's Easily Parsed LIST Format: `+`, facts of one letter with commas, a tab, the name. */
export const readEplfEntry: ReadLine = (line) => {
  const tab = line.indexOf("\t");
  if (!line.startsWith("+") || tab === -1) return undefined;
  const facts = new Map<string, string>();
  for (const fact of line.slice(1, tab).split(",")) {
    // Two letters for one: `up` and octal permissions.
    const key = fact.startsWith("up") ? "up" : fact.slice(0, 1);
    facts.set(key, fact.slice(key.length));
  }
  const mode = facts.get("up");
  const written = line.slice(tab + 1);
  const isFolder = facts.has("/");
  return listed({
    name: isFolder && written.endsWith("/") ? written.slice(0, -1) : written,
    kind: isFolder ? "directory" : facts.has("r") ? "file" : "unknown",
    size: bytesOf(facts.get("s")),
    modified: timeOf(bytesOf(facts.get("m"))),
    mode: mode !== undefined && /^[0-7]{3,6}$/.test(mode) ? Number.parseInt(mode, 8) & 0o7777 : undefined,
    unique: facts.get("i"),
    raw: line,
  });
};

/** What Date cannot hold is no time. */
function timeOf(seconds: number | undefined): RemoteTime | undefined {
  if (seconds === undefined || seconds > 8.64e12) return undefined;
  return { at: seconds * 1000, precision: "second", zone: "utc" };
}
