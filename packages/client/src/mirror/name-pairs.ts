import { sameName } from "./same-name.ts";
import type { Tree, TreeEntry } from "./tree.ts";

/** What one name of the source has to do with one of the target. */
export interface NamePair {
  readonly source: TreeEntry | undefined;
  readonly target: TreeEntry | undefined;
}

/** Names of two folders, put side by side. */
export interface PairedNames {
  readonly pairs: readonly NamePair[];
  /** Names that become the same in the target, with the one that they become; only that one is in the pairs. */
  readonly collisions: readonly { readonly entry: TreeEntry; readonly with: string }[];
}

/**
 * Which name of the source is which of the target: the same one, else one that is spelled otherwise (accents composed
 * or not), else one that the target takes for it. Of two that the target takes for the same, the one that it has
 * already is meant, else the first.
 */
export function pairNames(
  sources: readonly TreeEntry[],
  targets: readonly TreeEntry[],
  targetKey: Tree["key"],
): PairedNames {
  const free = new Map(targets.map((entry) => [entry.name, entry]));
  const found = new Map<TreeEntry, TreeEntry>();
  const open = new Set(sources);
  for (const key of [(name: string) => name, sameName, targetKey]) {
    const byKey = new Map<string, TreeEntry>();
    for (const entry of free.values()) if (!byKey.has(key(entry.name))) byKey.set(key(entry.name), entry);
    for (const source of open) {
      const target = byKey.get(key(source.name));
      if (!target || !free.delete(target.name)) continue;
      found.set(source, target);
      open.delete(source);
    }
  }
  const collisions: PairedNames["collisions"][number][] = [];
  const pairs: NamePair[] = [];
  const taken = new Map([...found].map(([source, target]) => [written(target.name, targetKey), source.name]));
  for (const source of sources) {
    const target = found.get(source);
    const key = written(source.name, targetKey);
    const other = target ? undefined : taken.get(key);
    if (other !== undefined) {
      collisions.push({ entry: source, with: other });
      continue;
    }
    if (!target) taken.set(key, source.name);
    pairs.push({ source, target });
  }
  for (const target of free.values()) pairs.push({ source: undefined, target });
  return { pairs, collisions };
}

/** A target that takes letters of either case for the same does so with accents; any other keeps every byte. */
function written(name: string, targetKey: Tree["key"]): string {
  return targetKey("A") === targetKey("a") ? targetKey(name) : name;
}
