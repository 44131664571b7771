import { Command } from "commander";
import { runClient } from "./client-run.ts";
import { urlWithPath } from "./remote-url.ts";
import { withConnectionOptions } from "./connection-flags.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { ConnectionFlags } from "./connection-flags.ts";

interface MkdirFlags extends ConnectionFlags {
  readonly parents?: true;
}

/** `twinport mkdir URL…`. */
export function mkdirCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words, options } = messages.client;
  const command = new Command("mkdir").description(commands.mkdir).argument("<url...>", words.urls);
  return withConnectionOptions(command.option("-p, --parents", options.parents), messages).action(
    (written: readonly string[], flags: MkdirFlags) =>
      runClient(setting, flags, (run) =>
        run.each(written, async (one) => {
          const url = urlWithPath(one, run.say);
          const server = await run.server(url);
          await server.makeDirectory(url.path, { signal: run.signal, recursive: flags.parents ?? false });
          run.done({ command: "mkdir", url: url.shown, path: url.path });
        }),
      ),
  );
}
