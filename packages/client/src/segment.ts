import { ClientError } from "./errors.ts";
import type { ByteSink } from "@twinport/channel";
import type { ByteRange } from "./segment-ranges.ts";
import type { ClientCore } from "./core.ts";
import type { TransferPlan } from "./transfer-plan.ts";

/** Where the bytes of a segment go. */
export interface SegmentPlace {
  /** Writes all of it at this position of the file. */
  readonly write: (bytes: Uint8Array, at: number) => Promise<void>;
  readonly wrote: (count: number) => void;
}

/** All that the segment is of has come; what the server sends behind it is somebody else's. */
class SegmentFull extends Error {}

/** A part of a remote file: fetched from its beginning (REST), and stopped at its end, for FTP has no other end than the file's. */
export class Segment {
  readonly from: number;
  readonly to: number;
  readonly #isLast: boolean;
  #at: number;
  #start = 0;
  #writing: Promise<unknown> = Promise.resolve();

  constructor({ from, to }: ByteRange, size: number) {
    this.from = from;
    this.to = to;
    this.#at = from;
    this.#isLast = to === size;
  }

  /** What of it is written. */
  get done(): ByteRange {
    return { from: this.from, to: this.#at };
  }

  get isWhole(): boolean {
    return this.#at === this.to;
  }

  get hasBegun(): boolean {
    return this.#at > this.from;
  }

  /**
   * Fetches what is missing of it.
   *
   * @throws {ClientError} `remote-changed` if there is more where the file should end; `transfer-broken` if there is less
   */
  async fetch(core: ClientCore, path: string, place: SegmentPlace, signal: AbortSignal): Promise<void> {
    await this.#writing;
    if (this.isWhole) return;
    this.#start = this.#at;
    try {
      await core.transfer(this.#plan(path, place), signal);
    } catch (error) {
      if (!(error instanceof SegmentFull)) throw error;
    }
    if (this.isWhole) return;
    const cause = `the server has sent no more than ${this.#at} bytes`;
    throw new ClientError("transfer-broken", { moved: this.#at - this.from, cause });
  }

  #plan(path: string, place: SegmentPlace): TransferPlan {
    return {
      verb: "RETR",
      argument: path,
      type: "I",
      body: { direction: "receive", sink: () => this.#sink(path, place) },
      offset: () => this.#start,
      again: async () => {
        // A write of the attempt that broke may be under way: what is told to the server is where it has come to.
        await this.#writing;
        this.#start = this.#at;
        return true;
      },
      settle: () => (this.isWhole ? "whole" : "not-whole"),
    };
  }

  #sink(path: string, place: SegmentPlace): ByteSink {
    let at = this.#start;
    const write = async (bytes: Uint8Array): Promise<void> => {
      const piece = bytes.subarray(0, this.to - at);
      await place.write(piece, at);
      at += piece.length;
      this.#at = at;
      place.wrote(piece.length);
      if (this.isWhole && !this.#isLast) throw new SegmentFull("the segment is full");
      if (piece.length < bytes.length) {
        throw new ClientError("remote-changed", { path, because: `it goes on behind its ${this.to} bytes` });
      }
    };
    return {
      write: (bytes) => {
        const writing = write(bytes);
        this.#writing = writing.catch(() => {});
        return writing;
      },
    };
  }
}
