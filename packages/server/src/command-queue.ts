import { performance } from "node:perf_hooks";

/** Commands that may wait behind the one that runs; more are left in the client's own buffers. */
const MAX_WAITING = 256;

/** Commands that cost nothing to wait for would run one after the other for as long as they come: others want to live. */
const TURN_MS = 5;

/** Whose commands they are, and what is done with them. */
export interface QueueOwner<Item> {
  /** Does all that an item asks for, its failures included. */
  readonly run: (item: Item) => Promise<void>;
  /** What nobody foresaw: nothing further is run. */
  readonly failed: (error: unknown) => void;
  /** Whether an item is acted on at once, beside the one that runs. */
  readonly overtakes: (item: Item) => boolean;
  /** Whether to go on with the next one. */
  readonly goesOn: () => boolean;
  /** Too many wait: no more should come until `release`. */
  readonly hold: () => void;
  readonly release: () => void;
  /** The last one has run, and none waits. */
  readonly idle: () => void;
}

/** Runs items one after the other; some overtake, and the next one in line waits for them too. */
export class CommandQueue<Item> {
  readonly #owner: QueueOwner<Item>;
  readonly #waiting: Item[] = [];
  #isRunning = false;
  #current: Promise<void> = Promise.resolve();
  #overtaking: Promise<void> = Promise.resolve();
  #overtakers = 0;

  constructor(owner: QueueOwner<Item>) {
    this.#owner = owner;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Items that have not begun. */
  get waiting(): readonly Item[] {
    return this.#waiting;
  }

  /** Done when the item that runs now is: for what has overtaken it. */
  get current(): Promise<void> {
    return this.#current;
  }

  push(item: Item): void {
    if (this.#overtook(item)) return;
    this.#waiting.push(item);
    this.#holdIfMany();
    if (!this.#isRunning) this.#drain().catch(this.#owner.failed);
  }

  /** Lets those overtake that wait and now may. */
  reconsider(): void {
    const waiting = this.#waiting.splice(0);
    this.#waiting.push(...waiting.filter((item) => !this.#overtook(item)));
    this.#releaseEarly();
  }

  clear(): void {
    this.#waiting.length = 0;
    this.#releaseEarly();
  }

  #overtook(item: Item): boolean {
    if (!this.#isRunning || !this.#owner.overtakes(item)) return false;
    this.#overtakers++;
    this.#overtaking = this.#runAfter(this.#overtaking, item);
    this.#holdIfMany();
    return true;
  }

  #holdIfMany(): void {
    if (this.#waiting.length + this.#overtakers >= MAX_WAITING) this.#owner.hold();
  }

  #releaseEarly(): void {
    if (this.#waiting.length + this.#overtakers < MAX_WAITING / 2) this.#owner.release();
  }

  async #runAfter(before: Promise<void>, item: Item): Promise<void> {
    await before;
    await this.#owner.run(item);
    this.#overtakers--;
    this.#releaseEarly();
  }

  async #drain(): Promise<void> {
    this.#isRunning = true;
    let turnBegan = performance.now();
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#releaseEarly();
      this.#current = this.#owner.run(next);
      await this.#current;
      await this.#overtaking;
      if (!this.#owner.goesOn()) return;
      if (performance.now() - turnBegan < TURN_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turnBegan = performance.now();
    }
    this.#isRunning = false;
    this.#owner.idle();
  }
}
