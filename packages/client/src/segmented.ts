import { chmod, open, realpath, rename, rm, stat, utimes } from "node:fs/promises";
import { ClientError } from "./errors.ts";
import { CombinedSignal } from "./signal-relay.ts";
import { ProgressMeter } from "./progress.ts";
import { Segment } from "./segment.ts";
import { hashLocal } from "./local-hash.ts";
import { isSameVersion, readRecord, writeRecord } from "./segment-record.ts";
import { localError } from "./sources.ts";
import { missingRanges, splitRanges } from "./segment-ranges.ts";
import { verifyDownload } from "./operations/verify.ts";
import type { FileHandle } from "node:fs/promises";
import type { Client } from "./client.ts";
import type { Pool } from "./pool.ts";
import type { ProgressListener } from "./progress.ts";
import type { RemoteVersion } from "./segment-record.ts";
import type { SegmentPlace } from "./segment.ts";
import type { Verify } from "./operations/verify.ts";

/** What can be asked of a download over several connections. */
export interface SegmentedOptions {
  readonly signal?: AbortSignal;
  /** Parts that are fetched at the same time, as far as the pool has connections (default 4). */
  readonly segments?: number;
  /** Bytes below which a part is not worth a connection of its own (default 1 MiB). */
  readonly leastSegment?: number;
  /** Goes on with what an earlier program has fetched (default true). */
  readonly resume?: boolean;
  /** `size` (default), `hash` where the server can, or nothing. */
  readonly verify?: Verify;
  /** The local file gets the remote one's time (default true). */
  readonly preserveTime?: boolean;
  readonly onProgress?: ProgressListener;
}

/** A download over several connections that is done. */
export interface SegmentedResult {
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes that were moved now. */
  readonly moved: number;
  readonly seconds: number;
  /** Parts that were fetched; 1 where it was one stream after all. */
  readonly segments: number;
  /** What was compared. */
  readonly verified: string | undefined;
  /** Milliseconds since 1970, where the server told it. */
  readonly modified: number | undefined;
}

/** What is appended to the name while the parts come in. Not what a file of one stream has: that one has no holes. */
const PART = ".twinport-segments";

/** Milliseconds between two records of what is there. */
const RECORD_EVERY = 2000;

/**
 * Fetches one file over several connections. Where the server cannot begin in the middle, or does not tell the size, it
 * is one stream. What is fetched is recorded beside it, and gone on with by the next call if the remote file is the same
 * still; one that changes meanwhile is begun anew, once.
 *
 * @throws {ClientError} `remote-changed`, and what {@link Pool.download} throws
 */
export async function downloadSegmented(
  pool: Pool,
  path: string,
  local: string,
  options: SegmentedOptions = {},
): Promise<SegmentedResult> {
  const began = pool.settings.clock.now();
  for (let isAgain = false; ; isAgain = true) {
    const version = await versionOf(pool, path, options);
    const segments = version && (await worthSegments(version, local, options));
    if (!version || !segments) return await inOneStream(pool, path, local, options, began);
    // What was made a link stays one.
    const place = await realpath(local).catch(() => local);
    const run = new Run(pool, version, place, options);
    try {
      const { moved, count, verified } = await run.run(segments);
      const seconds = (pool.settings.clock.now() - began) / 1000;
      return { size: version.size, moved, seconds, segments: count, verified, modified: version.modified };
    } catch (error) {
      if (isRestRefused(error)) {
        pool.emit("warning", { code: "segments-not-possible", facts: { path, cause: (error as Error).message } });
        return await inOneStream(pool, path, local, options, began);
      }
      if (isAgain || !(error instanceof ClientError) || error.code !== "remote-changed") throw error;
    }
  }
}

const LEAST = 1024 * 1024;

/** How many parts; undefined where one stream does as well. */
async function worthSegments(
  { size }: RemoteVersion,
  local: string,
  { segments = 4, leastSegment = LEAST }: SegmentedOptions,
): Promise<number | undefined> {
  const there = await stat(local).catch(() => undefined);
  // A pipe or a device takes bytes in their order only.
  if (there && !there.isFile()) return undefined;
  return segments > 1 && size >= 2 * leastSegment ? segments : undefined;
}

