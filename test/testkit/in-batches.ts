/** Does it `count` times, so many at once, and gives the results in their order. */
export async function inBatches<Result>(
  count: number,
  atOnce: number,
  act: (number: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < count; from += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, count - from) }, (_, step) => from + step);
    results.push(...(await Promise.all(numbers.map(act))));
  }
  return results;
}
