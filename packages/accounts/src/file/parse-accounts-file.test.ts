import { parsePrefix } from "@twinport/protocol";
import { describe, expect, test } from "vitest";
import { allPermissions } from "../accounts.ts";
import { AccountsFileError } from "./errors.ts";
import { parseAccountsFile } from "./parse-accounts-file.ts";

const password = `$scrypt$ln=10,r=8,p=1$${"A".repeat(22)}$${"B".repeat(43)}`;

/** As Node writes it. */
const fingerprint = Array.from({ length: 32 }, (_, i) => (i + 160).toString(16).toUpperCase()).join(":");

/** A file with ann, of whom only what matters is said. */
function withAnn(keys: object, rest: object = {}): string {
  return JSON.stringify({ version: 1, accounts: { ann: { password, ...keys } }, ...rest });
}

function problemOf(text: string): string {
  try {
    parseAccountsFile(text, "/etc/ftp.json");
  } catch (error) {
    expect(error).toBeInstanceOf(AccountsFileError);
    return (error as Error).message;
  }
  throw new Error("the file was taken");
}

test("everything that an account can have is read", () => {
  const text = withAnn({
    root: "/srv/ftp/ann",
    home: "/work",
    permissions: ["list", "mkdir", "chmod", "utime"],
    rules: { "/incoming": ["list", "write"], "/pub": "read-only" },
    hide: [".*"],
    deny: ["*.exe", "/in/[a-z]*"],
    mounts: { "/shared": "/srv/shared", "/docs": { root: "/srv/docs", read_only: true } },
    allow_from: ["192.0.2.0/24", "2001:db8::1"],
    deny_from: [],
    disabled: false,
    expires: "2027-01-31",
    quota: { bytes: "10G", files: 100 },
    charset: "auto:gbk",
    rate_up: "64K",
    session_rate_down: 1000,
    sessions: 3,
    idle_timeout: 0.5,
    umask: "027",
    file_mode: "0640",
    directory_mode: "750",
    uploads: "atomic",
    fxp: true,
    doctor: false,
    tls: "required",
    data_tls: "optional",
    tls_session_reuse: "require",
    certificates: [fingerprint.replaceAll(":", "").toLowerCase(), fingerprint],
  });
  expect(parseAccountsFile(text).accounts.get("ann")).toEqual({
    name: "ann",
    password: expect.objectContaining({ ln: 10, r: 8, p: 1, text: password }),
    root: "/srv/ftp/ann",
    home: "/work",
    permissions: new Set(["list", "make-directory", "set-mode", "set-modified"]),
    rules: [
      { path: "/incoming", permissions: new Set(["list", "write"]) },
      { path: "/pub", permissions: new Set(["list", "read"]) },
    ],
    hide: [".*"],
    deny: ["*.exe", "/in/[a-z]*"],
    mounts: [
      { path: "/shared", root: "/srv/shared", readOnly: false },
      { path: "/docs", root: "/srv/docs", readOnly: true },
    ],
    allowFrom: [parsePrefix("192.0.2.0/24"), parsePrefix("2001:db8::1")],
    denyFrom: [],
    disabled: false,
    expires: Date.parse("2027-02-01T00:00:00Z"),
    quota: { bytes: 10 * 2 ** 30, files: 100 },
    charset: "auto:gbk",
    limits: { rateUp: 65_536, sessionRateDown: 1000, sessions: 3, idleSeconds: 0.5 },
    umask: 0o027,
    fileMode: 0o640,
    directoryMode: 0o750,
    uploads: "atomic",
    mayUseOtherHosts: true,
    mayAskDoctor: false,
    tls: "required",
    dataTls: "optional",
    sessionReuse: "require",
    certificates: [fingerprint, fingerprint],
  });
});

test("an account of which nothing is said may do everything at the server's root", () => {
  expect(parseAccountsFile(withAnn({})).accounts.get("ann")).toEqual({
    name: "ann",
    password: expect.anything(),
    mounts: [],
    home: "/",
    permissions: allPermissions,
    rules: [],
    hide: [],
    deny: [],
    denyFrom: [],
    disabled: false,
    limits: {},
    mayUseOtherHosts: false,
  });
});

test("a certificate is enough to come in, and then there need be no password", () => {
  const text = JSON.stringify({ version: 1, accounts: { ann: { certificates: [fingerprint] } } });
  const ann = parseAccountsFile(text).accounts.get("ann");
  expect(ann).toMatchObject({ certificates: [fingerprint] });
  expect(ann?.password).toBeUndefined();
});

