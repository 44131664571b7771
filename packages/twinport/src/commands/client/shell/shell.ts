import { createInterface } from "node:readline";
import { callbackify } from "node:util";
import { visible } from "@twinport/protocol";
import { Command } from "commander";
import { UsageError } from "../../../usage-error.ts";
import { ShellPlace } from "./shell-place.ts";
import { completeLine } from "./shell-completion.ts";
import { keepHistory, readHistory } from "./shell-history.ts";
import { remoteUrl } from "../remote-url.ts";
import { runClient } from "../client-run.ts";
import { shellVerbs } from "./shell-verbs.ts";
import { shellWords } from "./shell-words.ts";
import { withConnectionOptions } from "../connection-flags.ts";
import type { Interface } from "node:readline";
import type { ClientRun } from "../client-run.ts";
import type { CommandSetting } from "../../command-setting.ts";
import type { ConnectionFlags } from "../connection-flags.ts";
import type { ShellVerbName } from "./shell-verbs.ts";

/** `twinport shell URL`: commands one a line, from a person or from a pipe. */
export function shellCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words } = messages.client;
  const command = new Command("shell").description(commands.shell).argument("<url>", words.url);
  return withConnectionOptions(command, messages).action((written: string, flags: ConnectionFlags) =>
    runClient(setting, flags, async (run) => {
      if (flags.passwordStdin && !run.terminal.input.isTTY) throw new UsageError(run.say.usage.inputTwice);
      const url = remoteUrl(written, run.say);
      const place = await ShellPlace.in(run, await run.server(url), url.path);
      await (run.terminal.input.isTTY ? withPerson(run, place) : withPipe(run, place));
    }),
  );
}

/** Line by line, until one fails. */
async function withPipe(run: ClientRun, place: ShellPlace): Promise<void> {
  const lines = createInterface({ input: run.terminal.input, signal: run.signal });
  for await (const line of lines) {
    if (isQuit(line)) break;
    await doLine(run, place, line);
  }
  lines.close();
  run.signal.throwIfAborted();
}

/** With a prompt, history and completion; what fails is told, and it goes on. */
async function withPerson(run: ClientRun, place: ShellPlace): Promise<void> {
  const { input, output, environment } = run.terminal;
  const lines = createInterface({
    ...{ input, output, terminal: true, historySize: 500, removeHistoryDuplicates: true },
    history: readHistory(environment),
    completer: callbackify((line: string) => completeLine(line, place)),
  });
  lines.on("history", (history: readonly string[]) => keepHistory(history, environment));
  // Ctrl-C ends what runs, or the line that is being written; never the shell.
  lines.on("SIGINT", () => {
    if (!run.stopPart()) prompt(lines, place, "\n");
  });
  run.signal.addEventListener("abort", () => lines.close());
  prompt(lines, place);
  let hasQuit = false;
  for await (const line of lines) {
    hasQuit = isQuit(line);
    if (hasQuit) break;
    try {
      await run.part(() => doLine(run, place, line));
    } catch (error) {
      if (run.isEnding) throw error;
      run.report.fail(error);
    }
    prompt(lines, place);
  }
  // Ctrl-D leaves the prompt where it stands.
  if (!hasQuit) output.write("\n");
  lines.close();
}

function prompt(lines: Interface, place: ShellPlace, before = ""): void {
  if (before !== "") lines.write(null, { ctrl: true, name: "u" });
  lines.setPrompt(`${before}${visible(place.server.settings.host)}:${visible(place.remote)}> `);
  lines.prompt();
  if (before !== "") lines.setPrompt(`${visible(place.server.settings.host)}:${visible(place.remote)}> `);
}

function isQuit(line: string): boolean {
  return /^\s*(?:quit|exit|bye)\s*$/i.test(line);
}

/** Does one line; an empty one, and one that begins with `#`, is nothing to do. */
async function doLine(run: ClientRun, place: ShellPlace, line: string): Promise<void> {
  const [name, ...rest] = shellWords(line);
  if (!name || name.raw.startsWith("#")) return;
  const { shell: say } = run.say;
  if (!Object.hasOwn(shellVerbs, name.text)) throw new UsageError(say.notAVerb(name.text));
  const verb = shellVerbs[name.text as ShellVerbName];
  const flags = rest.filter(({ raw }) => verb.flags?.includes(raw)).map(({ raw }) => raw);
  // A word that begins with - is an option, unless it is quoted.
  const words = rest.filter(({ raw }) => !flags.includes(raw));
  const wrong = words.find(({ raw }) => /^-./.test(raw));
  if (wrong || words.length < verb.least || words.length > verb.most) {
    throw new UsageError(say.usage(`${name.text} ${verb.usage}`.trim()));
  }
  try {
    await verb.work({ run, place, words, has: (flag) => flags.includes(flag) });
  } finally {
    if (verb.changes) place.changed();
  }
}
