import { Command } from "commander";
import { addCommand } from "./add.ts";
import { checkCommand } from "./check.ts";
import { listCommand } from "./list.ts";
import { passwdCommand } from "./passwd.ts";
import { removeCommand } from "./remove.ts";
import type { Messages } from "../../messages/index.ts";
import type { Terminal } from "../../terminal.ts";

/** `twinport account …`: the accounts of a file. */
export function accountCommand(messages: Messages, terminal: Terminal): Command {
  const account = new Command("account").description(messages.account.account).helpCommand(false);
  for (const command of [addCommand, passwdCommand, removeCommand, listCommand, checkCommand]) {
    account.addCommand(command(messages, terminal));
  }
  return account;
}
