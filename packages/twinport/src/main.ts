import process from "node:process";
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { AccountsFileError, sayAccountsFileProblem } from "@twinport/accounts";
import { messagesIn as daemonMessagesIn } from "@twinport/daemon";
import { NegativeAnswer } from "./negative-answer.ts";
import { UsageError } from "./usage-error.ts";
import { accountCommand } from "./commands/account/account.ts";
import { chooseLanguage } from "./language.ts";
import { messagesIn } from "./messages/index.ts";
import { serveCommand } from "./commands/serve.ts";
import type { Language } from "@twinport/daemon";
import type { Messages } from "./messages/index.ts";
import type { Terminal } from "./commands/account/terminal.ts";

/** Exit codes of the command; further ones come with the commands that need them. */
const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

const ownTerminal: Terminal = {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  environment: process.env,
  now: Date.now,
};

/** Runs the command `twinport` and gives its exit code. */
export async function main(args: readonly string[], terminal: Terminal = ownTerminal): Promise<number> {
  const language = chooseLanguage(args, terminal.environment);
  const messages = messagesIn(language);
  const program = new Command("twinport")
    .description(messages.program)
    .version(version(), "-V, --version", messages.version)
    .helpOption("-h, --help", messages.help)
    .option("--lang <language>", messages.lang)
    .enablePositionalOptions()
    .exitOverride();
  for (const command of [serveCommand(messages, language), accountCommand(messages, terminal)]) {
    program.addCommand(likeAll(command, messages));
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCodes.done;
  } catch (error) {
    // Commander has said what it has to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (error instanceof NegativeAnswer) return exitCodes.failed;
    terminal.errors.write(`${messages.failed(sentenceOf(error, language))}\n`);
    return error instanceof UsageError || isConfigError(error) ? exitCodes.usage : exitCodes.failed;
  }
}

/** What every command has, and commander does not pass on. */
function likeAll(command: Command, messages: Messages): Command {
  for (const below of command.commands) likeAll(below, messages);
  return command.helpOption("-h, --help", messages.help).option("--lang <language>", messages.lang).exitOverride();
}

function sentenceOf(error: unknown, language: Language): string {
  if (error instanceof AccountsFileError) {
    return sayAccountsFileProblem(error.code, error.facts, daemonMessagesIn(language).accountsFile);
  }
  return error instanceof Error ? error.message : String(error);
}

/** Somebody has written what cannot be. A file that cannot be changed at the moment is another matter. */
function isConfigError(error: unknown): boolean {
  if (error instanceof AccountsFileError) return error.code !== "file-locked" && error.code !== "file-not-written";
  return error instanceof Error && error.name === "ConfigError";
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
