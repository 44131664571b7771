import { bytesOf, listed } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";
import { lastComponent } from "./names.ts";
import type { RemoteEntry } from "./remote-entry.ts";
import { parseClock, parseNumericDate, toldTime } from "./told-time.ts";

/** Objects that can be transferred or entered; of all others there are hundreds of types. */
const kinds: Readonly<Record<string, RemoteEntry["kind"]>> = {
  "*DIR": "directory",
  "*DDIR": "directory",
  "*FLR": "directory",
  "*LIB": "directory",
  "*STMF": "file",
  "*DSTMF": "file",
  "*DOC": "file",
  "*MEM": "file",
  // A save file; one of members has a slash.
  "*FILE": "file",
  "*SYMLNK": "link",
};

const row =
  /^(?:(\S{1,64})[ \t]+|[ \t]+)(?:(\d+)[ \t]+(\d\S{5,9})[ \t]+(\d\d[:.]\d\d[:.]\d\d)[ \t]+)?(\*[A-Z0-9]{1,9})[ \t]+(\S.*)$/s;

/** IBM i (OS/400). The order of its dates is the job's, see {@link parseNumericDate}. */
export const readIbmIEntry: ReadLine = (line, context) => {
  const found = row.exec(line);
  if (!found) return undefined;
  const [, owner, size, date, time, type, rest] = found;
  const path = rest!.trimEnd();
  const isContainer = path.endsWith("/");
  // In the root all names have its slash.
  const below = (isContainer ? path.slice(0, -1) : path).replace(/^\/(?=[^/]+$)/, "");
  const day = date === undefined ? undefined : parseNumericDate(date, context);
  const clock = time === undefined ? undefined : parseClock(time);
  return listed({
    // A member may stand behind its file: FILE.FILE/MEMBER.MBR.
    name: lastComponent(below),
    kind: isContainer ? "directory" : (kinds[type!] ?? "other"),
    size: bytesOf(size),
    modified: day && toldTime({ ...day, ...clock }, context.now),
    owner,
    raw: line,
  });
};
