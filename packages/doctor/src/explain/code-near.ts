/** Words that are so much like a misspelt one that they may have been meant, the likeliest first. */
export function nearWords(word: string, known: readonly string[]): string[] {
  const wanted = word.toLowerCase();
  // One letter in three may be wrong.
  const most = Math.max(1, Math.floor(wanted.length / 3));
  return known
    .map((one) => ({ one, apart: distance(wanted, one.toLowerCase()) }))
    .filter(({ apart }) => apart <= most)
    .sort((first, second) => first.apart - second.apart)
    .slice(0, 5)
    .map(({ one }) => one);
}

/** How many letters are to be changed, put in or taken away to make one word of the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const changed = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
