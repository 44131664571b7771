import { Writable } from "node:stream";
import type { Output } from "../../terminal.ts";

/** Bytes that may wait for a reader. */
const WAITING = 1024 * 1024;

/** A stream into the standard output, which stays open when it ends. */
export function intoOutput(output: Output): Writable {
  return new Writable({
    highWaterMark: WAITING,
    write(chunk: Uint8Array, _encoding, done) {
      output.write(chunk, (error) => done(error));
    },
  });
}
