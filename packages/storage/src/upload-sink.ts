import { ROOT, nameOf, parentOf } from "@twinport/protocol";
import type { VirtualPath } from "@twinport/protocol";
import { StorageError } from "./errors.ts";
import type { StorageOperation } from "./errors.ts";
import type { Storage } from "./storage.ts";

/** Folders that are remembered at the most: whoever makes them may be anybody. */
const MOST_FOLDERS = 10_000;

/** One upload as {@link uploadSink} hands it on. */
export interface Upload {
  /** Where the client wanted it. */
  readonly path: VirtualPath;
  /** The bytes as they arrive; it ends when the upload is whole and errors when it was cut off. */
  readonly stream: ReadableStream<Uint8Array>;
}

/**
 * A storage without a disk: every upload is a stream that the handler consumes. The client hears 226 when the whole
 * upload has been taken and the handler is done, and a refusal if the handler throws or takes only a part. Folders can be
 * made and entered, as cameras do before they upload, and are forgotten when the storage is. Nothing can be listed or
 * read.
 */
export function uploadSink(handle: (upload: Upload) => Promise<void>): Storage {
  const refuse = (operation: StorageOperation, path: string): never => {
    throw new StorageError("not-supported", { operation, path });
  };
  const folders = new Set<VirtualPath>([ROOT]);
  const mustBeThere = (operation: StorageOperation, path: VirtualPath): void => {
    if (!folders.has(path)) throw new StorageError("not-found", { operation, path });
  };
  return {
    features: new Set(),
    stat(path) {
      mustBeThere("stat", path);
      return { name: nameOf(path), kind: "directory", size: 0, modified: Date.now() };
    },
    async *list(path) {
      mustBeThere("list", path);
    },
    read: (path) => refuse("read", path),
    write(path, { at }) {
      if (at !== "end" && at > 0) refuse("write", path);
      mustBeThere("write", parentOf(path));
      let breakOff: (error: StorageError) => void = () => {};
      const pipe = new TransformStream<Uint8Array, Uint8Array>({
        start: (controller) => void (breakOff = (error) => controller.error(error)),
      });
      const writer = pipe.writable.getWriter();
      const handled = handle({ path, stream: pipe.readable });
      const failed = (cause: unknown): never => {
        throw new StorageError("io-failed", { operation: "write", path }, { cause });
      };
      // What the handler took just before it was done is taken; after that nobody takes anything, however long one waits.
      const stopped = handled
        .then(() => new Promise((resolve) => setImmediate(resolve)))
        .then(() => Promise.reject(new Error("the handler was done before the upload")));
      // Looked at in write and commit; until then they must not be rejections that nobody handles.
      handled.catch(() => {});
      stopped.catch(() => {});
      return {
        start: 0,
        // The buffer is the pump's and is used again; the handler may keep what it gets. (Not slice: a Buffer's is no copy.)
        write: (bytes) => Promise.race([writer.write(new Uint8Array(bytes)), stopped]).catch(failed),
        commit: async () => {
          const closed = writer.close();
          closed.catch(() => {});
          await handled.catch(failed);
        },
        // The writer's own abort would wait for a write that a handler which does not read any more never takes.
        abandon: () => breakOff(new StorageError("io-failed", { operation: "write", path })),
      };
    },
    makeDirectory(path) {
      mustBeThere("make-directory", parentOf(path));
      if (folders.has(path)) throw new StorageError("exists", { operation: "make-directory", path });
      if (folders.size >= MOST_FOLDERS) throw new StorageError("no-space", { operation: "make-directory", path });
      folders.add(path);
    },
    removeFile: (path) => refuse("remove-file", path),
    removeDirectory: (path) => refuse("remove-directory", path),
    rename: (from) => refuse("rename", from),
  };
}
