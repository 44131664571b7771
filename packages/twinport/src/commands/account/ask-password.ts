import { readFile } from "node:fs/promises";
import { UsageError } from "../../usage-error.ts";
import { HiddenLine, MAX_PASSWORD_BYTES } from "./hidden-line.ts";
import type { Messages } from "../../messages/index.ts";
import type { Input, Terminal } from "../../terminal.ts";

/** A password shorter than this is warned about. */
const SHORT = 8;

/**
 * A new password: from the first line of a file (`-` is the standard input), asked for twice at a terminal, or the first
 * line of a standard input that is none. Never from an argument, which others on the machine can see.
 *
 * @throws {UsageError} for one that is empty, or that FTP cannot say
 */
export async function askPassword(terminal: Terminal, messages: Messages, file?: string): Promise<string> {
  const password = await given(terminal, messages.account, file);
  if (password === "") throw new UsageError(messages.account.passwordEmpty);
  if (/\p{Cc}/u.test(password)) throw new UsageError(messages.account.passwordControl);
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) throw new UsageError(messages.account.passwordLong);
  if ([...password].length < SHORT) terminal.errors.write(`${messages.account.passwordShort(SHORT)}\n`);
  return password;
}

async function given(terminal: Terminal, say: Messages["account"], file?: string): Promise<string> {
  if (file !== undefined && file !== "-") return firstLine(await readFile(file, "utf8"));
  if (file === undefined && terminal.input.isTTY) return askTwice(terminal, say);
  return firstLineOf(terminal.input);
}

function firstLine(text: string): string {
  return /^[^\r\n]*/.exec(text)![0];
}

async function firstLineOf(input: Input): Promise<string> {
  let text = "";
  for await (const chunk of input.setEncoding("utf8")) {
    text += String(chunk);
    if (/[\r\n]/.test(text) || text.length > MAX_PASSWORD_BYTES) break;
  }
  return firstLine(text);
}

async function askTwice({ input, errors }: Terminal, say: Messages["account"]): Promise<string> {
  input.setRawMode?.(true);
  input.setEncoding("utf8");
  try {
    const once = await typed(input, errors, say.newPassword);
    // Pasted with its line's end, it may have come with the second one.
    const again = await typed(input, errors, say.repeatPassword, once.rest);
    if (once.text !== again.text) throw new UsageError(say.passwordsDiffer);
    return once.text;
  } catch (error) {
    throw error === cancelled ? new UsageError(say.cancelled) : error;
  } finally {
    input.setRawMode?.(false);
    input.pause();
  }
}

/** Asks for a secret at a terminal, once. Whoever gives up there (Ctrl-C) is answered by what is thrown. */
export async function askHidden({ input, errors }: Terminal, question: string, givenUp: () => Error): Promise<string> {
  input.setRawMode?.(true);
  input.setEncoding("utf8");
  try {
    return (await typed(input, errors, question)).text;
  } catch (error) {
    throw error === cancelled ? givenUp() : error;
  } finally {
    input.setRawMode?.(false);
    input.pause();
  }
}

const cancelled = new Error("cancelled");

function typed(
  input: Input,
  errors: Terminal["errors"],
  question: string,
  before = "",
): Promise<{ readonly text: string; readonly rest: string }> {
  const line = new HiddenLine();
  errors.write(question);
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      input.off("data", take).off("end", end);
      errors.write("\n");
    };
    const end = (): void => {
      stop();
      reject(cancelled);
    };
    const take = (chunk: string): void => {
      const outcome = line.take(chunk);
      if (outcome.kind === "typing") return;
      if (outcome.kind !== "done") return end();
      stop();
      resolve({ text: line.text, rest: outcome.rest });
    };
    input.on("data", take).on("end", end);
    if (before !== "") take(before);
  });
}
