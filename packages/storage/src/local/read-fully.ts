import fs from "node:fs";
import { promisify } from "node:util";
import { AT_ONCE } from "./at-once.ts";
import { storageErrorOf } from "./system-error.ts";

const readAsync = promisify(fs.read);

/** Fills a buffer from a position of a file, and gives the bytes read: fewer only at the file's end. */
export function readFully(descriptor: number, buffer: Uint8Array, at: number, path: string): number | Promise<number> {
  if (buffer.length > AT_ONCE) return readFullyAsync(descriptor, buffer, at, path);
  try {
    let done = 0;
    while (done < buffer.length) {
      const read = fs.readSync(descriptor, buffer, done, buffer.length - done, at + done);
      if (read === 0) break;
      done += read;
    }
    return done;
  } catch (error) {
    throw storageErrorOf(error, "read", path);
  }
}

async function readFullyAsync(descriptor: number, buffer: Uint8Array, at: number, path: string): Promise<number> {
  try {
    let done = 0;
    while (done < buffer.length) {
      const { bytesRead } = await readAsync(descriptor, buffer, done, buffer.length - done, at + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  } catch (error) {
    throw storageErrorOf(error, "read", path);
  }
}
