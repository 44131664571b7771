import { setMaxListeners } from "node:events";
import { ClientError } from "../errors.ts";
import { problem } from "./mirror-problem.ts";
import type { MirrorOptions } from "./mirror-options.ts";
import type { MirrorProblem, MirrorProblemCode } from "./mirror-problem.ts";
import type { Tree, TreeListing } from "./tree.ts";

/** Names that both sides may have together, where nobody says. */
const MOST_ENTRIES = 10_000_000;

/** Milliseconds between two words about how far it is. */
const EVERY = 100;

/** What was seen of both trees: counted, bounded, and with what is wrong with it. */
export class Survey {
  readonly problems: MirrorProblem[] = [];
  readonly signal: AbortSignal;
  readonly #options: Pick<MirrorOptions, "maxEntries" | "onEvent">;
  readonly #stop = new AbortController();
  #entries = 0;
  #folders = 0;
  #toldAt = 0;

  constructor(options: Pick<MirrorOptions, "maxEntries" | "onEvent" | "signal">) {
    this.#options = options;
    this.signal = options.signal ? AbortSignal.any([options.signal, this.#stop.signal]) : this.#stop.signal;
    // Each folder that waits for a connection listens.
    setMaxListeners(0, this.signal);
  }

  /**
   * What is in a folder; undefined, and told, where that cannot be known.
   *
   * @throws {ClientError} what is about more than this folder
   */
  async list(tree: Tree, side: "from" | "to", path: string): Promise<TreeListing | undefined> {
    let listing: TreeListing;
    try {
      listing = await tree.list(path, this.signal);
    } catch (error) {
      // Of a root that cannot be listed nothing can be said at all.
      if (path === "" || !isAboutOnePath(error)) throw error;
      this.tell("not-listed", side, path, error.message);
      return undefined;
    }
    this.#count(listing.entries.length);
    if (listing.doubt !== undefined) this.tell("listed-in-part", side, path, listing.doubt);
    return listing;
  }

  tell(code: MirrorProblemCode, side: "from" | "to", path: string, detail?: string): undefined {
    this.problems.push(problem(code, side, path, detail));
  }

  /** Waits for all. The first failure ends what is under way, and is thrown when nothing is any more. */
  async all(work: readonly Promise<void>[]): Promise<void> {
    const settled = await Promise.allSettled(work.map((one) => one.catch((error: unknown) => this.#fail(error))));
    const failed = settled.find((one) => one.status === "rejected");
    if (failed) throw this.#stop.signal.reason;
  }

  #fail(error: unknown): never {
    this.#stop.abort(error);
    throw error;
  }

  #count(entries: number): void {
    this.#entries += entries;
    this.#folders++;
    const { maxEntries = MOST_ENTRIES, onEvent } = this.#options;
    if (this.#entries > maxEntries) throw new ClientError("listing-too-long", { limit: `${maxEntries} names in all` });
    const now = Date.now();
    if (!onEvent || now - this.#toldAt < EVERY) return;
    this.#toldAt = now;
    onEvent({ kind: "listed", entries: this.#entries, folders: this.#folders });
  }
}

/** Whether another folder may be listed all the same. */
function isAboutOnePath(error: unknown): error is ClientError {
  if (!(error instanceof ClientError)) return false;
  return (
    error.code === "refused" ||
    error.code === "not-found" ||
    error.code === "local-file" ||
    error.code === "path-not-valid"
  );
}
