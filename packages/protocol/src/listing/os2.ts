import { bytesOf, listed } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";
import { parseClock, parseNumericDate, toldTime } from "./told-time.ts";

const row = /^\s*(\d+)\s+((?:[A-Z]{1,4}[ \t]+){0,4})(\d{1,2}-\d{1,2}-\d{2,4})\s+(\d{1,2}:\d\d(?::\d\d)?)\s+(\S.*)$/s;

/** OS/2: the size first, then letters of attributes or DIR. */
export const readOs2Entry: ReadLine = (line, context) => {
  const found = row.exec(line);
  if (!found) return undefined;
  const [, size, attributes, date, time, name] = found;
  const day = parseNumericDate(date!, context);
  if (!day) return undefined;
  const isFolder = attributes!.split(/\s+/).includes("DIR");
  return listed({
    name: name!,
    kind: isFolder ? "directory" : "file",
    size: isFolder ? undefined : bytesOf(size),
    modified: toldTime({ ...day, ...parseClock(time!) }, context.now),
    raw: line,
  });
};
