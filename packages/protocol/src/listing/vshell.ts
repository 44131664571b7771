import { readColumns } from "./columns.ts";
import { listed } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";

const beginning = /^\s{0,20}\d+\s{1,4}[A-Z][a-z]{2} \d{1,2}, \d{4} /;

/** Old versions of VShell: a size, a date with its comma, a name, and a slash behind a folder. */
export const readVshellEntry: ReadLine = (line, { now }) => {
  const columns = beginning.test(line) ? readColumns(line, 0, now) : undefined;
  if (!columns) return undefined;
  const { name, size, modified } = columns;
  const isFolder = name.endsWith("/");
  return listed({
    name,
    kind: isFolder ? "directory" : "file",
    size: isFolder ? undefined : size,
    modified,
    raw: line,
  });
};
