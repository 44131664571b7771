// The invariant: whatever a server sends as a listing, nothing is thrown, the cuts do not matter, what is kept is bounded, and no name leaves the folder.
import fc from "fast-check";
import { expect } from "vitest";
import { isNameInFolder, ListingReader, parseFactsEntry, parseListLine } from "../packages/protocol/src/index.ts";
import type { ListingProblem, RemoteEntry } from "../packages/protocol/src/index.ts";
import { bytesOf, cut, lengths, textOf } from "./pieces.ts";
import { fuzz } from "./target.ts";

const LIMIT = 256;

const words = [
  "\n",
  "\r\n",
  " ",
  "  ",
  "/",
  "../",
  "..",
  "\0",
  "a.txt",
  "-rw-r--r-- 1 a b 3 Jan  1  2026 ",
  "lrwxrwxrwx 1 a b 3 1 Mar 12:30 ",
  "drwxr-xr-x 2 a b 3 2026-01-01 12:30:45.1 +0200 ",
  " -> ",
  "total 3",
  "sub:",
  "type=file;",
  "type=cdir;",
  "type=constructor;",
  "size=9999999999999999;",
  "modify=20260101000000; ",
  "02-03-24  04:05PM  <DIR>  ",
  "25/12/2023 16:05 <JUNCTION> a [",
  "]",
  "+i1,m3,/,s5,up644,\t",
  "A.TXT;1 ",
  " 12/15 1-MAR-2024 12:30:00.00 [G,O] (RWED,,,)",
  "X.DIR;1",
  "ANN 512 03/01/24 12:30:00 *DIR ",
  "*MEM F.FILE/",
  "WYOSPT 3420   2023/05/21  1  200  FB  80  8053  PS  ",
  " Name     VV.MM   Created ",
  "ANN.DATA",
  "d [RWCEAFMS] Admin 512 Apr 12 21:31 ",
  "J JOB00001 A OUTPUT",
  "3\u00e6\u009c\u0088 1 12:30",
];

const options = fc.record({
  kind: fc.constantFrom("facts" as const, "list" as const, "names" as const),
  system: fc.constantFrom(undefined, "UNIX Type: L8", "VMS", "MVS", "OS/400", "Windows_NT"),
  asked: fc.constantFrom(undefined, "", "/", "..", "../", "/pub", "a.txt"),
  now: fc.oneof(fc.integer({ min: -8.64e15, max: 8.64e15 }), fc.constantFrom(Number.NaN, 1e300)),
});

interface Read {
  readonly entries: RemoteEntry[];
  readonly problems: readonly ListingProblem[];
}

function readAll(chunks: Iterable<Uint8Array>, given: typeof options extends fc.Arbitrary<infer T> ? T : never): Read {
  const decoder = new TextDecoder();
  const reader = new ListingReader({ ...given, maxLine: LIMIT, decode: (bytes) => decoder.decode(bytes) });
  const entries: RemoteEntry[] = [];
  for (const chunk of chunks) entries.push(...reader.take(chunk));
  entries.push(...reader.end());
  expect(reader.problemCount).toBe(reader.problems.length);
  return { entries, problems: reader.problems };
}

const kinds = ["file", "directory", "link", "other", "unknown"];

function expectHonest(entry: RemoteEntry): void {
  expect(kinds).toContain(entry.kind);
  if (entry.size !== undefined) expect(Number.isSafeInteger(entry.size) && entry.size >= 0).toBe(true);
  if (entry.links !== undefined) expect(Number.isSafeInteger(entry.links)).toBe(true);
  if (entry.mode !== undefined) expect(entry.mode & ~0o7777).toBe(0);
  if (entry.modified !== undefined) expect(Number.isNaN(new Date(entry.modified.at).getTime())).toBe(false);
}

fuzz({
  "however cut": fc.property(bytesOf(...words), lengths, options, (bytes, chunkLengths, given) => {
    const whole = readAll([bytes], given);
    expect(readAll(cut(bytes, chunkLengths), given)).toEqual(whole);
    for (const entry of whole.entries) {
      expect(isNameInFolder(entry.name)).toBe(true);
      expect(entry.raw.length).toBeLessThanOrEqual(2 * LIMIT + 1);
      expectHonest(entry);
    }
    for (const { line } of whole.problems) {
      expect(line.length).toBeLessThanOrEqual(200);
      // eslint-disable-next-line no-control-regex -- finding control characters is the purpose
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }
  }),
  "any line": fc.property(textOf(...words), options, (text, given) => {
    const entry = parseListLine(text, given);
    if (entry) {
      expect(isNameInFolder(entry.name)).toBe(true);
      expectHonest(entry);
    }
    const facts = parseFactsEntry(text);
    if (facts) expectHonest(facts);
  }),
});
