import { readColumns } from "./columns.ts";
import { listed } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";

/** `d [RWCEAFMS] Admin   512 Apr 12 21:31 name`: the letters are the rights of NetWare, which say nothing to Unix. */
const beginning = /^([-d])\s{0,4}\[[-A-Z ]{1,12}\]\s/;

/** Novell NetWare, and Hellsoft's server for it. */
export const readNetwareEntry: ReadLine = (line, { now }) => {
  const found = beginning.exec(line);
  const columns = found && readColumns(line, found[0].length, now);
  if (!columns) return undefined;
  const { before, size, modified } = columns;
  // Hellsoft writes columns; a name does not begin with a space there. A volume stands below the root.
  const name = columns.name.trimStart().replace(/^\/(?=[^/]+$)/, "");
  const kind = found[1] === "d" ? "directory" : "file";
  // Some count links before the owner.
  const owner = before.findLast(({ text }) => !/^\d+$/.test(text))?.text;
  return listed({ name, kind, size, modified, owner, raw: line });
};
