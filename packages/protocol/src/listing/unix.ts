import { visible } from "../command/command.ts";
import { nearestFourDigitYear } from "../timestamp.ts";
import type { Entry, EntryKind } from "./entry.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const letters: Readonly<Record<EntryKind, string>> = { file: "-", directory: "d", link: "l", other: "-" };
const defaultModes: Readonly<Record<EntryKind, number>> = { file: 0o644, directory: 0o755, link: 0o777, other: 0o644 };

/** Half a year, as `ls -l` draws the line between a clock time and a year. */
const RECENT = 182.5 * 24 * 3_600_000;

/** A line of LIST as `ls -l` writes it, times in UTC, without its end. */
export function formatUnixLine(entry: Entry, now: number): string {
  const mode = entry.mode ?? defaultModes[entry.kind];
  const links = entry.kind === "directory" ? 2 : 1;
  const owner = column(entry.owner);
  const group = column(entry.group);
  const size = String(entry.size).padStart(12);
  return `${letters[entry.kind]}${formatMode(mode)} ${String(links).padStart(3)} ${owner} ${group} ${size} ${formatDate(entry.modified, now)} ${visible(entry.name)}`;
}

/** What {@link parseUnixLine} reads: the time is in the server's unknown zone, and may lack its year. */
export interface UnixLine {
  readonly name: string;
  readonly kind: EntryKind;
  readonly size: number;
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  /** `Mar 01 12:30` or `Mar 01  2024`, as it stood there. */
  readonly date: string;
}

/** Reads a line of `ls -l`; undefined for one that is none. */
export function parseUnixLine(line: string): UnixLine | undefined {
  const found =
    /^([-dl])([-rwxsStT]{9})[.+@]?\s+\d+\s+(\S+)\s+(\S+)\s+(\d+) ([A-Z][a-z]{2} [ \d]\d (?:\d\d:\d\d| \d{4})) (.+)$/s.exec(
      line,
    );
  if (!found) return undefined;
  const [, letter, bits, owner, group, size, date, name] = found;
  const kind: EntryKind = letter === "d" ? "directory" : letter === "l" ? "link" : "file";
  return { name: name!, kind, size: Number(size), mode: parseMode(bits!), owner: owner!, group: group!, date: date! };
}

/** One word, whatever the name: a reader counts words to find the size ("Domain Users" is a common group). */
function column(name: string | undefined): string {
  return visible(name || "ftp")
    .replace(/\s/g, "_")
    .padEnd(8);
}

function formatMode(mode: number): string {
  let text = "";
  for (let bit = 8; bit >= 0; bit--) text += mode & (1 << bit) ? "xwr"[bit % 3]! : "-";
  return text;
}

function parseMode(bits: string): number {
  let mode = 0;
  for (let i = 0; i < 9; i++) if (!"-ST".includes(bits[i]!)) mode |= 1 << (8 - i);
  return mode;
}

function formatDate(modified: number, now: number): string {
  const date = new Date(nearestFourDigitYear(modified));
  const month = months[date.getUTCMonth()] ?? "Jan";
  const day = String(date.getUTCDate()).padStart(2);
  const age = now - modified;
  if (age > RECENT || age < -24 * 3_600_000)
    return `${month} ${day}  ${String(date.getUTCFullYear()).padStart(4, "0")}`;
  const hour = String(date.getUTCHours()).padStart(2, "0");
  return `${month} ${day} ${hour}:${String(date.getUTCMinutes()).padStart(2, "0")}`;
}
