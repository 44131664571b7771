/** Whether a name matches a pattern, by trying everything: for short ones. A name's leading dot means nothing here. */
export function matchesNaively(pattern: readonly string[], name: readonly string[]): boolean {
  const [wanted, ...rest] = pattern;
  if (wanted === undefined) return name.length === 0;
  if (wanted === "*") return matchesNaively(rest, name) || (name.length > 0 && matchesNaively(pattern, name.slice(1)));
  const [letter, ...others] = name;
  if (letter === undefined) return false;
  const isNegated = wanted === "[" && (rest[0] === "!" || rest[0] === "^");
  const set = isNegated ? rest.slice(1) : rest;
  // The first letter of a set is in it, even if it is the bracket.
  const end = wanted === "[" ? set.indexOf("]", 1) : -1;
  if (end !== -1) {
    return isInSet(set.slice(0, end), letter) !== isNegated && matchesNaively(set.slice(end + 1), others);
  }
  return (wanted === "?" || wanted === letter) && matchesNaively(rest, others);
}

function isInSet(set: readonly string[], letter: string): boolean {
  const [first, dash, last] = set;
  if (first === undefined) return false;
  if (dash === "-" && last !== undefined) return (first <= letter && letter <= last) || isInSet(set.slice(3), letter);
  return first === letter || isInSet(set.slice(1), letter);
}
