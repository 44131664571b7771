import { monthNumber } from "./month-names.ts";
import { listed, NOTHING_LISTED } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";
import { fullYear, parseClock, toldTime } from "./told-time.ts";

const row =
  /^(\S+;\d{1,5})\s+(?:\[([^\]]{0,80})\]\s+)?(?:\d+(?:\/\d+)?\s+)?(\d{1,2})-([A-Z]{3})-(\d{4}|\d\d)(?:\s+(\d{1,2}:\d\d\S{0,9}))?(.*)$/is;
const nameAlone = /^\S+;\d{1,5}\s*$/;
const forbidden = /^(\S+;\d{1,5})\s+(?:%\S+|insufficient privilege|no privilege|file access refused)/i;
const folder = /\.DIR(?:;\d+)?$/i;
const frame = [
  /^(?:Grand )?total of \d/i,
  /^%\S+-W-NOFILES/i,
  // MultiNet says where it is.
  /^[\w$-]{1,64}:\[[^\]]{1,255}\]\s*$/,
  // Owner and protection, where a line became too long for them.
  /^\s*(?:\[[^\]]{1,80}\]\s*)?\((?:[RWED]{0,4},){3}[RWED]{0,4}\)\s*$/i,
];

/**
 * OpenVMS. Names keep their versions, as they are printed: of several versions each is a file of its own, and a command
 * takes them so. A folder is without its `.DIR;1`, which CWD does not take. Sizes are blocks, and not told.
 */
export const readVmsEntry: ReadLine = (line, { now }) => {
  const found = row.exec(line);
  if (!found) {
    if (/^Directory \S/i.test(line)) return { kind: "folder" };
    if (frame.some((pattern) => pattern.test(line))) return NOTHING_LISTED;
    const name = forbidden.exec(line)?.[1];
    if (name !== undefined) return listed({ ...nameAndKind(name), raw: line });
    return nameAlone.test(line) ? { kind: "half" } : undefined;
  }
  const [, name, owner, day, word, year, time, rest] = found;
  const month = monthNumber(word!);
  if (month === undefined) return undefined;
  const clock = time === undefined ? undefined : parseClock(time);
  const who = (owner ?? /^\s*\[([^\]]{0,80})\]/.exec(rest!)?.[1])?.split(",");
  return listed({
    ...nameAndKind(name!),
    modified: toldTime({ year: fullYear(year!), month, day: Number(day), ...clock }, now),
    owner: who?.at(-1)?.trim() || undefined,
    group: who?.at(-2)?.trim() || undefined,
    raw: line,
  });
};

/** A name of VMS, alone or in a listing, with or without the folder before it: `DISK:[ANN]A.TXT;1`. */
export function nameAndKind(path: string): { readonly name: string; readonly kind: "file" | "directory" } {
  const name = path.slice(path.lastIndexOf("]") + 1);
  return folder.test(name) ? { name: name.replace(folder, ""), kind: "directory" } : { name, kind: "file" };
}
