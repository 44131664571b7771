import { Command } from "commander";
import type { CommandSetting } from "../command-setting.ts";

/** `twinport doctor`. */
export function doctorCommand({ messages }: CommandSetting): Command {
  return new Command("doctor").description(messages.doctor.doctor);
}
