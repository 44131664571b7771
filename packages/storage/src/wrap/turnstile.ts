/** Lets many through side by side, or one alone; whoever comes later waits for whoever has to be alone. */
export class Turnstile {
  #alone: Promise<unknown> = Promise.resolve();
  readonly #inside = new Set<Promise<unknown>>();
  readonly #byKey = new Map<string, Promise<unknown>>();

  /** Beside others, but one at a time for each key. */
  async beside<T>(key: string, act: () => Promise<T>): Promise<T> {
    const before = Promise.all([this.#alone, this.#byKey.get(key)]);
    const acting = before.then(act);
    const ended = acting.catch(() => {});
    this.#inside.add(ended);
    this.#byKey.set(key, ended);
    try {
      return await acting;
    } finally {
      this.#inside.delete(ended);
      if (this.#byKey.get(key) === ended) this.#byKey.delete(key);
    }
  }

  /** When all who are inside have left, and before anybody who comes later. */
  async alone<T>(act: () => Promise<T>): Promise<T> {
    const acting = Promise.all([this.#alone, ...this.#inside]).then(act);
    this.#alone = acting.catch(() => {});
    return acting;
  }
}
