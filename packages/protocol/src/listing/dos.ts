import { bytesOf, listed, NOTHING_LISTED } from "./dialect.ts";
import type { ReadLine } from "./dialect.ts";
import type { RemoteEntry } from "./remote-entry.ts";
import { parseClock, parseNumericDate, toldTime } from "./told-time.ts";

const kinds: Readonly<Record<string, RemoteEntry["kind"]>> = {
  DIR: "directory",
  JUNCTION: "link",
  SYMLINK: "link",
  SYMLINKD: "link",
};

const row =
  /^\s{0,8}(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})\s+(\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[ap]\.?(?:m\.?)?)?)\s+(?:<([A-Z]{1,12})>|(\d[\d.,'\u00a0\u202f]{0,30}))([ \t].*)$/is;

/** Of what stands in the place of the size, up to the name. */
const WORD_WIDTH = 15;

const frame = [/^ Volume (?:in drive|Serial Number)/i, /^ +[\d.,\u00a0\u202f]+ (?:File|Dir)\(s\)/i];

/** `dir` of Windows and DOS, as IIS and its imitators write it. */
export const readDosEntry: ReadLine = (line, context) => {
  const found = row.exec(line);
  if (!found) {
    if (/^ Directory of /i.test(line)) return { kind: "folder" };
    return frame.some((pattern) => pattern.test(line)) ? NOTHING_LISTED : undefined;
  }
  const [, date, time, word, digits, rest] = found;
  const day = parseNumericDate(date!, context);
  const clock = parseClock(time!);
  const kind = word === undefined ? "file" : kinds[word.toUpperCase()];
  if (!day || !clock || !kind) return undefined;
  const name = word === undefined ? rest!.slice(1) : behindWord(word, rest!);
  // `name [target]`, as `dir` shows where a link leads.
  const link = kind === "link" ? /^([^[]+) \[([^\]]*)\]$/s.exec(name) : null;
  return listed({
    name: link?.[1] ?? name,
    kind,
    target: link?.[2] || undefined,
    size: bytesOf(digits?.replace(/\D/g, "")),
    modified: toldTime({ ...day, ...clock }, context.now),
    raw: line,
  });
};

/** Names stand in one column, so a space more is the name's. */
function behindWord(word: string, rest: string): string {
  const gap = WORD_WIDTH - word.length - 2;
  return gap > 0 && rest.startsWith(" ".repeat(gap)) ? rest.slice(gap) : rest.trimStart();
}
