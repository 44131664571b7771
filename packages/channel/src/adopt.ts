import net from "node:net";

/**
 * Bytes as they are read into buffers of ours: no copy, and no stream machinery between.
 *
 * The system asks for the next buffer directly after each `take`, also where that has paused the reading: the answer
 * must still be good when the reading goes on.
 */
export interface Reader {
  /** The buffer for the next read. */
  readonly buffer: () => Uint8Array;
  /** Takes what was read into the buffer that was given last; false pauses the reading. */
  readonly take: (count: number, buffer: Uint8Array) => boolean;
}

/**
 * A reader that can be exchanged while the socket that was made with it lives. The system has been given the buffer
 * for the next read before: what still arrives in a former reader's buffer is copied.
 */
export class ReaderSlot implements Reader {
  current: Reader = dropAll;
  #lastAsked: Reader = dropAll;

  readonly buffer = (): Uint8Array => {
    this.#lastAsked = this.current;
    return this.current.buffer();
  };

  readonly take = (count: number, buffer: Uint8Array): boolean => {
    if (this.#lastAsked === this.current) return this.current.take(count, buffer);
    return copyTo(this.current, buffer.subarray(0, count));
  };
}

/** There is place for it: a former reader's buffer is smaller than what a new reader begins with. */
function copyTo(reader: Reader, bytes: Uint8Array): boolean {
  let goesOn = true;
  for (let done = 0; done < bytes.length;) {
    const buffer = reader.buffer();
    const part = bytes.subarray(done, done + buffer.length);
    buffer.set(part);
    done += part.length;
    goesOn = reader.take(part.length, buffer);
  }
  return goesOn;
}

// For bytes that nobody wants: all sockets may write over each other here.
const dropped = new Uint8Array(16 * 1024);

/** Reads bytes and forgets them. */
const dropAll: Reader = { buffer: () => dropped, take: () => true };

interface Internals {
  _handle?: unknown;
  _peername?: unknown;
  _server?: unknown;
  server?: unknown;
}

/**
 * Gives an accepted, paused socket a {@link Reader}. Node has `onread` only for sockets that it makes itself, so a new
 * one is made around the handle of the accepted one, which is left empty. `_handle` and `_server` are not documented
 * (they are there in Node 20, 24 and 26); without them the bytes come by 'data' events and are copied.
 *
 * The socket that is returned is paused.
 */
export function adopt(accepted: net.Socket, reader: Reader): net.Socket {
  const from = accepted as net.Socket & Internals;
  if (!from._handle) return copyInto(accepted, reader);
  const options = { handle: from._handle, allowHalfOpen: true, pauseOnCreate: true, onread: onread(reader) };
  const socket = new net.Socket(options) as net.Socket & Internals;
  // The server counts its connections by these two; without them its close would never be done.
  socket._server = from._server;
  socket.server = from.server;
  from._handle = null;
  from._server = null;
  return socket;
}

/** Lets Node ask the system again where a socket leads to, which it remembers otherwise (Node 20, 24 and 26). */
export function forgetFarEnd(socket: net.Socket & Internals): void {
  socket._peername = undefined;
}

/** A {@link Reader} as net.connect wants it. */
export function onread(reader: Reader): net.OnReadOpts {
  return { buffer: reader.buffer, callback: reader.take };
}

/** What {@link adopt} does without `_handle`: the bytes come by 'data' events and are copied. */
export function copyInto(socket: net.Socket, reader: Reader): net.Socket {
  socket.on("data", (chunk: Uint8Array) => {
    for (let done = 0; done < chunk.length;) {
      const buffer = reader.buffer();
      const part = chunk.subarray(done, done + buffer.length);
      buffer.set(part);
      done += part.length;
      if (reader.take(part.length, buffer)) continue;
      socket.pause();
      // There may be no place for the rest before the reader goes on.
      if (done < chunk.length) socket.unshift(chunk.subarray(done));
      return;
    }
  });
  socket.pause();
  return socket;
}
