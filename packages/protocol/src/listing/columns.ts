import { bytesOf } from "./dialect.ts";
import type { RemoteTime } from "./remote-entry.ts";
import { toldTime } from "./told-time.ts";
import { readUnixDate } from "./unix-date.ts";

/** A word of a line and where it stands. */
export interface Word {
  readonly text: string;
  readonly at: number;
}

/** A line of `ls -l` behind its permissions. */
export interface Columns {
  /** What stands before the size: links, owner, group. */
  readonly before: readonly Word[];
  /** Undefined for devices and for sizes that are rounded. */
  readonly size: number | undefined;
  readonly modified: RemoteTime | undefined;
  readonly name: string;
}

/** Owner and group may be of some words each ("Domain Users"); a date that comes later than this is a name's. */
const MAX_WORDS = 16;

/** Links, owner, group and size, as nearly all write them. */
const USUAL_WORDS = 4;

const weekdays = new Set(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
const rounded = /^(?:-|0x[0-9a-f]{1,16}|\d{1,6}(?:[.,]\d{1,2})?[kmgtpe](?:i?b)?|\d{1,9},\d{1,9})$/i;
const grouped = /^\d{1,3}(?:[.,'\u00a0\u202f]\d{3})+$/;

/**
 * Finds the size and the date behind it, which part a line into who and what. An owner may be called May: where the
 * date is in its usual place that one is taken, else the first.
 */
export function readColumns(line: string, from: number, now: number): Columns | undefined {
  const words = firstWords(line, from);
  return columnsOf(line, words, now, readBefore) ?? columnsOf(line, words, now, readBeforeTouching);
}

type ReadBefore = (words: readonly Word[]) => Pick<Columns, "before" | "size"> | undefined;

function columnsOf(line: string, words: readonly Word[], now: number, readWords: ReadBefore): Columns | undefined {
  for (const i of [USUAL_WORDS, ...words.keys()]) {
    const word = words[i];
    const found = word && readWords(words.slice(0, i));
    const date = found && readUnixDate(line, word.at);
    if (!found || !date || !" \t".includes(line[date.end] ?? "x")) continue;
    // `ls --time-style=iso` writes a date alone with a space to the width of others.
    const isPadded = date.parts.hour === undefined && /^\d{4}-/.test(word.text) && line[date.end + 1] === " ";
    const name = line.slice(date.end + (isPadded ? 2 : 1));
    if (name === "") continue;
    return { ...found, modified: toldTime(date.parts, now), name };
  }
  return undefined;
}

/** The size is the last word before the date. */
function readBefore(words: readonly Word[]): Pick<Columns, "before" | "size"> | undefined {
  let count = words.length;
  // `Fri Mar  1 12:30:45 2024`, as BusyBox writes all of it.
  if (weekdays.has(words[count - 1]?.text.toLowerCase() ?? "")) count--;
  const last = words[count - 1]?.text;
  if (last === undefined) return undefined;
  const before = words.slice(0, count - 1);
  if (/^\d+$/.test(last)) {
    // A device has two numbers: `8,   1`.
    if (/^\d+,$/.test(before.at(-1)?.text ?? "")) return { before: before.slice(0, -1), size: undefined };
    return { before, size: bytesOf(last) };
  }
  if (grouped.test(last)) return { before, size: bytesOf(last.replace(/\D/g, "")) };
  return rounded.test(last) ? { before, size: undefined } : undefined;
}

/** A size that is wider than its column touches the group: `staff123456`. */
function readBeforeTouching(words: readonly Word[]): ReturnType<ReadBefore> {
  const last = words.at(-1);
  const found = words.length < 2 ? null : /^(.{0,64}\D)(\d{4,16})$/.exec(last!.text);
  if (!found) return undefined;
  return { before: [...words.slice(0, -1), { text: found[1]!, at: last!.at }], size: bytesOf(found[2]) };
}

function firstWords(line: string, from: number): Word[] {
  const words: Word[] = [];
  const pattern = /[^ \t]+/g;
  pattern.lastIndex = from;
  while (words.length < MAX_WORDS) {
    const found = pattern.exec(line);
    if (!found) break;
    words.push({ text: found[0], at: found.index });
  }
  return words;
}
