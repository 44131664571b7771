import { listed, NOTHING_LISTED } from "./dialect.ts";
import type { LineMeaning, ListingContext, ReadLine } from "./dialect.ts";
import type { RemoteEntry } from "./remote-entry.ts";
import { parseClock, toldTime } from "./told-time.ts";

type Table = ListingContext["table"];

const headers: readonly (readonly [pattern: RegExp, table: Table])[] = [
  [/^Volume\s+Unit\s+(?:Referred|Date)\s/i, undefined],
  [/^Name\s+VV\.MM\s+Created\s/i, "mvs-members"],
  [/^Name\s+Size\s+TTR\s/i, "mvs-modules"],
];

const NAME = String.raw`([A-Z0-9$#@{][A-Z0-9$#@{]{0,7})`;
const DATA_SET = String.raw`('?[A-Z0-9$#@{][A-Z0-9$#@{.-]{0,43}(?:\([^()]{1,8}\))?'?)`;

const dataSet = new RegExp(
  String.raw`^\S{1,6}\s+\S+\s+(?:\d{4}/\d\d/\d\d|\d\d/\d\d/\d\d|\*\*NONE\*\*)\s+(?:\S+\s+){2,6}(PO|PO-E|PS|PS-E|PS-L|DA|VS|IS)\s+${DATA_SET}$`,
  "i",
);
const elsewhere = new RegExp(
  String.raw`^(?:Migrated|MIGRAT|ARCIVE\s+Not Direct Access Device|\S{1,6}\s+Tape|VSAM|(Pseudo Directory))\s+${DATA_SET}$`,
  "i",
);
const unusual = new RegExp(
  String.raw`^(?:\S{1,6}\s+\S{1,8}\s+)?(?:VSAM|PATH|GDG|User catalog connector|Error determining attributes)\s+${DATA_SET}$`,
  "i",
);
const member = new RegExp(
  String.raw`^${NAME}\s+\d\d\.\d\d\s+\d{4}/\d\d/\d\d\s+(\d{4})/(\d\d)/(\d\d)\s+(\d\d:\d\d(?::\d\d)?)(?:\s+\d+){3}(?:\s+(\S{1,8}))?$`,
  "i",
);
const memberAlone = new RegExp(String.raw`^${NAME}$`, "i");
const moduleRow = new RegExp(String.raw`^${NAME}\s+[0-9A-F]{6,8}\s+[0-9A-F]{6}\s`, "i");

/**
 * z/OS: data sets, members, load modules. No size is told in bytes. The date of a data set is that of its last use, not
 * of a change, and is left out.
 */
export const readMvsEntry: ReadLine = (whole, context) => {
  if (whole.length > 200) return undefined;
  const line = whole.trim();
  for (const [pattern, table] of headers) {
    if (!pattern.test(line)) continue;
    if (table === undefined) delete context.table;
    else context.table = table;
    return NOTHING_LISTED;
  }
  return readDataSet(line, whole) ?? readMember(line, whole, context);
};

function readDataSet(line: string, raw: string): LineMeaning | undefined {
  const plain = dataSet.exec(line);
  if (plain) {
    const organisation = plain[1]!.toUpperCase();
    const isTransferable = /^P|DA/.test(organisation);
    return named(plain[2]!, organisation.startsWith("PO") ? "directory" : isTransferable ? "file" : "other", raw);
  }
  const away = elsewhere.exec(line);
  // Nobody knows what a migrated one is before it is recalled.
  if (away) return named(away[2]!, away[1] ? "directory" : /^\S+\s+Tape/i.test(line) ? "file" : "unknown", raw);
  const other = unusual.exec(line);
  return other ? named(other[1]!, "other", raw) : undefined;
}

function readMember(line: string, raw: string, { table, now }: ListingContext): LineMeaning | undefined {
  const found = member.exec(line);
  if (found) {
    const [, name, year, month, day, time, owner] = found;
    const parts = { year: Number(year), month: Number(month), day: Number(day), ...parseClock(time!) };
    return listed({ name: name!, kind: "file", modified: toldTime(parts, now), owner, raw });
  }
  const alone = table === "mvs-members" || table === "mvs-modules" ? memberAlone.exec(line) : null;
  const name = alone?.[1] ?? (table === "mvs-modules" ? moduleRow.exec(line)?.[1] : undefined);
  return name === undefined ? undefined : listed({ name, kind: "file", raw });
}

function named(written: string, kind: RemoteEntry["kind"], raw: string): LineMeaning {
  return listed({ name: written.replace(/^'|'$/g, ""), kind, raw });
}
