import type { RemoteTime } from "@twinport/protocol";
import type { HashAlgorithm } from "../local-hash.ts";
import type { RemoteHash } from "../operations/hash.ts";

/** One name in a folder of either side. */
export interface TreeEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "link" | "other" | "unknown";
  readonly size?: number;
  readonly modified?: RemoteTime;
  /** Where a link leads, as it is written there. */
  readonly target?: string;
}

/** What is in a folder, as far as could be seen. */
export interface TreeListing {
  readonly entries: readonly TreeEntry[];
  /** Why something may be missing in it; nothing may be taken for gone then. */
  readonly doubt?: string;
}

/** What a link leads to. */
export type Followed =
  | { readonly kind: "entry"; readonly entry: TreeEntry; readonly identity: string }
  | { readonly kind: "broken" | "loop"; readonly detail: string };

/** A side of a mirror, to be looked at. Paths are seen from its root, with `/` between names; the root is empty. */
export interface Tree {
  readonly kind: "local" | "remote";
  /** The root as a person knows it. */
  readonly root: string;
  /** Two names that are one there. */
  readonly key: (name: string) => string;
  /** Milliseconds within which two times are one there. */
  readonly grain: number;
  /** Whether a time that is set stays; undefined where that is not known before it is tried. */
  readonly keepsTimes: boolean | undefined;
  /** Whether the root is there. It is an error if it is no folder. */
  open(signal: AbortSignal): Promise<boolean>;
  list(path: string, signal: AbortSignal): Promise<TreeListing>;
  /** What stands behind a link. */
  follow(path: string, entry: TreeEntry, signal: AbortSignal): Promise<Followed>;
  /** Bytes, where the listing did not say. */
  size(path: string, signal: AbortSignal): Promise<number | undefined>;
  /**
   * The hash of a file; of the best algorithm that there is, where none is asked for.
   *
   * @throws {ClientError} `not-supported`
   */
  hash(path: string, algorithm: HashAlgorithm | undefined, signal: AbortSignal): Promise<RemoteHash>;
  /** The time to the second, where the listing was coarser. */
  exactTime(path: string, signal: AbortSignal): Promise<RemoteTime | undefined>;
}

/** A name in a folder. */
export function below(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

/** The folder of a path; empty for the root. */
export function above(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The last name of a path. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** How many folders a path goes down. */
export function depthOf(path: string): number {
  return path === "" ? 0 : path.split("/").length;
}
