import { readColumns } from "./columns.ts";
import { listed } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";

/** Flags of a batch, how it came, and whether it is text. */
const beginning = /^-[-A-Z]{9}[A-Z]{3} [A-Z] /;

/** IBM Sterling Connect:Enterprise: batches in a mailbox, with the mailbox and a number before the size. */
export const readConnectEnterpriseEntry: ReadLine = (line, { now }) => {
  const found = beginning.exec(line);
  const columns = found && readColumns(line, found[0].length, now);
  if (!columns) return undefined;
  const { before, name, size, modified } = columns;
  return listed({ name, kind: "file", size, modified, owner: before[0]?.text, unique: before[1]?.text, raw: line });
};
