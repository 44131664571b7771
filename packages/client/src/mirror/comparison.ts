import { MAX_PATH_BYTES, MAX_PATH_DEPTH } from "@twinport/protocol";
import { ClientError } from "../errors.ts";
import { RemovalPlanner } from "./removal-planner.ts";
import { Selection } from "./selection.ts";
import { Survey } from "./survey.ts";
import { actionsOf, newFolderPlan } from "./folder-plan.ts";
import { compareFiles } from "./file-difference.ts";
import { isComparable } from "./same-time.ts";
import { isPartName, partName } from "../part-name.ts";
import { objectionToName, objectionToSending } from "./writable-name.ts";
import { pairNames } from "./name-pairs.ts";
import { below, depthOf, lastName } from "./tree.ts";
import type { FileDifference } from "./file-difference.ts";
import type { FolderPlan } from "./folder-plan.ts";
import type { MirrorPlan, MirrorWarning, Removal, TransferReason } from "./mirror-plan.ts";
import type { NamePair } from "./name-pairs.ts";
import type { PlanOptions } from "./mirror-options.ts";
import type { Tree, TreeEntry, TreeListing } from "./tree.ts";

/** Links that a path may lead through. */
const MOST_LINKS = 8;

/** Bytes from which on what is left of a file is gone on with. */
const WORTH_RESUMING = 1024 * 1024;

/** A folder of the source with its counterpart. */
interface Place {
  readonly from: string;
  readonly to: string;
  readonly isThere: boolean;
  /** It, or a folder above it, was asked for by `include`. */
  readonly isIncluded: boolean;
  /** Where the links lead that were followed to it. */
  readonly links: readonly string[];
}

/** A file of the source with what stands in its place. */
interface FilePlace {
  readonly from: string;
  readonly to: string;
  readonly source: TreeEntry;
  readonly target: TreeEntry | undefined;
  /** What interrupted runs have left in the target's folder, with how many bytes. */
  readonly parts: ReadonlyMap<string, number>;
}

/** Compares two trees, folder by folder and all of them at the same time. */
export class Comparison {
  readonly #from: Tree;
  readonly #to: Tree;
  readonly #options: PlanOptions;
  readonly #selection: Selection;
  readonly #survey: Survey;
  readonly #removal: RemovalPlanner;
  readonly #preserveTime: boolean;
  #same = 0;
  #timesUnknown = 0;

  constructor(from: Tree, to: Tree, options: PlanOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
    this.#selection = new Selection(options);
    this.#survey = new Survey(options);
    this.#removal = new RemovalPlanner(to, this.#survey, this.#selection);
    this.#preserveTime = options.preserveTime ?? true;
  }

