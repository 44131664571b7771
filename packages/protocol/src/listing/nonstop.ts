import { bytesOf, listed, NOTHING_LISTED } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";
import { monthNumber } from "./month-names.ts";
import { fullYear, parseClock, toldTime } from "./told-time.ts";

const header = /^\s*File\s+Code\s+EOF\s+Last Modif/i;
const row =
  /^\s?([A-Z][A-Z0-9]{0,7})\s+(?:[A-Z?]{1,2}\s+)?\d+[A-Z+]{0,2}\s+(\d+)\s+(\d{1,2})-([A-Z]{3})-(\d{4}|\d\d)\s+(\d{1,2}:\d\d:\d\d)\s+(\d+)\s?,\s*(\d+)(?:\s+\S+)?\s*$/i;

/** HP NonStop (Tandem Guardian): a subvolume has files only. An owner is two numbers, of the group and of the user. */
export const readNonstopEntry: ReadLine = (line, { now }) => {
  if (header.test(line)) return NOTHING_LISTED;
  const found = row.exec(line);
  if (!found) return undefined;
  const [, name, size, day, word, year, time, group, owner] = found;
  const month = monthNumber(word!);
  if (month === undefined) return undefined;
  const modified = toldTime({ year: fullYear(year!), month, day: Number(day), ...parseClock(time!) }, now);
  return listed({ name: name!, kind: "file", size: bytesOf(size), modified, owner, group, raw: line });
};
