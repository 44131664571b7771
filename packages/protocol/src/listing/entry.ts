/** What stands at a path. `link` is one that leads nowhere that may be seen; others show what they lead to. */
export type EntryKind = "file" | "directory" | "link" | "other";

/** One thing in a folder: what storage knows and a listing shows. */
export interface Entry {
  readonly name: string;
  readonly kind: EntryKind;
  /** Bytes; 0 for what has no size. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Unix permission bits, where the storage has them. */
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  /** The name is a link, and the rest is of what it leads to: whoever walks a tree does not go in there. */
  readonly isLinked?: true;
  /** The same for two names of one file, and for no other file (RFC 3659 §7.5.2). */
  readonly unique?: string;
}