async function inOneStream(
  pool: Pool,
  path: string,
  local: string,
  { signal, resume, verify, preserveTime, onProgress }: SegmentedOptions,
  began: number,
): Promise<SegmentedResult> {
  const { size, moved, verified, modified } = await pool.download(path, local, {
    ...(signal && { signal }),
    ...(resume !== undefined && { resume }),
    ...(verify && { verify }),
    ...(preserveTime !== undefined && { preserveTime }),
    ...(onProgress && { onProgress }),
  });
  return { size, moved, verified, modified, segments: 1, seconds: (pool.settings.clock.now() - began) / 1000 };
}

/** Undefined where the server tells no size. */
async function versionOf(
  by: Pool | Client,
  path: string,
  { signal }: { readonly signal?: AbortSignal },
): Promise<RemoteVersion | undefined> {
  const asking = signal ? { signal } : {};
  const size = await by.size(path, asking);
  if (size === undefined) return undefined;
  const { host, port } = by.settings;
  return { server: `${host}:${port}`, path, size, modified: (await by.modified(path, asking))?.at };
}

function isRestRefused(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  return (
    (error.code === "refused" || error.code === "not-supported") && String(error.facts["command"]).startsWith("REST")
  );
}

/** One go at all the parts of one version. */
class Run {
  readonly #pool: Pool;
  readonly #version: RemoteVersion;
  readonly #local: string;
  readonly #part: string;
  readonly #record: string;
  readonly #options: SegmentedOptions;
  readonly #meter: ProgressMeter;
  readonly #stop: CombinedSignal;
  #file: FileHandle | undefined;
  #segments: readonly Segment[] = [];
  /** What was there before. */
  #kept: readonly { readonly from: number; readonly to: number }[] = [];
  #recordedAt: number;
  #recording: Promise<void> = Promise.resolve();
  #moved = 0;

