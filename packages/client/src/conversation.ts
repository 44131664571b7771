import { NOTHING, ReplyDecoder, TelnetDecoder, formatCommand, redactCommand, utf8, visible } from "@twinport/protocol";
import { ClientError } from "./errors.ts";
import type { Charset, NameCharset, Reply } from "@twinport/protocol";
import type { DialedControl } from "@twinport/channel";
import type { ClientContext } from "./context.ts";

/** Replies that nobody has asked for, beyond which a server is taken for mad. */
const MOST_WAITING = 100;

/** What ends a transfer, and no other command: they come late from servers that say them twice. */
const endsOfTransfers: ReadonlySet<number> = new Set([226, 426]);

/** Preliminary replies to one command, each of which gives its time anew; more are a way to never come to an end. */
const MOST_PRELIMINARY = 20;

const LF = 0x0a;
const CR = 0x0d;
const IAC = 0xff;

const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** A command, with what it is about. */
export type Command = readonly [word: string, argument?: string | undefined];

/** How long to wait for a reply, and what ends the waiting. */
export interface Patience {
  /** Seconds (default: the client's time-out for replies). */
  readonly seconds?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Commands out, replies in, over one command connection; and how names are spelled there. */
export class Conversation {
  readonly control: DialedControl;
  readonly #context: ClientContext;
  readonly #decoder: ReplyDecoder;
  readonly #telnet = new TelnetDecoder();
  #isInTelnet = false;
  readonly #waiting: Reply[] = [];
  readonly #names: NameCharset;
  #charset: Charset;
  #failure: ClientError | undefined;
  #listeners: (() => void)[] = [];
  #lastReply: Reply | undefined;
  #roundTrip: number | undefined;

  constructor(control: DialedControl, names: NameCharset, context: ClientContext) {
    this.control = control;
    this.#context = context;
    this.#names = names;
    this.#charset = names.first;
    this.#decoder = new ReplyDecoder((bytes) => this.decode(bytes));
    control.start({
      bytes: (chunk) => this.#take(chunk),
      ended: () => {
        this.#fail("the server has closed it");
        control.destroy();
      },
      closed: (cause) => this.#fail(cause?.message ?? "it was closed", cause),
    });
  }

  /** Whether something can still be asked. */
  get isUsable(): boolean {
    return this.#failure === undefined;
  }

  /** Why nothing can be asked any more. */
  get failure(): ClientError | undefined {
    return this.#failure;
  }

  /** What the server said last. */
  get lastReply(): Reply | undefined {
    return this.#lastReply;
  }

  /** Seconds from a command to its reply, the least that was seen. */
  get roundTrip(): number {
    return this.#roundTrip ?? 0;
  }

  /** Whether the server has sent anything. */
  get hasHeard(): boolean {
    return this.#lastReply !== undefined || !this.#decoder.isBetweenReplies;
  }

  /** Whether a reply is there to be taken. */
  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether the server has sent something that nobody has taken yet, or a part of it. */
  get hasUnread(): boolean {
    return this.hasWaiting || !this.#decoder.isBetweenReplies;
  }

  /** Reads text as this server spells it; what makes no sense becomes U+FFFD. */
  decode(bytes: Uint8Array): string {
    const text = this.#charset.decode(bytes);
    if (text !== undefined) return text;
    const { legacy } = this.#names;
    const older = legacy?.decode(bytes);
    if (older === undefined) return lenient.decode(bytes);
    // The server has shown what it speaks.
    this.#charset = legacy!;
    return older;
  }

  /** The server says that it speaks UTF-8 (RFC 2640), which settles it unless somebody has chosen. */
  get speaksUtf8(): boolean {
    return this.#charset === utf8;
  }

  /**
   * Sends a command.
   *
   * @throws {ClientError} `connection-lost`; `path-not-valid` if the argument would be a second command
   */
  send(word: string, argument?: string): void {
    this.sendAll([[word, argument]]);
  }

