/** Whether a name in a path has letters of a pattern: `*`, `?`, or `[…]`. */
export function isPattern(name: string): boolean {
  return /[*?[]/.test(name);
}

/**
 * Whether a name matches a pattern of `*`, `?` and `[a-z]`/`[!a-z]`. The work is bounded by the product of the two
 * lengths: only the last `*` is ever tried again, so there is no pattern that explodes.
 *
 * @param dot `shell`: a name that begins with a dot must be asked for with that dot (default)
 */
export function matchesPattern(pattern: string, name: string, dot: "shell" | "any-dot" = "shell"): boolean {
  return patternMatcher(pattern, dot)(name);
}

/** {@link matchesPattern} for one pattern and many names: the pattern is read once. */
export function patternMatcher(pattern: string, dot: "shell" | "any-dot" = "shell"): (name: string) => boolean {
  const tokens = tokenise(pattern);
  return (name) => matches(tokens, [...name], dot);
}

function matches(tokens: readonly Token[], letters: readonly string[], dot: "shell" | "any-dot"): boolean {
  // A leading dot is matched only by a dot, as in every shell.
  if (dot === "shell" && letters[0] === "." && tokens[0] !== ".") return false;
  let token = 0;
  let letter = 0;
  let star = -1;
  let retry = 0;
  while (letter < letters.length) {
    const wanted = tokens[token];
    if (wanted === STAR) {
      star = token++;
      retry = letter;
    } else if (wanted !== undefined && matchesOne(wanted, letters[letter]!)) {
      token++;
      letter++;
    } else if (star !== -1) {
      token = star + 1;
      letter = ++retry;
    } else {
      return false;
    }
  }
  while (tokens[token] === STAR) token++;
  return token === tokens.length;
}

interface LetterSet {
  readonly negated: boolean;
  readonly ranges: readonly (readonly [string, string])[];
}
const STAR = Symbol("any letters");
const ANY = Symbol("any letter");
type Token = string | typeof STAR | typeof ANY | LetterSet;

function matchesOne(wanted: Token, letter: string): boolean {
  if (wanted === ANY) return true;
  if (typeof wanted === "string") return wanted === letter;
  if (typeof wanted === "symbol") return false;
  return wanted.ranges.some(([from, to]) => from <= letter && letter <= to) !== wanted.negated;
}

function tokenise(pattern: string): Token[] {
  const letters = [...pattern];
  const last = letters.lastIndexOf("]");
  const tokens: Token[] = [];
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i]!;
    // A "]" that stands first is a letter of the set.
    const after = letters[i + 1] === "!" || letters[i + 1] === "^" ? i + 3 : i + 2;
    // Without the question whether there is one at all, a row of "[" would take the square of its length.
    const end = letter === "[" && after <= last ? letters.indexOf("]", after) : -1;
    if (letter === "*") tokens.push(STAR);
    else if (letter === "?") tokens.push(ANY);
    else if (end !== -1) {
      tokens.push(letterSet(letters.slice(i + 1, end)));
      i = end;
    } else tokens.push(letter);
  }
  return tokens;
}

function letterSet(inside: readonly string[]): LetterSet {
  const negated = inside[0] === "!" || inside[0] === "^";
  const letters = negated ? inside.slice(1) : inside;
  const ranges: [string, string][] = [];
  for (let i = 0; i < letters.length; i++) {
    const isRange = letters[i + 1] === "-" && i + 2 < letters.length;
    ranges.push([letters[i]!, letters[isRange ? i + 2 : i]!]);
    if (isRange) i += 2;
  }
  return { negated, ranges };
}
