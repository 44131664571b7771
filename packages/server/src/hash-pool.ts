import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { StorageError } from "@twinport/storage";
import { algorithmOf } from "./hash-names.ts";
import type { Clock, Timer } from "@twinport/channel";
import type { ReadableFile } from "@twinport/storage";
import type { HashName } from "./hash-names.ts";

/** What is to be hashed: bytes of an opened file from one up to, and without, another. */
export interface HashRequest {
  readonly hash: HashName;
  readonly file: ReadableFile;
  /** Whose it is: nobody gets all the places. */
  readonly owner: string;
  /** For errors. */
  readonly path: string;
  readonly from: number;
  readonly to: number;
  /** Nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** What has become of it. */
export type HashOutcome =
  | { readonly kind: "done"; readonly hex: string }
  | { readonly kind: "given-up" }
  | { readonly kind: "too-many" };

const PIECE = 256 * 1024;

/** Pieces of a job that are on their way: one is read while the other is counted in. */
const PIECES = 2;

/** Jobs whose bytes are read at the same time; they take turns, so that a small file does not wait for a large one. */
const MOST_RUNNING = 8;

/** Jobs that may wait for their turn. */
const MOST_WAITING = 64;

/** Jobs of one owner that may run and wait. */
const MOST_OF_ONE = 16;

/** After so long without a job a worker is ended. */
const IDLE_MS = 10_000;

/** Where the worker's own code is, seen from src/ and from dist/. */
const CODE = new URL("../workers/hash.mjs", import.meta.url);

/** A thread of its own, and who waits for its answers. */
class HashWorker {
  readonly #worker = new Worker(CODE, { name: "twinport-hash" });
  readonly #listeners = new Map<number, (answer: Answer) => void>();
  readonly #gone: Promise<void>;
  failure: Error | undefined;

  constructor() {
    // It keeps no process alive: whoever waits for a hash does.
    this.#worker.unref();
    this.#worker.on("message", (answer: Answer) => this.#listeners.get(answer.job)?.(answer));
    this.#gone = new Promise((resolve) => this.#worker.once("exit", () => resolve()));
    this.#worker.once("error", (error) => this.#fail(error));
    this.#worker.once("exit", () => this.#fail(new Error("the thread that computes hashes has ended")));
  }

  get jobs(): number {
    return this.#listeners.size;
  }

  listen(job: number, listener: (answer: Answer) => void): void {
    this.#listeners.set(job, listener);
  }

  forget(job: number): void {
    this.#listeners.delete(job);
  }

  post(message: Message, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
    await this.#gone;
  }

  #fail(error: Error): void {
    this.failure ??= error;
    for (const [job, listener] of this.#listeners) listener({ job, failure: this.failure });
  }
}

type Message = { readonly job: number } & (
  | { readonly act: "begin"; readonly algorithm: string }
  | { readonly act: "bytes"; readonly bytes: Uint8Array }
  | { readonly act: "end" | "drop" }
);

interface Answer {
  readonly job: number;
  readonly buffer?: ArrayBuffer;
  readonly digest?: string;
  readonly failure?: Error | undefined;
}

/**
 * Hashes for all sessions of a server, on one or two threads of their own that are made when first needed. What runs at
 * the same time, what waits and what is in memory are bounded: a server that hashes goes on serving.
 */
export class HashPool {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #workers: HashWorker[] = [];
  readonly #waiting: { readonly owner: string; readonly answer: (isTurn: boolean) => void }[] = [];
  /** Jobs that run, by owner. */
  readonly #runningOf = new Map<string, number>();
  readonly #ending = new Set<Promise<void>>();
  #idle: Timer | undefined;
  #running = 0;
  #made = 0;
  #isClosed = false;

  constructor(clock: Clock, workers = availableParallelism() > 2 ? 2 : 1) {
    this.#clock = clock;
    this.#most = workers;
  }

  /** Threads that are there. */
  get workers(): number {
    return this.#workers.length;
  }

