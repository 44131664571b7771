import { patternMatcher } from "@twinport/protocol";

/** Any folders, none of them included. */
const ANY_FOLDERS = Symbol("**");

interface Pattern {
  readonly steps: readonly (typeof ANY_FOLDERS | ((name: string) => boolean))[];
  /** It ends with a slash. */
  readonly foldersOnly: boolean;
}

/** Folders that a pattern can name: as many as a path may have. */
const MOST_STEPS = 256;

/**
 * What a mirror looks at. `*.log` is a name anywhere; a pattern with a slash before its end is a path from the root;
 * `**` stands for any folders; one that ends with a slash is for folders alone, and what is in them goes with them.
 */
export class Selection {
  readonly #include: readonly Pattern[];
  readonly #exclude: readonly Pattern[];

  constructor({
    include = [],
    exclude = [],
  }: {
    readonly include?: readonly string[];
    readonly exclude?: readonly string[];
  }) {
    this.#include = include.map(read);
    this.#exclude = exclude.map(read);
  }

  /** Everything is, where nobody says what is. */
  get includesAll(): boolean {
    return this.#include.length === 0;
  }

  /** Whether it is named as included; what lies in an included folder is not asked about. */
  isIncluded(path: string, isFolder: boolean): boolean {
    return this.includesAll || this.#include.some((pattern) => fits(pattern, path, isFolder));
  }

  /** Whether it is left alone on both sides, with what is in it. */
  isExcluded(path: string, isFolder: boolean): boolean {
    return this.#exclude.some((pattern) => fits(pattern, path, isFolder));
  }
}

function read(text: string): Pattern {
  const foldersOnly = text.endsWith("/");
  const bare = text.normalize("NFC").replace(/\/+$/, "");
  const names = bare.split("/").filter((name) => name !== "" && name !== ".");
  const isAnywhere = !bare.includes("/");
  return {
    foldersOnly,
    steps: [...(isAnywhere ? ["**"] : []), ...names]
      .slice(0, MOST_STEPS)
      .map((name) => (name === "**" ? ANY_FOLDERS : patternMatcher(name, "any-dot"))),
  };
}

function fits({ steps, foldersOnly }: Pattern, path: string, isFolder: boolean): boolean {
  if (foldersOnly && !isFolder) return false;
  return walks(steps, path.normalize("NFC").split("/"));
}

/** Only the last `**` is ever tried again, as with the `*` of a name: no pattern explodes. */
function walks(steps: Pattern["steps"], names: readonly string[]): boolean {
  let step = 0;
  let name = 0;
  let star = -1;
  let retry = 0;
  while (name < names.length) {
    const wanted = steps[step];
    if (wanted === ANY_FOLDERS) {
      star = step++;
      retry = name;
    } else if (wanted?.(names[name] ?? "")) {
      step++;
      name++;
    } else if (star !== -1) {
      step = star + 1;
      name = ++retry;
    } else {
      return false;
    }
  }
  // `docs/**` is what lies in docs, and not docs itself.
  return step === steps.length || (step === steps.length - 1 && steps[step] === ANY_FOLDERS && step === 0);
}
