import { ClientError } from "../errors.ts";
import type { Client } from "../client.ts";
import type { MirrorAction } from "./mirror-plan.ts";
import type { MirrorLanes } from "./mirror-lanes.ts";

/** Some actions that may be done at the same time. */
export interface Stage<Action extends MirrorAction> {
  readonly actions: readonly Action[];
  readonly work: (client: Client, action: Action) => Promise<void>;
  /** Does some in a quicker way, and gives the first that cannot be done so. */
  readonly quickly?: ((client: Client, upcoming: Upcoming<Action>) => Promise<Action | undefined>) | undefined;
  readonly failed: (action: Action, error: unknown) => void;
}

/** Actions that are still to be done, shared by all who do some. */
export interface Upcoming<Action> {
  /** The next one, which is the caller's then. */
  readonly take: () => Action | undefined;
  /** The next one, as long as nobody else takes it. */
  readonly peek: () => Action | undefined;
}

/** How often an action is tried. */
const ATTEMPTS = 3;

/** About the connection, and not about what was asked: the same is asked again over another one. */
const ofConnection: ReadonlySet<string> = new Set([
  "connect-refused",
  "connect-silent",
  "connect-unreachable",
  "connect-failed",
  "server-busy",
  "connection-lost",
  "not-ftp",
  "timed-out",
]);

/** About this file alone; anything else would stop all others too. */
const ofFile: ReadonlySet<string> = new Set([
  "refused",
  "not-found",
  "not-supported",
  "local-file",
  "size-differs",
  "hash-differs",
  "transfer-broken",
  "source-not-repeatable",
  "path-not-valid",
  "listing-too-long",
]);

/** What says that the disk is full, which it is for all files. */
const full: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EROFS"]);

/**
 * Does actions over several connections, each of which takes the next one when it has done its own.
 *
 * @throws {ClientError} what would stop all others too
 */
export async function runStage<Action extends MirrorAction>(
  lanes: MirrorLanes,
  width: number,
  stage: Stage<Action>,
  signal: AbortSignal,
): Promise<void> {
  const queue = stage.actions.map((action) => ({ action, attempt: 0 })).toReversed();
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let working = 0;

  const upcoming: Upcoming<Action> = {
    take: () => (either.aborted ? undefined : queue.pop()?.action),
    peek: () => queue.at(-1)?.action,
  };

  /** What has failed once goes the slower way. */
  const take = async (client: Client): Promise<{ action: Action; attempt: number } | undefined> => {
    if (!stage.quickly || (queue.at(-1)?.attempt ?? 1) > 0) return queue.pop();
    const action = await stage.quickly(client, upcoming);
    return action && { action, attempt: 0 };
  };

  const lane = async (client: Client): Promise<void> => {
    working++;
    try {
      for (let next = await take(client); next; next = await take(client)) {
        if (either.aborted) throw new ClientError("aborted", {}, { cause: either.reason });
        try {
          await stage.work(client, next.action);
        } catch (error) {
          const { action, attempt } = next;
          if (signal.aborted || stop.signal.aborted || !isBearable(error)) throw error;
          if (!isWorthAnother(error) || attempt + 1 >= ATTEMPTS) {
            if (isOfConnection(error)) throw error;
            stage.failed(action, error);
            continue;
          }
          queue.push({ action, attempt: attempt + 1 });
          // The others may still have their connections: this one asks for a new one only if none has.
          if (isOfConnection(error) && working > 1) return;
        }
      }
    } finally {
      working--;
    }
  };

  const runs = Array.from({ length: Math.min(width, queue.length) }, () =>
    lanes.run(lane, either).catch((error: unknown) => {
      if (!stop.signal.aborted) stop.abort(error);
    }),
  );
  await Promise.all(runs);
  if (signal.aborted) throw new ClientError("aborted", {}, { cause: signal.reason });
  if (stop.signal.aborted) throw stop.signal.reason;
}

function isOfConnection(error: unknown): boolean {
  return error instanceof ClientError && ofConnection.has(error.code);
}

function isBearable(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  if (error.code === "local-file") return !full.has((error.cause as NodeJS.ErrnoException | undefined)?.code ?? "");
  return ofFile.has(error.code) || ofConnection.has(error.code);
}

function isWorthAnother(error: unknown): boolean {
  return error instanceof ClientError && error.retryable;
}