test("what the defaults say of TLS holds for anonymous too", () => {
  const { accounts, anonymous } = parseAccountsFile(
    withAnn({ tls: "optional" }, { defaults: { tls: "required", data_tls: "required" }, anonymous: {} }),
  );
  expect(accounts.get("ann")).toMatchObject({ tls: "optional", dataTls: "required" });
  expect(anonymous).toMatchObject({ tls: "required", dataTls: "required", isAnonymous: true });
});

describe("defaults", () => {
  const defaults = {
    permissions: "all",
    rules: { "/in": "all" },
    mounts: { "/m": "/m" },
    fxp: true,
    root: "/srv",
    hide: [".*"],
    umask: "027",
    quota: { bytes: 10 },
  };

  test("hold for an account that does not say otherwise, key by key", () => {
    const text = withAnn({ umask: "000", quota: { files: 1 }, fxp: false }, { defaults });
    const ann = parseAccountsFile(text).accounts.get("ann");
    expect(ann).toMatchObject({ root: "/srv", umask: 0, hide: [".*"], mayUseOtherHosts: false });
    expect(ann?.quota).toEqual({ files: 1 });
  });

  test("limit anonymous, and give it nothing", () => {
    const { anonymous } = parseAccountsFile(withAnn({}, { defaults, anonymous: { charset: "gbk" } }));
    expect(anonymous).toMatchObject({ name: "anonymous", root: "/srv", umask: 0o027, hide: [".*"], charset: "gbk" });
    expect(anonymous).toMatchObject({ rules: [], mounts: [], mayUseOtherHosts: false });
    expect([...(anonymous?.permissions ?? [])]).toEqual(["list", "read"]);
  });
});

test("nobody is anonymous where the file does not say so", () => {
  expect(parseAccountsFile(withAnn({})).anonymous).toBeUndefined();
  expect(parseAccountsFile(withAnn({}, { anonymous: {} })).anonymous?.mayUseOtherHosts).toBe(false);
});

test.each(["constructor", "__proto__", "toString", "hasOwnProperty", "42", "安娜", "a b", "x".repeat(255)])(
  "an account may have the name %s",
  (name) => {
    const accounts = Object.fromEntries([[name, { password }]]);
    const read = parseAccountsFile(JSON.stringify({ version: 1, accounts }));
    expect([...read.accounts.keys()]).toEqual([name]);
    expect(read.accounts.get(name)?.name).toBe(name);
  },
);

test("names that objects have are nobody's where nobody has them", () => {
  const { accounts } = parseAccountsFile(withAnn({}));
  for (const name of ["constructor", "__proto__", "toString"]) expect(accounts.get(name)).toBeUndefined();
});

test.each(["", " ann", "ann ", "a/b", "a\u0000b", "a\nb", "\u007f", "x".repeat(256), "好".repeat(86), "\ud800"])(
  "an account cannot have the name %j",
  (name) => {
    const text = JSON.stringify({ version: 1, accounts: { [name]: { password } } });
    expect(problemOf(text)).toMatch(/: accounts.* must be called by a name of 1 to 255 bytes/s);
  },
);

test.each(["ftp", "Anonymous"])("%s cannot be an account beside anonymous, who needs no password", (name) => {
  const accounts = { [name]: { password } };
  expect(parseAccountsFile(JSON.stringify({ version: 1, accounts })).accounts.size).toBe(1);
  expect(problemOf(JSON.stringify({ version: 1, accounts, anonymous: {} }))).toContain("other than anonymous and ftp");
});

