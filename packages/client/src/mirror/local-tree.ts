import { lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { lstat, statfs } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import path from "node:path";
import process from "node:process";
import { foldNames } from "@twinport/protocol";
import { ClientError } from "../errors.ts";
import { hashLocal } from "../local-hash.ts";
import { localError } from "../sources.ts";
import { sameName } from "./same-name.ts";
import type { BigIntStats, Stats } from "node:fs";
import type { RemoteTime } from "@twinport/protocol";
import type { HashAlgorithm } from "../local-hash.ts";
import type { RemoteHash } from "../operations/hash.ts";
import type { Followed, Tree, TreeEntry, TreeListing } from "./tree.ts";

/** Names that are looked at in one go; then others get their turn. */
const BATCH = 200;

/** What statfs calls file systems that count time in steps of two seconds. */
const coarse: ReadonlySet<number> = new Set([0x4d44]);

/** The side that is a folder of this machine. */
export class LocalTree implements Tree {
  readonly kind = "local";
  readonly root: string;
  readonly keepsTimes = true;
  #foldsNames = false;
  #grain = 1;

  constructor(told: string) {
    this.root = path.resolve(told);
  }

  get grain(): number {
    return this.#grain;
  }

  readonly key = (name: string): string => (this.#foldsNames ? foldNames(name) : sameName(name));

  /** The path that the system is told. */
  at(below: string): string {
    return below === "" ? this.root : path.join(this.root, ...below.split("/"));
  }

  async open(): Promise<boolean> {
    const there = await lstat(this.root).catch(() => undefined);
    const standing = nearestFolder(this.root);
    this.#foldsNames = foldsNames(standing);
    const { type } = await statfs(standing).catch(() => ({ type: 0 }));
    this.#grain = coarse.has(Number(type)) || process.platform === "win32" ? 2000 : 1;
    if (!there) return false;
    // The root itself may be a link: it is what the user said.
    const isFolder = statSync(this.root, { throwIfNoEntry: false })?.isDirectory() === true;
    if (!isFolder) throw localError(this.root, new Error("is no folder"));
    return true;
  }

  async list(below: string, signal: AbortSignal): Promise<TreeListing> {
    const folder = this.at(below);
    let names: string[];
    try {
      names = readdirSync(folder);
    } catch (cause) {
      throw localError(folder, cause);
    }
    const entries: TreeEntry[] = [];
    let doubt: string | undefined;
    for (const [number, name] of names.entries()) {
      if (number % BATCH === BATCH - 1) {
        await turn();
        if (signal.aborted) throw new ClientError("aborted", {}, { cause: signal.reason });
      }
      let stats: Stats | undefined;
      try {
        stats = lstatSync(path.join(folder, name), { throwIfNoEntry: false });
      } catch (cause) {
        doubt = localError(name, cause).message;
      }
      // Removed meanwhile, or of a name that is no text.
      if (stats) entries.push({ name, ...factsOf(stats) });
      else if (name.includes("\uFFFD")) entries.push({ name, kind: "unknown" });
    }
    return { entries, ...(doubt !== undefined && { doubt }) };
  }

  async follow(below: string, { name, target }: TreeEntry): Promise<Followed> {
    const at = this.at(below);
    try {
      const identity = realpathSync(at).replaceAll(path.sep, "/");
      const stats = statSync(at);
      const here = realpathSync(path.dirname(at)).replaceAll(path.sep, "/");
      const isAbove = stats.isDirectory() && `${here}/`.startsWith(`${identity}/`);
      if (isAbove) return { kind: "loop", detail: identity };
      return { kind: "entry", entry: { name, ...factsOf(stats) }, identity };
    } catch (cause) {
      return { kind: "broken", detail: target ?? (cause instanceof Error ? cause.message : "") };
    }
  }

  async size(below: string): Promise<number | undefined> {
    return lstatSync(this.at(below), { throwIfNoEntry: false })?.size;
  }

  async hash(below: string, algorithm: HashAlgorithm = "sha256", signal?: AbortSignal): Promise<RemoteHash> {
    return { algorithm, value: await hashLocal(this.at(below), algorithm, { ...(signal && { signal }) }) };
  }

  async exactTime(below: string): Promise<RemoteTime | undefined> {
    const stats = lstatSync(this.at(below), { throwIfNoEntry: false });
    return stats && timeOf(stats);
  }
}

function factsOf(stats: Stats): Omit<TreeEntry, "name"> {
  if (stats.isDirectory()) return { kind: "directory" };
  if (stats.isSymbolicLink()) return { kind: "link" };
  if (!stats.isFile()) return { kind: "other" };
  return { kind: "file", size: stats.size, modified: timeOf(stats) };
}

function timeOf({ mtimeMs }: Stats): RemoteTime {
  return { at: mtimeMs, precision: "millisecond", zone: "utc" };
}

/** The folder itself, or the nearest one above it that is there. */
function nearestFolder(folder: string): string {
  let at = folder;
  while (!statSync(at, { throwIfNoEntry: false })?.isDirectory() && path.dirname(at) !== at) at = path.dirname(at);
  return at;
}

/** Whether letters of either case are the same there; found out without writing anything. */
function foldsNames(folder: string): boolean {
  const inside = readdirSync(folder).find((name) => name.toUpperCase() !== name.toLowerCase());
  // The folder's own name tells it too, unless another file system begins there.
  for (const at of [inside === undefined ? folder : path.join(folder, inside), folder]) {
    const name = path.basename(at);
    const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
    const one = identityOf(at);
    if (other !== name && one !== undefined) return one === identityOf(path.join(path.dirname(at), other));
  }
  return process.platform === "win32" || process.platform === "darwin";
}

function identityOf(at: string): string | undefined {
  try {
    const stats: BigIntStats | undefined = lstatSync(at, { bigint: true, throwIfNoEntry: false });
    return stats && `${stats.dev}:${stats.ino}`;
  } catch {
    return undefined;
  }
}
