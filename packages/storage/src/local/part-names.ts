import { createHash } from "node:crypto";
import { MAX_NAME_BYTES, foldNames } from "@twinport/protocol";

/** What an upload that is under way is called where nobody says otherwise. */
const DEFAULT_PATTERN = ".{name}.{owner}.part";

/** Of a pattern's own letters; fewer would hide names that people give. */
const FEWEST_LETTERS = 2;

/** Owners that are written as they are; another is a hash, with a `~` that none of these has. */
const PLAIN_OWNER = /^[a-z0-9_-]{0,32}$/;
/** In the owner's place: no owner is written so. */
const COPY = "~copy";
const OWNER_IN_NAME = "[a-z0-9_~-]{0,64}";

/** The temporary names of uploads, and the question whether a name is one of them. */
export class PartNames {
  readonly #pattern: string;
  readonly #shape: RegExp;
  readonly #copyShape: RegExp;
  readonly #folds: boolean;

  /** @throws {RangeError} for a pattern that would give two uploads one name, or hide the files that people have */
  constructor(pattern = DEFAULT_PATTERN, folds = false) {
    const letters = pattern.replace("{name}", "").replace("{owner}", "");
    const isUsable =
      letters.length === pattern.length - "{name}{owner}".length &&
      letters.length >= FEWEST_LETTERS &&
      letters.length <= 64 &&
      !/[{}/\\\0]/.test(letters);
    if (!isUsable)
      throw new RangeError(
        `the pattern ${pattern} of unfinished uploads needs {name} and {owner} once, and 2 to 64 letters of its own`,
      );
    this.#pattern = pattern;
    this.#folds = folds;
    const shape = (folds ? foldNames(pattern) : pattern).replaceAll(/[.*+?^$()|[\]]/g, "\\$&").replace("{name}", ".+");
    this.#shape = new RegExp(`^${shape.replace("{owner}", OWNER_IN_NAME)}$`, "su");
    this.#copyShape = new RegExp(`^${shape.replace("{owner}", COPY)}$`, "su");
  }

  /** Whether a name can be no other than that of an unfinished upload: it is seen by nobody, and given to nobody. */
  fits(name: string): boolean {
    return this.#shape.test(this.#folds ? foldNames(name) : name);
  }

  /** Whether it is that of a copy, which a process leaves that is killed, and nobody can go on with. */
  isCopy(name: string): boolean {
    return this.#copyShape.test(this.#folds ? foldNames(name) : name);
  }

  /** Where a finished file is copied to: one for each, as it has one writer. */
  copyNameFor(name: string, apart?: string): string {
    return this.#nameWith(name, COPY, apart);
  }

  /**
   * @param apart tells uploads apart that have one name in different folders, where they are kept in one
   */
  nameFor(name: string, owner: string, apart?: string): string {
    const ownerInName = PLAIN_OWNER.test(owner)
      ? owner
      : `${owner.replaceAll(/[^a-z0-9_-]/g, "").slice(0, 16)}~${hash(owner)}`;
    return this.#nameWith(name, ownerInName, apart);
  }

  #nameWith(name: string, ownerInName: string, apart: string | undefined): string {
    const put = (instead: string): string =>
      this.#pattern.replace(/\{name\}|\{owner\}/g, (which) => (which === "{name}" ? instead : ownerInName));
    const mark = apart === undefined ? "" : `~${hash(apart)}`;
    const whole = put(name + mark);
    if (Buffer.byteLength(whole) <= MAX_NAME_BYTES) return whole;
    const shortMark = `~${hash(`${apart ?? ""}/${name}`)}`;
    const room = MAX_NAME_BYTES - Buffer.byteLength(put(shortMark));
    let short = "";
    // By characters, not by UTF-16 units: half of one is no name.
    for (const character of name) {
      if (Buffer.byteLength(short + character) > room) break;
      short += character;
    }
    return put(short + shortMark);
  }
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