test.each<[string, object, string]>([
  ["a key that is not known", { pasword: "x" }, 'pasword of the account "ann" is not a key that is known'],
  ["a key that objects have", JSON.parse('{"__proto__":{"disabled":true}}'), "__proto__ of the account"],
  ["a key in a quota", { quota: { byte: 1 } }, "quota.byte of the account"],
  ["a key in a mount", { mounts: { "/m": { root: "/m", ro: true } } }, 'mounts["/m"] of the account'],
  [
    "a size of letters",
    { quota: { bytes: "10X" } },
    'quota.bytes of the account "ann" must be a whole number of bytes',
  ],
  ["a size below 0", { quota: { bytes: -1 } }, "not -1"],
  ["a size of 0, which some take for none", { quota: { bytes: 0 } }, "not 0"],
  ["a size that is none", { quota: { bytes: null } }, "not null"],
  ["a size with a fraction", { quota: { bytes: "1.5G" } }, 'not "1.5G"'],
  ["a size beyond what can be counted", { quota: { bytes: "9999999T" } }, "quota.bytes"],
  ["a size beyond what can be written", { quota: { bytes: 1e300 } }, "quota.bytes"],
  ["a quota that is no object", { quota: 5 }, "quota of the account"],
  ["files as text", { quota: { files: "100" } }, "quota.files"],
  ["a rate of nothing", { rate_up: "" }, 'rate_up of the account "ann" must be'],
  ["half a session", { sessions: 0.5 }, "a whole number above 0, not 0.5"],
  ["seconds as text", { idle_timeout: "300" }, "a number of seconds above 0"],
  ["too many seconds", { idle_timeout: 1e9 }, "up to 1000000"],
  ["an umask as a number, which would be decimal", { umask: 27 }, "umask of the account"],
  ["an umask that is not octal", { umask: "028" }, 'in octal, as text, such as "027", not "028"'],
  ["an umask that is nothing", { umask: "" }, "umask"],
  ["a mode with bits beyond the nine", { file_mode: "4755" }, "file_mode"],
  ["a mode with a letter", { directory_mode: "75x" }, "directory_mode"],
  ["a network with too many bits", { allow_from: ["192.0.2.0/33"] }, 'allow_from[0] of the account "ann" must be an'],
  ["a network with half a mask", { deny_from: ["192.0.2.0/"] }, "deny_from[0]"],
  ["a network that is none, behind one that is", { deny_from: ["192.0.2.0/24", "10.0.0/8"] }, "deny_from[1]"],
  ["a network that is everything by mistake", { allow_from: ["*"] }, 'not "*"'],
  ["networks as one text", { allow_from: "192.0.2.0/24" }, "must be a list"],
  ["networks of nobody", { allow_from: [] }, "at least one network"],
  ["a day that is not there", { expires: "2027-02-30" }, "a date such as 2027-01-31"],
  ["a time of nowhere", { expires: "2027-01-31T10:00:00" }, "expires"],
  ["a day in words", { expires: "tomorrow" }, "expires"],
  ["a time as a number", { expires: 0 }, "expires"],
  ["an empty day", { expires: "" }, "expires"],
  ["disabled as text", { disabled: "false" }, 'disabled of the account "ann" must be true or false, not "false"'],
  ["fxp as a number", { fxp: 1 }, "fxp"],
  ["a permission that is none", { permissions: ["list", "sudo"] }, 'must be "all", "read-only", or a list of list'],
  ["a permission that objects have", { permissions: ["constructor"] }, "permissions"],
  ["a permission by our own name", { permissions: ["make-directory"] }, "permissions"],
  ["permissions of nothing", { permissions: null }, "permissions"],
  ["a rule for a path with ..", { rules: { "/in/../out": "all" } }, 'rules of the account "ann" must be a path'],
  ["a rule for a relative path", { rules: { in: "all" } }, 'not "in"'],
  ["a rule for a path with a slash at its end", { rules: { "/in/": "all" } }, 'not "/in/"'],
  ["a rule for what objects have", JSON.parse('{"rules":{"__proto__":"all"}}'), 'not "__proto__"'],
  ["a rule with what is no permission", { rules: { "/in": ["r"] } }, 'rules["/in"] of the account'],
  ["rules as a list", { rules: [] }, "rules of the account"],
  ["a home with ..", { home: "/.." }, "home"],
  ["a home that is relative", { home: "work" }, "home"],
  ["a root with ..", { root: "/srv/../etc" }, "the full path of a folder, without .."],
  ["a root that is relative", { root: "srv" }, "root"],
  ["a root with NUL", { root: "/srv\u0000/x" }, "root"],
  ["a mount over the root", { mounts: { "/": "/srv" } }, 'mounts of the account "ann" must be a path'],
  ["a mount of a relative folder", { mounts: { "/m": "srv" } }, 'mounts["/m"]'],
  ["a mount with ..", { mounts: { "/m": { root: "/srv/../etc" } } }, 'mounts["/m"]'],
  ["a mount that is read-only as text", { mounts: { "/m": { root: "/srv", read_only: "yes" } } }, 'mounts["/m"]'],
  ["a pattern of nothing", { hide: [""] }, 'hide[0] of the account "ann" must be a pattern'],
  ["a pattern for all", { deny: ["/"] }, "deny[0]"],
  ["a pattern with ..", { deny: ["/in/../*"] }, "deny[0]"],
  ["a pattern of a path that does not say from where", { deny: ["in/*.exe"] }, "deny[0]"],
  ["a pattern with a slash at its end", { hide: ["/in/"] }, "hide[0]"],
  ["a pattern whose set has no end", { deny: ["[a-z"] }, "deny[0]"],
  ["a charset that nobody knows", { charset: "klingon" }, "a charset such as utf-8, gbk or auto:gbk"],
  ["a charset to be found out, of nothing", { charset: "auto:" }, "charset"],
  ["a charset whose letters are not ASCII's", { charset: "utf-16" }, "charset"],
  ["another kind of uploads", { uploads: "maybe" }, '"atomic" or "direct"'],
])("%s is refused, with account, key and cause", (_title, keys, sentence) => {
  const message = problemOf(withAnn(keys));
  expect(message).toContain("/etc/ftp.json: ");
  expect(message).toContain('account "ann"');
  expect(message).toContain(sentence);
  expect(message.split("\n")).toHaveLength(1);
});