  async run(): Promise<MirrorPlan> {
    const { signal, problems } = this.#survey;
    const [isSource, isTarget] = await Promise.all([this.#from.open(signal), this.#to.open(signal)]);
    const { root } = this.#from;
    if (!isSource) throw new ClientError("not-found", { path: root, said: "there is no such folder to mirror" });
    const isIncluded = this.#selection.includesAll;
    const actions = actionsOf(await this.#folder({ from: "", to: "", isThere: isTarget, isIncluded, links: [] }));
    const transfers = actions.filter((one) => one.kind === "transfer");
    return {
      direction: this.#to.kind === "remote" ? "upload" : "download",
      from: root,
      to: this.#to.root,
      actions,
      problems: problems.toSorted((one, other) => (one.path < other.path ? -1 : 1)),
      warnings: this.#warnings(transfers.length),
      bytes: transfers.reduce((sum, { size = 0, left = 0 }) => sum + size - left, 0),
      same: this.#same,
    };
  }

  #warnings(transfers: number): MirrorWarning[] {
    const warnings: MirrorWarning[] = [];
    if (this.#timesUnknown > 0) warnings.push({ code: "times-not-comparable", count: this.#timesUnknown });
    const isDoubtful = this.#preserveTime && this.#to.keepsTimes === undefined && transfers > 0;
    if (isDoubtful) warnings.push({ code: "times-may-not-be-kept", count: transfers });
    return warnings;
  }

  async #folder(place: Place): Promise<FolderPlan> {
    const { from, to, isThere, isIncluded } = place;
    if (depthOf(from) > MAX_PATH_DEPTH || Buffer.byteLength(from) > MAX_PATH_BYTES) {
      this.#survey.tell("too-deep", "from", from);
      return newFolderPlan(to, !isThere, false);
    }
    const none: TreeListing = { entries: [] };
    const [source, target] = await Promise.all([
      this.#survey.list(this.#from, "from", from),
      isThere ? this.#survey.list(this.#to, "to", to) : none,
    ]);
    // Of what cannot be seen nothing is known, and nothing is done to it.
    if (!source || !target) return newFolderPlan(to, !isThere, false);
    const plan = newFolderPlan(to, !isThere, isIncluded);
    const { pairs, collisions } = pairNames(source.entries, target.entries, this.#to.key);
    for (const { entry, with: other } of collisions) {
      this.#survey.tell("name-collides", "from", below(from, entry.name), other);
    }
    const mayRemove = this.#options.delete === true && source.doubt === undefined;
    const parts = new Map(target.entries.flatMap(({ name, size = 0 }) => (isPartName(name) ? [[name, size]] : [])));
    await this.#survey.all(pairs.map((pair) => this.#pair(plan, place, pair, parts, mayRemove)));
    for (const entry of target.entries)
      this.#removal.leftovers(plan.removals, below(to, entry.name), entry, plan.transfers);
    plan.isWanted ||= plan.transfers.length > 0 || plan.below.some((one) => one.isMade && one.isWanted);
    return plan;
  }

  async #pair(
    plan: FolderPlan,
    place: Place,
    { source, target }: NamePair,
    parts: ReadonlyMap<string, number>,
    mayRemove: boolean,
  ): Promise<void> {
    const to = below(place.to, target?.name ?? source?.name ?? "");
    if (!source) {
      const isExtra = target !== undefined && !isPartName(target.name) && mayRemove;
      if (isExtra) await this.#removal.remove(plan.removals, to, target, "not-in-source", place.isIncluded);
      return;
    }
    const from = below(place.from, source.name);
    if (this.#isExcluded(from, source) || (target && this.#isExcluded(to, target))) return;
    const real = await this.#real(from, source, place.links);
    // Of a link it is known only now what it is.
    if (!real || this.#isExcluded(from, real.entry)) return;
    const isFolder = real.entry.kind === "directory";
    const isIncluded = place.isIncluded || this.#selection.isIncluded(from, isFolder);
    if (!isFolder) {
      if (isIncluded) await this.#file(plan, { from, to, source: real.entry, target, parts });
      return;
    }
    const isThere = target?.kind === "directory";
    if (target && !isThere && !(await this.#clear(plan, to, target))) return;
    plan.below.push(await this.#folder({ from, to, isThere, isIncluded, links: real.links }));
  }

  #isExcluded(path: string, { kind }: TreeEntry): boolean {
    return this.#selection.isExcluded(path, kind === "directory");
  }

  /** What a name of the source is; undefined, and told, where it is nothing that is mirrored. */
  async #real(path: string, entry: TreeEntry, links: readonly string[]) {
    const objection = this.#to.kind === "remote" ? objectionToSending(entry.name) : objectionToName(entry.name);
    if (objection) return this.#survey.tell(objection, "from", path);
    if (isPartName(entry.name)) return this.#survey.tell("unfinished", "from", path);
    switch (entry.kind) {
      case "file":
      case "directory":
        return { entry, links };
      case "link":
        return await this.#behind(path, entry, links);
      case "other":
        return this.#survey.tell("special-file", "from", path);
      case "unknown":
        return this.#survey.tell("kind-not-known", "from", path);
    }
  }

  async #behind(path: string, entry: TreeEntry, links: readonly string[]) {
    if (this.#options.links !== "follow") return this.#survey.tell("link-skipped", "from", path, entry.target);
    const followed = await this.#from.follow(path, entry, this.#survey.signal);
    if (followed.kind !== "entry") return this.#survey.tell(`link-${followed.kind}`, "from", path, followed.detail);
    const { identity } = followed;
    const isFolder = followed.entry.kind === "directory";
    const leadsBack = links.some((one) => one === identity || one.startsWith(`${identity}/`));
    if (isFolder && (leadsBack || links.length >= MOST_LINKS))
      return this.#survey.tell("link-loop", "from", path, identity);
    if (!isFolder && followed.entry.kind !== "file") return this.#survey.tell("special-file", "from", path);
    return { entry: followed.entry, links: [...links, identity] };
  }

  async #file(plan: FolderPlan, file: FilePlace): Promise<void> {
    const { from, to, source, target } = file;
    if (!target) return this.#transfer(plan, file, "new");
    if (target.kind !== "file") {
      if (await this.#clear(plan, to, target)) this.#transfer(plan, file, "in-the-way");
      return;
    }
    const difference = await compareFiles(
      { tree: this.#from, path: from, entry: source },
      { tree: this.#to, path: to, entry: target },
      { compare: this.#options.compare, preserveTime: this.#preserveTime },
      this.#survey.signal,
    );
    this.#settle(plan, file, difference);
  }

  #settle(plan: FolderPlan, file: FilePlace, difference: FileDifference): void {
    if (difference.kind === "differs") {
      const { because, modified } = difference;
      this.#transfer(plan, modified ? { ...file, source: { ...file.source, modified } } : file, because);
      return;
    }
    this.#same++;
    if (difference.kind === "set-time") plan.times.push({ kind: "set-time", path: file.to, at: difference.at });
    else if (difference.timesUnknown) this.#timesUnknown++;
  }

  #transfer(plan: FolderPlan, { from, to, source, target, parts }: FilePlace, because: TransferReason): void {
    const { size, modified } = source;
    const at = isComparable(modified) ? modified.at : undefined;
    const part = partName(lastName(to), { size, at });
    const left = parts.get(part) ?? 0;
    const isWorthResuming = left >= WORTH_RESUMING && size !== undefined && left <= size;
    plan.transfers.push({
      kind: "transfer",
      path: to,
      from,
      ...(size !== undefined && { size }),
      ...(modified && { modified }),
      because,
      replaces: target?.kind === "file",
      part,
      ...(isWorthResuming && { left }),
    });
  }

  /** Plans the removal of what stands where something of another kind is to be; false where it stays. */
  async #clear(plan: FolderPlan, path: string, target: TreeEntry): Promise<boolean> {
    const inside: Removal[] = [];
    const mayRemove = this.#options.delete === true;
    if (mayRemove && (await this.#removal.remove(inside, path, target, "in-the-way", true))) {
      for (const one of inside) plan.clear.push(one);
      return true;
    }
    this.#survey.tell("in-the-way", "to", path, target.kind);
    return false;
  }
}
