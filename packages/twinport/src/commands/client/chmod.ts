import { Command } from "commander";
import { UsageError } from "../../usage-error.ts";
import { runClient } from "./client-run.ts";
import { urlWithPath } from "./remote-url.ts";
import { withConnectionOptions } from "./connection-flags.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { ConnectionFlags } from "./connection-flags.ts";

/** `twinport chmod BITS URL…`. */
export function chmodCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words } = messages.client;
  const command = new Command("chmod")
    .description(commands.chmod)
    .argument("<bits>", words.bits)
    .argument("<url...>", words.urls);
  return withConnectionOptions(command, messages).action(
    (bits: string, written: readonly string[], flags: ConnectionFlags) =>
      runClient(setting, flags, async (run) => {
        if (!/^[0-7]{3,4}$/.test(bits)) throw new UsageError(run.say.usage.notBits(bits));
        await run.each(written, async (one) => {
          const url = urlWithPath(one, run.say);
          const server = await run.server(url);
          await server.setMode(url.path, Number.parseInt(bits, 8), { signal: run.signal });
          run.done({ command: "chmod", url: url.shown, path: url.path, mode: bits });
        });
      }),
  );
}