  /**
   * Sends commands in one piece.
   *
   * @throws {ClientError} as {@link Conversation.send} does
   */
  sendAll(commands: readonly Command[]): void {
    if (this.#failure) throw this.#failure;
    const lines = commands.map(([word, argument]) => commandLine(word, argument));
    // Whatever was said before is no answer to this.
    for (const reply of this.#waiting.splice(0)) if (reply.code === 421) throw this.#lost("the server ends it", reply);
    for (const [word, argument = ""] of commands)
      this.#context.trace?.({ kind: "command-sent", line: redactCommand({ word, argument }) });
    this.control.send(this.#charset.encode(lines.join("")));
  }

  /** Gives the next reply, if one is there. */
  take(): Reply | undefined {
    return this.#waiting.shift();
  }

  /** Calls back once, when a reply is there or the connection is lost; at once if so. Gives what takes it back. */
  onNews(call: () => void): () => void {
    if (this.#waiting.length > 0 || this.#failure) {
      call();
      return () => {};
    }
    this.#listeners.push(call);
    return () => void (this.#listeners = this.#listeners.filter((one) => one !== call));
  }

  /**
   * The next reply.
   *
   * @throws {ClientError} `connection-lost`, `timed-out`, `aborted`
   */
  async next({ seconds = this.#context.settings.timeouts.reply, signal }: Patience = {}): Promise<Reply> {
    const outcome = await this.#news(seconds, signal);
    if (outcome === "aborted") throw new ClientError("aborted", {}, { cause: signal?.reason });
    const reply = this.take();
    if (reply) return reply;
    if (this.#failure) throw this.#failure;
    throw new ClientError("timed-out", { what: "the reply", seconds }, { reply: this.#lastReply });
  }

  /**
   * Sends a command and gives its final reply, whatever it says. A connection on which a reply is still due can be asked
   * nothing else: it is left.
   *
   * @throws {ClientError} `connection-lost`, `timed-out`, `aborted`, `path-not-valid`
   */
  async ask(word: string, argument?: string, patience: Patience = {}): Promise<Reply> {
    this.send(word, argument);
    const sent = this.#context.clock.now();
    const isTransferOrEnd = /^(?:ABOR|RETR|STOR|STOU|APPE|LIST|NLST|MLSD)$/i.test(word);
    for (let skipped = 0; ; skipped++) {
      const reply = await this.#answer(patience);
      const isLast = reply.code >= 200 && (isTransferOrEnd || !endsOfTransfers.has(reply.code));
      if (!isLast && skipped < MOST_PRELIMINARY) continue;
      if (!isLast) throw this.#lost("it does not come to an answer", reply);
      this.#measure((this.#context.clock.now() - sent) / 1000);
      if (reply.code === 421) throw this.#lost("the server ends it", reply);
      return reply;
    }
  }

  /** Leaves in good order, without waiting for it. */
  quit(): void {
    try {
      if (this.isUsable) this.send("QUIT");
    } catch {
      // It was ending this itself.
    }
    this.control.end();
    this.#fail("we have left");
  }

  /** Leaves at once. */
  destroy(): void {
    this.control.destroy();
    this.#fail("we have left");
  }

  async #answer(patience: Patience): Promise<Reply> {
    try {
      return await this.next(patience);
    } catch (error) {
      if (error instanceof ClientError) this.#end(error);
      this.control.destroy();
      throw error;
    }
  }

  #measure(seconds: number): void {
    if (this.#roundTrip === undefined || seconds < this.#roundTrip) this.#roundTrip = seconds;
  }

  #news(seconds: number, signal: AbortSignal | undefined): Promise<"news" | "late" | "aborted"> {
    if (this.#waiting.length > 0 || this.#failure) return Promise.resolve("news");
    if (signal?.aborted) return Promise.resolve("aborted");
    return new Promise((resolve) => {
      const settle = (outcome: "news" | "late" | "aborted"): void => {
        forget();
        timer.cancel();
        signal?.removeEventListener("abort", abort);
        resolve(outcome);
      };
      const abort = (): void => settle("aborted");
      const forget = this.onNews(() => settle("news"));
      const timer = this.#context.clock.after(seconds * 1000, () => settle("late"));
      signal?.addEventListener("abort", abort);
    });
  }

  #take(chunk: Uint8Array): void {
    // What was said before it went wrong was said.
    if (this.#failure) return;
    try {
      for (let at = 0; at < chunk.length;) {
        if (this.#decoder.isBetweenReplies && this.#isNoise(chunk[at]!)) {
          at++;
          continue;
        }
        const end = chunk.indexOf(LF, at);
        const line = chunk.subarray(at, end === -1 ? chunk.length : end + 1);
        at += line.length;
        for (const reply of this.#decoder.decode(line)) this.#heard(reply);
        if (this.#decoder.failure) throw this.#decoder.failure;
      }
    } catch (cause) {
      const because = cause instanceof Error ? cause.message : String(cause);
      this.#end(new ClientError("protocol-not-followed", { because }, { reply: this.#lastReply, cause }));
      this.control.destroy();
    }
  }

  /** What some servers put between replies: empty lines, NUL, and Telnet. */
  #isNoise(byte: number): boolean {
    // Nothing is answered: to a server that only echoes, every answer would be another question.
    if (this.#isInTelnet || byte === IAC) this.#isInTelnet = this.#telnet.take(byte) === NOTHING;
    return this.#isInTelnet || byte === 0 || byte === LF || byte === CR;
  }

  #heard(reply: Reply): void {
    this.#context.trace?.({ kind: "reply-received", code: reply.code, line: reply.lines.at(-1) ?? "" });
    this.#lastReply = reply;
    if (this.#waiting.length >= MOST_WAITING) {
      throw new ClientError("protocol-not-followed", { because: "it sends replies that nobody asked for" });
    }
    this.#waiting.push(reply);
    this.#wake();
  }

  #lost(cause: string, reply: Reply): ClientError {
    const error = new ClientError("connection-lost", { cause }, { reply });
    this.#end(error);
    this.control.destroy();
    return error;
  }

  #fail(why: string, cause?: Error): void {
    const reply = this.#lastReply;
    // A server that says why it closes has said it in a 421.
    const facts = { cause: reply?.code === 421 ? `421 ${reply.lines.join(" ")}` : why };
    this.#end(new ClientError("connection-lost", facts, { reply, cause }));
  }

  #end(failure: ClientError): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#context.trace?.({ kind: "control-closed", because: failure.message });
    this.#wake();
  }

  #wake(): void {
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const call of listeners) call();
  }
}

/** A command with its line end; checked before anything else is done for it. */
export function commandLine(word: string, argument: string | undefined): string {
  try {
    return formatCommand(word, argument);
  } catch (cause) {
    // A secret that ends with a line end is a secret still.
    const shown = argument === undefined ? visible(word) : redactCommand({ word, argument }).slice(word.length + 1);
    const path = JSON.stringify(shown);
    throw new ClientError("path-not-valid", { path, because: "no command can hold CR, LF or NUL" }, { cause });
  }
}
