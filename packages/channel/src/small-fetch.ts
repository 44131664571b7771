import net from "node:net";
import type { Endpoint } from "@twinport/protocol";

/** Bytes that are read at once; what the system has of a small file is there in one piece. */
const CHUNK = 64 * 1024;

/** How the data of a {@link SmallFetch} has ended. Whether a whole file came is for who knows its size to say. */
export type SmallFetchEnd = "ended" | "too-much" | "broken";

/**
 * Dials a server that is known to take data connections directly and in clear, and reads into memory what it sends. It
 * is for files of which there may be a million, so nothing is done that is for any other case: no port of our own
 * choosing, no reason why it failed, no time-out; who wants those dials with `dialData`.
 */
export class SmallFetch {
  /** Shared by one fetch after the other. */
  static room(): Uint8Array {
    return new Uint8Array(CHUNK);
  }

  readonly #into: Uint8Array;
  readonly #socket: net.Socket;
  #over: ((end: SmallFetchEnd) => void) | undefined;
  #filled = 0;

  /**
   * @param into takes the bytes; one more than it has place for ends the fetch
   * @param room what the system reads into, in use until the fetch is over
   * @param over called once, unless the fetch was left before
   */
  constructor(from: Endpoint, into: Uint8Array, room: Uint8Array, over: (end: SmallFetchEnd) => void) {
    this.#into = into;
    this.#over = over;
    this.#socket = net
      .connect({
        host: from.address,
        port: from.port,
        onread: { buffer: room, callback: (count) => this.#take(room, count) },
      })
      .on("end", () => this.#end("ended"))
      // What is told when it is over concerns nobody.
      .on("error", () => this.#end("broken"));
  }

  /** Bytes that came. */
  get filled(): number {
    return this.#filled;
  }

  /** Closes it, whatever is still on its way; nothing is told any more. */
  leave(): void {
    this.#over = undefined;
    this.#socket.destroy();
  }

  #take(room: Uint8Array, count: number): boolean {
    if (!this.#over) return false;
    if (this.#filled + count > this.#into.length) {
      this.#end("too-much");
      return false;
    }
    this.#into.set(count === room.length ? room : room.subarray(0, count), this.#filled);
    this.#filled += count;
    return true;
  }

  #end(end: SmallFetchEnd): void {
    const over = this.#over;
    this.leave();
    over?.(end);
  }
}