test.each([
  ["too little memory", "$scrypt$ln=4,r=8,p=1"],
  ["memory without end", "$scrypt$ln=31,r=8,p=1"],
  ["much memory", "$scrypt$ln=17,r=16,p=1"],
  ["time without end", "$scrypt$ln=17,r=8,p=99"],
  ["no blocks", "$scrypt$ln=14,r=0,p=1"],
  ["another kind", "$argon2id$v=19"],
])("a hash with %s is refused", (_title, begin) => {
  const bad = `${begin}$${"A".repeat(22)}$${"B".repeat(43)}`;
  expect(problemOf(withAnn({ password: bad }))).toContain("must be a hash that `twinport account passwd` has made");
});

test("a password in clear is refused, and not repeated", () => {
  const message = problemOf(withAnn({ password: "hunter2" }));
  expect(message).toContain('password of the account "ann" must be a hash');
  expect(message).not.toContain("hunter2");
});

test.each([
  ["no password", JSON.stringify({ version: 1, accounts: { ann: {} } }), 'password of the account "ann" is missing'],
  ["an account that is none", '{"version":1,"accounts":{"ann":null}}', 'account "ann" must be an object, not null'],
  ["accounts as a list", '{"version":1,"accounts":[]}', "accounts must be an object"],
  ["no accounts", '{"version":1}', "accounts is missing"],
  ["no version", '{"accounts":{}}', "version is missing"],
  ["another version", '{"version":2,"accounts":{}}', "version must be 1, not 2"],
  ["a key beside", '{"version":1,"accounts":{},"users":{}}', "users is not a key"],
  ["no certificate either", JSON.stringify({ version: 1, accounts: { ann: { certificates: [] } } }), "password of"],
  [
    "certificates for anonymous",
    withAnn({}, { anonymous: { certificates: [] } }),
    "anonymous.certificates is not a key",
  ],
  ["certificates for all", withAnn({}, { defaults: { certificates: [] } }), "defaults.certificates is not a key"],
  ["a password for anonymous", withAnn({}, { anonymous: { password } }), "anonymous.password is not a key"],
  ["a password for all", withAnn({}, { defaults: { password } }), "defaults.password is not a key"],
  ["defaults that are wrong", withAnn({}, { defaults: { umask: "9" } }), "defaults.umask must be"],
  ["an account twice", '{"version":1,"accounts":{"a":{},"\\u0061":{}}}', 'the key "a" is there twice'],
  ["text that is not JSON", '{"version":1,\n"accounts":oops}', "not JSON: look at line 2, column 12"],
  ["nothing", "", "not JSON: look at line 1, column 1"],
  ["half a file", withAnn({}).slice(0, 40), "not JSON: look at line 1, column 41"],
  ["a list", "[]", "the value must be an object"],
])("a file with %s is refused", (_title, text, sentence) => {
  expect(problemOf(text)).toContain(sentence);
});

test("a key may be there again in another object", () => {
  const text = `{"version":1,"accounts":{"a":{"password":${JSON.stringify(password)},"hide":["{\\"a\\":","x"]}},"defaults":{"hide":[]}}`;
  expect(parseAccountsFile(text).accounts.size).toBe(1);
});
