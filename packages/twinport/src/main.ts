import process from "node:process";
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { exitCodes } from "./exit-codes.ts";
import { NegativeAnswer } from "./negative-answer.ts";
import { Reported } from "./reported.ts";
import { UsageError } from "./usage-error.ts";
import { chooseLanguage } from "./language.ts";
import { commandsFor } from "./commands/commands.ts";
import { withVerifyWord } from "./commands/client/transfer-flags.ts";
import { messagesIn } from "./messages/index.ts";
import type { AccountsFileError } from "@twinport/accounts";
import type { Language } from "@twinport/daemon";
import type { Messages } from "./messages/index.ts";
import type { Terminal } from "./terminal.ts";

const ownTerminal: Terminal = {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  environment: process.env,
  now: Date.now,
  onInterrupt,
};

/** The signals that ask a command to stop. The second one is left to the system, for whoever cannot wait. */
function onInterrupt(call: () => void): () => void {
  process.once("SIGINT", call).once("SIGTERM", call);
  return () => void process.off("SIGINT", call).off("SIGTERM", call);
}

/** Runs the command `twinport` and gives its exit code. */
export async function main(args: readonly string[], terminal: Terminal = ownTerminal): Promise<number> {
  const language = chooseLanguage(args, terminal.environment);
  const messages = messagesIn(language);
  const program = new Command("twinport")
    .description(messages.program)
    .version(version(), "-V, --version", messages.version)
    .helpOption("-h, --help", messages.help)
    .helpCommand("help [command]", messages.help)
    .option("--lang <language>", messages.lang)
    .enablePositionalOptions()
    .exitOverride();
  speak(program, messages);
  for (const command of await commandsFor(args, { terminal, messages, language })) {
    program.addCommand(likeAll(command, messages));
  }
  try {
    await program.parseAsync(withVerifyWord(args), { from: "user" });
    return exitCodes.done;
  } catch (error) {
    // Commander has said what it has to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (error instanceof NegativeAnswer) return exitCodes.failed;
    if (error instanceof Reported) return error.exitCode;
    terminal.errors.write(`${messages.failed(await sentenceOf(error, language))}\n`);
    return error instanceof UsageError || isConfigError(error) ? exitCodes.usage : exitCodes.failed;
  }
}

/** What every command has, and commander does not pass on. */
function likeAll(command: Command, messages: Messages): Command {
  for (const below of command.commands) likeAll(below, messages);
  speak(command, messages);
  return command.helpOption("-h, --help", messages.help).option("--lang <language>", messages.lang).exitOverride();
}

/** The parser has sentences of its own. */
function speak(command: Command, { parserError, helpTitle }: Messages): void {
  command
    .configureOutput({ outputError: (text, write) => write(parserError(text)) })
    .configureHelp({ styleTitle: helpTitle });
}

async function sentenceOf(error: unknown, language: Language): Promise<string> {
  if (isAccountsFileError(error)) {
    const [{ sayAccountsFileProblem }, { messagesIn: daemonMessagesIn }] = await Promise.all([
      import("@twinport/accounts"),
      import("@twinport/daemon"),
    ]);
    return sayAccountsFileProblem(error.code, error.facts, daemonMessagesIn(language).accountsFile);
  }
  return error instanceof Error ? error.message : String(error);
}

/** By its name: whoever has met one has loaded its package, and nobody else needs to. */
function isAccountsFileError(error: unknown): error is AccountsFileError {
  return error instanceof Error && error.name === "AccountsFileError";
}

/** Somebody has written what cannot be. A file that cannot be changed at the moment is another matter. */
function isConfigError(error: unknown): boolean {
  if (isAccountsFileError(error)) return error.code !== "file-locked" && error.code !== "file-not-written";
  return error instanceof Error && error.name === "ConfigError";
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
