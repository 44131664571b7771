import { ROOT, nameOf, namesOf, parentOf } from "@twinport/protocol";
import type { Entry, VirtualPath } from "@twinport/protocol";
import { failure } from "../errors.ts";
import { nextTurn } from "../next-turn.ts";
import type { StorageOperation } from "../errors.ts";
import type {
  CreateOptions,
  ModeSetter,
  ModifiedSetter,
  ReadableFile,
  RenameOptions,
  Storage,
  StorageFeature,
  UnfinishedUploads,
  WritableFile,
  WriteOptions,
} from "../storage.ts";

interface File {
  readonly kind: "file";
  readonly unique: string;
  /** Never changed in place: who reads an older version goes on reading it. */
  content: Uint8Array;
  modified: number;
  /** Only where somebody has asked for one. */
  mode: number | undefined;
}

interface Folder {
  readonly kind: "directory";
  readonly unique: string;
  readonly children: Map<string, Node>;
  /** Uploads that were cut off, by owner and name. */
  readonly parts: Map<string, File>;
  /** Names that are being written. */
  readonly writing: Set<string>;
  modified: number;
  /** Only where somebody has asked for one. */
  mode: number | undefined;
}

type Node = File | Folder;

const BATCH = 256;

/** Options of {@link memoryStorage}. */
export interface MemoryStorageOptions {
  /** Files that are there from the start, by path; their folders are made. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Bytes that all files together may have (default 256 MiB). */
  readonly capacity?: number;
  /** Uploads that are cut off stay out of sight and can be resumed by their owner (default: they are kept as files). */
  readonly atomic?: boolean;
  /** The clock, ms since 1970. */
  readonly now?: () => number;
}

/**
 * Files in memory, for tests and for servers that hand uploads on. An upload is seen when it is committed. A file has one
 * writer at a time; until that one has ended it can be neither removed nor renamed.
 */
export function memoryStorage(options: MemoryStorageOptions = {}): MemoryStorage {
  return new MemoryStorage(options);
}

/** See {@link memoryStorage}. */
export class MemoryStorage implements Storage, ModifiedSetter, ModeSetter, UnfinishedUploads {
  readonly features: ReadonlySet<StorageFeature>;
  readonly #now: () => number;
  readonly #capacity: number;
  readonly #root: Folder;
  readonly #atomic: boolean;
  #used = 0;
  #made = 0;

