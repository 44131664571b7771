import type { Client } from "../client.ts";
import type { MakeFolder, MirrorAction, MirrorWarning, Removal, SetTime, TransferFile } from "./mirror-plan.ts";
import type { Upcoming } from "./run-stage.ts";

/** What a transfer is told by whoever runs it. */
export interface TransferOrder {
  /** Called for a large file, with the bytes of it that are there. */
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** How the actions of a plan are done, in one of the two directions. */
export interface MirrorDeeds {
  /** Folders, times and removals are this machine's, and need no connection. */
  readonly isLocal: boolean;
  makeFolder(client: Client | undefined, action: MakeFolder, signal: AbortSignal): Promise<void>;
  /** Gives the bytes that were moved. */
  transfer(client: Client, action: TransferFile, order: TransferOrder): Promise<number>;
  /**
   * Does transfers as long as they can be done in a quicker way, where there is one; gives the first that cannot, and is
   * not done.
   */
  transferQuickly?(
    client: Client,
    upcoming: Upcoming<TransferFile>,
    done: (action: TransferFile, bytes: number) => void,
    signal: AbortSignal,
  ): Promise<TransferFile | undefined>;
  setTime(client: Client | undefined, action: SetTime, signal: AbortSignal): Promise<void>;
  remove(client: Client | undefined, action: Removal, signal: AbortSignal): Promise<void>;
  /** Files that are still to be looked at when all are there, by their folders. */
  unverified(): ReadonlyMap<string, readonly SentFile[]>;
  verify(
    client: Client,
    folder: string,
    files: readonly SentFile[],
    failed: FileFailed,
    signal: AbortSignal,
  ): Promise<void>;
  warnings(): MirrorWarning[];
}

/** A file that was sent, and how long it was. */
export interface SentFile {
  readonly action: TransferFile;
  readonly size: number;
}

export type FileFailed = (action: MirrorAction, error: unknown) => void;

/** Bytes from which on a file's own progress is told. */
export const LARGE = 1024 * 1024;
