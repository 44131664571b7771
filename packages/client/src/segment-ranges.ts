/** Bytes of a file, from one up to, and without, another. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** What of a file of this size is in none of the ranges. */
export function missingRanges(size: number, done: readonly ByteRange[]): ByteRange[] {
  const missing: ByteRange[] = [];
  let at = 0;
  for (const { from, to } of [...done].sort((one, other) => one.from - other.from)) {
    if (from > at) missing.push({ from: at, to: Math.min(from, size) });
    at = Math.max(at, to);
  }
  if (at < size) missing.push({ from: at, to: size });
  return missing;
}

/** Cuts ranges into about so many, none of them cut to less than `least` bytes. */
export function splitRanges(ranges: readonly ByteRange[], count: number, least: number): ByteRange[] {
  const bytes = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  const each = Math.max(least, Math.ceil(bytes / Math.max(1, count)));
  return ranges.flatMap(({ from, to }) => {
    const length = to - from;
    const pieces = Math.max(1, Math.min(Math.round(length / each), Math.floor(length / least)));
    const cut = (index: number): number => from + Math.floor((length * index) / pieces);
    return Array.from({ length: pieces }, (_, index) => ({ from: cut(index), to: cut(index + 1) }));
  });
}
