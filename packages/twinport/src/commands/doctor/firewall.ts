import { Command } from "commander";
import type { CommandSetting } from "../command-setting.ts";

/** `twinport firewall`. */
export function firewallCommand({ messages }: CommandSetting): Command {
  return new Command("firewall").description(messages.firewall.firewall);
}
