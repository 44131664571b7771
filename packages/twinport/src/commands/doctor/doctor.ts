import { Command, Option } from "commander";
import { UsageError } from "../../usage-error.ts";
import { addDeploymentOptions } from "../deployment-options.ts";
import { withReachOptions } from "../client/connection-flags.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { DeploymentFlags } from "../deployment-options.ts";
import type { DoctorUrlFlags } from "./doctor-url.ts";

/** `twinport doctor URL`, and `twinport doctor --server`: the same word for options of other names. */
export function doctorCommand(setting: CommandSetting, args: readonly string[]): Command {
  return args.includes("--server") ? ofServer(setting) : ofUrl(setting);
}

function ofUrl(setting: CommandSetting): Command {
  const { messages } = setting;
  const say = messages.doctor;
  const command = new Command("doctor")
    .description(say.doctor)
    .argument("[url]", say.url)
    .option("--server", say.server)
    .option("--clear", say.clear)
    .option("--idle <seconds>", say.idle);
  return withReachOptions(command, messages)
    .option("--svg <file>", say.svg)
    .addOption(new Option("--theme <theme>", messages.explain.theme).choices(["auto", "light", "dark"]).default("auto"))
    .option("--json", say.json)
    .action(async (url: string | undefined, flags: DoctorUrlFlags) => {
      if (url === undefined) throw new UsageError(say.noUrl);
      await (await import("./doctor-url.ts")).doctorUrl(setting, url, flags);
    });
}

function ofServer(setting: CommandSetting): Command {
  const { messages } = setting;
  const say = messages.doctor;
  const command = new Command("doctor")
    .description(say.doctor)
    .argument("[url]", say.url)
    .option("--server", say.server);
  return addDeploymentOptions(command, messages)
    .option("--json", say.json)
    .action(async (url: string | undefined, flags: DeploymentFlags & { readonly json?: true }) => {
      if (url !== undefined) throw new UsageError(say.urlAndServer);
      await (await import("./doctor-server.ts")).doctorServer(setting, flags);
    });
}
