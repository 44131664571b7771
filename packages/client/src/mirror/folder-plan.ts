import type { MakeFolder, MirrorAction, Removal, SetTime, TransferFile } from "./mirror-plan.ts";

/** What is done in one folder of the target, and in those below it. */
export interface FolderPlan {
  readonly path: string;
  /** It is not there yet. */
  readonly isMade: boolean;
  /** Something is to be in it, or it was asked for by itself. */
  isWanted: boolean;
  /** What stands in the way of it, and of its files. */
  readonly clear: Removal[];
  readonly transfers: TransferFile[];
  readonly times: SetTime[];
  readonly below: FolderPlan[];
  /** Each folder behind what is in it. */
  readonly removals: Removal[];
}

/** A plan with nothing in it yet. */
export function newFolderPlan(path: string, isMade: boolean, isWanted: boolean): FolderPlan {
  return { path, isMade, isWanted, clear: [], transfers: [], times: [], below: [], removals: [] };
}

/**
 * All of it in one row: what is in the way goes first, folders stand before what comes into them, and what the source
 * does not have goes last, when all else is there.
 */
export function actionsOf(root: FolderPlan): MirrorAction[] {
  const clear: Removal[] = [];
  const folders: MakeFolder[] = [];
  const transfers: TransferFile[] = [];
  const times: SetTime[] = [];
  const removals: Removal[] = [];
  const visit = (folder: FolderPlan): void => {
    if (folder.isMade && (folder.isWanted || folder === root)) folders.push({ kind: "make-folder", path: folder.path });
    append(clear, folder.clear);
    append(transfers, folder.transfers.toSorted(byPath));
    append(times, folder.times.toSorted(byPath));
    for (const one of folder.below.toSorted(byPath)) visit(one);
    append(removals, folder.removals);
  };
  visit(root);
  return [inOrder(clear), folders, transfers, times, inOrder(removals)].flat();
}

/** Not by spreading it into arguments, of which there cannot be a million. */
function append<Item>(to: Item[], items: readonly Item[]): void {
  for (const item of items) to.push(item);
}

function byPath(one: { readonly path: string }, other: { readonly path: string }): number {
  return one.path < other.path ? -1 : 1;
}

/** By name, and each folder behind what is in it. */
function inOrder(removals: readonly Removal[]): Removal[] {
  const key = ({ kind, path }: Removal): string => (kind === "remove-folder" ? `${path}/\u{10FFFF}` : path);
  return removals.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
}
