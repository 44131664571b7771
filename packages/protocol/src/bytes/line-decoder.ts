import { AFTER_LITERAL_IAC, NOTHING, TelnetDecoder } from "./telnet.ts";

/** A whole command line without its end, or the news that one was longer than the limit and was thrown away. */
export type DecodedLine = { readonly kind: "line"; readonly bytes: Uint8Array } | { readonly kind: "too-long" };

/** Bytes a command line may have: PATH_MAX (4096) with a verb before it, with room to spare. */
export const MAX_COMMAND_LINE = 8192;

const CR = 0x0d;
const LF = 0x0a;
const EMPTY = new Uint8Array(0);

// Shared by all decoders: a line lies here only while one chunk is decoded, so an idle session holds no buffer.
// One byte more, for the CR behind a line that is as long as it may be.
const scratch = new Uint8Array(MAX_COMMAND_LINE + 1);

/**
 * Cuts the bytes of a command connection into lines: CRLF or LF, Telnet taken out (RFC 959 §4.1.3), bounded.
 * The lines do not depend on how the bytes were cut into chunks.
 *
 * One line ends without LF: `ABOR` at its CR. Python's ftplib sends `ABOR\r\n` as urgent data and the kernel takes
 * the LF out of the stream; waiting for it would let the transfer run on.
 */
export class LineDecoder {
  readonly #limit: number;
  readonly #telnet = new TelnetDecoder();
  #held: Uint8Array = EMPTY;
  #discarding = false;
  #lineFeedIsOld = false;

  /** @param limit bytes that a line may have without its end, at most {@link MAX_COMMAND_LINE} */
  constructor(limit: number = MAX_COMMAND_LINE) {
    this.#limit = Math.min(limit, MAX_COMMAND_LINE);
  }

  /** Takes the next bytes and gives the lines that they complete. The chunk is not kept. */
  decode(chunk: Uint8Array): DecodedLine[] {
    const lines: DecodedLine[] = [];
    scratch.set(this.#held);
    let length = this.#held.length;
    const put = (byte: number): void => {
      const lineFeedIsOld = this.#lineFeedIsOld;
      this.#lineFeedIsOld = false;
      if (byte === LF) {
        if (lineFeedIsOld) return;
        if (this.#discarding) this.#discarding = false;
        else lines.push({ kind: "line", bytes: scratch.slice(0, withoutCarriageReturns(length)) });
        length = 0;
      } else if (byte === CR && lineFeedIsOld) {
        this.#lineFeedIsOld = true;
      } else if (byte === CR && isAbort(length)) {
        lines.push({ kind: "line", bytes: scratch.slice(0, length) });
        length = 0;
        this.#lineFeedIsOld = true;
      } else if (this.#discarding) {
        return;
      } else if (length >= (byte === CR ? this.#limit + 1 : this.#limit)) {
        lines.push({ kind: "too-long" });
        this.#discarding = true;
        length = 0;
      } else {
        scratch[length++] = byte;
      }
    };
    for (const byte of chunk) {
      const kept = this.#telnet.take(byte);
      if (kept === NOTHING) continue;
      if (kept & AFTER_LITERAL_IAC) put(0xff);
      put(kept & 0xff);
    }
    this.#held = length === 0 ? EMPTY : scratch.slice(0, length);
    return lines;
  }

  /** Bytes of a line whose end has not come yet. */
  get unfinished(): number {
    return this.#held.length;
  }

  /** Telnet refusals to send back, if the peer asked for options. */
  takeAnswers(): Uint8Array | undefined {
    return this.#telnet.takeAnswers();
  }
}

function withoutCarriageReturns(length: number): number {
  let end = length;
  while (end > 0 && scratch[end - 1] === CR) end--;
  return end;
}

function isAbort(length: number): boolean {
  if (length !== 4) return false;
  return String.fromCharCode(...scratch.subarray(0, 4)).toUpperCase() === "ABOR";
}
