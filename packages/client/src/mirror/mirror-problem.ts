/** Why something is left alone. */
export type MirrorProblemCode = keyof typeof problems;

/** Something that the mirror leaves alone, on both sides. */
export interface MirrorProblem {
  readonly code: MirrorProblemCode;
  /** Seen from the root of its side, as it is spelled there. */
  readonly path: string;
  readonly side: "from" | "to";
  /** Words of the server or the system, the other name of two, or where a link leads. */
  readonly detail?: string;
  /** It is as it was asked for, and told only so that nobody wonders: a mirror with nothing else is whole. */
  readonly isHarmless: boolean;
}

interface Row {
  readonly sentence: string;
  readonly isHarmless?: true;
}

/** What can be wrong with one name, and how it is said. */
const problems = {
  "link-skipped": { sentence: "is a link", isHarmless: true },
  "link-broken": { sentence: "is a link that leads nowhere" },
  "link-loop": { sentence: "is a link that leads back to where it stands" },
  "special-file": { sentence: "is neither a file nor a folder", isHarmless: true },
  "kind-not-known": { sentence: "is nobody knows what: the server does not say" },
  unfinished: { sentence: "is an unfinished part of a transfer", isHarmless: true },
  "name-not-valid": { sentence: "has a name that does not stay in its folder" },
  "name-not-writable": { sentence: "has a name that this system cannot write" },
  "name-not-text": { sentence: "has a name that cannot be read in this charset" },
  "name-not-sendable": { sentence: "has a name that FTP cannot say" },
  "name-collides": { sentence: "becomes the same name as another one" },
  "in-the-way": { sentence: "stands where something of another kind is to be" },
  "not-listed": { sentence: "cannot be listed" },
  "listed-in-part": { sentence: "is not listed whole, so that nothing is removed there" },
  "too-deep": { sentence: "lies too deep" },
} as const satisfies Record<string, Row>;

/** A problem with what its code says about it. */
export function problem(code: MirrorProblemCode, side: "from" | "to", path: string, detail?: string): MirrorProblem {
  const row: Row = problems[code];
  return { code, side, path, ...(detail !== undefined && { detail }), isHarmless: row.isHarmless ?? false };
}

/** The problem in a sentence. */
export function sayProblem({ code, path, detail }: MirrorProblem): string {
  return `${path} ${problems[code].sentence}${detail === undefined ? "" : ` (${detail})`}`;
}
