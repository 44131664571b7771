import path from "node:path";
import { ROOT, nameCharset, parsePrefix, resolvePath } from "@twinport/protocol";
import type { Permission, VirtualPath } from "@twinport/protocol";
import { z } from "zod";
import { allPermissions, readOnlyPermissions } from "../accounts.ts";
import { parseFingerprint } from "./fingerprint.ts";
import { parsePasswordHash } from "./password-hash.ts";
import type { Expected } from "./errors.ts";

/** The words of the file for permissions: those that people know them by. */
export const permissionWords = {
  list: "list",
  read: "read",
  write: "write",
  overwrite: "overwrite",
  append: "append",
  delete: "delete",
  rename: "rename",
  mkdir: "make-directory",
  chmod: "set-mode",
  utime: "set-modified",
} as const satisfies Record<string, Permission>;

/** A word of {@link permissionWords}. */
export type PermissionWord = keyof typeof permissionWords;

/** How permissions are written. */
export type WrittenPermissions = "all" | "read-only" | readonly PermissionWord[];

const units: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/**
 * A value that is read at the door. `undefined` says that it is not what was expected, and nothing is ever taken for
 * something else: the whole file is refused.
 */
function value<Written, Meaning>(expected: Expected, read: (written: unknown) => Meaning | undefined) {
  return z.custom<Written>().transform((written, context): Meaning => {
    const meaning = read(written);
    if (meaning !== undefined) return meaning;
    context.addIssue({ code: "custom", message: expected });
    return z.NEVER;
  });
}

/** A value that is written as text. */
function text<Meaning, Written extends string = string>(
  expected: Expected,
  read: (written: string) => Meaning | undefined,
) {
  return value<Written, Meaning>(expected, (written) => (typeof written === "string" ? read(written) : undefined));
}

/** One of a few words. */
function word<Word extends string>(expected: Expected, ...words: readonly Word[]) {
  return text<Word, Word>(expected, (written) => words.find((one) => one === written));
}

/** An object whose keys are somebody's own. zod's record leaves `__proto__` out without a word. */
function entries<Written, Meaning>(
  readKey: { readonly expected: Expected; readonly read: (key: string) => VirtualPath | undefined },
  schema: z.ZodType<Meaning, Written>,
) {
  return z
    .custom<Readonly<Record<string, Written>>>(isPlainObject, { error: "object" satisfies Expected })
    .transform((written, context) =>
      Object.entries(written).flatMap(([key, inner]): (readonly [VirtualPath, Meaning])[] => {
        const name = readKey.read(key);
        const read = schema.safeParse(inner);
        if (name !== undefined && read.success) return [[name, read.data]];
        const issues = name === undefined ? [{ message: readKey.expected, path: [] }] : (read.error?.issues ?? []);
        // A key that is not valid is itself what stands there.
        for (const { message, path: below } of issues)
          context.issues.push({
            code: "custom",
            message,
            input: name === undefined ? key : inner,
            path: name === undefined ? [] : [key, ...below],
            params: name === undefined ? { got: key } : undefined,
          });
        return [];
      }),
    );
}

const list = <Schema extends z.ZodType>(schema: Schema) => z.array(schema, { error: "list" satisfies Expected });
const flag = value<boolean, boolean>("true-or-false", (written) =>
  typeof written === "boolean" ? written : undefined,
);
const size = value<number | string, number>("size", readSize);
const wholeNumber = value<number, number>("whole-number", (written) =>
  Number.isSafeInteger(written) && Number(written) > 0 ? Number(written) : undefined,
);
const seconds = value<number, number>("seconds", (written) =>
  typeof written === "number" && written > 0 && written <= 1_000_000 ? written : undefined,
);
const octalBits = text("octal-bits", (written) =>
  /^0?[0-7]{3}$/.test(written) ? Number.parseInt(written, 8) : undefined,
);
const prefix = text("prefix", parsePrefix);
const folder = text("folder", readFolder);
const pattern = text("pattern", (written) => (isReadablePattern(written) ? written : undefined));
const permissions = value<WrittenPermissions, ReadonlySet<Permission>>("permissions", readPermissions);
const mount = value<
  string | { readonly root: string; readonly read_only?: boolean },
  { root: string; readOnly: boolean }
>("mount", readMount);

/** What an account, anonymous and the defaults may have. */
const keys = {
  root: folder.optional(),
  mounts: entries({ expected: "path", read: (key) => (key === "/" ? undefined : readPath(key)) }, mount).optional(),
  home: text("path", readPath).optional(),
  permissions: permissions.optional(),
  rules: entries({ expected: "path", read: readPath }, permissions).optional(),
  hide: list(pattern).optional(),
  deny: list(pattern).optional(),
  allow_from: list(prefix)
    .min(1, { error: "some-prefix" satisfies Expected })
    .optional(),
  deny_from: list(prefix).optional(),
  disabled: flag.optional(),
  expires: text("date", readExpiry).optional(),
  quota: z.strictObject({ bytes: size.optional(), files: wholeNumber.optional() }, { error: ofObject }).optional(),
  charset: text("charset", (written) => (isCharset(written) ? written : undefined)).optional(),
  rate_up: size.optional(),
  rate_down: size.optional(),
  session_rate_up: size.optional(),
  session_rate_down: size.optional(),
  sessions: wholeNumber.optional(),
  idle_timeout: seconds.optional(),
  umask: octalBits.optional(),
  file_mode: octalBits.optional(),
  directory_mode: octalBits.optional(),
  uploads: word("uploads", "atomic", "direct").optional(),
  tls: word("tls-need", "optional", "required").optional(),
  data_tls: word("tls-need", "optional", "required").optional(),
  tls_session_reuse: word("session-reuse", "require", "prefer", "off").optional(),
  fxp: flag.optional(),
  doctor: flag.optional(),
};

