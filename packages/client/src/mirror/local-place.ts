import { lstatSync, mkdirSync, realpathSync, rmSync, rmdirSync, unlinkSync, utimesSync } from "node:fs";
import path from "node:path";
import { localError } from "../sources.ts";
import { LandingFile } from "./landing-file.ts";
import { above } from "./tree.ts";
import type { TransferFile } from "./mirror-plan.ts";

type Landing = Pick<TransferFile, "path" | "part" | "replaces">;

/**
 * The folder that a download is written to. Every folder on the way to a name is looked at before anything is done
 * there: it has to be a folder, and no link to one, or what a server has listed could be written elsewhere.
 */
export class LocalPlace {
  readonly #root: string;
  /** Folders that were looked at. */
  readonly #known = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  makeFolder(below: string): void {
    const at = this.#at(below);
    if (below === "") {
      this.#try(at, () => mkdirSync(at, { recursive: true }));
      return;
    }
    this.#enter(above(below));
    this.#try(at, () => mkdirSync(at));
    this.#known.add(below);
  }

  removeFile(below: string): void {
    this.#enter(above(below));
    const at = this.#at(below);
    // A link goes, and not what it leads to.
    this.#try(at, () => unlinkSync(at));
  }

  removeFolder(below: string): void {
    this.#enter(above(below));
    const at = this.#at(below);
    this.#known.delete(below);
    this.#try(at, () => rmdirSync(at));
  }

  setModified(below: string, milliseconds: number): void {
    this.#enter(above(below));
    const at = this.#at(below);
    this.#try(at, () => utimesSync(at, milliseconds / 1000, milliseconds / 1000));
  }

  /** Where a file of so many bytes is to be written. */
  receiver({ path: below, part, replaces }: Landing, size: number | undefined): LandingFile {
    const folder = above(below);
    this.#enter(folder);
    return new LandingFile({ path: this.#at(below), part: path.join(this.#at(folder), part), size, replaces });
  }

  /** What is there of a file that is not whole is thrown away. */
  discard({ path: below, part }: Landing): void {
    const folder = above(below);
    this.#enter(folder);
    const at = path.join(this.#at(folder), part);
    this.#try(at, () => rmSync(at, { force: true }));
  }

  #at(below: string): string {
    return below === "" ? this.#root : path.join(this.#root, ...below.split("/"));
  }

  #enter(folder: string): void {
    if (this.#known.has(folder)) return;
    if (folder === "") {
      // The root may be a link: it is what the user said.
      this.#try(this.#root, () => realpathSync(this.#root));
    } else {
      this.#enter(above(folder));
      const at = this.#at(folder);
      this.#try(at, () => {
        if (!lstatSync(at).isDirectory()) throw new Error("is no folder: what lies behind it is not written to");
      });
    }
    this.#known.add(folder);
  }

  #try(at: string, work: () => void): void {
    try {
      work();
    } catch (cause) {
      throw localError(at, cause);
    }
  }
}