  constructor({ files = {}, capacity = 256 * 1024 * 1024, now = Date.now, atomic = false }: MemoryStorageOptions) {
    this.features = new Set<StorageFeature>(["set-modified", "set-mode", ...(atomic ? (["unfinished"] as const) : [])]);
    this.#atomic = atomic;
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

  write(path: VirtualPath, { at, exclusive = false, expects, owner = "", umask }: WriteOptions): WritableFile {
    const folder = this.#folder(parentOf(path), "write");
    const name = nameOf(path);
    const existing = folder.children.get(name);
    if (path === ROOT || existing?.kind === "directory") throw failure("not-a-file", "write", path);
    const isTaken = folder.writing.has(name);
    if (exclusive && (existing || isTaken)) throw failure("exists", "write", path);
    if (isTaken) throw failure("busy", "write", path);
    if (existing && expects) throw failure("exists", "write", path);
    folder.writing.add(name);
    const part = partName(owner, name);
    const before = existing?.content ?? folder.parts.get(part)?.content ?? new Uint8Array(0);
    const start = at === "end" ? before.length : at;
    let content = new Uint8Array(Math.max(start, 4096));
    content.set(before.subarray(0, start));
    // Behind the end it grows with the first byte, not before.
    let length = Math.min(start, before.length);
    let hasBegun = false;
    const discard = (): void => {
      this.#used -= folder.parts.get(part)?.content.length ?? 0;
      folder.parts.delete(part);
    };
    const keep = (where: Map<string, Node>, as: string): void => {
      const now = where.get(as);
      const old = now?.kind === "file" ? now.content.length : 0;
      const oldPart = folder.parts.get(part)?.content.length ?? 0;
      const freed = where === folder.children ? old + oldPart : oldPart;
      if (this.#used - freed + length > this.#capacity) throw failure("no-space", "write", path);
      discard();
      if (where === folder.children) this.#used -= old;
      this.#used += length;
      // Exactly its size: what is left of the doubling would count as used memory and not in #used.
      const kept = content.slice(0, length);
      if (now?.kind === "file" && where === folder.children)
        Object.assign(now, { content: kept, modified: this.#now() });
      else where.set(as, this.#newFile(kept, umask === undefined ? undefined : 0o666 & ~umask));
      folder.modified = this.#now();
    };
    return {
      start,
      write: (bytes) => {
        hasBegun = true;
        if (bytes.length > 0) length = Math.max(length, start);
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
        folder.writing.delete(name);
        keep(folder.children, name);
      },
      abandon: (keeps) => {
        folder.writing.delete(name);
        if (!this.#atomic) return keeps && length > start ? keep(folder.children, name) : undefined;
        if (!keeps || existing) return discard();
        if (hasBegun && length > 0) keep(folder.parts, part);
      },
    };
  }

  unfinished(path: VirtualPath, owner: string): Entry {
    const folder = this.#folder(parentOf(path), "stat");
    const part = folder.parts.get(partName(owner, nameOf(path)));
    if (!part || folder.children.has(nameOf(path))) throw failure("not-found", "stat", path);
    return entryOf(nameOf(path), part);
  }

  discardUnfinished(path: VirtualPath, owner: string): void {
    const { size } = this.unfinished(path, owner);
    const folder = this.#folder(parentOf(path), "remove-file");
    if (folder.writing.has(nameOf(path))) throw failure("busy", "remove-file", path);
    folder.parts.delete(partName(owner, nameOf(path)));
    this.#used -= size;
  }

  unfinishedSize(path: VirtualPath, owner: string): number | undefined {
    return this.#folder(parentOf(path), "stat").parts.get(partName(owner, nameOf(path)))?.content.length;
  }

  async *listUnfinished(path: VirtualPath): AsyncGenerator<readonly Entry[]> {
    const { parts } = this.#folder(path, "list");
    if (parts.size > 0) yield Array.from(parts, ([name, part]) => entryOf(name, part));
  }

  makeDirectory(path: VirtualPath, { umask }: CreateOptions = {}): void {
    if (path === ROOT) throw failure("exists", "make-directory", path);
    const folder = this.#folder(parentOf(path), "make-directory");
    if (folder.children.has(nameOf(path))) throw failure("exists", "make-directory", path);
    this.#refuseWritten("make-directory", path);
    folder.children.set(nameOf(path), this.#newFolder(umask === undefined ? undefined : 0o777 & ~umask));
    folder.modified = this.#now();
  }

  removeFile(path: VirtualPath): void {
    const node = this.#find(path, "remove-file");
    if (node.kind !== "file") throw failure("not-a-file", "remove-file", path);
    this.#refuseWritten("remove-file", path);
    this.#used -= node.content.length;
    this.#detach(path, "remove-file");
  }

  removeDirectory(path: VirtualPath): void {
    const node = this.#folder(path, "remove-directory");
    if (path === ROOT) throw failure("permission-denied", "remove-directory", path);
    if (node.children.size > 0) throw failure("not-empty", "remove-directory", path);
    if (node.writing.size > 0) throw failure("busy", "remove-directory", path);
    for (const { content } of node.parts.values()) this.#used -= content.length;
    this.#detach(path, "remove-directory");
  }

  rename(from: VirtualPath, to: VirtualPath, { replace = true }: RenameOptions = {}): void {
    const node = this.#find(from, "rename");
    if (from === ROOT || to === ROOT || to.startsWith(`${from}/`)) throw failure("permission-denied", "rename", from);
    const target = this.#folder(parentOf(to), "rename");
    const existing = target.children.get(nameOf(to));
    if (existing === node) return;
    this.#refuseWritten("rename", from);
    this.#refuseWritten("rename", to);
    if (existing && (!replace || existing.kind === "directory" || node.kind === "directory"))
      throw failure("exists", "rename", to);
    if (existing) this.#used -= existing.content.length;
    this.#detach(from, "rename");
    target.children.set(nameOf(to), node);
    target.modified = this.#now();
  }

  setModified(path: VirtualPath, modified: number): void {
    this.#find(path, "set-modified").modified = modified;
  }

  setMode(path: VirtualPath, mode: number): void {
    if ((mode & ~0o777) !== 0) throw failure("permission-denied", "set-mode", path);
    this.#find(path, "set-mode").mode = mode;
  }

  #refuseWritten(operation: StorageOperation, path: VirtualPath): void {
    if (this.#folder(parentOf(path), operation).writing.has(nameOf(path))) throw failure("busy", operation, path);
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

  #newFile(content: Uint8Array, mode?: number): File {
    return { kind: "file", unique: `m${++this.#made}`, content, modified: this.#now(), mode };
  }

  #newFolder(mode?: number): Folder {
    const unique = `m${++this.#made}`;
    const now = this.#now();
    return {
      kind: "directory",
      unique,
      children: new Map(),
      parts: new Map(),
      writing: new Set(),
      modified: now,
      mode,
    };
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

/** No name has a slash, so no two owners share one. */
function partName(owner: string, name: string): string {
  return `${owner}/${name}`;
}

function entryOf(name: string, node: Node): Entry {
  const size = node.kind === "file" ? node.content.length : 0;
  return {
    name,
    kind: node.kind,
    size,
    modified: node.modified,
    ...(node.mode !== undefined && { mode: node.mode }),
    unique: node.unique,
  };
}
