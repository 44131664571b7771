import { MAX_PATH_DEPTH } from "@twinport/protocol";
import { isComparable } from "./same-time.ts";
import { isPartName, isPartOf } from "../part-name.ts";
import { below, depthOf } from "./tree.ts";
import type { Removal, RemovalReason, TransferFile } from "./mirror-plan.ts";
import type { Selection } from "./selection.ts";
import type { Survey } from "./survey.ts";
import type { Tree, TreeEntry } from "./tree.ts";

/** Milliseconds after which an unfinished file is nobody's any more. */
const ABANDONED = 3_600_000;

/** So much later it may be where its day is known only, in whatever zone. */
const ABANDONED_DAY = ABANDONED + 38 * 3_600_000;

/** Plans what is removed from the target. */
export class RemovalPlanner {
  readonly #tree: Tree;
  readonly #survey: Survey;
  readonly #selection: Selection;

  constructor(tree: Tree, survey: Survey, selection: Selection) {
    this.#tree = tree;
    this.#survey = survey;
    this.#selection = selection;
  }

  /**
   * The removal of a name with all that is in it. What is excluded stays, and so does every folder above it; all else
   * goes. Gives whether nothing of it stays.
   *
   * @param isIncluded a folder above it was asked for by `include`
   */
  async remove(
    removals: Removal[],
    path: string,
    { name, kind }: TreeEntry,
    because: RemovalReason,
    isIncluded: boolean,
  ): Promise<boolean> {
    const isFolder = kind === "directory";
    if (this.#selection.isExcluded(path, isFolder)) return false;
    const isAskedFor = isIncluded || this.#selection.isIncluded(path, isFolder);
    if (isFolder) return await this.#removeFolder(removals, path, because, isAskedFor);
    // A pipe or a device somebody has put there for something; and what is no text cannot be named.
    const isRemovable = isAskedFor && (kind === "file" || kind === "link") && !name.includes("\uFFFD");
    if (isRemovable) removals.push({ kind: "remove-file", path, because });
    return isRemovable;
  }

  /** What interrupted mirrors have left: of files that come now, or so old that nobody is at them any more. */
  leftovers(removals: Removal[], path: string, entry: TreeEntry, transfers: readonly TransferFile[]): void {
    if (entry.kind !== "file" || !isPartName(entry.name)) return;
    const isNeeded = transfers.some(({ part }) => part === entry.name);
    const isReplaced = transfers.some((one) => isPartOf(entry.name, one.path.slice(one.path.lastIndexOf("/") + 1)));
    if (!isNeeded && (isReplaced || isAbandoned(entry)))
      removals.push({ kind: "remove-file", path, because: "leftover" });
  }

  async #removeFolder(
    removals: Removal[],
    path: string,
    because: RemovalReason,
    isIncluded: boolean,
  ): Promise<boolean> {
    if (depthOf(path) > MAX_PATH_DEPTH) {
      this.#survey.tell("too-deep", "to", path);
      return false;
    }
    const listing = await this.#survey.list(this.#tree, "to", path);
    if (!listing) return false;
    let isEmpty = listing.doubt === undefined;
    for (const entry of listing.entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
      if (!(await this.remove(removals, below(path, entry.name), entry, because, isIncluded))) isEmpty = false;
    }
    if (!isEmpty || !isIncluded) return false;
    removals.push({ kind: "remove-folder", path, because });
    return true;
  }
}

function isAbandoned({ modified }: TreeEntry): boolean {
  if (!isComparable(modified)) return false;
  return Date.now() - modified.at > (modified.precision === "day" ? ABANDONED_DAY : ABANDONED);
}
