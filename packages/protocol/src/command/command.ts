import { LocalProtocolError } from "../errors.ts";
import { lookUpVerb, ruleOf } from "./verbs.ts";

/** A command line taken apart: the word as it was written, and everything behind the one space after it. */
export interface Command {
  readonly word: string;
  readonly argument: string;
}

/** Why a line is no command. */
export type CommandRefusal = "empty" | "not-a-word" | "control-byte" | "not-text";

/** What {@link parseCommand} makes of a line. */
export type ParsedCommand =
  | { readonly kind: "command"; readonly command: Command }
  | { readonly kind: "refused"; readonly because: CommandRefusal };

const SPACE = 0x20;

/**
 * Takes a command line apart (RFC 959 §5.3.1). Spaces in the argument are kept, also leading and trailing ones: they
 * are letters of a file name.
 *
 * @param decode reads the argument in the session's charset; undefined where the bytes are not of that charset
 */
export function parseCommand(line: Uint8Array, decode: (bytes: Uint8Array) => string | undefined): ParsedCommand {
  if (line.length === 0) return { kind: "refused", because: "empty" };
  const space = line.indexOf(SPACE);
  const end = space === -1 ? line.length : space;
  let word = "";
  for (let i = 0; i < end; i++) {
    const byte = line[i]!;
    if (byte < 0x21 || byte > 0x7e || i >= 32) return { kind: "refused", because: "not-a-word" };
    word += String.fromCharCode(byte);
  }
  if (word === "") return { kind: "refused", because: "not-a-word" };
  const argument = space === -1 ? "" : decode(line.subarray(space + 1));
  if (argument === undefined) return { kind: "refused", because: "not-text" };
  if (hasLineBreaker(argument)) return { kind: "refused", because: "control-byte" };
  return { kind: "command", command: { word, argument } };
}

/**
 * Writes a command line with its CRLF.
 *
 * @throws {LocalProtocolError} `control-byte` if the argument holds CR, LF or NUL: it would be two commands
 */
export function formatCommand(word: string, argument?: string): string {
  if (hasLineBreaker(word) || (argument !== undefined && hasLineBreaker(argument))) {
    throw new LocalProtocolError("control-byte", { word: JSON.stringify(word) });
  }
  return argument === undefined ? `${word}\r\n` : `${word} ${argument}\r\n`;
}

/** A command as a log may show it: the argument of a secret verb is stars, control bytes are visible. */
export function redactCommand(command: Command): string {
  if (command.argument === "") return command.word;
  const found = lookUpVerb(command.word);
  const secret = found.kind === "verb" && ruleOf(found.verb).secret;
  return secret ? `${command.word} ****` : `${command.word} ${visible(command.argument)}`;
}

function hasLineBreaker(text: string): boolean {
  return text.includes("\r") || text.includes("\n") || text.includes("\0");
}

/** Text with its control characters (C0, DEL, C1) replaced by `?`, so that it can stand in a reply, a listing or a log. */
export function visible(text: string): string {
  // eslint-disable-next-line no-control-regex -- finding control characters is the purpose
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");
}
