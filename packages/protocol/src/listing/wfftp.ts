import { bytesOf, listed } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";
import { parseClock, parseNumericDate, toldTime } from "./told-time.ts";

const row =
  /^(\S{1,255})\s+(\d+)\s+(\d\d\/\d\d\/\d\d)\s+(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)[a-z]{0,6}\.?\s+(\d\d:\d\d:\d\d)\s*$/;

/** Nortel's routers: the name comes first, and the weekday is told. */
export const readWfftpEntry: ReadLine = (line, context) => {
  const found = row.exec(line);
  if (!found) return undefined;
  const [, name, size, date, time] = found;
  const day = parseNumericDate(date!, context);
  const modified = day && toldTime({ ...day, ...parseClock(time!) }, context.now);
  return listed({ name: name!, kind: "file", size: bytesOf(size), modified, raw: line });
};
