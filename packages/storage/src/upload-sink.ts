import { ROOT } from "@twinport/protocol";
import type { VirtualPath } from "@twinport/protocol";
import { StorageError } from "./errors.ts";
import type { StorageOperation } from "./errors.ts";
import type { Storage } from "./storage.ts";

/** One upload as {@link uploadSink} hands it on. */
export interface Upload {
  /** Where the client wanted it. */
  readonly path: VirtualPath;
  /** The bytes as they arrive; it ends when the upload is whole and errors when it was cut off. */
  readonly stream: ReadableStream<Uint8Array>;
}

/**
 * A storage without a disk: every upload is a stream that the handler consumes. The client hears 226 when the whole
 * upload has been taken and the handler is done, and a refusal if the handler throws. Nothing can be listed or read.
 */
export function uploadSink(handle: (upload: Upload) => Promise<void>): Storage {
  const refuse = (operation: StorageOperation, path: string): never => {
    throw new StorageError("not-supported", { operation, path });
  };
  return {
    features: new Set(),
    stat(path) {
      if (path !== ROOT) throw new StorageError("not-found", { operation: "stat", path });
      return { name: "", kind: "directory", size: 0, modified: Date.now() };
    },
    async *list(path) {
      if (path !== ROOT) throw new StorageError("not-found", { operation: "list", path });
    },
    read: (path) => refuse("read", path),
    write(path, { at }) {
      if (at !== "end" && at > 0) refuse("write", path);
      const pipe = new TransformStream<Uint8Array, Uint8Array>();
      const writer = pipe.writable.getWriter();
      const handled = handle({ path, stream: pipe.readable });
      const failed = (cause: unknown): never => {
        throw new StorageError("io-failed", { operation: "write", path }, { cause });
      };
      // Looked at in commit; until then its failure must not be a rejection that nobody handles.
      handled.catch(() => {});
      return {
        start: 0,
        // The buffer is the pump's and is used again; the handler may keep what it gets.
        write: (bytes) => Promise.race([writer.write(bytes.slice()), handled.then(() => writer.ready)]).catch(failed),
        commit: async () => {
          const closed = writer.close();
          closed.catch(() => {});
          await handled.catch(failed);
        },
        abandon: async () => {
          await writer.abort(new StorageError("io-failed", { operation: "write", path })).catch(() => {});
        },
      };
    },
    makeDirectory: (path) => refuse("make-directory", path),
    removeFile: (path) => refuse("remove-file", path),
    removeDirectory: (path) => refuse("remove-directory", path),
    rename: (from) => refuse("rename", from),
  };
}
