import { bytesOf, listed, NOTHING_LISTED } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";
import { monthNumber } from "./month-names.ts";
import { parseClock, toldTime } from "./told-time.ts";

const frame = [/^\s*size\s+date\s+time\s+name\s*$/i, /^\s*-{4,}(?:\s+-{4,}){3}\s*$/];
const row = /^\s*(\d+)\s+([A-Z]{3})-(\d\d)-(\d{4})\s+(\d\d:\d\d:\d\d)\s+(\S.*)$/is;
const folder = /\s{1,64}<DIR>\s*$/i;

/** VxWorks, its disks of DOS: size, date, name, and `<DIR>` behind it. */
export const readVxworksEntry: ReadLine = (line, { now }) => {
  if (frame.some((pattern) => pattern.test(line))) return NOTHING_LISTED;
  const found = row.exec(line);
  if (!found) return undefined;
  const [, size, word, day, year, time, rest] = found;
  const month = monthNumber(word!);
  if (month === undefined) return undefined;
  const marked = folder.exec(rest!.slice(-80));
  return listed({
    name: marked ? rest!.slice(0, -marked[0].length).trimEnd() : rest!,
    kind: marked ? "directory" : "file",
    size: marked ? undefined : bytesOf(size),
    modified: toldTime({ year: Number(year), month, day: Number(day), ...parseClock(time!) }, now),
    raw: line,
  });
};
