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
  /** Where something other than a password decides who comes in. */
  readonly tls?: "optional" | "required";
  readonly dataTls?: "optional" | "required";
  readonly certificates?: number;
  /** False where there is none to come in with. */
  readonly password?: false;
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
    ...(record.tls && { tls: record.tls }),
    ...(record.dataTls && { dataTls: record.dataTls }),
    ...(record.certificates && { certificates: record.certificates.length }),
    ...(!record.password && !record.isAnonymous && { password: false as const }),
  };
}

/** What is needed to come in, where that is not a password alone. */
function loginOf({ tls, certificates, password }: AccountFacts, { account: say }: Messages): string {
  const ways = [
    ...(tls === "required" ? [say.tlsOnly] : []),
    ...(certificates === undefined ? [] : [password === false ? say.certificateOnly : say.certificateToo]),
  ];
  return ways.join(", ");
}

function permissionsOf({ permissions }: AccountRecord): string | readonly string[] {
  if (permissions.size === allPermissions.size) return "all";
  const isReadOnly =
    permissions.size === readOnlyPermissions.size && [...permissions].every((one) => readOnlyPermissions.has(one));
  return isReadOnly ? "read-only" : wordsOf(permissions);
}

function tableOf(rows: readonly AccountFacts[], messages: Messages): string {
  const { account: say } = messages;
  const logins = rows.map((row) => loginOf(row, messages));
  // Most files have passwords and nothing else to say of it.
  const login = logins.some((one) => one !== "") ? [say.columns.login, ...logins] : [];
  const { columns } = say;
  const lines = [
    [columns.name, columns.root, columns.permissions, columns.state, columns.quota],
    ...rows.map(({ name, root, permissions, rules, state, quota }) => [
      visible(name),
      root ?? say.serversRoot,
      [permissions].flat().join(",") + (rules > 0 ? ` ${say.andRules(rules)}` : ""),
      say.states[state],
      quota ? say.quota(quota.bytes, quota.files) : "",
    ]),
  ].map((cells, i) => [...cells, ...login.slice(i, i + 1)]);
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
