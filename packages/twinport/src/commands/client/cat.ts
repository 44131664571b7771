import { Command } from "commander";
import { intoOutput } from "./output-stream.ts";
import { runClient } from "./client-run.ts";
import { urlWithPath } from "./remote-url.ts";
import { withConnectionOptions } from "./connection-flags.ts";
import type { ClientRun } from "./client-run.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { ConnectionFlags } from "./connection-flags.ts";

/** `twinport cat URL…`: files, one after the other, on the standard output. */
export function catCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words } = messages.client;
  const command = new Command("cat").description(commands.cat).argument("<url...>", words.urls);
  return withConnectionOptions(command, messages).action((written: readonly string[], flags: ConnectionFlags) =>
    runClient(setting, flags, (run) => run.each(written, (one) => cat(run, one)), { outputTaken: true }),
  );
}

async function cat(run: ClientRun, written: string): Promise<void> {
  const url = urlWithPath(written, run.say);
  const server = await run.server(url);
  const target = intoOutput(run.terminal.output);
  await server.download(url.path, target, { signal: run.signal, ascii: url.type === "ascii", preserveTime: false });
}
