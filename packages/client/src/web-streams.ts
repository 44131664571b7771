import { Readable } from "node:stream";

/** Bytes that a Web stream keeps ahead of its reader. */
const AHEAD = 256 * 1024;

/** A Node stream as a Web stream of bytes; its failure stays what it is, and cancelling destroys it. */
export function webReadable(stream: Readable): ReadableStream<Uint8Array> {
  // Without a strategy of its own it counts chunks, and would keep a quarter of a million of them.
  const strategy = new ByteLengthQueuingStrategy({ highWaterMark: AHEAD });
  return Readable.toWeb(stream, { strategy }) as ReadableStream<Uint8Array>;
}
