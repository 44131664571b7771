import { Command } from "commander";
import { runClient } from "./client-run.ts";
import { urlWithPath } from "./remote-url.ts";
import { withConnectionOptions } from "./connection-flags.ts";
import type { ClientRun } from "./client-run.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { ConnectionFlags } from "./connection-flags.ts";

interface RmFlags extends ConnectionFlags {
  readonly recursive?: true;
}

/** `twinport rm URL…`. */
export function rmCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words, options } = messages.client;
  const command = new Command("rm").description(commands.rm).argument("<url...>", words.urls);
  return withConnectionOptions(command.option("-r, --recursive", options.recursiveRemove), messages).action(
    (written: readonly string[], flags: RmFlags) =>
      runClient(setting, flags, (run) => run.each(written, (one) => remove(run, one, flags.recursive ?? false))),
  );
}

async function remove(run: ClientRun, written: string, recursive: boolean): Promise<void> {
  const url = urlWithPath(written, run.say);
  const { signal } = run;
  const server = await run.server(url);
  const isFolder = recursive && (await server.stat(url.path, { signal })).kind === "directory";
  await (isFolder ? server.removeDirectory(url.path, { signal, recursive }) : server.remove(url.path, { signal }));
  run.done({ command: "rm", url: url.shown, path: url.path });
}
