import { readAccountsFile, updateAccountsFile } from "@twinport/accounts";
import { Command } from "commander";
import { UsageError } from "../../usage-error.ts";
import { accountsPath } from "./accounts-path.ts";
import type { Messages } from "../../messages/index.ts";
import type { Terminal } from "../../terminal.ts";

/** `twinport account remove NAME`: the account, not its files. */
export function removeCommand(messages: Messages, terminal: Terminal): Command {
  const say = messages.account;
  return new Command("remove")
    .description(say.remove)
    .argument("<name>", say.name)
    .option("--file <file>", say.file)
    .action(async (name: string, flags: { readonly file?: string }) => {
      const file = accountsPath(flags, terminal);
      // A file that is not there is said, and not made.
      await readAccountsFile(file);
      await updateAccountsFile(file, (accounts) => {
        if (!accounts.delete(name)) throw new UsageError(say.noSuchAccount(name, file));
      });
      terminal.output.write(`${say.removed(name, file)}\n`);
    });
}
