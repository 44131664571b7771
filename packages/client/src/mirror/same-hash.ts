import type { PlacedFile } from "./file-difference.ts";

/** Whether two files have the same content, by what the server says of its own. */
export async function hasSameHash(source: PlacedFile, target: PlacedFile, signal: AbortSignal): Promise<boolean> {
  // The server's first: it decides by which algorithm.
  const [first, second] = source.tree.kind === "remote" ? [source, target] : [target, source];
  const { algorithm, value } = await first.tree.hash(first.path, undefined, signal);
  return (await second.tree.hash(second.path, algorithm, signal)).value === value;
}
