import { ASCII_GROWTH, AsciiEncoder } from "@twinport/protocol";
import { ProgressMeter } from "../progress.ts";
import { ClientError } from "../errors.ts";
import { childOf, rename } from "./manage.ts";
import { isFolder } from "./is-folder.ts";
import { setModified } from "./set-modified.ts";
import { footprintOf, isOurs } from "./footprint.ts";
import { folderOf, nameOf, sizeOf } from "./stat.ts";
import { freshPartName } from "../part-name.ts";
import { hashToExpect, verifyUpload } from "./verify.ts";
import { hashedSource } from "../hashed-source.ts";
import type { ByteSource } from "@twinport/channel";
import type { ClientCore } from "../core.ts";
import type { Footprint } from "./footprint.ts";
import type { ProgressListener } from "../progress.ts";
import type { Repeatable } from "../sources.ts";
import type { Session } from "../session.ts";
import type { Settled, TransferPlan } from "../transfer-plan.ts";
import type { TransferResult } from "./download.ts";
import type { Verify } from "./verify.ts";

/** What can be asked of an upload. */
export interface UploadOptions {
  readonly signal?: AbortSignal;
  /** Go on behind what the server has of it already. */
  readonly resume?: boolean;
  /** Upload under another name and rename when it is whole. */
  readonly atomic?: boolean;
  readonly verify?: Verify;
  /** Line ends are sent as CRLF. */
  readonly ascii?: boolean;
  /** The remote file gets the local one's time, where the server can (default false). */
  readonly preserveTime?: boolean;
  readonly onProgress?: ProgressListener;
}

/**
 * Sends a file.
 *
 * @throws {ClientError} `refused`, `local-file`, `size-differs`, `hash-differs`, `source-not-repeatable`, and what
 *   transfers throw
 */
export async function upload(
  core: ClientCore,
  source: Repeatable,
  path: string,
  options: UploadOptions,
  signal: AbortSignal,
): Promise<TransferResult> {
  if (!options.atomic) return await send(core, source, path, "STOR", options, signal);
  const part = childOf(folderOf(path), freshPartName(nameOf(path)));
  let isOnlyOne = false;
  try {
    const result = await send(core, source, part, "STOR", { ...options, resume: false }, signal, path);
    await rename(core, part, path, signal, () => (isOnlyOne = true));
    return result;
  } catch (error) {
    // Not by the caller's signal, which may be why we are here.
    const rest = AbortSignal.timeout(5000);
    if (!isOnlyOne) await core.ask("DELE", part, rest).catch(() => {});
    throw error;
  }
}

/** Adds to the end of a file (APPE). */
export function append(
  core: ClientCore,
  source: Repeatable,
  path: string,
  options: UploadOptions,
  signal: AbortSignal,
): Promise<TransferResult> {
  return send(core, source, path, "APPE", options, signal);
}

async function send(
  core: ClientCore,
  given: Repeatable,
  path: string,
  verb: "STOR" | "APPE",
  options: UploadOptions,
  signal: AbortSignal,
  /** The name that it will have. */
  told: string = path,
): Promise<TransferResult> {
  const began = core.context.clock.now();
  const { ascii = false, verify = "size" } = options;
  const meter = new ProgressMeter(options.onProgress, core.context.clock, { path: told, direction: "upload" });
  meter.total = ascii ? undefined : given.size;
  // What is appended to has another hash than what was sent.
  const isHashed = verb === "STOR" && !ascii;
  const algorithm = isHashed && given.isStream ? await hashToExpect(core, verify, signal) : undefined;
  const source = algorithm ? hashedSource(given, algorithm) : given;
  /** Where the remote file ended before: what is appended comes behind. */
  const before = verb === "APPE" ? ((await sizeOf(core, path, signal)) ?? 0) : 0;
  /** What stood there: an upload that broke is gone on with only where something else stands there now. */
  const footprint = verb === "STOR" && options.atomic !== true ? await footprintOf(core, path, signal) : "nothing";
  // In ASCII what is here is not counted as it is there.
  const isResumed = options.resume === true && verb === "STOR" && !ascii;
  let offset = isResumed ? await resumeAt(core, source, path, signal) : 0;
  const first = offset;
  meter.begin(offset);
  let sent = offset;
  let attempt = 0;
  const counted = (from: ByteSource, counts: number): ByteSource => ({
    expected: from.expected,
    read: async (into) => {
      const count = await from.read(into);
      // An attempt that broke may be reading still: what it gets is not sent.
      if (counts === attempt) sent += count;
      return count;
    },
  });
  const plan: TransferPlan = {
    verb,
    argument: path,
    type: ascii ? "A" : "I",
    body: {
      direction: "send",
      source: () => {
        sent = offset;
        const from = counted(source.from(offset), ++attempt);
        return ascii ? outAscii(from) : from;
      },
    },
    offset: () => (verb === "STOR" ? offset : 0),
    fromStart: () => {
      if (!source.canRepeat()) return false;
      offset = 0;
      meter.begin(0);
      return true;
    },
    onMoved: meter.moved,
    again: async (session, moved) => {
      const next = await nextOffset(
        core,
        session,
        { source, path, verb, moved, offset, sent, before, ascii, footprint },
        signal,
      );
      if (next === undefined) return false;
      offset = next;
      meter.begin(offset);
      if (offset > 0) core.context.warn({ code: "transfer-resumed", facts: { path, at: offset } });
      return true;
    },
    settle: async (): Promise<Settled> => {
      const there = ascii ? undefined : await sizeOf(core, path, signal);
      if (there === undefined) return "not-known";
      if (there !== before + sent) return "not-whole";
      return verb === "APPE" || (await isOurs(core, path, there, footprint, signal)) ? "whole" : "not-known";
    },
  };
  try {
    const done = await core.transfer(plan, signal);
    const toVerify = { expected: before + sent, source: isHashed ? source : undefined, verify };
    const verified = ascii ? undefined : await verifyUpload(core, path, toVerify, signal);
    const { modified } = source;
    if (options.preserveTime && modified !== undefined) await setModified(core, path, modified, signal);
    meter.end();
    return {
      moved: sent - first,
      size: before + sent,
      mode: done.mode,
      seconds: (core.context.clock.now() - began) / 1000,
      verified,
      modified,
      attempts: done.attempts,
    };
  } catch (error) {
    throw await whyNot(core, error, path, signal);
  }
}

