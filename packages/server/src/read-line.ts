import { codes, parseCommand, reply } from "@twinport/protocol";
import type { Charset, Command, CommandRefusal, DecodedLine, Reply } from "@twinport/protocol";

/** A line that has come: a command, or the answer to what is none. */
export type ReadLine =
  | { readonly command: Command }
  | {
      readonly refused: Reply;
      /** Whoever says that does not speak FTP; a name that cannot be read is none. */
      readonly isNonsense: boolean;
      /** Its bytes are not of the charset. */
      readonly isOtherCharset: boolean;
    };

const lineRefusals: Readonly<Record<CommandRefusal, Reply>> = {
  empty: reply(codes.unrecognised, "An empty line is no command."),
  "not-a-word": reply(codes.unrecognised, "A command begins with a word of ASCII letters."),
  "control-byte": reply(codes.badArgument, "CR, LF and NUL cannot be part of a command."),
  "not-text": reply(codes.badArgument, "The argument is not in this session's charset."),
};

const tooLong = reply(codes.unrecognised, "The command line is too long.");

/** Reads a line in a session's charset. */
export function readLine(line: DecodedLine, charset: Charset): ReadLine {
  if (line.kind === "too-long") return { refused: tooLong, isNonsense: true, isOtherCharset: false };
  const parsed = parseCommand(line.bytes, (bytes) => charset.decode(bytes));
  if (parsed.kind === "command") return { command: parsed.command };
  const isNonsense = parsed.because === "empty" || parsed.because === "not-a-word";
  return { refused: lineRefusals[parsed.because], isNonsense, isOtherCharset: parsed.because === "not-text" };
}
