import { PassThrough, Writable } from "node:stream";
import type { Readable } from "node:stream";

/** Bytes that are kept ahead of the upload. */
const AHEAD = 256 * 1024;

/**
 * A stream whose bytes are sent. It is done (`finish`) when the upload is, and fails with it; destroyed before its end it
 * ends the upload, which then was not one.
 */
export function writableFor(send: (source: Readable) => Promise<unknown>): Writable {
  const through = new PassThrough({ highWaterMark: AHEAD });
  // It is the upload that fails by it, and that may not have begun to read.
  through.on("error", () => {});
  const sent = send(through);
  const writable = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (through.write(chunk)) done();
      else through.once("drain", done);
    },
    final(settle) {
      through.end();
      sent.then(() => settle(), settle);
    },
    destroy(error, done) {
      if (!through.writableFinished) through.destroy(error ?? new Error("the stream was closed before its end"));
      done(error);
    },
  });
  sent.catch((error: Error) => writable.destroy(error));
  return writable;
}
