import type { Socket } from "node:net";

/** What is moved: a file to the server, one from there, or a listing. */
export type ProgressType = "upload" | "download" | "list";

/** How far a transfer is. */
export interface ProgressInfo {
  /** The file's name as it was given. */
  readonly name: string;
  readonly type: ProgressType;
  /** Bytes of this transfer. */
  readonly bytes: number;
  /** Bytes of all transfers since the counting began. */
  readonly bytesOverall: number;
}

/** Is told how far a transfer is. */
export type ProgressHandler = (info: ProgressInfo) => void;

const nobody: ProgressHandler = () => {};
const nothing = (): void => {};

/** Counts what moves through one data socket at a time. */
export class ProgressTracker {
  bytesOverall = 0;
  /** Milliseconds between two reports. */
  protected readonly intervalMs: number = 500;
  protected onStop: (stopWithUpdate: boolean) => void = nothing;
  protected onHandle: ProgressHandler = nobody;

  /** Reports to this handler from now on, or to nobody. */
  reportTo(onHandle: ProgressHandler = nobody): void {
    this.onHandle = onHandle;
  }

  /** Begins to count, and reports at once. */
  start(socket: Pick<Socket, "bytesRead" | "bytesWritten">, name: string, type: ProgressType): void {
    this.stop();
    let counted = 0;
    const report = (): void => {
      const bytes = socket.bytesRead + socket.bytesWritten;
      this.bytesOverall += bytes - counted;
      counted = bytes;
      this.onHandle({ name, type, bytes, bytesOverall: this.bytesOverall });
    };
    const timer = setInterval(report, this.intervalMs);
    this.onStop = (stopWithUpdate) => {
      this.onStop = nothing;
      clearInterval(timer);
      if (stopWithUpdate) report();
    };
    report();
  }

  /** Counts no longer. */
  stop(): void {
    this.onStop(false);
  }

  /** Reports a last time and counts no longer. */
  updateAndStop(): void {
    this.onStop(true);
  }
}
