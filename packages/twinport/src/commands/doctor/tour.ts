import { Command } from "commander";
import type { CommandSetting } from "../command-setting.ts";

/** `twinport tour`. */
export function tourCommand({ messages }: CommandSetting): Command {
  return new Command("tour").description(messages.tour.tour);
}
