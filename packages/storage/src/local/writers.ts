import type { Stats } from "node:fs";

/**
 * What is being written in this process, whichever storage and name it is reached by. A file has its device and inode
 * for a key; a name that an upload will have, where no file need stand yet, that of its folder and the name.
 */
const claimed = new Set<string>();
let names = 0;

/** The key of a file, by whichever name. */
export function fileKey({ dev, ino }: Pick<Stats, "dev" | "ino">): string {
  return `${dev}:${ino}`;
}

/** The key of a name in a folder. */
export function nameKey(folder: Pick<Stats, "dev" | "ino">, name: string): string {
  return `${fileKey(folder)}/${name}`;
}

/** Whether anything is being written at all: most questions need not be asked. */
export function isAnyClaimed(): boolean {
  return claimed.size > 0;
}

/** Whether an upload waits for its name somewhere. */
export function isAnyNameClaimed(): boolean {
  return names > 0;
}

/** Whether somebody writes what has the key. */
export function isClaimed(key: string): boolean {
  return claimed.has(key);
}

/** The right to write a file or a name, for as long as it is not released. */
export class Claim {
  readonly #keys: string[] = [];

  /** Takes all the keys, or none of them. */
  static take(...keys: string[]): Claim | undefined {
    if (keys.some((key) => claimed.has(key))) return undefined;
    const claim = new Claim();
    for (const key of keys) claim.add(key);
    return claim;
  }

  /** Takes one more; says whether it was free. */
  add(key: string): boolean {
    if (claimed.has(key)) return this.has(key);
    claimed.add(key);
    if (key.includes("/")) names++;
    this.#keys.push(key);
    return true;
  }

  has(key: string): boolean {
    return this.#keys.includes(key);
  }

  release(): void {
    for (const key of this.#keys.splice(0)) {
      claimed.delete(key);
      if (key.includes("/")) names--;
    }
  }
}
