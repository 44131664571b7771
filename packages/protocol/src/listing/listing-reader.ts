import { visible } from "../command/command.ts";
import { dialectOf, factsReadings, listReadings } from "./detect.ts";
import type { Reading } from "./detect.ts";
import type { LineMeaning, ListingContext, ListingDialect } from "./dialect.ts";
import { LineCutter } from "./line-cutter.ts";
import { readName, withoutAsked } from "./names.ts";
import { isNameInFolder } from "./remote-entry.ts";
import type { ListingProblem, RemoteEntry } from "./remote-entry.ts";

/**
 * Bytes a line may have. The longest that is honest has a name of 255 letters (765 bytes in UTF-8), a target of 4095
 * bytes and some facts; this is three times as much.
 */
export const MAX_LISTING_LINE = 16 * 1024;

/** Problems that are kept: a person reads the first ones, and a hostile server could send millions. */
export const MAX_LISTING_PROBLEMS = 1000;

/** Characters of a line that a problem shows. */
const SHOWN = 200;

/** How a listing is read. */
export interface ListingReaderOptions {
  /** What was asked for: MLSD, LIST or NLST. */
  readonly kind: "facts" | "list" | "names";
  /** Undefined for bytes that are no text; one that is lenient puts U+FFFD for them. */
  readonly decode: (bytes: Uint8Array) => string | undefined;
  /** Milliseconds since 1970, for dates without a year. */
  readonly now: number;
  readonly maxLine?: number | undefined;
  /** What the server answered to SYST. Detection goes by the lines; this decides where they leave a doubt. */
  readonly system?: string | undefined;
  /** The path as it was sent with the command: many servers repeat it before each name. */
  readonly asked?: string | undefined;
}

/**
 * Reads the bytes of a listing, however cut, with memory bounded by `maxLine`. The dialect is found line by line, that
 * of the lines before first. A line that gave no entry and is no header, footer or blank is a problem.
 */
export class ListingReader {
  readonly #options: ListingReaderOptions;
  readonly #lines: LineCutter;
  readonly #readings: readonly Reading[];
  readonly #context: ListingContext;
  readonly #hint: ListingDialect | undefined;
  readonly #problems: ListingProblem[] = [];
  #problemCount = 0;
  #dialect: ListingDialect | undefined;
  #number = 0;
  /** A line that is the first half of two. */
  #half: { readonly line: string; readonly number: number } | undefined;
  /** A header said whose lines follow. */
  #isBegun = false;
  /** They are of a folder below, and their names not of this one. */
  #isElsewhere = false;

  constructor(options: ListingReaderOptions) {
    this.#options = options;
    this.#lines = new LineCutter(options.maxLine ?? MAX_LISTING_LINE);
    this.#readings = options.kind === "facts" ? factsReadings : listReadings;
    this.#context = { now: options.now };
    // A line of MLSD may be nothing but a name, and look like anything.
    const isDoubtful = options.kind !== "facts" && options.system !== undefined;
    this.#hint = isDoubtful ? dialectOf(options.system) : undefined;
  }

