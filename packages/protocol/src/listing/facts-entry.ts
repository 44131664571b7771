import { bytesOf, NOTHING_LISTED } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";
import { parseFacts } from "./facts.ts";
import { remoteEntry } from "./remote-entry.ts";
import type { RemoteEntry, RemoteTime } from "./remote-entry.ts";
import { parseTimestamp } from "../timestamp.ts";

// A map: what the server writes may also be the name of something that every object has.
const kinds: ReadonlyMap<string, RemoteEntry["kind"]> = new Map([
  ["file", "file"],
  ["dir", "directory"],
  ["cdir", "directory"],
  ["pdir", "directory"],
  ["directory", "directory"],
  ["symlink", "link"],
  ["link", "link"],
]);

/** ProFTPD, Pure-FTPd, FileZilla and others differ in the second word; some tell the target behind a colon. */
const unixLink = /^os\.unix=s(?:ym)?link(?::(.*))?$/is;

/** Some leave out the last semicolon. */
const unendedFacts = /^((?:[^=; ]+=[^; ]*;)*[^=; ]+=[^; ]*)( .+)$/s;

/**
 * Reads a line of MLSD, or the one of MLST with or without the space before it. The folder itself and the one above it
 * are read too. The name is as the server wrote it: with MLST often a whole path, and not fit to make a local name of.
 */
export function parseFactsEntry(line: string): RemoteEntry | undefined {
  const inReply = line.startsWith(" ") ? withFacts(line.slice(1)) : undefined;
  const entry = read(line, inReply ?? withFacts(line) ?? parseFacts(line));
  // eslint-disable-next-line no-control-regex -- such a name is none for any command
  return entry && !/[\r\n\u0000]/.test(entry.name) ? entry : undefined;
}

/** MLSD (RFC 3659 §7.2). A line may be without any fact: then all of it behind the space is the name. */
export const readFactsEntry: ReadLine = (line) => {
  const entry = read(line, withFacts(line) ?? parseFacts(line));
  if (!entry) return undefined;
  const type = entry.facts?.get("type")?.toLowerCase();
  return type === "cdir" || type === "pdir" ? NOTHING_LISTED : { kind: "entry", entry };
};

/** The same among lines of LIST, as a few servers answer it: one of the facts that everyone has must be there. */
export const readFactsInList: ReadLine = (line, context) =>
  /^[^ ]*?(?:type|size|modify|perm)=/i.test(line.slice(0, 1000)) ? readFactsEntry(line, context) : undefined;

function read(line: string, found: ReturnType<typeof parseFacts>): RemoteEntry | undefined {
  if (!found) return undefined;
  const { name, facts } = found;
  const type = facts.get("type");
  const link = type === undefined ? null : unixLink.exec(type);
  return remoteEntry({
    name,
    kind: link ? "link" : type === undefined ? "unknown" : (kinds.get(type.toLowerCase()) ?? "other"),
    // Pure-FTPd writes `sizd` for folders.
    size: bytesOf(facts.get("size") ?? facts.get("sizd")),
    modified: timeOf(facts.get("modify")),
    mode: modeOf(facts.get("unix.mode")),
    owner: facts.get("unix.ownername") ?? facts.get("unix.owner") ?? facts.get("unix.uid"),
    group: facts.get("unix.groupname") ?? facts.get("unix.group") ?? facts.get("unix.gid"),
    target: link?.[1] || undefined,
    unique: facts.get("unique"),
    perm: facts.get("perm"),
    facts,
    raw: line,
  });
}

function withFacts(line: string): ReturnType<typeof parseFacts> {
  const found = parseFacts(line);
  if (found) return found.facts.size > 0 ? found : undefined;
  const unended = unendedFacts.exec(line);
  return unended ? parseFacts(`${unended[1]};${unended[2]}`) : undefined;
}

function timeOf(text: string | undefined): RemoteTime | undefined {
  // Programs that write "19" and the years since 1900 still run: 19124 is 2024.
  const year = text === undefined ? null : /^19(1\d\d)(\d{10})/.exec(text);
  const digits = year ? `${1900 + Number(year[1])}${text!.slice(5)}` : (text ?? "");
  const at = parseTimestamp(digits);
  if (at === undefined) return undefined;
  return { at, precision: digits.includes(".") ? "millisecond" : "second", zone: "utc" };
}

function modeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-7]{1,7}$/.test(text) ? Number.parseInt(text, 8) & 0o7777 : undefined;
}
