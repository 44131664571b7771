/** Something that only one may have at a time. */
export class Turns {
  #isTaken = false;
  readonly #waiting: (() => void)[] = [];

  /** Whether somebody else has it. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Waits for it; false where it was not to be had in so many milliseconds, or the waiting was called off. */
  take(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#isTaken) {
      this.#isTaken = true;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const settle = (isHad: boolean): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", leave);
        const at = this.#waiting.indexOf(have);
        if (at !== -1) this.#waiting.splice(at, 1);
        resolve(isHad);
      };
      const have = (): void => settle(true);
      const leave = (): void => settle(false);
      const timer = setTimeout(leave, milliseconds);
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(have);
    });
  }

  /** Gives it to whoever waits longest. */
  give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#isTaken = false;
  }
}
