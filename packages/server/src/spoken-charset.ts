import { readLine } from "./read-line.ts";
import type { Charset, DecodedLine, NameCharset } from "@twinport/protocol";
import type { ReadLine } from "./read-line.ts";

/** In which charset one client speaks, and how that is found out. */
export class SpokenCharset {
  readonly #ofListener: NameCharset;
  readonly #changed: () => void;
  #names: NameCharset;
  #current: Charset;
  #isChosen = false;

  /** @param changed called when another charset is spoken from now on */
  constructor(ofListener: NameCharset, changed: () => void) {
    this.#ofListener = ofListener;
    this.#changed = changed;
    this.#names = ofListener;
    this.#current = ofListener.first;
  }

  /** How names are written now. */
  get current(): Charset {
    return this.#current;
  }

  /** What the operator has chosen. */
  get names(): NameCharset {
    return this.#names;
  }

  /** The client has said what it speaks: nothing is guessed any more. */
  choose(charset: Charset): void {
    this.#isChosen = true;
    this.speak(charset);
  }

  /** Somebody is in, perhaps with an account that has a charset of its own. */
  loggedIn(ofAccount: NameCharset = this.#ofListener): void {
    // What the client has chosen, or shown by a name before the login, is still what it speaks.
    const isOpen = !this.#isChosen && this.#current === this.#names.first;
    this.#names = ofAccount;
    if (isOpen) this.speak(ofAccount.first);
  }

  /** As if just connected. */
  reset(): void {
    this.#isChosen = false;
    this.#names = this.#ofListener;
    this.speak(this.#names.first);
  }

  /**
   * Reads a line, with the charset in which it makes sense: a name that is not in the one spoken shows that the client
   * speaks the older one. Whoever acts on the line goes on in that one.
   */
  read(line: DecodedLine): { readonly read: ReadLine; readonly charset: Charset } {
    const charset = this.#current;
    const read = readLine(line, charset);
    const { legacy } = this.#names;
    if (!("refused" in read) || !read.isOtherCharset || !legacy || this.#isChosen) return { read, charset };
    const again = readLine(line, legacy);
    return { read: again, charset: "command" in again ? legacy : charset };
  }

  /** From now on this one is spoken. */
  speak(charset: Charset): void {
    if (charset === this.#current) return;
    this.#current = charset;
    this.#changed();
  }
}
