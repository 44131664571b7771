import { bytesOf, listed, NOTHING_LISTED } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";
import { fullYear, toldTime } from "./told-time.ts";

const frame = [/^\s*Owner\s+Last modified\s+Attributes/i, /^[-\s]{20,200}$/, /^\s*Directory of \S+\s+\d\d[:/.]/i];
const row = /^\s*(\d+)\.(\d+)\s+(\d\d)\/(\d\d)\/(\d\d)\s+(\d\d):?(\d\d)\s+([-dsewr]{8})\s+[0-9A-F]+\s+(\d+)\s(.+)$/is;

/** Microware OS-9, `dir -e`: the date begins with the year. */
export const readOs9Entry: ReadLine = (line, { now }) => {
  if (frame.some((pattern) => pattern.test(line))) return NOTHING_LISTED;
  const found = row.exec(line);
  if (!found) return undefined;
  const [, group, owner, year, month, day, hour, minute, attributes, size, name] = found;
  const parts = { month: Number(month), day: Number(day), hour: Number(hour), minute: Number(minute) };
  return listed({
    name: name!,
    kind: /^d/i.test(attributes!) ? "directory" : "file",
    size: bytesOf(size),
    modified: toldTime({ year: fullYear(year!), ...parts }, now),
    owner,
    group,
    raw: line,
  });
};
