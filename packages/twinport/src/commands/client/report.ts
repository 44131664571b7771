import { ClientError } from "@twinport/client";
import { visible } from "@twinport/protocol";
import { exitCodeOf } from "../../exit-codes.ts";
import { hintsOf } from "./attempt-hints.ts";
import { jsonLine } from "./json-line.ts";
import type { ClientWarning } from "@twinport/client";
import type { Messages } from "../../messages/index.ts";
import type { Output, Terminal } from "../../terminal.ts";

/** How it is told. */
export interface ReportOptions {
  readonly json: boolean;
  /** The bytes of a file go to the standard output: nothing else may. */
  readonly outputTaken: boolean;
}

/** What a command tells: to people in sentences, to programs an object a line. */
export class Report {
  readonly #terminal: Terminal;
  readonly #messages: Messages;
  readonly #options: ReportOptions;
  readonly #warned = new Set<string>();
  /** TLS hides what is said from the boxes on the way. */
  isProtected = false;
  /** What stands on the terminal's last line, and has to go before another one is written. */
  #clear: () => void = () => {};

  constructor(terminal: Terminal, messages: Messages, options: ReportOptions) {
    this.#terminal = terminal;
    this.#messages = messages;
    this.#options = options;
  }

  get isJson(): boolean {
    return this.#options.json;
  }

  /** Whether a person may see how far it is. */
  get isWatched(): boolean {
    return !this.isJson && this.#terminal.errors.isTTY === true;
  }

  /** Who keeps a line of the terminal is asked to give it up before anything else is written. */
  keepLine(clear: () => void): void {
    this.#clear = clear;
  }

  /** A result, to people. Names may hold what would steer a terminal: that is shown as `?` there, and exact in a pipe. */
  line(text: string): void {
    const { output } = this.#terminal;
    this.#write(output, output.isTTY ? visible(text) : text);
  }

  /** A result, to programs. */
  object(result: object): void {
    this.#write(this.#objects, jsonLine(result));
  }

  /** A sentence beside the result. */
  note(sentence: string): void {
    if (this.isJson) return;
    this.#write(this.#terminal.errors, visible(sentence));
  }

  /** Lines that are drawn; what came from the other end is made visible by whoever draws them. */
  draw(lines: readonly string[]): void {
    for (const line of lines) this.#write(this.#terminal.errors, line);
  }

  warn({ code, facts }: ClientWarning): void {
    const { client } = this.#messages;
    // A port that is taken costs nobody anything.
    if (code === "preferred-port-taken" || isSameMode(code, facts)) return;
    const key = `${code} ${JSON.stringify(facts)}`;
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    if (this.isJson) this.#write(this.#terminal.errors, jsonLine({ event: "warning", code, facts }));
    else this.note(client.warning(client.warnings[code](facts)));
  }

  /** A failure: what stopped it, what was tried, and what that means. */
  fail(error: unknown, facts: object = {}): void {
    if (this.isJson) return this.object({ ...this.#objectOf(error), ...facts });
    const { client, failed } = this.#messages;
    this.note(failed(this.#sentenceOf(error)));
    if (!(error instanceof ClientError)) return;
    const wantsTls = error.code === "login-refused" && !this.isProtected && /\b(?:tls|ssl)\b/i.test(error.message);
    if (wantsTls) this.note(client.hints.wantsTls);
    if (error.code !== "no-mode-moves-data") return;
    if (error.attempts.length === 0) this.note(client.hints.nothingTried);
    for (const attempt of error.attempts) this.note(`  ${client.attempt(attempt)}`);
    for (const hint of hintsOf(error.attempts, this.isProtected)) this.note(client.hints[hint]);
  }

  #sentenceOf(error: unknown): string {
    if (error instanceof ClientError) return this.#messages.client.error(error);
    if (!(error instanceof Error)) return String(error);
    const path = "path" in error && typeof error.path === "string" ? error.path : undefined;
    return this.#messages.client.failure(error.message, path);
  }

  #objectOf(error: unknown): object {
    const said = { event: "error", exit: exitCodeOf(error), message: this.#sentenceOf(error) };
    if (!(error instanceof ClientError)) return { ...said, code: exitCodeOf(error) === 2 ? "usage" : "failed" };
    const { code, facts, retryable, reply, attempts } = error;
    return { ...said, code, facts, retryable, ...(reply && { reply }), attempts };
  }

  get #objects(): Output {
    return this.#options.outputTaken ? this.#terminal.errors : this.#terminal.output;
  }

  #write(where: Output, line: string): void {
    this.#clear();
    where.write(`${line}\n`);
  }
}

/** What broke has been told, and went on in the mode that it had. */
function isSameMode(code: ClientWarning["code"], { mode, failed }: ClientWarning["facts"]): boolean {
  if (code !== "mode-fell-back") return false;
  return String(failed)
    .split(", ")
    .every((one) => one.startsWith(`${mode}:`));
}
