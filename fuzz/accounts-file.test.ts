// The invariant: a file is read as it is meant or refused as a whole with our own error, no number of it is none, no error tells a hash, and nobody comes in by a file that is refused.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { afterAll, expect } from "vitest";
import { AccountsFileError, fileAccounts } from "../packages/accounts/src/index.ts";
import { parsePasswordHash } from "../packages/accounts/src/file/password-hash.ts";
import { parseAccountsFile } from "../packages/accounts/src/file/parse-accounts-file.ts";
import { ScratchFolder } from "../test/testkit/scratch-folder.ts";
import { textOf } from "./pieces.ts";
import { fuzz } from "./target.ts";
import type { PasswordHash } from "../packages/accounts/src/file/password-hash.ts";
import type { Derive } from "../packages/accounts/src/index.ts";
import type { AccountsFile } from "../packages/accounts/src/index.ts";

const scratch = new ScratchFolder();
afterAll(() => scratch[Symbol.asyncDispose]());

const peer = "192.0.2.7";
const now = Date.parse("2027-01-01T00:00:00Z");
const SALT = "c2FsdHNhbHRzYWx0c2FsdA";

/** Not scrypt: thousands of passwords are to be checked. */
const derive: Derive = async (password, { salt }, bytes) =>
  createHash("sha512").update(password).update(salt).digest().subarray(0, bytes);

const hashOf = async (password: string): Promise<string> => {
  const salt = Buffer.from(SALT, "base64");
  const key = await derive(password, { ln: 10, r: 8, p: 1, salt }, 32);
  return `$scrypt$ln=10,r=8,p=1$${SALT}$${Buffer.from(key).toString("base64").replace(/=+$/, "")}`;
};
const right = await hashOf("secret");
const HASH = right.split("$").at(-1)!;

/** The bytes of a hash, which may be written in more than one way. */
const keyOf = (hash: PasswordHash | undefined): string | undefined => hash && Buffer.from(hash.hash).toString("hex");

const permissions = fc.constantFrom<unknown>(
  "all",
  "read-only",
  ["list", "read"],
  [],
  ["list", "list"],
  ["everything"],
);
const networks = fc.constantFrom<unknown>(["192.0.2.0/24"], ["0.0.0.0/0"], ["2001:db8::/32"], [], ["192.0.2.0/33"]);

/** Values that are fine, and some that are not. */
const keys = {
  root: fc.constantFrom<unknown>("/srv/ftp", "srv", "/srv/../etc", "/a\0b", 1),
  mounts: fc.constantFrom<unknown>(
    { "/in": "/srv/in" },
    { "/in": { root: "/srv/in", read_only: true } },
    { "/": "/srv" },
    { __proto__: null },
  ),
  home: fc.constantFrom<unknown>("/", "/in", "in", "/in/", "/../x"),
  permissions,
  rules: fc.constantFrom<unknown>({ "/in": "all" }, { "/in": ["list"], "/": "read-only" }, { "/a/..": "all" }, []),
  hide: fc.constantFrom<unknown>([".*"], ["/in/*.tmp"], ["["], [""], "x"),
  deny: fc.constantFrom<unknown>(["*.exe"], ["a/b"], [".."]),
  allow_from: networks,
  deny_from: networks,
  disabled: fc.constantFrom<unknown>(true, false, "false", 0),
  expires: fc.constantFrom<unknown>("2026-01-31", "2028-01-31T18:00:00Z", "2027-02-30", "soon", 0),
  quota: fc.constantFrom<unknown>({ bytes: "10G" }, { files: 3 }, { bytes: -1 }, { bytes: "9999999999999999T" }, {}),
  charset: fc.constantFrom<unknown>("utf-8", "auto:gbk", "klingon"),
  rate_up: fc.constantFrom<unknown>("1M", 1, 0, 1.5, "1e3", 2 ** 60),
  sessions: fc.constantFrom<unknown>(1, 0, -1, 1.5, "3"),
  idle_timeout: fc.constantFrom<unknown>(300, 0.5, 0, 1e7),
  umask: fc.constantFrom<unknown>("027", "27", "0o27", 27),
  uploads: fc.constantFrom<unknown>("atomic", "direct", "both"),
  fxp: fc.boolean(),
  passwrod: fc.constant("secret"),
};
const account = fc.record(keys, { requiredKeys: [] });
const name = fc.constantFrom("ann", "bob", "anonymous", "FTP", "__proto__", "constructor", "a/b", " a", "", "文");
const password = fc.constantFrom<unknown>(right, right, right, `${right}=`, "secret", "", null, [right], undefined);
const withPassword = fc.tuple(account, password).map(([one, hash]) => ({ ...one, password: hash }));