  constructor(pool: Pool, version: RemoteVersion, local: string, options: SegmentedOptions) {
    this.#pool = pool;
    this.#version = version;
    this.#local = local;
    this.#part = `${local}${PART}`;
    this.#record = `${this.#part}.json`;
    this.#options = options;
    this.#meter = new ProgressMeter(options.onProgress, pool.settings.clock, {
      path: version.path,
      direction: "download",
    });
    this.#meter.total = version.size;
    this.#stop = new CombinedSignal([options.signal]);
    this.#recordedAt = pool.settings.clock.now();
  }

  async run(count: number): Promise<{ moved: number; count: number; verified: string | undefined }> {
    const { size } = this.#version;
    try {
      await this.#open();
      const ranges = splitRanges(missingRanges(size, this.#kept), count, this.#options.leastSegment ?? LEAST);
      this.#segments = ranges.map((range) => new Segment(range, size));
      this.#meter.begin(this.#kept.reduce((sum, { from, to }) => sum + to - from, 0));
      await this.#fetchAll();
      await this.#expectSame(this.#pool);
      const verified = await this.#verify();
      await this.#commit();
      this.#meter.end();
      return { moved: this.#moved, count: ranges.length, verified };
    } catch (error) {
      await this.#leave(error);
      throw error;
    } finally {
      this.#stop.release();
    }
  }

  async #open(): Promise<void> {
    const { size } = this.#version;
    try {
      const there = await stat(this.#part).catch(() => undefined);
      const canResume = (this.#options.resume ?? true) && there?.isFile() === true && there.size === size;
      const kept = canResume ? await readRecord(this.#record, this.#version) : undefined;
      this.#kept = kept ?? [];
      // The record of another file must not outlive that file's bytes.
      if (!kept) await rm(this.#record, { force: true });
      this.#file = await open(this.#part, kept ? "r+" : "w+");
      await this.#file.truncate(size);
    } catch (cause) {
      throw localError(this.#local, cause);
    }
  }

  /** The first that fails for good ends them all. */
  async #fetchAll(): Promise<void> {
    const failures: unknown[] = [];
    await Promise.all(
      this.#segments.map(async (segment) => {
        try {
          await this.#fetch(segment);
        } catch (error) {
          failures.push(error);
          this.#stop.abort(error);
        }
      }),
    );
    if (failures.length > 0) throw failures[0];
  }

  async #fetch(segment: Segment): Promise<void> {
    const { signal } = this.#stop;
    await this.#pool.use(
      async (client) => {
        if (segment.hasBegun) await this.#expectSame(client);
        const work = (combined: AbortSignal): Promise<void> =>
          segment.fetch(client.core, this.#version.path, this.#place, combined);
        await client.core.inTurn(signal, work);
      },
      { signal, repeat: (error) => !(error instanceof ClientError && error.code === "remote-changed") },
    );
  }

  readonly #place: SegmentPlace = {
    write: async (bytes, at) => {
      try {
        for (let done = 0; done < bytes.length;) {
          const file = this.#file;
          if (!file) throw new Error("it is closed");
          done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
        }
      } catch (cause) {
        throw localError(this.#local, cause);
      }
    },
    wrote: (count) => {
      this.#moved += count;
      this.#meter.moved(count);
      const now = this.#pool.settings.clock.now();
      if (now - this.#recordedAt < RECORD_EVERY) return;
      this.#recordedAt = now;
      // One that fails is made good by the next one.
      this.#recording = this.#recording.then(() => this.#write()).catch(() => {});
    },
  };

  /** What is told to be there is on the disk first. */
  async #write(): Promise<void> {
    const done = [...this.#kept, ...this.#segments.filter(({ hasBegun }) => hasBegun).map((segment) => segment.done)];
    await this.#file?.datasync();
    await writeRecord(this.#record, this.#version, done);
  }

  async #expectSame(by: Pool | Client): Promise<void> {
    const now = await versionOf(by, this.#version.path, { signal: this.#stop.signal });
    if (now && isSameVersion(now, this.#version)) return;
    const because = now?.size === this.#version.size ? "its time is another" : `it has ${now?.size ?? "no"} bytes now`;
    throw new ClientError("remote-changed", { path: this.#version.path, because });
  }

  async #verify(): Promise<string | undefined> {
    const { size, path } = this.#version;
    const { verify = "size" } = this.#options;
    const { signal } = this.#stop;
    const receiver = { hash: (algorithm: Parameters<typeof hashLocal>[1]) => hashLocal(this.#part, algorithm) };
    return await this.#pool.use(
      (client) =>
        client.core.inTurn(signal, (combined) =>
          verifyDownload(client.core, path, { position: size, size, receiver, verify }, combined),
        ),
      { signal, repeat: (error) => !(error instanceof ClientError && error.code === "hash-differs") },
    );
  }

  async #commit(): Promise<void> {
    const { modified } = this.#version;
    try {
      await this.#close();
      // What comes in the place of something has its permissions.
      const before = await stat(this.#local).catch(() => undefined);
      if (before) await chmod(this.#part, before.mode & 0o7777);
      if (modified !== undefined && this.#options.preserveTime !== false) {
        await utimes(this.#part, modified / 1000, modified / 1000);
      }
      await rename(this.#part, this.#local);
      await rm(this.#record, { force: true });
    } catch (cause) {
      throw localError(this.#local, cause);
    }
  }

  /** What is there stays for the next call, with its record, unless it is of no use to it. */
  async #leave(error: unknown): Promise<void> {
    const isOfUse =
      !isRestRefused(error) &&
      !(error instanceof ClientError && (error.code === "remote-changed" || error.code === "hash-differs")) &&
      this.#version.modified !== undefined &&
      (this.#kept.length > 0 || this.#moved > 0);
    if (isOfUse) await this.#write().catch(() => {});
    await this.#close();
    if (isOfUse) return;
    await rm(this.#part, { force: true });
    await rm(this.#record, { force: true });
  }

  async #close(): Promise<void> {
    await this.#recording;
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}
