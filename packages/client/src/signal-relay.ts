/** By signal, those who wait for it. A signal has one listener of ours, however many do: Node warns of the eleventh. */
const waiting = new WeakMap<AbortSignal, Set<(reason: unknown) => void>>();

/**
 * Calls back when a signal is aborted; not at once where it is already. Gives what takes the call-back away, after which
 * nothing of it is left at the signal.
 */
export function onAbort(signal: AbortSignal, call: (reason: unknown) => void): () => void {
  let calls = waiting.get(signal);
  if (!calls) {
    calls = new Set();
    waiting.set(signal, calls);
  }
  if (calls.size === 0) signal.addEventListener("abort", relay);
  calls.add(call);
  return () => {
    calls.delete(call);
    if (calls.size === 0) signal.removeEventListener("abort", relay);
  };
}

function relay(event: Event): void {
  const signal = event.target as AbortSignal;
  for (const call of waiting.get(signal) ?? []) call(signal.reason);
}

/** Done when the work is, or when nobody waits for it any more. */
export async function unlessAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  let release = (): void => {};
  const aborted = new Promise<void>((resolve) => (release = onAbort(signal, () => resolve())));
  try {
    await Promise.race([work, aborted]);
  } finally {
    release();
  }
}

/** A signal that several others abort, until it is released: AbortSignal.any would leave a trace at each for good. */
export class CombinedSignal {
  readonly #controller = new AbortController();
  readonly #releases: (() => void)[] = [];

  constructor(sources: readonly (AbortSignal | undefined)[]) {
    for (const source of sources) {
      if (!source) continue;
      if (source.aborted) this.abort(source.reason);
      else this.#releases.push(onAbort(source, (reason) => this.abort(reason)));
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Follows nobody any more. */
  release(): void {
    for (const release of this.#releases.splice(0)) release();
  }
}
