import { Command } from "commander";
import type { CommandSetting } from "../command-setting.ts";

/** `twinport explain`. */
export function explainCommand({ messages }: CommandSetting): Command {
  return new Command("explain").description(messages.explain.explain);
}
