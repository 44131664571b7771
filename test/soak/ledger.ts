import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";

/** Uploads go into files by another name first, or straight into them. */
export type Uploads = "atomic" | "direct";

/** Nothing stands there. */
const ABSENT = "absent";

/** After an upload was cut off, the server gets so long to find out and let go of the name. */
const REST_MS = 3000;

/** Where an upload is kept that was cut off, of ann's. */
const PART = /^\.(.+)\.ann\.part$/;

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** A name on the server, and what may stand there. */
export class Noted {
  /** From the account's root on, without a slash before it. */
  readonly path: string;
  /** By its digest: what was acknowledged last, or what somebody was doing since. */
  possible = new Set([ABSENT]);
  /** Files here of which an upload was begun and not acknowledged: what stands there may be a beginning of them. */
  begun: string[] = [];
  #restsUntil = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** The digest of what is there for certain. */
  get content(): string | undefined {
    const [only] = this.possible;
    return this.possible.size === 1 && only !== ABSENT ? only : undefined;
  }

  get isAbsent(): boolean {
    return this.possible.size === 1 && this.possible.has(ABSENT);
  }

  /** Nothing finished can stand there: an upload that was cut off may be gone on with. */
  get isUnfinished(): boolean {
    return this.possible.size === 2 && this.possible.has(ABSENT) && this.begun.length === 1;
  }

  get rests(): boolean {
    return Date.now() < this.#restsUntil;
  }

  /** An upload is asked for, and not yet acknowledged. */
  async begin(source: string): Promise<void> {
    this.possible.add(digestOf(await readFile(source)));
    this.begun.push(source);
  }

  /** It was acknowledged. */
  async store(source: string): Promise<void> {
    await this.#settle(digestOf(await readFile(source)));
  }

  async removed(): Promise<void> {
    await this.#settle(ABSENT);
  }

  /** Nobody will say how it ended. */
  cutOff(): void {
    this.#restsUntil = Date.now() + REST_MS;
  }

  async #settle(content: string): Promise<void> {
    this.possible = new Set([content]);
    await Promise.all(this.begun.splice(0).map((source) => rm(source, { force: true })));
  }
}

/** What the disk of one account must show when all is over. */
export class Ledger {
  readonly folder: string;
  readonly #uploads: Uploads;
  readonly #noted = new Map<string, Noted>();

  constructor(folder: string, uploads: Uploads) {
    this.folder = folder;
    this.#uploads = uploads;
  }

  get size(): number {
    return this.#noted.size;
  }

  at(path: string): Noted {
    const noted = this.#noted.get(path) ?? new Noted(path);
    this.#noted.set(path, noted);
    return noted;
  }

  /** All that stands there now. */
  async noteAll(): Promise<void> {
    for (const file of await filesIn(this.folder)) await this.at(file).store(join(this.folder, file));
  }

  /** A tree that stands below a path, as it is here. */
  async storeTree(local: string, path: string): Promise<void> {
    for (const file of await filesIn(local)) await this.at(`${path}/${file}`).store(join(local, file));
  }

  /** What is not as it should be. */
  async check(): Promise<string[]> {
    const names = await filesIn(this.folder);
    const stands = names.filter((name) => this.#uploads === "direct" || !PART.test(name));
    const strangers = stands.filter((name) => !this.#noted.has(name)).map((name) => `${name}: nobody uploaded it`);
    const wrong: string[] = [];
    for (const noted of this.#noted.values()) {
      const problem = await this.#wrongWith(noted);
      if (problem !== undefined) wrong.push(`${noted.path}: ${problem}`);
    }
    const parts = this.#uploads === "direct" ? [] : await this.#strayParts(names.filter((name) => PART.test(name)));
    return [...strangers, ...wrong, ...parts].map((problem) => `${this.#uploads} uploads: ${problem}`);
  }

  /** Names that have nothing but an upload that was cut off, which its account may go on with. */
  async unfinished(): Promise<string[]> {
    return (await filesIn(this.folder)).flatMap((name) => PART.exec(name)?.[1] ?? []);
  }

  async #wrongWith({ path, possible, begun }: Noted): Promise<string | undefined> {
    const file = join(this.folder, path);
    const bytes = existsSync(file) ? await readFile(file) : undefined;
    const found = bytes ? digestOf(bytes) : ABSENT;
    if (possible.has(found)) return undefined;
    // Straight into the file, what was cut off stays under its name.
    if (this.#uploads === "direct" && bytes && (await isBeginning(bytes, begun))) return undefined;
    return `${found} stands there (${bytes?.length ?? 0} bytes), and not ${[...possible].join(" or ")}`;
  }

  /** A part belongs to an upload that was cut off, is a beginning of it, and stands beside no finished file. */
  async #strayParts(parts: readonly string[]): Promise<string[]> {
    const stray: string[] = [];
    for (const part of parts) {
      const name = PART.exec(part)?.[1] ?? "";
      const noted = this.#noted.get(name);
      if (!noted || noted.begun.length === 0) stray.push(`${part}: a part of no upload that was cut off`);
      else if (existsSync(join(this.folder, name))) stray.push(`${part}: a part beside its finished file`);
      else if (!(await isBeginning(await readFile(join(this.folder, part)), noted.begun)))
        stray.push(`${part}: no beginning of what was sent`);
    }
    return stray;
  }
}

async function isBeginning(bytes: Buffer, sources: readonly string[]): Promise<boolean> {
  const sent = await Promise.all(sources.map((source) => readFile(source)));
  return sent.some((whole) => whole.subarray(0, bytes.length).equals(bytes));
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile()).map((one) => relative(folder, join(one.parentPath, one.name)));
}
