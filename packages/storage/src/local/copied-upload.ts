import fs from "node:fs";
import { promisify } from "node:util";
import type { MaybePromise, WritableFile } from "../storage.ts";

/** Between two of these an upload that is given up is heard of. */
const PIECE = 4 * 1024 * 1024;

const readAsync = promisify(fs.read);
const writeAsync = promisify(fs.write);

/** What an upload is made of that goes on with a finished file. */
export interface CopiedUploadParts {
  readonly start: number;
  /** Of the finished file. */
  readonly size: number;
  /** Makes the copy, and gives the upload that goes on with it. Throws {@link Stopped} if it was told to stop. */
  readonly begin: (stopping: Stopping) => Promise<WritableFile>;
  /** When it ended without having begun. */
  readonly release: () => void;
}

/** Thrown where somebody has given up meanwhile. */
export class Stopped extends Error {}

/** Whether somebody has given up meanwhile. */
export class Stopping {
  #isStopped = false;

  stop(): void {
    this.#isStopped = true;
  }

  check(): void {
    if (this.#isStopped) throw new Stopped("the upload was given up");
  }
}

/** An upload that goes on with a copy of a finished file, which is made when there is something to add, and not before. */
export class CopiedUpload implements WritableFile {
  readonly start: number;
  readonly #parts: CopiedUploadParts;
  readonly #stopping = new Stopping();
  #begun: Promise<WritableFile> | undefined;
  #upload: WritableFile | undefined;
  #hasEnded = false;

  constructor(parts: CopiedUploadParts) {
    this.#parts = parts;
    this.start = parts.start;
  }

  write(bytes: Uint8Array): MaybePromise<void> {
    if (this.#upload) return this.#upload.write(bytes);
    if (bytes.length === 0 && !this.#cutsOff) return;
    return this.#begin().then(
      (upload) => upload.write(bytes),
      (error: unknown) => {
        // Whoever has given up has nothing to hear of it, and what it brought would have gone with the copy.
        if (!(error instanceof Stopped)) throw error;
      },
    );
  }

  commit(): MaybePromise<void> {
    if (this.#upload) return this.#upload.commit();
    // The file is what it was.
    if (!this.#begun && !this.#cutsOff) return this.#release();
    return this.#begin().then(
      (upload) => upload.commit(),
      (error: unknown) => {
        this.#release();
        throw error;
      },
    );
  }

  async abandon(keep: boolean): Promise<void> {
    this.#stopping.stop();
    const upload = await this.#begun?.catch(() => {});
    if (upload) await upload.abandon(keep);
    else this.#release();
  }

  /** It begins before the end of the file, so even without a byte it takes something away. */
  get #cutsOff(): boolean {
    return this.start < this.#parts.size;
  }

  #begin(): Promise<WritableFile> {
    return (this.#begun ??= this.#parts.begin(this.#stopping).then((upload) => (this.#upload = upload)));
  }

  #release(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#parts.release();
  }
}

/** Copies the beginning of one opened file to another, with turns for everybody else. */
export async function copyBeginning(from: number, to: number, length: number, stopping: Stopping): Promise<void> {
  const piece = new Uint8Array(Math.min(PIECE, length));
  for (let done = 0; done < length;) {
    stopping.check();
    const { bytesRead } = await readAsync(from, piece, 0, Math.min(piece.length, length - done), done);
    if (bytesRead === 0) return;
    for (let put = 0; put < bytesRead;) {
      put += (await writeAsync(to, piece, put, bytesRead - put, done + put)).bytesWritten;
    }
    done += bytesRead;
  }
}
