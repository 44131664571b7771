import { RemoteProtocolError } from "../errors.ts";
import type { Reply } from "./reply.ts";

/** Bytes that one reply may have with all its lines. */
export const MAX_REPLY = 65_536;

const CR = 0x0d;
const LF = 0x0a;

/**
 * Puts replies together from the bytes of a command connection (RFC 959 §4.2), however they were cut. A reply of
 * several lines ends with the line that has the first line's code and a space; lines between may begin with digits.
 */
export class ReplyDecoder {
  readonly #limit: number;
  readonly #decode: (bytes: Uint8Array) => string;
  #line: number[] = [];
  #size = 0;
  #code: string | undefined;
  #lines: string[] = [];
  #failure: RemoteProtocolError | undefined;

  /**
   * @param decode reads a line in the session's charset; must not throw
   * @param limit bytes that a reply may have
   */
  constructor(decode: (bytes: Uint8Array) => string = (bytes) => lenient.decode(bytes), limit: number = MAX_REPLY) {
    this.#decode = decode;
    this.#limit = limit;
  }

  /**
   * Takes the next bytes and gives the replies that they complete. Nothing is read behind a failure; one that comes
   * behind complete replies is thrown by the next call, so that it does not depend on the cuts what is given.
   *
   * @throws {RemoteProtocolError} `reply-too-long`, `reply-not-valid`
   */
  decode(chunk: Uint8Array): Reply[] {
    const replies: Reply[] = [];
    for (const byte of chunk) {
      if (this.#failure) break;
      const done = this.#put(byte);
      if (done) replies.push(done);
    }
    if (this.#failure && replies.length === 0) throw this.#failure;
    return replies;
  }

  /** What is wrong with the bytes behind the last reply, if they are wrong already. */
  get failure(): RemoteProtocolError | undefined {
    return this.#failure;
  }

  /** Whether nothing of a further reply has come yet. */
  get isBetweenReplies(): boolean {
    return this.#size === 0;
  }

  #put(byte: number): Reply | undefined {
    if (++this.#size > this.#limit) {
      this.#failure = new RemoteProtocolError("reply-too-long", { limit: this.#limit });
      return undefined;
    }
    if (byte !== LF) {
      this.#line.push(byte);
      return undefined;
    }
    // Not by /\r+$/, which takes the square of the length for many CRs and something behind them.
    while (this.#line.at(-1) === CR) this.#line.pop();
    const line = this.#decode(Uint8Array.from(this.#line));
    this.#line = [];
    const done = this.#take(line);
    if (done) this.#size = 0;
    return done;
  }

  #take(line: string): Reply | undefined {
    const found = /^(\d{3})([ -]|$)(.*)$/s.exec(line);
    if (this.#code === undefined) {
      if (!found) {
        this.#failure = new RemoteProtocolError("reply-not-valid", { line: JSON.stringify(line.slice(0, 80)) });
        return undefined;
      }
      if (found[2] !== "-") return { code: Number(found[1]), lines: [found[3]!] };
      this.#code = found[1];
      this.#lines = [found[3]!];
      return undefined;
    }
    if (found?.[1] === this.#code && found[2] !== "-") {
      const reply = { code: Number(this.#code), lines: [...this.#lines, found[3]!] };
      this.#code = undefined;
      this.#lines = [];
      return reply;
    }
    this.#lines.push(line.startsWith(" ") ? line.slice(1) : line);
    return undefined;
  }
}

const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
