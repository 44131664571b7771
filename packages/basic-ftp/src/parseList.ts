import { ListingReader } from "@twinport/protocol";
import { FileType } from "./FileInfo.ts";
import { fileInfo } from "./file-info-of.ts";
import { parseLine, testLine, transformList } from "./parseListMLSD.ts";
import type { FileInfo } from "./FileInfo.ts";
import type { RemoteEntry, TimePrecision } from "@twinport/protocol";

/**
 * Reads a listing: of MLSD, or what LIST is answered with on Unix, Windows, VMS, IBM i, z/OS and others. Lines that are
 * no entry of this folder are left out.
 *
 * @throws {Error} if nothing in it is understood
 */
export function parseList(rawList: string): FileInfo[] {
  const lines = rawList.split(/\r?\n/).filter((line) => line.trim() !== "" && !/^total(?:\s|$)/.test(line));
  const last = lines.at(-1);
  if (last === undefined) return [];
  const listed = listedBy(lines);
  if (listed.entries.length > 0 || listed.isUnderstood) return listed.entries;
  if (testLine(last)) return transformList(lines.flatMap((line) => parseLine(line) ?? []));
  throw new Error(
    "This library only supports MLSD, Unix- or DOS-style directory listing. Your FTP server seems to be using another format. You can see the transmitted listing when setting `client.ftp.verbose = true`. You can then provide a custom parser to `client.parseList`, see the documentation for details.",
  );
}

/** A lone line may look like a data set's by accident; a listing of z/OS has a header. */
const mvsHeader = /^(?:Volume\s+Unit|\s*Name\s+(?:VV\.MM|Size))\s/i;

function listedBy(lines: readonly string[]): { entries: FileInfo[]; isUnderstood: boolean } {
  const reader = new ListingReader({ kind: "list", decode: (bytes) => Buffer.from(bytes).toString(), now: Date.now() });
  const entries = [...reader.take(Buffer.from(lines.map((line) => `${mended(line)}\n`).join(""))), ...reader.end()];
  const { dialect } = reader;
  const isFacts = dialect === undefined || dialect === "facts";
  if (isFacts || (dialect === "mvs" && !lines.some((line) => mvsHeader.test(line)))) {
    return { entries: [], isUnderstood: false };
  }
  return { entries: entries.map(infoOf), isUnderstood: true };
}

/** Letters for the kinds of files that only some servers write, and what `ls` writes for them. */
const kindLetters: Readonly<Record<string, string>> = { e: "l", f: "-", m: "?" };

/** Some servers leave the last letter of the permissions out, or have letters of their own for the kind. */
function mended(line: string): string {
  const found = /^([\s\d]{0,40})([bcdeflmpsS-])((?:[r-][w-][-xsStTL]){2}[r-][w-])([-xsStTL]?)(?=[+\s\d])/.exec(line);
  if (!found) return line;
  const [start, before = "", letter = "", bits = "", last] = found;
  return `${before}${kindLetters[letter] ?? letter}${bits}${last || "-"}${line.slice(start.length)}`;
}

function infoOf(entry: RemoteEntry): FileInfo {
  const info = fileInfo(entry);
  info.rawModifiedAt = writtenDate(entry);
  // A device, which has no type of its own here.
  if (entry.kind === "other" && /^[\s\d]*[bc][r-]/.test(entry.raw)) info.type = FileType.File;
  return info;
}

/** Of Windows: `12-05-96  05:03PM`. */
const dosDate = /^\s*(\d\S*)\s+(\d\S*(?: ?[ap]\.?m\.?)?)\s/i;

/** Of Unix, before the name: a month and a day in either order, or a date in numbers, and a time or a year. */
const unixDate =
  /(?<!\S)(\d+[-/.]\d+[-/.]\d+|\d{1,2}月\s*\d{1,2}日|\S{1,20}\s+\d{1,2}|\d{1,2}\s+\S{1,20})\s+(\S{1,40})\s*$/u;

/** Letters of ISO 8601 that a date of a precision has. */
const told: Readonly<Record<TimePrecision, number>> = { day: 10, minute: 16, second: 19, millisecond: 23 };

/** The date as the server wrote it, with one blank before the time. */
function writtenDate({ raw, name, target, modified }: RemoteEntry): string {
  if (!modified) return "";
  const tail = target === undefined ? name : `${name} -> ${target}`;
  const isUnix = /^[\s\d]*[-a-zA-Z?][-rwxsStTlL?*]{8}/.test(raw);
  const found = isUnix
    ? unixDate.exec(raw.slice(0, Math.max(0, raw.lastIndexOf(tail))).slice(-120))
    : dosDate.exec(raw);
  if (found) return `${found[1]} ${found[2]}`;
  return new Date(modified.at).toISOString().slice(0, told[modified.precision]).replace("T", " ");
}
