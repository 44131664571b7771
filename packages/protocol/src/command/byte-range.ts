/** A part of a file by its first and its last byte, both of which belong to it (RANG). */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** What {@link parseByteRange} makes of an argument; `whole` takes back what was asked before. */
export type ParsedByteRange =
  | { readonly kind: "range"; readonly range: ByteRange }
  | { readonly kind: "whole" }
  | { readonly kind: "refused"; readonly because: "not-valid" | "backwards" };

const FARTHEST = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Reads `first last` (draft-bryan-ftp-range §3). A byte farther out than a number can count is behind the end of any
 * file, and stays so.
 */
export function parseByteRange(text: string): ParsedByteRange {
  const found = /^(\d{1,40}) (\d{1,40})$/.exec(text);
  if (!found) return { kind: "refused", because: "not-valid" };
  const first = BigInt(found[1]!);
  const last = BigInt(found[2]!);
  if (first === 1n && last === 0n) return { kind: "whole" };
  if (first > last) return { kind: "refused", because: "backwards" };
  return { kind: "range", range: { first: nearest(first), last: nearest(last) } };
}

function nearest(position: bigint): number {
  return Number(position > FARTHEST ? FARTHEST : position);
}

/** Where a range lies in a file: from a byte up to, and without, another; undefined where it lies behind its end. */
export function rangeWithin(
  range: ByteRange | undefined,
  size: number,
): { readonly from: number; readonly to: number } | undefined {
  if (!range) return { from: 0, to: size };
  if (range.first >= size) return undefined;
  return { from: range.first, to: Math.min(range.last, size - 1) + 1 };
}
