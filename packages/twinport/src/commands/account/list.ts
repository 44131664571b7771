import { allPermissions, readAccountsFile, readOnlyPermissions, whyNotAllowed } from "@twinport/accounts";
import { displayWidth, padToWidth, visible } from "@twinport/protocol";
import { Command } from "commander";
import { accountsPath } from "./accounts-path.ts";
import { wordsOf } from "./permission-words.ts";
import type { AccountRecord } from "@twinport/accounts";
import type { Messages } from "../../messages/index.ts";
import type { Terminal } from "../../terminal.ts";

/** `twinport account list`. */
export function listCommand(messages: Messages, terminal: Terminal): Command {
  const say = messages.account;
  return new Command("list")
    .description(say.list)
    .option("--file <file>", say.file)
    .option("--json", say.json)
    .action(async (flags: { readonly file?: string; readonly json?: true }) => {
      const { accounts, anonymous } = await readAccountsFile(accountsPath(flags, terminal));
      const records = [...accounts.values(), ...(anonymous ? [anonymous] : [])];
      const rows = records.map((record) => factsOf(record, terminal.now()));
      terminal.output.write(flags.json ? `${JSON.stringify(rows, undefined, 2)}\n` : tableOf(rows, messages));
    });
}

/** What the list says of an account. */
interface AccountFacts {
  readonly name: string;
  readonly root: string | null;
  readonly permissions: string | readonly string[];
  /** Folders whose permissions are others. */
  readonly rules: number;
  readonly state: "active" | "disabled" | "expired";
  readonly quota: { readonly bytes?: number; readonly files?: number } | null;
}

function factsOf(record: AccountRecord, now: number): AccountFacts {
  const why = whyNotAllowed(record, { now });
  return {
    name: record.name,
    root: record.root ?? null,
    permissions: permissionsOf(record),
    rules: record.rules.length,
    state: why === "disabled" || why === "expired" ? why : "active",
    quota: record.quota ?? null,
  };
}

function permissionsOf({ permissions }: AccountRecord): string | readonly string[] {
  if (permissions.size === allPermissions.size) return "all";
  const isReadOnly =
    permissions.size === readOnlyPermissions.size && [...permissions].every((one) => readOnlyPermissions.has(one));
  return isReadOnly ? "read-only" : wordsOf(permissions);
}

function tableOf(rows: readonly AccountFacts[], { account: say }: Messages): string {
  const lines = [
    [say.columns.name, say.columns.root, say.columns.permissions, say.columns.state, say.columns.quota],
    ...rows.map(({ name, root, permissions, rules, state, quota }) => [
      visible(name),
      root ?? say.serversRoot,
      [permissions].flat().join(",") + (rules > 0 ? ` ${say.andRules(rules)}` : ""),
      say.states[state],
      quota ? say.quota(quota.bytes, quota.files) : "",
    ]),
  ];
  const widths = lines[0]!.map((_title, column) => Math.max(...lines.map((line) => displayWidth(line[column]!))));
  return lines
    .map((line) =>
      line
        .map((cell, column) => padToWidth(cell, widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}
