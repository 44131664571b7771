import { fileAccounts } from "@twinport/accounts";
import type { FileAccounts } from "@twinport/accounts";
import type { Storage } from "@twinport/storage";
import { describe } from "./describe.ts";
import type { Log } from "./log.ts";
import type { Messages } from "./messages/index.ts";
import type { Places } from "./places.ts";

/** The accounts of a file, with their files; what becomes of the file while the daemon runs is reported. */
export function accountsOfFile(file: string, places: Places, log: Log, messages: Messages): FileAccounts<Storage> {
  return fileAccounts<Storage>({
    file,
    place: (record) => places.lend(record),
    onProblem(problem) {
      const said = describe(problem, messages);
      // With rights too wide it is used all the same.
      const sentence = problem.code === "file-open-to-others" ? said : messages.accountsKept(said);
      log.report({
        level: "warn",
        event: "accounts-problem",
        facts: { code: problem.code, ...problem.facts },
        sentence,
      });
    },
    onReload(accounts) {
      const sentence = messages.accountsReloaded(accounts, file);
      log.report({ level: "info", event: "accounts-reloaded", facts: { file, accounts }, sentence });
    },
  });
}
