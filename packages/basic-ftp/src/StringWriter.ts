import { Writable } from "node:stream";
import { textCoding } from "./text-coding.ts";
import type { StringEncoding } from "./StringEncoding.ts";

const MEBIBYTE = 1024 * 1024;

/** Collects bytes up to a limit and gives them as text. */
export class StringWriter extends Writable {
  protected maxByteLength: number;
  protected byteLength = 0;
  protected bufs: Buffer[] = [];

  constructor(maxByteLength: number = MEBIBYTE) {
    super();
    this.maxByteLength = maxByteLength;
  }

  override _write(chunk: unknown, _encoding: string, callback: (error: Error | null) => void): void {
    if (!(chunk instanceof Buffer)) {
      callback(new Error("StringWriter: expects chunks of type 'Buffer'."));
      return;
    }
    if (this.byteLength + chunk.byteLength > this.maxByteLength) {
      callback(new Error(`StringWriter: Maximum bytes exceeded, maxByteLength=${this.maxByteLength}.`));
      return;
    }
    this.byteLength += chunk.byteLength;
    this.bufs.push(chunk);
    callback(null);
  }

  /** All that was written. */
  getText(encoding: StringEncoding): string {
    return textCoding(encoding).decode(Buffer.concat(this.bufs));
  }
}