  /** Reads and hashes; the file stays open. Whatever reading it throws is thrown on. */
  async hash(request: HashRequest): Promise<HashOutcome> {
    const { owner, signal } = request;
    if (this.#isClosed || signal.aborted) return { kind: "given-up" };
    const waiting = this.#waiting.filter((one) => one.owner === owner).length;
    if (this.#ofOwner(owner) + waiting >= MOST_OF_ONE) return { kind: "too-many" };
    if (this.#running >= MOST_RUNNING) {
      if (this.#waiting.length >= MOST_WAITING) return { kind: "too-many" };
      if (!(await this.#turn(owner, signal))) return { kind: "given-up" };
    } else this.#running++;
    this.#runningOf.set(owner, this.#ofOwner(owner) + 1);
    let worker: HashWorker | undefined;
    let job: HashJob | undefined;
    try {
      worker = this.#leastBusy();
      job = new HashJob(++this.#made, worker, request);
      return await job.run();
    } finally {
      job?.end();
      this.#done(worker, owner);
    }
  }

  /** Ends all threads; jobs that run or wait are given up. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#idle?.cancel();
    for (const { answer } of this.#waiting.splice(0)) answer(false);
    for (const worker of this.#workers.splice(0)) this.#end(worker);
    await Promise.all(this.#ending);
  }

  /** Waits in line; false for who is not wanted any more before the turn comes. */
  #turn(owner: string, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const answer = (isTurn: boolean): void => {
        signal.removeEventListener("abort", leave);
        resolve(isTurn);
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(one), 1);
        answer(false);
      };
      const one = { owner, answer };
      this.#waiting.push(one);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #leastBusy(): HashWorker {
    this.#idle?.cancel();
    const [first] = this.#workers.sort((a, b) => a.jobs - b.jobs);
    if (first && (first.jobs === 0 || this.#workers.length >= this.#most)) return first;
    const worker = new HashWorker();
    this.#workers.push(worker);
    return worker;
  }

  #ofOwner(owner: string): number {
    return this.#runningOf.get(owner) ?? 0;
  }

  /** Who has the fewest that run, and of those who has waited longest. */
  #next(): ((isTurn: boolean) => void) | undefined {
    const fewest = Math.min(...this.#waiting.map(({ owner }) => this.#ofOwner(owner)));
    const at = this.#waiting.findIndex(({ owner }) => this.#ofOwner(owner) === fewest);
    return at === -1 ? undefined : this.#waiting.splice(at, 1)[0]?.answer;
  }

  /** @param worker undefined where none could be made */
  #done(worker: HashWorker | undefined, owner: string): void {
    const left = this.#ofOwner(owner) - 1;
    if (left > 0) this.#runningOf.set(owner, left);
    else this.#runningOf.delete(owner);
    if (worker?.failure && this.#workers.includes(worker)) {
      this.#workers.splice(this.#workers.indexOf(worker), 1);
    }
    const next = this.#next();
    // The place goes from hand to hand.
    if (next) {
      next(true);
      return;
    }
    this.#running--;
    if (this.#running > 0 || this.#isClosed) return;
    this.#idle?.cancel();
    this.#idle = this.#clock.after(IDLE_MS, () => {
      for (const idle of this.#workers.splice(0)) this.#end(idle);
    });
  }

  #end(worker: HashWorker): void {
    const ended = worker.end().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}

/** One file on its way through a worker. */
class HashJob {
  readonly #job: number;
  readonly #worker: HashWorker;
  readonly #request: HashRequest;
  readonly #free: ArrayBuffer[] = [];
  #lent = 0;
  #digest: string | undefined;
  #failure: Error | undefined;
  #wake: () => void = () => {};
  #giveUp: () => void = () => {};
  readonly #givenUp = new Promise<undefined>((resolve) => (this.#giveUp = () => resolve(undefined)));

  constructor(job: number, worker: HashWorker, request: HashRequest) {
    this.#job = job;
    this.#worker = worker;
    this.#request = request;
  }

  async run(): Promise<HashOutcome> {
    const { file, path, from, to, hash, signal } = this.#request;
    const job = this.#job;
    const giveUp = (): void => {
      this.#giveUp();
      this.#wake();
    };
    signal.addEventListener("abort", giveUp, { once: true });
    this.#worker.listen(job, (answer) => this.#take(answer));
    this.#failure = this.#worker.failure;
    try {
      this.#worker.post({ job, act: "begin", algorithm: algorithmOf(hash) });
      for (let at = from; at < to;) {
        const buffer = await this.#buffer();
        if (!buffer) return { kind: "given-up" };
        const bytes = new Uint8Array(buffer, 0, Math.min(PIECE, to - at));
        const reading = file.readInto(bytes, at);
        // A storage that takes its time is not waited for: closing the file ends what it does.
        const count = typeof reading === "number" ? reading : await Promise.race([reading, this.#givenUp]);
        if (count === undefined) return { kind: "given-up" };
        // It has become shorter since it was opened: what was asked for is not there.
        if (count === 0) throw new StorageError("io-failed", { operation: "read", path });
        at += count;
        this.#lent++;
        this.#worker.post({ job, act: "bytes", bytes: bytes.subarray(0, count) }, [buffer]);
      }
      this.#worker.post({ job, act: "end" });
      const hex = await this.#until(() => this.#digest);
      return hex === undefined ? { kind: "given-up" } : { kind: "done", hex };
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** The worker hears that this is over, if it has not ended it itself. */
  end(): void {
    this.#worker.forget(this.#job);
    if (this.#digest === undefined && !this.#worker.failure) {
      this.#worker.post({ job: this.#job, act: "drop" });
    }
  }

  #take({ buffer, digest, failure }: Answer): void {
    if (buffer) {
      this.#lent--;
      this.#free.push(buffer);
    }
    this.#digest ??= digest;
    this.#failure ??= failure;
    this.#wake();
  }

  /** A piece to read into: a new one only while few are on their way. */
  #buffer(): Promise<ArrayBuffer | undefined> {
    return this.#until(() => this.#free.pop() ?? (this.#lent < PIECES ? new ArrayBuffer(PIECE) : undefined));
  }

  /** Waits until there is something; undefined when nobody waits for the hash any more. */
  async #until<T>(find: () => T | undefined): Promise<T | undefined> {
    for (;;) {
      if (this.#failure) throw this.#failure;
      if (this.#request.signal.aborted) return undefined;
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
