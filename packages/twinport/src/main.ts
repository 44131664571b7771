import process from "node:process";
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { UsageError } from "./usage-error.ts";
import { chooseLanguage } from "./language.ts";
import { messagesIn } from "./messages/index.ts";
import { serveCommand } from "./commands/serve.ts";

/** Exit codes of the command; further ones come with the commands that need them. */
const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

/** Runs the command `twinport` and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const language = chooseLanguage(args, process.env);
  const messages = messagesIn(language);
  const program = new Command("twinport")
    .description(messages.program)
    .version(version(), "-V, --version", messages.version)
    .helpOption("-h, --help", messages.help)
    .option("--lang <language>", messages.lang)
    .enablePositionalOptions()
    .exitOverride();
  const serve = serveCommand(messages, language)
    .helpOption("-h, --help", messages.help)
    .option("--lang <language>", messages.lang)
    .exitOverride();
  program.addCommand(serve);
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCodes.done;
  } catch (error) {
    // Commander has said what it has to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    process.stderr.write(`${messages.failed(error instanceof Error ? error.message : String(error))}\n`);
    return error instanceof UsageError || isConfigError(error) ? exitCodes.usage : exitCodes.failed;
  }
}

function isConfigError(error: unknown): boolean {
  return error instanceof Error && error.name === "ConfigError";
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
