import { hashPassword, readAccountsFile, updateAccountsFile } from "@twinport/accounts";
import { Command } from "commander";
import { UsageError } from "../../usage-error.ts";
import { accountsPath } from "./accounts-path.ts";
import { askPassword } from "./ask-password.ts";
import type { Messages } from "../../messages/index.ts";
import type { Terminal } from "../../terminal.ts";

/** `twinport account passwd NAME`. */
export function passwdCommand(messages: Messages, terminal: Terminal): Command {
  const say = messages.account;
  return new Command("passwd")
    .description(say.passwd)
    .argument("<name>", say.name)
    .option("--file <file>", say.file)
    .option("--password-file <file>", say.passwordFile)
    .action(async (name: string, flags: { readonly file?: string; readonly passwordFile?: string }) => {
      const file = accountsPath(flags, terminal);
      const { accounts } = await readAccountsFile(file);
      if (!accounts.has(name)) throw new UsageError(say.noSuchAccount(name, file));
      const password = await hashPassword(await askPassword(terminal, messages, flags.passwordFile));
      await updateAccountsFile(file, (written) => {
        const account = written.get(name);
        if (!account) throw new UsageError(say.noSuchAccount(name, file));
        written.set(name, { ...account, password });
      });
      terminal.output.write(`${say.passwordChanged(name, file)}\n`);
    });
}
