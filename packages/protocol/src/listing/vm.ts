import { listed } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";
import { parseClock, parseNumericDate, toldTime } from "./told-time.ts";

const row =
  /^(\S{1,8})\s+(\S{1,8})\s+([VF]|DIR|-)\s+(\d+|-)\s+(\d+|-)\s+(\d+|-)\s+(\d\S{5,9})\s+(\d{1,2}:\d\d:\d\d)(?:\s+\S+)?\s*$/;

/** z/VM: name and type of a file are two columns, and a name of two parts for a command. Sizes are records. */
export const readVmEntry: ReadLine = (line, context) => {
  const found = row.exec(line);
  if (!found) return undefined;
  const [, name, type, format, , , , date, time] = found;
  const day = parseNumericDate(date!, context);
  const modified = day && toldTime({ ...day, ...parseClock(time!) }, context.now);
  const isFolder = type === "DIR" || format === "DIR";
  return listed({
    name: isFolder ? name! : `${name}.${type}`,
    kind: isFolder ? "directory" : "file",
    modified,
    raw: line,
  });
};
