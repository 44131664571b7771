import { listed, NOTHING_LISTED } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";

const header = /^\s?JOBNAME\s+JOBID\s+OWNER\s+STATUS/i;
const row =
  /^\s?(\S{1,8})\s+((?:JOB|STC|TSU)\d{5}|[JST]\d{7})\s+(?:(\S{1,8})\s+)?(?:INPUT|ACTIVE|OUTPUT|HELD|EXECUTING)\b/i;
const footer = /^\d+ spool files?/i;

/** The job queue of z/OS (SITE FILETYPE=JES). A job's name for RETR and DELE is its number. */
export const readJesEntry: ReadLine = (line) => {
  if (header.test(line) || footer.test(line)) return NOTHING_LISTED;
  const found = row.exec(line);
  return found ? listed({ name: found[2]!, kind: "other", owner: found[3], raw: line }) : undefined;
};
