import { Command } from "commander";
import { runClient } from "./client-run.ts";
import { urlWithPath } from "./remote-url.ts";
import { withConnectionOptions } from "./connection-flags.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { ConnectionFlags } from "./connection-flags.ts";

interface RmdirFlags extends ConnectionFlags {
  readonly recursive?: true;
}

/** `twinport rmdir URL…`. */
export function rmdirCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words, options } = messages.client;
  const command = new Command("rmdir").description(commands.rmdir).argument("<url...>", words.urls);
  return withConnectionOptions(command.option("-r, --recursive", options.recursiveRemove), messages).action(
    (written: readonly string[], flags: RmdirFlags) =>
      runClient(setting, flags, (run) =>
        run.each(written, async (one) => {
          const url = urlWithPath(one, run.say);
          const server = await run.server(url);
          await server.removeDirectory(url.path, { signal: run.signal, recursive: flags.recursive ?? false });
          run.done({ command: "rmdir", url: url.shown, path: url.path });
        }),
      ),
  );
}
