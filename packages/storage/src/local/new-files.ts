import fs from "node:fs";
import process from "node:process";
import { pinned } from "./pinned.ts";
import type { CreateOptions } from "../storage.ts";

/** Which permission bits new files and folders get. */
export interface NewFileOptions {
  /** Permission bits of new files, before the umask (default 0o666). */
  readonly fileMode?: number;
  /** Permission bits of new folders, before the umask (default 0o777). */
  readonly directoryMode?: number;
  /**
   * Permission bits that new files and folders do not get, whatever the process's own umask is. Without it that one
   * decides.
   */
  readonly umask?: number;
}

/** Permission bits of what is made. With a umask of its own they are exact; else the process's has its say. */
export class NewFiles {
  readonly #file: number;
  readonly #directory: number;
  readonly #umask: number | undefined;
  #processUmask: number | undefined;

  constructor({ fileMode = 0o666, directoryMode = 0o777, umask }: NewFileOptions) {
    this.#file = fileMode;
    this.#directory = directoryMode;
    this.#umask = umask;
  }

  /** What to open a new file with, and whether it then has to be set once more. */
  file(options: CreateOptions): { readonly mode: number; readonly isExact: boolean } {
    const umask = this.#umaskWith(options);
    return { mode: this.#file & ~(umask ?? 0), isExact: umask !== undefined };
  }

  /** The bits that a file is given when it is whole. */
  finalFile(options: CreateOptions): number {
    // Asked once: Node can only ask by setting it to 0 for a moment, in which other threads may make files.
    return this.#file & ~(this.#umaskWith(options) ?? (this.#processUmask ??= process.umask()));
  }

  makeDirectory(real: string, options: CreateOptions): void {
    const umask = this.#umaskWith(options);
    const mode = this.#directory & ~(umask ?? 0);
    fs.mkdirSync(real, mode);
    if (umask === undefined) return;
    pinned(real, (here, stats) => {
      if (stats.isDirectory() && (stats.mode & 0o777) !== mode) fs.chmodSync(here, mode | specialBits(stats));
    });
  }

  /** A session takes further bits away, and gives none back that the operator has taken. */
  #umaskWith({ umask }: CreateOptions): number | undefined {
    return umask === undefined ? this.#umask : umask | (this.#umask ?? 0);
  }
}

/** Sets the nine bits. A folder keeps what says whose the files in it are and who may remove them; a file keeps nothing. */
export function setPermissions(real: string, stats: fs.Stats, mode: number): void {
  fs.chmodSync(real, mode | (stats.isDirectory() ? specialBits(stats) : 0));
}

function specialBits({ mode }: fs.Stats): number {
  return mode & 0o7000;
}
