import { ROOT, nameOf, namesOf, parentOf } from "@twinport/protocol";
import type { Entry, VirtualPath } from "@twinport/protocol";
import { StorageError } from "../errors.ts";
import type { StorageErrorCode, StorageOperation } from "../errors.ts";
import type { ModifiedSetter, ReadableFile, Storage, StorageFeature, WritableFile, WriteOptions } from "../storage.ts";

interface File {
  readonly kind: "file";
  readonly unique: string;
  /** Never changed in place: who reads an older version goes on reading it. */
  content: Uint8Array;
  modified: number;
}

interface Folder {
  readonly kind: "directory";
  readonly unique: string;
  readonly children: Map<string, Node>;
  modified: number;
}

type Node = File | Folder;

const BATCH = 256;

/** Options of {@link memoryStorage}. */
export interface MemoryStorageOptions {
  /** Files that are there from the start, by path; their folders are made. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Bytes that all files together may have (default 256 MiB). */
  readonly capacity?: number;
  /** The clock, ms since 1970. */
  readonly now?: () => number;
}

/** Files in memory, for tests and for servers that hand uploads on. An upload is seen when it is committed. */
export function memoryStorage(options: MemoryStorageOptions = {}): MemoryStorage {
  return new MemoryStorage(options);
}

/** See {@link memoryStorage}. */
export class MemoryStorage implements Storage, ModifiedSetter {
  readonly features: ReadonlySet<StorageFeature> = new Set(["set-modified"] as const);
  readonly #now: () => number;
  readonly #capacity: number;
  readonly #root: Folder;
  /** Names of exclusive uploads that run: nobody else gets them, though nothing stands there yet. */
  readonly #claimed = new Set<VirtualPath>();
  #used = 0;
  #made = 0;

  constructor({ files = {}, capacity = 256 * 1024 * 1024, now = Date.now }: MemoryStorageOptions) {
    this.#now = now;
    this.#capacity = capacity;
    this.#root = this.#newFolder();
    for (const [path, content] of Object.entries(files)) this.#place(path, content);
  }