/** What the server has of a file already, as far as it can be the beginning of this one. */
async function resumeAt(core: ClientCore, source: Repeatable, path: string, signal: AbortSignal): Promise<number> {
  const there = (await sizeOf(core, path, signal)) ?? 0;
  return source.size !== undefined && there <= source.size ? there : 0;
}

interface BrokenUpload {
  readonly source: Repeatable;
  readonly path: string;
  readonly verb: "STOR" | "APPE";
  readonly moved: number;
  /** Where the broken attempt began. */
  readonly offset: number;
  /** Where in the source it had come to. */
  readonly sent: number;
  readonly before: number;
  readonly ascii: boolean;
  readonly footprint: Footprint;
}

/**
 * Where in the source the next attempt begins, or undefined where it cannot be made: nothing may be lost, and nothing
 * appended twice.
 */
async function nextOffset(
  core: ClientCore,
  session: Session,
  broken: BrokenUpload,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { source, path, verb, moved, offset, sent, before, ascii, footprint } = broken;
  if (verb === "APPE") {
    const there = await sizeOf(core, path, signal);
    const arrived = there === undefined || ascii ? undefined : there - before;
    if (moved === 0 && (arrived === undefined || arrived === 0)) return offset;
    // What was appended already is left out of what is appended next.
    if (arrived === undefined || arrived < 0 || arrived > sent) return undefined;
    return source.canRepeat(arrived) || arrived >= sent ? arrived : undefined;
  }
  if (moved > 0 && !ascii && session.features.has("REST")) {
    const there = await sizeOf(core, path, signal);
    const isPart = there !== undefined && there > offset && there <= sent;
    // It must be of this upload: what stood there before would be spliced with what is sent now.
    if (isPart && source.canRepeat(there) && (await isOurs(core, path, there, footprint, signal))) return there;
  }
  return sent === offset || source.canRepeat(offset) ? offset : undefined;
}

/** TYPE A on its way out. */
function outAscii(source: ByteSource): ByteSource {
  const encoder = new AsciiEncoder();
  return {
    expected: undefined,
    read: async (into) => {
      const half = Math.floor(into.length / ASCII_GROWTH);
      const raw = into.subarray(into.length - half);
      const count = await source.read(raw);
      return count === 0 ? 0 : encoder.encode(raw.subarray(0, count), into);
    },
  };
}

/** What an upload is refused for is the file's to be, or its folder's not to be there: that the file is not is no news. */
async function whyNot(core: ClientCore, error: unknown, path: string, signal: AbortSignal): Promise<unknown> {
  if (!(error instanceof ClientError) || error.code !== "refused" || signal.aborted) return error;
  const folder = folderOf(path);
  try {
    if (folder === "" || folder === "/" || (await isFolder(core, folder, signal))) return error;
  } catch {
    return error;
  }
  const { reply, attempts, facts } = error;
  return new ClientError("not-found", { ...facts, path: folder }, { reply, attempts, cause: error });
}