/** The keys of anonymous and of the defaults. */
const keysSchema = z.strictObject(keys, { error: ofObject });

/** The keys of an account. */
export const accountSchema = z.strictObject(
  {
    ...keys,
    // One of the two must be there, which is seen where both have been read.
    password: text("password-hash", parsePasswordHash).optional(),
    certificates: list(text("fingerprint", parseFingerprint)).optional(),
  },
  { error: ofObject },
);

/** The file, with its accounts still to be read: their names are no keys that a schema knows. */
export const fileSchema = z.strictObject(
  {
    version: value<1, 1>("version", (written) => (written === 1 ? 1 : undefined)),
    accounts: z.custom<Readonly<Record<string, unknown>>>(isPlainObject, { error: "object" satisfies Expected }),
    anonymous: keysSchema.optional(),
    defaults: keysSchema.optional(),
  },
  { error: ofObject },
);

/** An account as it stands in the file. */
export type WrittenAccount = z.input<typeof accountSchema>;
/** What an account's own keys mean. */
export type AccountKeys = z.output<typeof keysSchema>;

/** Whether somebody can have this name: it is sent behind USER, and stands in logs and paths. */
export function isAccountName(name: string): boolean {
  const bytes = Buffer.byteLength(name);
  return bytes > 0 && bytes <= 255 && !/[\p{Cc}\p{Cs}/]|^\s|\s$/u.test(name);
}

/** Reads permissions as the file has them; undefined for anything else. */
function readPermissions(written: unknown): ReadonlySet<Permission> | undefined {
  if (written === "all") return allPermissions;
  if (written === "read-only") return readOnlyPermissions;
  if (!Array.isArray(written)) return undefined;
  const known = written.filter((word): word is PermissionWord => Object.hasOwn(permissionWords, word as string));
  return known.length === written.length ? new Set(known.map((word) => permissionWords[word])) : undefined;
}

/** Reads a number of bytes, `10G` or 1000; undefined for anything else. */
function readSize(written: unknown): number | undefined {
  const found = typeof written === "string" ? /^(\d{1,16})([KMGT]?)$/.exec(written) : undefined;
  const bytes = found ? Number(found[1]) * units[found[2]!]! : written;
  return Number.isSafeInteger(bytes) && Number(bytes) > 0 ? Number(bytes) : undefined;
}

/** A date holds to its end, in UTC. */
function readExpiry(written: string): number | undefined {
  if (z.iso.date().safeParse(written).success) return Date.parse(`${written}T00:00:00Z`) + 24 * 60 * 60 * 1000;
  return z.iso.datetime({ offset: true }).safeParse(written).success ? Date.parse(written) : undefined;
}

function readPath(written: string): VirtualPath | undefined {
  const resolved = resolvePath(ROOT, written);
  // Written in the one way that there is, or two keys could mean one folder.
  return resolved.kind === "path" && resolved.path === written ? resolved.path : undefined;
}

function readFolder(written: string): string | undefined {
  const isClean = !written.includes("\0") && !written.split(/[/\\]/).includes("..");
  return isClean && path.isAbsolute(written) ? written : undefined;
}

function readMount(written: unknown): { root: string; readOnly: boolean } | undefined {
  const { root, read_only: readOnly = false, ...rest } = isPlainObject(written) ? written : { root: written };
  const real = typeof root === "string" ? readFolder(root) : undefined;
  if (real === undefined || typeof readOnly !== "boolean" || Object.keys(rest).length > 0) return undefined;
  return { root: real, readOnly };
}

/** What a reader would take for nothing, or for everything, is nobody's wish. */
function isReadablePattern(written: string): boolean {
  if (/\p{Cc}/u.test(written) || Buffer.byteLength(written) > 1024) return false;
  const names = written.startsWith("/") ? written.slice(1).split("/") : [written];
  return names.every((name) => name !== "" && name !== "." && name !== ".." && !name.includes("/") && isClosed(name));
}

/** Each `[` has its `]`; one that stands first in it is a letter. */
function isClosed(name: string): boolean {
  return !name.replace(/\[[!^]?[^][^\]]*\]/g, "").includes("[");
}

function isCharset(written: string): boolean {
  try {
    nameCharset(written);
    return true;
  } catch {
    return false;
  }
}

function isPlainObject(written: unknown): written is Readonly<Record<string, unknown>> {
  return typeof written === "object" && written !== null && !Array.isArray(written);
}

/** The issues of a strict object: a key too many keeps zod's own code. */
function ofObject(): Expected {
  return "object";
}