  stat(path: VirtualPath): Entry {
    return entryOf(nameOf(path), this.#find(path, "stat"));
  }

  async *list(path: VirtualPath): AsyncGenerator<readonly Entry[]> {
    const folder = this.#folder(path, "list");
    let batch: Entry[] = [];
    for (const [name, node] of [...folder.children]) {
      batch.push(entryOf(name, node));
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
      await nextTurn();
    }
    if (batch.length > 0) yield batch;
  }

  read(path: VirtualPath): ReadableFile {
    const node = this.#find(path, "read");
    if (node.kind !== "file") throw failure("not-a-file", "read", path);
    const { content, modified } = node;
    return {
      size: content.length,
      modified,
      readInto(buffer, at) {
        const part = content.subarray(at, at + buffer.length);
        buffer.set(part);
        return part.length;
      },
      close() {},
    };
  }

  write(path: VirtualPath, { at, exclusive = false }: WriteOptions): WritableFile {
    const folder = this.#folder(parentOf(path), "write");
    const name = nameOf(path);
    const existing = folder.children.get(name);
    if (path === ROOT || existing?.kind === "directory") throw failure("not-a-file", "write", path);
    if (exclusive && (existing || this.#claimed.has(path))) throw failure("exists", "write", path);
    if (exclusive) this.#claimed.add(path);
    const release = (): void => {
      if (exclusive) this.#claimed.delete(path);
    };
    const before = existing?.content ?? new Uint8Array(0);
    const start = at === "end" ? before.length : at;
    let content = new Uint8Array(Math.max(start, 4096));
    content.set(before.subarray(0, start));
    let length = start;
    const keep = (): void => {
      const now = folder.children.get(name);
      const old = now?.kind === "file" ? now.content.length : 0;
      if (this.#used - old + length > this.#capacity) throw failure("no-space", "write", path);
      this.#used += length - old;
      // Exactly its size: what is left of the doubling would count as used memory and not in #used.
      const kept = content.slice(0, length);
      if (now?.kind === "file") Object.assign(now, { content: kept, modified: this.#now() });
      else folder.children.set(name, this.#newFile(kept));
      folder.modified = this.#now();
    };
    return {
      start,
      write: (bytes) => {
        if (length + bytes.length > this.#capacity) throw failure("no-space", "write", path);
        if (length + bytes.length > content.length) {
          const larger = new Uint8Array(Math.max(content.length * 2, length + bytes.length));
          larger.set(content.subarray(0, length));
          content = larger;
        }
        content.set(bytes, length);
        length += bytes.length;
      },
      commit: () => {
        release();
        keep();
      },
      abandon: (keeps) => {
        release();
        if (keeps && length > start) keep();
      },
    };
  }

  makeDirectory(path: VirtualPath): void {
    if (path === ROOT) throw failure("exists", "make-directory", path);
    const folder = this.#folder(parentOf(path), "make-directory");
    if (folder.children.has(nameOf(path))) throw failure("exists", "make-directory", path);
    folder.children.set(nameOf(path), this.#newFolder());
    folder.modified = this.#now();
  }

  removeFile(path: VirtualPath): void {
    const node = this.#find(path, "remove-file");
    if (node.kind !== "file") throw failure("not-a-file", "remove-file", path);
    this.#used -= node.content.length;
    this.#detach(path, "remove-file");
  }

  removeDirectory(path: VirtualPath): void {
    const node = this.#folder(path, "remove-directory");
    if (path === ROOT) throw failure("permission-denied", "remove-directory", path);
    if (node.children.size > 0) throw failure("not-empty", "remove-directory", path);
    this.#detach(path, "remove-directory");
  }

  rename(from: VirtualPath, to: VirtualPath): void {
    const node = this.#find(from, "rename");
    if (from === ROOT || to === ROOT || to.startsWith(`${from}/`)) throw failure("permission-denied", "rename", from);
    const target = this.#folder(parentOf(to), "rename");
    const existing = target.children.get(nameOf(to));
    if (existing === node) return;
    if (existing?.kind === "directory" || (existing && node.kind === "directory"))
      throw failure("exists", "rename", to);
    if (existing) this.#used -= existing.content.length;
    this.#detach(from, "rename");
    target.children.set(nameOf(to), node);
    target.modified = this.#now();
  }

  setModified(path: VirtualPath, modified: number): void {
    this.#find(path, "set-modified").modified = modified;
  }

  #place(path: string, content: string | Uint8Array): void {
    const names = path.split("/").filter((name) => name !== "");
    const last = names.pop();
    if (last === undefined) return;
    let folder = this.#root;
    for (const name of names) {
      const next = folder.children.get(name) ?? this.#newFolder();
      if (next.kind === "file") throw failure("not-a-directory", "write", path);
      folder.children.set(name, next);
      folder = next;
    }
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
    this.#used += bytes.length;
    folder.children.set(last, this.#newFile(bytes));
  }

  #newFile(content: Uint8Array): File {
    return { kind: "file", unique: `m${++this.#made}`, content, modified: this.#now() };
  }

  #newFolder(): Folder {
    return { kind: "directory", unique: `m${++this.#made}`, children: new Map(), modified: this.#now() };
  }

  #find(path: VirtualPath, operation: StorageOperation): Node {
    let node: Node = this.#root;
    for (const name of namesOf(path)) {
      const next: Node | undefined = node.kind === "directory" ? node.children.get(name) : undefined;
      if (!next) throw failure("not-found", operation, path);
      node = next;
    }
    return node;
  }

  #folder(path: VirtualPath, operation: StorageOperation): Folder {
    const node = this.#find(path, operation);
    if (node.kind !== "directory") throw failure("not-a-directory", operation, path);
    return node;
  }

  #detach(path: VirtualPath, operation: StorageOperation): void {
    const folder = this.#folder(parentOf(path), operation);
    folder.children.delete(nameOf(path));
    folder.modified = this.#now();
  }
}

function failure(code: StorageErrorCode, operation: StorageOperation, path: string): StorageError {
  return new StorageError(code, { operation, path });
}

function entryOf(name: string, node: Node): Entry {
  const size = node.kind === "file" ? node.content.length : 0;
  return { name, kind: node.kind, size, modified: node.modified, unique: node.unique };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
