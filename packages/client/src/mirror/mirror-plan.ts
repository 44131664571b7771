import type { RemoteTime } from "@twinport/protocol";
import type { MirrorProblem } from "./mirror-problem.ts";

/** Why a file is transferred. */
export type TransferReason =
  /** The target has none. */
  | "new"
  | "size"
  /** The source's is newer. */
  | "newer"
  /** The source's is older: somebody has put an earlier one back. */
  | "older"
  | "hash"
  /** Nothing that could be compared is known. */
  | "not-known"
  /** The target has something else there, which is removed first. */
  | "in-the-way";

/** Why something is removed. */
export type RemovalReason =
  /** The source does not have it. */
  | "not-in-source"
  /** A folder stands where a file is to be, or the other way round. */
  | "in-the-way"
  /** An interrupted mirror has left it. */
  | "leftover";

/** A folder that is made. */
export interface MakeFolder {
  readonly kind: "make-folder";
  /** Seen from the target's root; empty for the root itself. */
  readonly path: string;
}

/** A file that is moved. */
export interface TransferFile {
  readonly kind: "transfer";
  /** In the target. */
  readonly path: string;
  /** In the source: spelled otherwise where the accents of a name are composed otherwise there. */
  readonly from: string;
  /** Bytes, where they are known. */
  readonly size?: number;
  /** The source's time. */
  readonly modified?: RemoteTime;
  readonly because: TransferReason;
  /** A file that is replaced stands there. */
  readonly replaces: boolean;
  /** Under which name it is written while it is not whole. */
  readonly part: string;
  /** Bytes that an interrupted run has left under that name. */
  readonly left?: number;
}

/** A time that is set, of a file whose content is the same. */
export interface SetTime {
  readonly kind: "set-time";
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Something that is removed: a folder when it is empty. */
export interface Removal {
  readonly kind: "remove-file" | "remove-folder";
  readonly path: string;
  readonly because: RemovalReason;
}

/** One step of a plan. */
export type MirrorAction = MakeFolder | TransferFile | SetTime | Removal;

/** Something about the whole that a user should know. */
export interface MirrorWarning {
  readonly code:
    /** Times of so many files could not be compared, as the server does not say in which zone they are. */
    | "times-not-comparable"
    /** It is not known whether the server keeps the times of what is uploaded: only what is newer here counts as changed. */
    | "times-may-not-be-kept"
    /** The server does not do what atomic uploads need: files go under their own name at once. */
    | "not-atomic"
    /** So many files did not get their time. */
    | "times-not-set"
    /** The server does not take as many connections as were asked for. */
    | "fewer-connections";
  readonly count: number;
}

/** What a mirror is going to do, in the order in which it does it. Plain data. */
export interface MirrorPlan {
  readonly direction: "download" | "upload";
  /** The two roots, as they are spelled on their sides. */
  readonly from: string;
  readonly to: string;
  readonly actions: readonly MirrorAction[];
  /** What is left alone, and why. */
  readonly problems: readonly MirrorProblem[];
  readonly warnings: readonly MirrorWarning[];
  /** Bytes that will be moved, as far as they are known. */
  readonly bytes: number;
  /** Files that are the same on both sides. */
  readonly same: number;
}
