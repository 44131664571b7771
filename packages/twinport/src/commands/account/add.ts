import { existsSync } from "node:fs";
import path from "node:path";
import { hashPassword, updateAccountsFile } from "@twinport/accounts";
import { Command, Option } from "commander";
import { UsageError } from "../../usage-error.ts";
import { collect } from "../collect.ts";
import { accountsPath } from "./accounts-path.ts";
import { askPassword } from "./ask-password.ts";
import { fingerprintOf } from "./fingerprint-of.ts";
import type { WrittenAccount, WrittenPermissions } from "@twinport/accounts";
import type { Messages } from "../../messages/index.ts";
import type { Terminal } from "../../terminal.ts";

interface AddFlags {
  readonly file?: string;
  readonly passwordFile?: string;
  readonly root?: string;
  readonly home?: string;
  readonly permissions?: string;
  readonly readOnly?: true;
  readonly rule?: readonly string[];
  readonly hide?: readonly string[];
  readonly deny?: readonly string[];
  readonly mount?: readonly string[];
  readonly allowFrom?: readonly string[];
  readonly denyFrom?: readonly string[];
  readonly disabled?: true;
  readonly expires?: string;
  readonly quotaBytes?: string;
  readonly quotaFiles?: string;
  readonly sessions?: string;
  readonly uploads?: "atomic" | "direct";
  readonly charset?: string;
  readonly certificate?: readonly string[];
  readonly tls?: "optional" | "required";
  readonly dataTls?: "optional" | "required";
}

/** `twinport account add NAME`. */
export function addCommand(messages: Messages, terminal: Terminal): Command {
  const say = messages.account;
  return new Command("add")
    .description(say.add)
    .argument("<name>", say.name)
    .option("--file <file>", say.file)
    .option("--password-file <file>", say.passwordFile)
    .option("--root <folder>", say.root)
    .option("--home <path>", say.home)
    .option("--permissions <list>", say.permissions)
    .option("--read-only", say.readOnly)
    .option("--rule <path=permissions>", say.rule, collect)
    .option("--hide <pattern>", say.hide, collect)
    .option("--deny <pattern>", say.deny, collect)
    .option("--mount <path=folder[:ro]>", say.mount, collect)
    .option("--allow-from <cidr>", say.allowFrom, collect)
    .option("--deny-from <cidr>", say.denyFrom, collect)
    .option("--disabled", say.disabled)
    .option("--expires <date>", say.expires)
    .option("--quota-bytes <size>", say.quotaBytes)
    .option("--quota-files <n>", say.quotaFiles)
    .option("--sessions <n>", say.sessions)
    .addOption(new Option("--uploads <how>", say.uploads).choices(["atomic", "direct"]))
    .option("--charset <name>", say.charset)
    .option("--certificate <file|fingerprint>", say.certificate, collect)
    .addOption(new Option("--tls <when>", say.tls).choices(["optional", "required"]))
    .addOption(new Option("--data-tls <when>", say.dataTls).choices(["optional", "required"]))
    .action(async (name: string, flags: AddFlags) => {
      const file = accountsPath(flags, terminal);
      const certificates = await Promise.all((flags.certificate ?? []).map((one) => fingerprintOf(one, messages)));
      const keys = { ...keysOf(flags, messages), ...(certificates.length > 0 && { certificates }) };
      const add = (password: string | undefined, only?: "check"): Promise<void> =>
        updateAccountsFile(
          file,
          (accounts) => {
            if (accounts.has(name)) throw new UsageError(say.taken(name, file));
            accounts.set(name, { ...(password !== undefined && { password }), ...keys });
          },
          only && { only },
        );
      // Whoever asks for what cannot be hears it before they are asked for a password.
      await add(SOME_HASH, "check");
      // Who comes in by a certificate needs no password, and gets one only if that is asked for.
      const hasPassword = certificates.length === 0 || flags.passwordFile !== undefined;
      const ask = async (): Promise<string> => hashPassword(await askPassword(terminal, messages, flags.passwordFile));
      await add(hasPassword ? await ask() : undefined);
      if (keys.root !== undefined && !existsSync(keys.root)) terminal.errors.write(`${say.noSuchRoot(keys.root)}\n`);
      terminal.output.write(`${say.added(name, file)}\n`);
    });
}

/** Stands for the hash while the rest is checked. */
const SOME_HASH = `$scrypt$ln=14,r=8,p=5$${"A".repeat(22)}$${"A".repeat(43)}`;

/** What stands in the file: checked there, so that there is one sentence for each mistake. */
function keysOf(flags: AddFlags, messages: Messages): Omit<WrittenAccount, "password" | "certificates"> {
  const { root, home, hide, deny, expires, uploads, charset, quotaBytes, quotaFiles, sessions } = flags;
  if (flags.readOnly && flags.permissions !== undefined) throw new UsageError(messages.account.readOnlyAndPermissions);
  const permissions = flags.readOnly ? "read-only" : maybe(flags.permissions, permissionsOf);
  const rules = flags.rule?.map((one) => {
    const [at, words] = pairOf("--rule", one, messages);
    return [at, permissionsOf(words)] as const;
  });
  const mounts = flags.mount?.map((one) => {
    const [at, folder] = pairOf("--mount", one, messages);
    const isReadOnly = folder.endsWith(":ro");
    const real = path.resolve(isReadOnly ? folder.slice(0, -":ro".length) : folder);
    return [at, isReadOnly ? { root: real, read_only: true } : real] as const;
  });
  return {
    ...(root !== undefined && { root: path.resolve(root) }),
    ...(home !== undefined && { home }),
    ...(permissions !== undefined && { permissions }),
    ...(rules && { rules: Object.fromEntries(rules) }),
    ...(hide && { hide: [...hide] }),
    ...(deny && { deny: [...deny] }),
    ...(mounts && { mounts: Object.fromEntries(mounts) }),
    ...(flags.allowFrom && { allow_from: [...flags.allowFrom] }),
    ...(flags.denyFrom && { deny_from: [...flags.denyFrom] }),
    ...(flags.disabled && { disabled: true }),
    ...(expires !== undefined && { expires }),
    ...((quotaBytes !== undefined || quotaFiles !== undefined) && {
      quota: {
        ...(quotaBytes !== undefined && { bytes: /^\d+$/.test(quotaBytes) ? Number(quotaBytes) : quotaBytes }),
        ...(quotaFiles !== undefined && { files: wholeNumber("--quota-files", quotaFiles, messages) }),
      },
    }),
    ...(sessions !== undefined && { sessions: wholeNumber("--sessions", sessions, messages) }),
    ...(uploads && { uploads }),
    ...(charset !== undefined && { charset }),
    ...(flags.tls && { tls: flags.tls }),
    ...(flags.dataTls && { data_tls: flags.dataTls }),
  };
}

function maybe<T>(value: string | undefined, read: (value: string) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

/** The words as they are written; the file's own check says which of them is none. */
function permissionsOf(words: string): WrittenPermissions {
  if (words === "all" || words === "read-only") return words;
  return words.split(",") as unknown as WrittenPermissions;
}

function pairOf(option: string, value: string, { account }: Messages): readonly [string, string] {
  const equals = value.indexOf("=");
  if (equals < 1 || equals === value.length - 1) throw new UsageError(account.notAPair(option, value));
  return [value.slice(0, equals), value.slice(equals + 1)];
}

function wholeNumber(option: string, value: string, messages: Messages): number {
  if (!/^[1-9]\d{0,14}$/.test(value)) throw new UsageError(messages.notAWholeNumber(option, value));
  return Number(value);
}
