import type { Socket } from "node:net";

/** Which way the bytes of a data connection go. */
export type TransferDirection = "upload" | "download";

/** What is looked at of a data socket. */
export type WatchedSocket = Pick<Socket, "bytesRead" | "bytesWritten" | "writableLength" | "isPaused">;

/** A stall is never told from one look alone: for a moment every transfer seems to stand. */
const LEAST_LOOKS = 4;

const MOST_BETWEEN_LOOKS_MS = 500;

/**
 * Tells when the server has stopped in mid-transfer. Only the time counts in which it is the server that is waited for:
 * a target that takes nothing, or a source that gives nothing, is no fault of the connection.
 */
export class TransferWatchdog {
  protected timer: NodeJS.Timeout | undefined;

  /** Calls back once if the server does nothing for so many milliseconds; 0 watches nothing. */
  start(socket: WatchedSocket, direction: TransferDirection, timeout: number, onStall: () => void): void {
    this.stop();
    if (timeout <= 0) return;
    const between = Math.max(1, Math.min(Math.floor(timeout / LEAST_LOOKS), MOST_BETWEEN_LOOKS_MS));
    let seen = moved(socket);
    let idle = 0;
    let allowed = timeout;
    // Looks are counted, not time: where this process stood still, nobody could be seen moving.
    this.timer = setInterval(() => {
      const now = moved(socket);
      const isMoving = now !== seen;
      seen = now;
      if (!waitsForServer(socket, direction)) {
        idle = 0;
        // We have shut the window; that it is open again the server may learn only by its next probe.
        allowed = timeout * 2;
      } else if (isMoving) {
        idle = 0;
        allowed = timeout;
      } else if ((idle += between) >= allowed) {
        this.stop();
        onStall();
      }
    }, between);
    this.timer.unref();
  }

  /** Watches no longer. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function moved({ bytesRead, bytesWritten }: WatchedSocket): number {
  return bytesRead + bytesWritten;
}

/** A paused socket waits for our target, an empty queue for our source. Only a piped socket tells the first. */
function waitsForServer(socket: WatchedSocket, direction: TransferDirection): boolean {
  return direction === "download" ? !socket.isPaused() : socket.writableLength > 0;
}
