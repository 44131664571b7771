import { hasSameHash } from "./same-hash.ts";
import { compareTimes, isCoarse, isComparable } from "./same-time.ts";
import type { RemoteTime } from "@twinport/protocol";
import type { MirrorCompare } from "./mirror-options.ts";
import type { TransferReason } from "./mirror-plan.ts";
import type { TimeDifference } from "./same-time.ts";
import type { Tree, TreeEntry } from "./tree.ts";

/** A file, and where it stands. */
export interface PlacedFile {
  readonly tree: Tree;
  readonly path: string;
  readonly entry: TreeEntry;
}

/** What a comparison finds. */
export type FileDifference =
  | { readonly kind: "same"; readonly timesUnknown?: true }
  | { readonly kind: "set-time"; readonly at: number }
  | { readonly kind: "differs"; readonly because: TransferReason; readonly modified?: RemoteTime };

/** How files are compared. */
export interface Comparing {
  readonly compare: MirrorCompare | undefined;
  readonly preserveTime: boolean;
}

/** Whether a file of the source is another one than that of the target. */
export async function compareFiles(
  source: PlacedFile,
  target: PlacedFile,
  how: Comparing,
  signal: AbortSignal,
): Promise<FileDifference> {
  const { compare } = how;
  const sizes = compare === "time" ? "not-known" : await compareSizes(source, target, signal);
  if (sizes === "differ") return { kind: "differs", because: "size" };
  if (compare === "size") return sizes === "same" ? { kind: "same" } : { kind: "differs", because: "not-known" };
  if (compare === "hash") return await byHash(source, target, how, signal);
  const { difference, modified } = await compareTimesOf(source, target, signal);
  if (difference === "not-known") {
    if (sizes === "not-known") return { kind: "differs", because: "not-known" };
    return { kind: "same", timesUnknown: true };
  }
  // Where times are not kept, that of the target is when it was put there.
  const isKept = how.preserveTime && target.tree.keepsTimes === true;
  if (difference === "same" || (difference === "older" && !isKept)) return { kind: "same" };
  return { kind: "differs", because: difference, ...(modified && { modified }) };
}

async function byHash(
  source: PlacedFile,
  target: PlacedFile,
  how: Comparing,
  signal: AbortSignal,
): Promise<FileDifference> {
  if (!(await hasSameHash(source, target, signal))) return { kind: "differs", because: "hash" };
  const { difference, modified } = await compareTimesOf(source, target, signal);
  const time = modified ?? source.entry.modified;
  const isWrong = difference === "newer" || difference === "older";
  // A target that is not known to keep times would be told the same time again each time.
  if (!isWrong || !how.preserveTime || target.tree.keepsTimes !== true || !isComparable(time)) return { kind: "same" };
  return { kind: "set-time", at: time.at };
}

async function compareSizes(
  source: PlacedFile,
  target: PlacedFile,
  signal: AbortSignal,
): Promise<"same" | "differ" | "not-known"> {
  const one = source.entry.size ?? (await source.tree.size(source.path, signal));
  const other = target.entry.size ?? (await target.tree.size(target.path, signal));
  if (one === undefined || other === undefined) return "not-known";
  return one === other ? "same" : "differ";
}

/**
 * Before a file is moved for its time alone, the time is asked for exactly: what listings tell is rounded, and in summer
 * of another zone than in winter.
 */
async function compareTimesOf(
  source: PlacedFile,
  target: PlacedFile,
  signal: AbortSignal,
): Promise<{ readonly difference: TimeDifference; readonly modified?: RemoteTime | undefined }> {
  const grain = Math.max(source.tree.grain, target.tree.grain);
  const first = compareTimes(source.entry.modified, target.entry.modified, grain);
  const isExact = [source, target].every(({ entry }) => entry.modified && !isCoarse(entry.modified));
  if (first === "same" || isExact) return { difference: first };
  const modified = await exactly(source, signal);
  return { difference: compareTimes(modified, await exactly(target, signal), grain), modified };
}

async function exactly({ tree, path, entry }: PlacedFile, signal: AbortSignal): Promise<RemoteTime | undefined> {
  if (entry.modified && !isCoarse(entry.modified)) return entry.modified;
  return (await tree.exactTime(path, signal)) ?? entry.modified;
}
