import { performance } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { ROOT } from "@twinport/protocol";
import type { z } from "zod";
import { allPermissions, readOnlyPermissions } from "../accounts.ts";
import type { AccountLimits } from "../accounts.ts";
import { anonymousNames } from "../anonymous.ts";
import { accountSchema, fileSchema, isAccountName } from "./account-schema.ts";
import { AccountsFileError } from "./errors.ts";
import { readJsonInPieces } from "./read-json.ts";
import type { AccountKeys } from "./account-schema.ts";
import type { AccountRecord, AccountsFile } from "./account-record.ts";
import type { Expected } from "./errors.ts";

/** Letters of what stands there that an error shows. */
const SHOWN = 60;

/** How long others wait for a piece of a large file. */
const TURN_MS = 5;

/**
 * Reads the text of an accounts file. One thing that is wrong makes all of it wrong.
 *
 * @param file its name, for the errors
 * @throws {AccountsFileError} `file-not-json`, `key-twice`, `key-not-known`, `key-missing`, `value-not-valid`
 */
export function parseAccountsFile(text: string, file?: string): AccountsFile {
  const reading = readAccounts(text, file);
  for (;;) {
    const step = reading.next();
    if (step.done) return step.value;
  }
}

/** The same with turns for everybody else: transfers go on while ten thousand accounts are read. */
export async function parseAccountsFileInTurns(text: string, file: string): Promise<AccountsFile> {
  const reading = readAccounts(text, file);
  let since = performance.now();
  for (;;) {
    const step = reading.next();
    if (step.done) return step.value;
    if (performance.now() - since < TURN_MS) continue;
    await nextTurn();
    since = performance.now();
  }
}

/** A piece of the text a step, then an account a step. */
function* readAccounts(text: string, file: string | undefined): Generator<undefined, AccountsFile> {
  const named = file === undefined ? {} : { file };
  const written = yield* readJson(text, named);
  const { anonymous, defaults = {}, accounts } = checked(fileSchema, written, named);
  const records = new Map<string, AccountRecord>();
  for (const [name, one] of Object.entries(accounts)) {
    yield;
    const expected = nameFault(name, anonymous !== undefined);
    if (expected) throw notValid(expected, undefined, { ...named, key: keyAt(["accounts", name]) });
    const where = { ...named, account: name };
    const { password, certificates, ...keys } = checked(accountSchema, one, where);
    if (!password && !certificates?.length) throw new AccountsFileError("key-missing", { ...where, key: "password" });
    records.set(name, recordOf(name, { ...defaults, ...keys }, said({ password, certificates })));
  }
  return { accounts: records, ...(anonymous && { anonymous: anonymousRecord(anonymous, defaults) }) };
}

/** What is wrong with a name for an account. */
function nameFault(name: string, hasAnonymous: boolean): Expected | undefined {
  if (!isAccountName(name)) return "account-name";
  // Whoever got its password wrong would be let in without one.
  return hasAnonymous && anonymousNames.has(name.toLowerCase()) ? "name-not-anonymous" : undefined;
}

/** Nobody becomes anonymous's benefactor by accident: defaults that give something are not for it. */
function anonymousRecord(own: AccountKeys, defaults: AccountKeys): AccountRecord {
  const { permissions: _permissions, rules: _rules, mounts: _mounts, fxp: _fxp, doctor: _doctor, ...rest } = defaults;
  const keys = { permissions: readOnlyPermissions, ...rest, ...own };
  return recordOf("anonymous", keys, { isAnonymous: true });
}

/** What lets somebody in. */
type Proof = Pick<AccountRecord, "password" | "certificates" | "isAnonymous">;

function recordOf(name: string, keys: AccountKeys, proof: Proof): AccountRecord {
  const limits = {
    sessions: keys.sessions,
    rateUp: keys.rate_up,
    rateDown: keys.rate_down,
    sessionRateUp: keys.session_rate_up,
    sessionRateDown: keys.session_rate_down,
    idleSeconds: keys.idle_timeout,
  };
  return {
    name,
    ...proof,
    mounts: (keys.mounts ?? []).map(([path, mount]) => ({ path, ...mount })),
    home: keys.home ?? ROOT,
    permissions: keys.permissions ?? allPermissions,
    rules: (keys.rules ?? []).map(([path, permissions]) => ({ path, permissions })),
    hide: keys.hide ?? [],
    deny: keys.deny ?? [],
    denyFrom: keys.deny_from ?? [],
    disabled: keys.disabled ?? false,
    limits: said(limits) satisfies AccountLimits,
    mayUseOtherHosts: keys.fxp ?? false,
    ...said({
      root: keys.root,
      allowFrom: keys.allow_from,
      expires: keys.expires,
      quota: keys.quota && said(keys.quota),
      charset: keys.charset,
      umask: keys.umask,
      fileMode: keys.file_mode,
      directoryMode: keys.directory_mode,
      uploads: keys.uploads,
      tls: keys.tls,
      dataTls: keys.data_tls,
      sessionReuse: keys.tls_session_reuse,
      mayAskDoctor: keys.doctor,
    }),
  };
}

/** Without what is undefined. */
function said<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

interface Where {
  readonly file?: string;
  readonly account?: string;
}

/** Errors say the place and never what stands there, which may be a hash. */
function* readJson(text: string, where: Where): Generator<undefined, unknown> {
  const read = yield* readJsonInPieces(text.replace(/^\ufeff/, ""));
  if (read.kind === "value") return read.value;
  if (read.kind === "key-twice") throw new AccountsFileError("key-twice", { ...where, key: JSON.stringify(read.key) });
  throw new AccountsFileError("file-not-json", { ...where, line: read.line, column: read.column });
}

function checked<Schema extends z.ZodType>(schema: Schema, written: unknown, where: Where): z.output<Schema> {
  const read = schema.safeParse(written);
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    throw new AccountsFileError("key-not-known", { ...where, key: keyAt([...issue.path, issue.keys[0]!]) });
  }
  const key = keyAt(issue.path);
  const params = issue.code === "custom" ? issue.params : undefined;
  const standing = params && "got" in params ? params["got"] : valueAt(written, issue.path);
  if (standing === undefined) throw new AccountsFileError("key-missing", { ...where, key });
  throw notValid(issue.message as Expected, standing, { ...where, key });
}

function notValid(expected: Expected, standing: unknown, where: Where & { readonly key: string }): AccountsFileError {
  // Somebody may have written their password where its hash belongs.
  if (standing === undefined || expected === "password-hash")
    return new AccountsFileError("value-not-valid", { ...where, expected });
  const json = JSON.stringify(standing);
  const got = json.length > SHOWN ? `${json.slice(0, SHOWN)}…` : json;
  return new AccountsFileError("value-not-valid", { ...where, expected, got });
}

/** A place in JSON as jq writes it: `quota.bytes`, `hide[0]`, `rules["/in"]`. */
function keyAt(path: readonly PropertyKey[]): string {
  const text = path.map((step) => {
    if (typeof step === "string" && /^\w+$/.test(step)) return `.${step}`;
    return `[${JSON.stringify(step)}]`;
  });
  return text.join("").replace(/^\./, "") || "the value";
}

function valueAt(written: unknown, path: readonly PropertyKey[]): unknown {
  let value = written;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}
