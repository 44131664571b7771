/** What {@link TelnetDecoder.take} gives for a byte that belongs to Telnet and not to the command. */
export const NOTHING = -1;

/** Set in the result of {@link TelnetDecoder.take}: a literal 0xFF goes before the byte in the low eight bits. */
export const AFTER_LITERAL_IAC = 0x100;

const IAC = 0xff;
const DONT = 0xfe;
const DO = 0xfd;
const WONT = 0xfc;
const WILL = 0xfb;
const INTERRUPT_PROCESS = 0xf4;
const DATA_MARK = 0xf2;
const FIRST_COMMAND = 0xf0;

type State = "data" | "iac" | "interrupted" | "interrupted-iac" | "option";

/**
 * Takes Telnet out of the command connection (RFC 959 §4.1.3, RFC 854), one byte at a time, so that it does not
 * matter how the bytes were cut.
 *
 * A client that aborts sends IAC IP IAC DM, one of them as TCP urgent data; a kernel without SO_OOBINLINE takes the
 * urgent byte out of the stream. Seen in the wild are FF F4 FF 'A' (lftp: DM was urgent) and FF F4 F2 'A' (tnftp,
 * inetutils: the second IAC was), so both are understood directly behind an IP.
 *
 * 0xFF before a byte that is no Telnet command is kept: it is a letter in single-byte charsets.
 */
export class TelnetDecoder {
  #state: State = "data";
  #verb = 0;
  #answers: number[] = [];

  /** Gives the byte to keep, {@link NOTHING}, or the byte with {@link AFTER_LITERAL_IAC} set. */
  take(byte: number): number {
    switch (this.#state) {
      case "data":
        if (byte !== IAC) return byte;
        this.#state = "iac";
        return NOTHING;
      case "interrupted":
        if (byte === IAC) {
          this.#state = "interrupted-iac";
          return NOTHING;
        }
        this.#state = "data";
        return byte === DATA_MARK ? NOTHING : byte;
      case "iac":
        return this.#afterIac(byte, byte | AFTER_LITERAL_IAC);
      case "interrupted-iac":
        return this.#afterIac(byte, byte);
      case "option":
        this.#state = "data";
        // Every option is refused (RFC 1123 §4.1.2.12); refusals are not answered, or two refusers would never stop.
        if (this.#verb === DO) this.#answers.push(IAC, WONT, byte);
        if (this.#verb === WILL) this.#answers.push(IAC, DONT, byte);
        return NOTHING;
    }
  }

  /** Bytes to send back: refusals of the options that the peer has asked for since the last call. */
  takeAnswers(): Uint8Array | undefined {
    if (this.#answers.length === 0) return undefined;
    const answers = Uint8Array.from(this.#answers);
    this.#answers = [];
    return answers;
  }

  #afterIac(byte: number, otherwise: number): number {
    this.#state = "data";
    if (byte === IAC) return IAC;
    if (byte >= WILL) {
      this.#verb = byte;
      this.#state = "option";
      return NOTHING;
    }
    if (byte >= FIRST_COMMAND) {
      if (byte === INTERRUPT_PROCESS) this.#state = "interrupted";
      return NOTHING;
    }
    return otherwise;
  }
}
