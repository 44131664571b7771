import { memoryStorage } from "@twinport/storage";
import type { ReadableFile, Storage, StorageError, WritableFile } from "@twinport/storage";

/** Which act of an opened file fails, and with what. */
export interface Failing {
  readonly act: "read" | "write" | "commit" | "abandon" | "open";
  readonly error: StorageError | Error;
  /** Bytes that go well before. */
  readonly after?: number;
  /** Fail in a promise, not at once. */
  readonly later?: boolean;
}

/** Files in memory that fail at one act; it counts what is open, so that a test sees what is left behind. */
export class FailingStorage {
  readonly storage: Storage;
  /** Files that were opened and neither closed, committed nor abandoned. */
  open = 0;
  failing: Failing | undefined;

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    const inner = memoryStorage({ files });
    const wrapped: Partial<Storage> = {
      read: (path) => {
        if (this.failing?.act === "open") throw this.failing.error;
        return this.#readable(inner.read(path));
      },
      write: (path, options) => {
        if (this.failing?.act === "open") throw this.failing.error;
        return this.#writable(inner.write(path, options));
      },
    };
    this.storage = new Proxy(inner, {
      get: (target, name) => {
        const own = wrapped[name as keyof Storage];
        if (own) return own;
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  }

  #readable(file: ReadableFile): ReadableFile {
    this.open++;
    return {
      size: file.size,
      modified: file.modified,
      readInto: (buffer, at) => this.#act("read", at, () => file.readInto(buffer, at)),
      close: () => {
        this.open--;
        return file.close();
      },
    };
  }

  #writable(file: WritableFile): WritableFile {
    this.open++;
    let written = 0;
    return {
      start: file.start,
      write: (bytes) =>
        this.#act("write", written, () => {
          written += bytes.length;
          return file.write(bytes);
        }),
      commit: () => {
        this.open--;
        return this.#act("commit", 0, () => file.commit());
      },
      abandon: (keep) => {
        this.open--;
        return this.#act("abandon", 0, () => file.abandon(keep));
      },
    };
  }

  #act<T>(act: Failing["act"], done: number, run: () => T): T {
    const { failing } = this;
    if (failing?.act !== act || done < (failing.after ?? 0)) return run();
    if (failing.later) return Promise.reject(failing.error) as T;
    throw failing.error;
  }
}