/** More of the files are good than not. */
const file = fc.record(
  {
    version: fc.constantFrom<unknown>(1, 1, 1, 1, 1, 1, "1", 2),
    accounts: fc
      .array(fc.tuple(name, fc.oneof({ weight: 3, arbitrary: fc.constant({ password: right }) }, withPassword)), {
        maxLength: 3,
      })
      .map((all) => Object.fromEntries([["ann", { password: right }], ...all])),
    anonymous: fc.record({ permissions, home: fc.constant("/pub") }, { requiredKeys: [] }),
    defaults: fc.oneof(fc.constant({}), account),
  },
  { requiredKeys: ["version", "accounts"] },
);
const text = file.map((one) => JSON.stringify(one));

/** A piece cut out, and another put in its place. */
const spoilt = fc
  .tuple(
    text,
    fc.nat(),
    fc.nat(12),
    fc.oneof(
      fc.constantFrom(
        "1e999",
        "-0",
        "NaN",
        "null",
        "{",
        "}",
        '"',
        ",",
        "\ufeff",
        '"ann":1,',
        '"version":1,',
        "//",
        "\\ud800",
      ),
      textOf('"', "{", "[", ":"),
    ),
  )
  .map(([whole, at, length, piece]) => {
    const from = at % (whole.length + 1);
    return whole.slice(0, from) + piece + whole.slice(from + length);
  });

const anyText = fc.oneof(
  { weight: 3, arbitrary: text },
  { weight: 3, arbitrary: spoilt },
  { weight: 1, arbitrary: fc.json() },
);

function read(written: string): AccountsFile | undefined {
  try {
    return parseAccountsFile(written, "accounts.json");
  } catch (error) {
    expect(error).toBeInstanceOf(AccountsFileError);
    const told = `${(error as Error).message} ${JSON.stringify((error as AccountsFileError).facts)}`;
    expect(told).not.toContain(HASH);
    return undefined;
  }
}

/** All numbers, however deep. */
function* numbersIn(value: unknown): Generator<number> {
  if (typeof value === "number") yield value;
  else if (value instanceof Map) for (const one of value.values()) yield* numbersIn(one);
  else if (typeof value === "object" && value !== null) for (const one of Object.values(value)) yield* numbersIn(one);
}

fuzz({
  "any text": fc.property(anyText, (written) => {
    const known = read(written);
    if (!known) return;
    for (const number of numbersIn(known)) expect(Number.isFinite(number)).toBe(true);
    const records = [...known.accounts.values()];
    for (const record of records) {
      expect(record.password).toBeDefined();
      for (const limit of Object.values(record.limits)) expect(limit).toBeGreaterThan(0);
    }
    const { accounts } = JSON.parse(written.replace(/^\ufeff/, "")) as { accounts: object };
    expect([...known.accounts.keys()]).toEqual(Object.keys(accounts));
    if (known.anonymous) for (const one of ["anonymous", "FTP"]) expect(known.accounts.has(one)).toBe(false);
  }),
  "who comes in": fc.asyncProperty(
    anyText,
    name,
    fc.constantFrom("secret", "wrong", ""),
    async (written, who, said) => {
      const place = path.join(scratch.path, "accounts.json");
      fs.writeFileSync(place, written, { mode: 0o600 });
      const accounts = fileAccounts({ file: place, now: () => now, derive });
      const known = read(written);
      const asked = Promise.resolve(accounts.verify({ name: who, password: said, peer }));
      if (!known) {
        // Not by `rejects`: of that vitest remembers every promise.
        const failure: unknown = await asked.then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(failure).toBeInstanceOf(AccountsFileError);
        return;
      }
      const verification = await asked;
      const isAnonymous = known.anonymous !== undefined && ["anonymous", "ftp"].includes(who.toLowerCase());
      const record = isAnonymous ? known.anonymous : known.accounts.get(who);
      if (verification.kind === "refused") return;
      expect(record).toBeDefined();
      expect(verification.account.name).toBe(record!.name);
      expect(record!.disabled).toBe(false);
      expect(record!.expires ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
      if (!isAnonymous) expect([said, keyOf(record!.password)]).toEqual(["secret", keyOf(parsePasswordHash(right))]);
    },
  ),
  "a good file goes on when a bad one comes": fc.asyncProperty(anyText, async (written) => {
    const place = path.join(scratch.path, "replaced.json");
    fs.writeFileSync(place, JSON.stringify({ version: 1, accounts: { ann: { password: right } } }), { mode: 0o600 });
    let time = now;
    const accounts = fileAccounts({ file: place, now: () => time, derive });
    await accounts.load();
    const replacement = `${place}.new`;
    fs.writeFileSync(replacement, written, { mode: 0o600 });
    fs.renameSync(replacement, place);
    time += 10_000;
    const known = read(written);
    const { kind } = await accounts.verify({ name: "ann", password: "secret", peer });
    if (!known) expect(kind).toBe("accepted");
    else if (kind === "accepted") {
      expect(keyOf(known.accounts.get("ann")?.password)).toBe(keyOf(parsePasswordHash(right)));
    }
  }),
});
