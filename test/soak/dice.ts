import { createHash } from "node:crypto";

/** Choices that look like chance and come again with the same seed. */
export class Dice {
  readonly #seed: string;
  #thrown = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** A whole number from 0 up to, and without, this one. */
  below(most: number): number {
    const digest = createHash("sha256")
      .update(`${this.#seed} ${this.#thrown++}`)
      .digest();
    return digest.readUInt32BE() % most;
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** Once in so many times. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  of<Choice>(choices: readonly Choice[]): Choice {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new RangeError("nothing to choose from");
    return choice;
  }
}
