import { fxp } from "@twinport/client";
import { Command } from "commander";
import { inRemoteFolder, lastNameOf, remoteUrl, urlWithPath } from "./remote-url.ts";
import { runClient } from "./client-run.ts";
import { verifyOption } from "./transfer-flags.ts";
import { withConnectionOptions } from "./connection-flags.ts";
import type { Verify } from "@twinport/client";
import type { ClientRun } from "./client-run.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { ConnectionFlags } from "./connection-flags.ts";

interface FxpFlags extends ConnectionFlags {
  readonly verify?: Verify;
  /** False for `--no-times`. */
  readonly times: boolean;
}

/** `twinport fxp FROM TO`: from server to server, and not by way of here. */
export function fxpCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words, options } = messages.client;
  const command = new Command("fxp")
    .description(commands.fxp)
    .argument("<from>", words.fxpFrom)
    .argument("<to>", words.fxpTo)
    .addOption(verifyOption(messages))
    .option("--no-times", options.noTimes);
  return withConnectionOptions(command, messages).action((from: string, to: string, flags: FxpFlags) =>
    // A server that sends to itself is two.
    runClient(setting, flags, (run) => cross(run, from, to, flags), { parallel: () => 2 }),
  );
}

async function cross(run: ClientRun, from: string, to: string, flags: FxpFlags): Promise<void> {
  const source = urlWithPath(from, run.say);
  const target = remoteUrl(to, run.say);
  const path = target.isFolder ? inRemoteFolder(target.path, lastNameOf(source.path) ?? "") : target.path;
  const { signal } = run;
  const [sender, receiver] = [await run.server(source), await run.server(target)];
  const result = await sender.use(
    (one) =>
      receiver.use(
        (other) =>
          fxp(one, source.path, other, path, {
            signal,
            clearData: flags.clearData ?? false,
            verify: flags.verify ?? "size",
            preserveTime: flags.times,
          }),
        { signal },
      ),
    { signal },
  );
  const { size, seconds, passive, protection, verified, failed } = result;
  const facts = { size: size ?? null, seconds, passive, protection, verified: verified ?? null, failed };
  run.done({ command: "fxp", from: source.shown, to: target.shown, path, ...facts });
}
