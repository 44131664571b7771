import { AsciiDecoder } from "@twinport/protocol";
import { ClientError } from "../errors.ts";
import { ProgressMeter } from "../progress.ts";
import { unlessAborted } from "../signal-relay.ts";
import { explain } from "./not-found.ts";
import { isSameTime, modifiedOf, sizeOf } from "./stat.ts";
import { hashToExpect, verifyDownload } from "./verify.ts";
import type { ByteSink } from "@twinport/channel";
import type { ModeCommand } from "@twinport/protocol";
import type { Attempt } from "../errors.ts";
import type { ClientCore } from "../core.ts";
import type { ProgressListener } from "../progress.ts";
import type { Receiver } from "../targets.ts";
import type { Settled, TransferPlan } from "../transfer-plan.ts";
import type { Verify } from "./verify.ts";

/** What can be asked of a download. */
export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Go on behind what is there of it already. */
  readonly resume?: boolean;
  /** `size` (default), `hash` where the server can, or nothing. */
  readonly verify?: Verify;
  /** Line ends become LF; the size cannot be verified then. */
  readonly ascii?: boolean;
  /** The local file gets the remote one's time (default true). */
  readonly preserveTime?: boolean;
  /** What is known from a listing, and need not be asked again. */
  readonly known?: { readonly size?: number; readonly modified?: number };
  readonly onProgress?: ProgressListener;
}

/** A transfer that is done. */
export interface TransferResult {
  /** Bytes that were moved now. */
  readonly moved: number;
  /** Bytes of the file. */
  readonly size: number;
  /** Undefined where nothing had to be moved. */
  readonly mode: ModeCommand | undefined;
  readonly seconds: number;
  /** What was compared: the algorithm of a hash, `size`, or nothing. */
  readonly verified: string | undefined;
  /** Milliseconds since 1970, where the server told it. */
  readonly modified: number | undefined;
  readonly attempts: readonly Attempt[];
}

/**
 * Fetches a file.
 *
 * @throws {ClientError} `not-found`, `refused`, `local-file`, `size-differs`, `hash-differs`, and what transfers throw
 */
export async function download(
  core: ClientCore,
  path: string,
  receiver: Receiver,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<TransferResult> {
  const began = core.context.clock.now();
  const { ascii = false, known = {}, verify = "size", preserveTime = true } = options;
  const meter = new ProgressMeter(options.onProgress, core.context.clock, { path, direction: "download" });
  let size = ascii ? undefined : (known.size ?? (await sizeOf(core, path, signal)));
  const wantsTime = known.modified === undefined && preserveTime;
  const modified = wantsTime ? (await modifiedOf(core, path, signal))?.at : known.modified;
  meter.total = size;
  const algorithm = ascii ? undefined : await hashToExpect(core, verify, signal);
  let offset = await receiver.begin({ modified });
  // In ASCII what is here is not counted as it is there.
  if (ascii || (size !== undefined && offset > size)) offset = 0;
  const isThere = size !== undefined && offset === size && size > 0;
  const first = offset;
  let position = offset;
  meter.begin(offset);
  if (algorithm) receiver.expectHash?.(algorithm);
  let writing: Promise<void> = Promise.resolve();
  const plan: TransferPlan = {
    verb: "RETR",
    argument: path,
    type: ascii ? "A" : "I",
    body: {
      direction: "receive",
      chunk: receiver.chunk,
      sink: () => {
        const sink = receiver.sink(offset);
        const kept = counted(sink, (bytes) => (position += bytes));
        return watched(ascii ? inAscii(kept) : kept, (write) => {
          writing = write;
        });
      },
    },
    offset: () => offset,
    onMoved: meter.moved,
    again: async () => {
      // The attempt that broke may be writing still: it would write over what comes now, and count what it has not.
      await unlessAborted(writing, signal);
      if (signal.aborted) throw new ClientError("aborted", {}, { cause: signal.reason });
      // What has arrived is kept, if it is of what is there now; in ASCII nobody can say where that was.
      const isKept = !ascii && position > 0 && receiver.canRewind(position);
      offset = isKept && (await isStill(core, path, { size, modified }, signal)) ? position : 0;
      if (!receiver.canRewind(offset)) return false;
      position = offset;
      meter.begin(offset);
      if (offset > 0) core.context.warn({ code: "transfer-resumed", facts: { path, at: offset } });
      return true;
    },
    fromStart: () => {
      if (!receiver.canRewind(0)) return false;
      position = offset = 0;
      meter.begin(0);
      return true;
    },
    lacks: async () => {
      if (ascii || verify === "nothing" || size === undefined || position >= size) return undefined;
      // What has another size now is another file, or what was known of it was old.
      const now = await sizeOf(core, path, signal);
      return now === size ? `the server says that it is whole after ${position} of ${size} bytes` : undefined;
    },
    settle: async (): Promise<Settled> => {
      const expected = size ?? (ascii ? undefined : await sizeOf(core, path, signal));
      return expected === undefined ? "not-known" : expected === position ? "whole" : "not-whole";
    },
  };
  try {
    const done = isThere ? undefined : await core.transfer(plan, signal);
    // It may have grown meanwhile, or what was known of it was old.
    if (size !== undefined && position !== size) size = (await sizeOf(core, path, signal)) ?? size;
    const verified = ascii ? undefined : await verifyDownload(core, path, { position, size, receiver, verify }, signal);
    await receiver.commit(preserveTime ? modified : undefined, signal);
    meter.end();
    return {
      moved: position - first,
      size: position,
      mode: done?.mode,
      seconds: (core.context.clock.now() - began) / 1000,
      verified,
      modified,
      attempts: done?.attempts ?? [],
    };
  } catch (error) {
    const explained = await explain(core, error, path, signal);
    await receiver.abandon(explained);
    throw explained;
  }
}

/** Whether a file is still what it was, as far as the server tells. */
async function isStill(
  core: ClientCore,
  path: string,
  was: { readonly size: number | undefined; readonly modified: number | undefined },
  signal: AbortSignal,
): Promise<boolean> {
  const size = was.size === undefined ? undefined : await sizeOf(core, path, signal);
  if (size !== undefined && size !== was.size) return false;
  const modified = was.modified === undefined ? undefined : await modifiedOf(core, path, signal);
  return modified === undefined || was.modified === undefined || isSameTime(modified.at, was.modified);
}

/** Tells of each write, which no failure of it concerns. */
function watched(sink: ByteSink, tell: (write: Promise<void>) => void): ByteSink {
  return {
    end: () => sink.end?.(),
    write: (bytes) => {
      const write = sink.write(bytes);
      if (write) tell(write.catch(() => {}));
      return write;
    },
  };
}

function counted(sink: ByteSink, count: (bytes: number) => void): ByteSink {
  return {
    end: () => sink.end?.(),
    write: async (bytes) => {
      const { length } = bytes;
      await sink.write(bytes);
      count(length);
    },
  };
}

/** TYPE A on its way in: CRLF becomes LF. */
function inAscii(sink: ByteSink): ByteSink {
  const decoder = new AsciiDecoder();
  return {
    write: async (bytes) => {
      const text = new Uint8Array(bytes.length + 1);
      await sink.write(text.subarray(0, decoder.decode(bytes, text)));
    },
    end: async () => {
      const rest = decoder.end();
      if (rest.length > 0) await sink.write(rest);
      await sink.end?.();
    },
  };
}
