/** How often one thing is said again that comes with each login or connection while somebody floods the server with them. */
const AGAIN_MS = 60_000;

/** Things that are remembered: of more, those that were said longest ago are forgotten, and may be said again. */
const MOST = 1000;

/** Says one thing once a minute, and how often it was left unsaid between. */
export class FloodGate {
  readonly #now: () => number;
  readonly #said = new Map<string, { readonly at: number; unsaid: number }>();

  /** @param now milliseconds, from any beginning */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How often it was left unsaid since it was last said; undefined where it is to be left unsaid once more. */
  pass(thing: string): number | undefined {
    const before = this.#said.get(thing);
    const now = this.#now();
    if (before && now - before.at < AGAIN_MS) {
      before.unsaid++;
      return undefined;
    }
    // Last again in the order in which they are forgotten.
    this.#said.delete(thing);
    this.#said.set(thing, { at: now, unsaid: 0 });
    const [oldest] = this.#said.keys();
    if (this.#said.size > MOST) this.#said.delete(oldest!);
    return before?.unsaid ?? 0;
  }

  /** Things that are remembered. */
  get size(): number {
    return this.#said.size;
  }
}
