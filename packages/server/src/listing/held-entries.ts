/** Entries that lists of all sessions may hold together while they are sorted: about 100 MB of them. */
const MOST_HELD = 400_000;

/** What sorted lists hold, of all sessions of a server: whoever finds no room sorts in smaller groups. */
export class HeldEntries {
  #held = 0;

  /** Entries that are held now. */
  get held(): number {
    return this.#held;
  }

  /** Holds so many more; says whether there is room for as many again. */
  hold(count: number): boolean {
    this.#held += count;
    return this.#held + count <= MOST_HELD;
  }

  letGo(count: number): void {
    this.#held -= count;
  }
}
