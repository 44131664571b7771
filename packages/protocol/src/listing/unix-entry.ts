import { readColumns } from "./columns.ts";
import type { Columns, Word } from "./columns.ts";
import { bytesOf, listed, NOTHING_LISTED } from "./dialect.ts";
import type { LineMeaning, ReadLine } from "./dialect.ts";
import type { RemoteEntry } from "./remote-entry.ts";

/** The first letter. Solaris has doors and ports, BSD whiteouts; C and M are files that lie in an unusual way. */
const kinds: Readonly<Record<string, RemoteEntry["kind"]>> = {
  "-": "file",
  C: "file",
  M: "file",
  d: "directory",
  l: "link",
  "?": "unknown",
};

/** A number or two before the permissions come from `ls -i` and `ls -s`. */
const permissions = /^[ \t]*(?:\d+[ \t]+){0,2}([-CMdl?bcpsDPnw])([-rwxsStTlL?*]{9})[-.+@*]?(?=[ \t\d])/;

/** `total 12`, in the languages of `ls`. */
const total =
  /^(?:total|insgesamt|totale|totaal|итого|всего|razem|celkem|celkom|összesen|yhteensä|summa|totalt|i alt|toplam|σύνολο|总用量|总计|總計|合計|합계|합계:|всього) *:? *[\d.,]+ ?[KMGTPE]?(?:i?B)?$/iu;

/** `sub:`, as `ls -R` writes it above each folder. */
const folder = /^[^:*?"<>|]{1,1024}:$/;

/** What `ls -l` writes, and the many servers that imitate it. */
export const readUnixEntry: ReadLine = (line, { now }) => {
  const found = permissions.exec(line);
  if (!found) {
    const numeric = readNumbers(line);
    if (numeric) return numeric;
    if (total.test(line.slice(0, 200).trimEnd())) return line.length < 200 ? NOTHING_LISTED : undefined;
    return folder.test(line) ? { kind: "folder" } : undefined;
  }
  const columns = readColumns(line, found[0].length, now);
  if (!columns) return undefined;
  const letter = found[1]!;
  const kind = kinds[letter] ?? "other";
  const isDevice = letter === "b" || letter === "c";
  const told = {
    kind,
    ...columnsOf(line, kind, columns),
    modified: columns.modified,
    mode: modeOf(found[2]!),
    raw: line,
  };
  const { name, target } = kind === "link" ? splitLink(columns) : { name: columns.name, target: undefined };
  return listed({ ...told, name, target, size: isDevice ? undefined : told.size });
};

/** The type in the upper bits of a mode. */
const kindsOfBits: Readonly<Record<number, RemoteEntry["kind"]>> = { 0o10: "file", 0o04: "directory", 0o12: "link" };

/** `0100644   500  101   12345    123456789       name`: all in numbers, and the time in seconds since 1970. */
function readNumbers(line: string): LineMeaning | undefined {
  const found = /^0?([0-7]{2})([0-7]{4})[ \t]+(\d+)[ \t]+(\d+)[ \t]+(\d+)[ \t]+(\d{1,10})[ \t]+(\S.*)$/s.exec(line);
  if (!found) return undefined;
  const [, type, bits, owner, group, size, seconds, name] = found;
  return listed({
    name: name!,
    kind: kindsOfBits[Number.parseInt(type!, 8)] ?? "other",
    size: bytesOf(size),
    modified: { at: Number(seconds) * 1000, precision: "second", zone: "utc" },
    mode: Number.parseInt(bits!, 8),
    owner,
    group,
    raw: line,
  });
}

type Who = Pick<RemoteEntry, "size" | "links" | "owner" | "group">;

function columnsOf(
  line: string,
  kind: RemoteEntry["kind"],
  { before, size }: Columns,
): { [Key in keyof Who]?: Who[Key] | undefined } {
  // NetPresenz counts what is in a folder, and has two forks of a file before their sum.
  if (kind === "directory" && before.at(-1)?.text === "folder") return {};
  const numbers = before.map(({ text }) => bytesOf(text));
  if (numbers.length === 2 && size !== undefined && Number(numbers[0]) + Number(numbers[1]) === size) return { size };
  const hasLinks = numbers[0] !== undefined || before[0]?.text === "?";
  return { size, links: hasLinks ? numbers[0] : undefined, ...whose(line, hasLinks ? before.slice(1) : before) };
}

/** Of more than two words, those behind the first wide gap are the group, or else all but the first. */
function whose(line: string, words: readonly Word[]): { owner: string | undefined; group: string | undefined } {
  if (words.length <= 2) return { owner: words[0]?.text, group: words[1]?.text };
  const end = ({ at, text }: Word): number => at + text.length;
  const isAfterGap = (word: Word, i: number): boolean => i > 0 && word.at - end(words[i - 1]!) > 1;
  const split = Math.max(words.findIndex(isAfterGap), 1);
  const text = (part: readonly Word[]): string => line.slice(part[0]!.at, end(part.at(-1)!));
  return { owner: text(words.slice(0, split)), group: text(words.slice(split)) };
}

/** Either name may have an arrow in it; the size of a link is that of its target. */
function splitLink({ name, size }: Columns): { name: string; target: string | undefined } {
  const ARROW = " -> ";
  const first = name.indexOf(ARROW);
  if (first <= 0) return { name, target: undefined };
  let best = first;
  // More than some arrows are no accident, and nobody's size is right for them.
  for (let at = first, tries = 0; at !== -1 && tries < 8; at = name.indexOf(ARROW, at + 1), tries++) {
    if (utf8Length(name.slice(at + ARROW.length)) === size) best = at;
  }
  return { name: name.slice(0, best), target: name.slice(best + ARROW.length) };
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

function modeOf(bits: string): number {
  let mode = 0;
  for (let i = 0; i < 9; i++) {
    const bit = bits[i]!;
    if (!"-STlL?*".includes(bit)) mode |= 1 << (8 - i);
    // setuid, setgid (`l` where nobody may execute) and sticky stand where the executing is.
    if (i % 3 === 2 && "sStTlL".includes(bit)) mode |= 0o4000 >> Math.floor(i / 3);
  }
  return mode;
}
