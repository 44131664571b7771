import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { namesOf } from "@twinport/protocol";
import type { VirtualPath } from "@twinport/protocol";
import { O_PATH } from "./open-flags.ts";
import { errnoOf } from "./system-error.ts";

/** Links that may be followed on one way, as the kernel has it. */
const MAX_LINKS = 40;

/** Thrown, as a system call would, where a way leaves the root or goes round in circles. */
class OutsideRoot extends Error {
  readonly code = "ELOOP";
}

/** Whether an opened final step must follow a link: it threw ELOOP because it was told not to. */
function isLinkMet(error: unknown): boolean {
  return errnoOf(error) === "ELOOP" && !(error instanceof OutsideRoot);
}

/**
 * Confines paths to a folder. `use` is given a real path for the last name and must not follow a link there: it
 * throws ELOOP instead (which is what O_NOFOLLOW does), and is called again where the link leads, if that is inside.
 * With what does not follow links anyway (rename, unlink, mkdir, lstat) the link itself is meant.
 */
export interface Confinement {
  /**
   * @param use is also told by which names the real path is reached from the root when no link is left in it
   * @param reach hidden names are nothing (ENOENT), unless it is said that they are meant
   */
  use<T>(where: VirtualPath, use: (real: string, names: readonly string[]) => T, reach?: "hidden"): T;
  close(): void;
}

/** Whether a name in a folder, which is given by its names from the root, is not to be reached. */
export type IsHidden = (folder: readonly string[], name: string) => boolean;

/** The confinement that this system offers. */
export function confineTo(root: string, isHidden?: IsHidden): Confinement {
  return process.platform === "linux" ? new HandleConfinement(root, isHidden) : new NameConfinement(root, isHidden);
}

/**
 * Linux: every step is taken from the opened handle of the folder before it, `/proc/self/fd/N/name`, and never through a
 * link. So nothing that is renamed or swapped meanwhile can lead out of the root: there is no string that is checked
 * first and used later.
 */
class HandleConfinement implements Confinement {
  readonly #root: number;
  readonly #rootPath: string;
  readonly #isHidden: IsHidden | undefined;

  constructor(root: string, isHidden: IsHidden | undefined) {
    this.#isHidden = isHidden;
    this.#rootPath = fs.realpathSync.native(root);
    this.#root = fs.openSync(this.#rootPath, O_PATH | fs.constants.O_DIRECTORY);
  }

  use<T>(where: VirtualPath, use: (real: string, names: readonly string[]) => T, reach?: "hidden"): T {
    const names = namesOf(where);
    const isHidden = reach === undefined ? this.#isHidden : undefined;
    /** The names of the folders on the way. */
    const trail: string[] = [];
    // The handles of the folders on the way; the root's own is not among them.
    const way: number[] = [];
    let links = 0;
    try {
      for (;;) {
        const here = `/proc/self/fd/${way.at(-1) ?? this.#root}`;
        const name = names.shift();
        if (name === undefined) return use(`${here}/.`, trail);
        if (name === "..") {
          trail.pop();
          const left = way.pop();
          if (left === undefined) throw new OutsideRoot("a link leads out of the root");
          fs.closeSync(left);
          continue;
        }
        if (isHidden?.(trail, name)) throw nothingThere();
        const next = `${here}/${name}`;
        try {
          if (names.length === 0) return use(next, [...trail, name]);
          way.push(fs.openSync(next, O_PATH | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW));
          trail.push(name);
          continue;
        } catch (error) {
          // For O_DIRECTORY a link is no folder before it is a link.
          const mayBeLink = isLinkMet(error) || (errnoOf(error) === "ENOTDIR" && names.length > 0);
          if (!mayBeLink) throw error;
          const target = readLink(next);
          if (target === undefined) throw error;
          if (++links > MAX_LINKS) throw new OutsideRoot("links go round in circles", { cause: error });
          if (path.isAbsolute(target)) {
            trail.length = 0;
            for (const handle of way.splice(0)) fs.closeSync(handle);
          }
          names.unshift(...namesOfLink(target, this.#rootPath));
        }
      }
    } finally {
      for (const handle of way) fs.closeSync(handle);
    }
  }

  close(): void {
    fs.closeSync(this.#root);
  }
}

/**
 * Elsewhere: links are resolved by the system, and the result is compared with the root. Somebody who can swap a
 * folder for a link on the server's own disk at the right moment gets past it; over FTP nobody can make a link.
 */
class NameConfinement implements Confinement {
  readonly #root: string;
  readonly #isHidden: IsHidden | undefined;

  constructor(root: string, isHidden: IsHidden | undefined) {
    this.#isHidden = isHidden;
    this.#root = fs.realpathSync.native(root);
  }

  use<T>(where: VirtualPath, act: (real: string, names: readonly string[]) => T, reach?: "hidden"): T {
    const use = (real: string): T => {
      const inside = path.relative(this.#root, real);
      const from = inside === "" ? [] : inside.split(path.sep);
      const isHidden = reach === undefined ? this.#isHidden : undefined;
      if (isHidden && from.some((name, i) => isHidden(from.slice(0, i), name))) throw nothingThere();
      return act(real, from);
    };
    const names = namesOf(where);
    if (path.sep === "\\") for (const name of names) refuseWindowsName(name);
    const last = names.pop();
    const folder = this.#inside(path.join(this.#root, ...names));
    if (last === undefined) return use(folder);
    const real = path.join(folder, last);
    try {
      return use(real);
    } catch (error) {
      if (!isLinkMet(error)) throw error;
      return use(this.#inside(real));
    }
  }

  close(): void {}

  #inside(name: string): string {
    const real = fs.realpathSync.native(name);
    if (real === this.#root || real.startsWith(withSeparator(this.#root))) return real;
    throw new OutsideRoot("a link leads out of the root");
  }
}

function nothingThere(): Error {
  return Object.assign(new Error("the name is hidden"), { code: "ENOENT" });
}

function readLink(real: string): string | undefined {
  try {
    return fs.readlinkSync(real);
  } catch {
    return undefined;
  }
}

/** The names of a link's target; those of an absolute one as seen from the root, if it is inside. */
function namesOfLink(target: string, root: string): string[] {
  const names = (from: string): string[] => from.split("/").filter((name) => name !== "" && name !== ".");
  if (!path.isAbsolute(target)) return names(target);
  const prefix = withSeparator(root);
  // `..` behind the root's own name is walked like any other and cannot leave it.
  if (target === root || target.startsWith(prefix)) return names(target.slice(root.length));
  throw new OutsideRoot("a link leads out of the root");
}

function withSeparator(folder: string): string {
  return folder.endsWith(path.sep) ? folder : folder + path.sep;
}

/** Names that mean something else to Windows: separators, drives, streams, devices, a trailing dot or space. */
function refuseWindowsName(name: string): void {
  // eslint-disable-next-line no-control-regex -- Windows refuses control characters in names
  const mayNot = /[\\/:*?"<>|\u0000-\u001f]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
  if (mayNot.test(name)) throw Object.assign(new Error("Windows has no such name"), { code: "EINVAL" });
}