  /** Takes the next bytes and gives the entries that they complete. The chunk is not kept. */
  take(chunk: Uint8Array): RemoteEntry[] {
    const entries: RemoteEntry[] = [];
    for (const { bytes, isTooLong } of this.#lines.take(chunk)) this.#line(bytes, isTooLong, entries);
    return entries;
  }

  /** The connection is closed: gives what the last line tells where it has no end. */
  end(): RemoteEntry[] {
    const entries: RemoteEntry[] = [];
    const last = this.#lines.end();
    if (last) this.#line(last.bytes, last.isTooLong, entries);
    this.#giveUpHalf();
    return entries;
  }

  /** The first {@link MAX_LISTING_PROBLEMS}. */
  get problems(): readonly ListingProblem[] {
    return this.#problems;
  }

  /** All of them. */
  get problemCount(): number {
    return this.#problemCount;
  }

  /** Of the last line that was understood. */
  get dialect(): ListingDialect | undefined {
    return this.#dialect;
  }

  #line(bytes: Uint8Array, isTooLong: boolean, entries: RemoteEntry[]): void {
    this.#number++;
    const decoded = this.#options.decode(bytes);
    if (isTooLong) return this.#report("line-too-long", decoded ?? latin1(bytes));
    if (decoded === undefined) return this.#report("not-text", latin1(bytes));
    // Some servers of Windows begin all text with a byte order mark.
    const line = this.#number === 1 && decoded.startsWith("\ufeff") ? decoded.slice(1) : decoded;
    if (this.#options.kind === "names") {
      if (line !== "")
        this.#mean(readName(line, { asked: this.#options.asked, isVms: this.#hint === "vms" }), "names", line, entries);
      return;
    }
    if (this.#half && this.#readWithHalf(this.#half.line, line, entries)) return;
    this.#giveUpHalf();
    if (line.trim() === "") return;
    for (const [dialect, read] of this.#inOrder()) {
      const meaning = read(line, this.#context);
      if (meaning) return this.#mean(meaning, dialect, line, entries);
    }
    this.#report("not-understood", line);
  }

  /** A long name has a line of its own. */
  #readWithHalf(half: string, line: string, entries: RemoteEntry[]): boolean {
    if (line.trim() === "") return false;
    const [dialect, read] = this.#readings.find(([one]) => one === this.#dialect)!;
    const meaning = read(`${half.trimEnd()} ${line.trimStart()}`, this.#context);
    if (meaning?.kind !== "entry") return false;
    this.#half = undefined;
    this.#mean({ kind: "entry", entry: { ...meaning.entry, raw: `${half}\n${line}` } }, dialect, half, entries);
    return true;
  }

  #giveUpHalf(): void {
    if (this.#half) this.#report("not-understood", this.#half.line, this.#half.number);
    this.#half = undefined;
  }

  *#inOrder(): Generator<Reading> {
    const first = this.#dialect ?? this.#hint;
    for (const reading of this.#readings) if (reading[0] === first) yield reading;
    for (const reading of this.#readings) if (reading[0] !== first) yield reading;
  }

  #mean(meaning: LineMeaning | undefined, dialect: ListingDialect, line: string, entries: RemoteEntry[]): void {
    if (!meaning) return this.#report("not-understood", line);
    if (meaning.kind === "folder") {
      // Above the first entry it is this folder; below, `ls` goes down, and what follows is not here.
      this.#isElsewhere ||= this.#isBegun;
      this.#isBegun = true;
      return this.#isElsewhere ? this.#report("not-understood", line) : undefined;
    }
    this.#dialect = dialect;
    if (meaning.kind === "nothing") return;
    if (meaning.kind === "half") {
      this.#half = { line, number: this.#number };
      return;
    }
    const entry = withoutPath(meaning.entry, this.#options.asked);
    if (entry.name === "." || entry.name === "..") return;
    if (this.#isElsewhere) return this.#report("not-understood", line);
    if (!isNameInFolder(entry.name)) return this.#report("name-unsafe", line);
    this.#isBegun = true;
    entries.push(entry);
  }

  #report(because: ListingProblem["because"], line: string, number = this.#number): void {
    this.#problemCount++;
    if (this.#problems.length >= MAX_LISTING_PROBLEMS) return;
    this.#problems.push({ line: visible(line.slice(0, SHOWN)), number, because });
  }
}

/** Reads one line of LIST by itself; undefined where there is no entry of this folder in it. */
export function parseListLine(
  line: string,
  options: Pick<ListingReaderOptions, "now" | "asked">,
): RemoteEntry | undefined {
  const context: ListingContext = { now: options.now };
  for (const [, read] of listReadings) {
    const meaning = read(line, context);
    if (!meaning) continue;
    const entry = meaning.kind === "entry" ? withoutPath(meaning.entry, options.asked) : undefined;
    return entry && isNameInFolder(entry.name) ? entry : undefined;
  }
  return undefined;
}

/** `ls` of a path repeats it, and some write a slash behind a folder, or `./` before all. */
function withoutPath(entry: RemoteEntry, asked: string | undefined): RemoteEntry {
  if (!entry.name.includes("/")) return entry;
  const path = entry.kind === "directory" && entry.name.endsWith("/") ? entry.name.slice(0, -1) : entry.name;
  const name = withoutAsked(path, asked);
  return { ...entry, name: name.startsWith("./") ? name.slice(2) : name };
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, SHOWN));
}
