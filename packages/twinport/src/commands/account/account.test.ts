import { X509Certificate } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { PassThrough } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { readAccountsFile, updateAccountsFile } from "@twinport/accounts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ScratchFolder } from "../../../../../test/testkit/scratch-folder.ts";
import { runProgram } from "../../../../../test/testkit/run-program.ts";
import { main } from "../../main.ts";
import type { WrittenAccount } from "@twinport/accounts";
import type { Input } from "../../terminal.ts";

const someHash = `$scrypt$ln=10,r=8,p=1$${"A".repeat(22)}$${"A".repeat(43)}`;
let scratch: ScratchFolder;
let file: string;

beforeEach(() => {
  scratch = new ScratchFolder();
  file = path.join(scratch.path, "accounts.json");
});
afterEach(() => scratch[Symbol.asyncDispose]());

interface Run {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs `twinport account …` on the file, with what its standard input says. */
async function account(args: readonly string[], input: Input | string = "", language = "en"): Promise<Run> {
  const said = { output: "", errors: "" };
  const collect = (where: keyof typeof said): PassThrough =>
    new PassThrough().on("data", (chunk: Buffer) => (said[where] += chunk.toString()));
  const status = await main(["account", ...args], {
    input: typeof input === "string" ? PassThrough.from([Buffer.from(input)]) : input,
    output: collect("output"),
    errors: collect("errors"),
    environment: { TWINPORT_ACCOUNTS: file, LANG: language },
    now: () => Date.parse("2027-01-01T00:00:00Z"),
  });
  await nextTurn();
  return { status, ...said };
}

const write = (accounts: Record<string, Partial<WrittenAccount>>, rest: object = {}): Promise<void> =>
  fs.writeFile(
    file,
    JSON.stringify({
      version: 1,
      accounts: Object.fromEntries(
        Object.entries(accounts).map(([name, one]) => [name, { password: someHash, ...one }]),
      ),
      ...rest,
    }),
  );
const written = async (name: string): Promise<unknown> => JSON.parse(await fs.readFile(file, "utf8")).accounts[name];

describe("account add", () => {
  test("makes the file, with the account and a hash of its password", async () => {
    const run = await account(["add", "ann", "--root", scratch.path], "correct horse\n");
    expect(run).toEqual({ status: 0, output: `added "ann" to ${file}\n`, errors: "" });
    expect(await written("ann")).toEqual({
      password: expect.stringMatching(/^\$scrypt\$ln=14,r=8,p=5\$/),
      root: scratch.path,
    });
    expect((await readAccountsFile(file)).isOpenToOthers).toBe(false);
    expect(await fs.readFile(file, "utf8")).not.toContain("correct horse");
  });

  test("writes all that its options say", async () => {
    const { status } = await account(
      [
        ...["add", "ann", "--root", "/srv/ann", "--home", "/in", "--permissions", "list,read,mkdir"],
        ...["--rule", "/in=write", "--rule", "/pub=read-only", "--hide", ".*", "--deny", "*.exe"],
        ...["--mount", "/docs=/srv/docs:ro", "--mount", "/m=/srv/m", "--allow-from", "192.0.2.0/24"],
        ...["--deny-from", "192.0.2.1", "--disabled", "--expires", "2027-12-31", "--quota-bytes", "10G"],
        ...["--quota-files", "100", "--sessions", "3", "--uploads", "atomic", "--charset", "auto:gbk"],
      ],
      "secret-secret",
    );
    expect(status).toBe(0);
    expect(await written("ann")).toEqual({
      password: expect.anything(),
      root: "/srv/ann",
      home: "/in",
      permissions: ["list", "read", "mkdir"],
      rules: { "/in": ["write"], "/pub": "read-only" },
      hide: [".*"],
      deny: ["*.exe"],
      mounts: { "/docs": { root: "/srv/docs", read_only: true }, "/m": "/srv/m" },
      allow_from: ["192.0.2.0/24"],
      deny_from: ["192.0.2.1"],
      disabled: true,
      expires: "2027-12-31",
      quota: { bytes: "10G", files: 100 },
      sessions: 3,
      uploads: "atomic",
      charset: "auto:gbk",
    });
  });

  test("reads the password from a file", async () => {
    const passwordFile = path.join(scratch.path, "password");
    await fs.writeFile(passwordFile, "from a file\r\nnot this");
    await account(["add", "ann", "--read-only", "--password-file", passwordFile]);
    expect(await written("ann")).toMatchObject({ permissions: "read-only" });
  });

  test.each<[string, string[], string, string]>([
    ["a name that is taken", ["bob"], "secret-secret", 'there is an account "bob" in'],
    ["a name that cannot be", ["a/b"], "secret-secret", "must be called by a name of 1 to 255 bytes"],
    ["an empty password", ["ann"], "\n", "the password is empty"],
    ["no password", ["ann"], "", "the password is empty"],
    ["a password that FTP cannot say", ["ann"], "tab\there", "cannot hold control characters"],
    ["a password without end", ["ann"], "x".repeat(2000), "longer than 1024 bytes"],
    ["two kinds of permissions", ["ann", "--read-only", "--permissions", "all"], "x", "say two things"],
    [
      "a permission that is none",
      ["ann", "--permissions", "list,sudo"],
      "",
      'permissions of the account "ann" must be',
    ],
    ["no permission", ["ann", "--permissions", ""], "", 'permissions of the account "ann" must be'],
    ["a rule without a path", ["ann", "--rule", "write"], "", '--rule needs PATH=VALUE, not "write"'],
    ["a mount without a folder", ["ann", "--mount", "/m="], "", '--mount needs PATH=VALUE, not "/m="'],
    ["a network that is none", ["ann", "--allow-from", "192.0.2.0/99"], "", "allow_from[0]"],
    ["a quota that is none", ["ann", "--quota-bytes", "10X"], "", 'quota.bytes of the account "ann"'],
    ["a count that is none", ["ann", "--quota-files", "many"], "", "--quota-files needs a whole number"],
    ["a count of 0", ["ann", "--sessions", "0"], "", "--sessions needs a whole number"],
    ["a day that is not there", ["ann", "--expires", "2027-02-30"], "", "expires"],
  ])("refuses %s, and changes nothing", async (_title, args, password, sentence) => {
    await write({ bob: {} });
    const before = await fs.readFile(file, "utf8");
    const run = await account(["add", ...args], password);
    expect(run.errors).toContain(sentence);
    expect(run).toMatchObject({ status: 2, output: "" });
    expect(await fs.readFile(file, "utf8")).toBe(before);
  });

  test("warns of a short password, and of a root that is not there", async () => {
    const run = await account(["add", "ann", "--root", "/no/such/folder"], "short");
    expect(run.status).toBe(0);
    expect(run.errors).toContain("warning: the password has fewer than 8 characters");
    expect(run.errors).toContain("warning: there is no folder /no/such/folder yet");
  });

  test("says a mistake in the file in the reader's language", async () => {
    await fs.writeFile(file, '{"version":1,"accounts":{},"defaults":{"umask":"9"}}');
    const { errors } = await account(["add", "ann"], "x", "zh_CN.UTF-8");
    expect(errors).toContain('defaults.umask 必须是以文本写出的八进制权限位\uff0c如 "027"\uff0c而不是 "9"');
  });
});

/** A terminal on which somebody types. */
class Keyboard extends PassThrough {
  readonly isTTY = true;
  readonly raw: boolean[] = [];
  readonly #pieces: string[];
  #typing = Promise.resolve();

  constructor(...pieces: string[]) {
    super();
    this.#pieces = pieces;
  }

  setRawMode(raw: boolean): void {
    this.raw.push(raw);
    if (raw) this.#typing = this.#type();
  }

  /** Done when all has been typed. */
  get typed(): Promise<void> {
    return this.#typing;
  }

  async #type(): Promise<void> {
    for (const piece of this.#pieces) {
      await nextTurn();
      this.write(piece);
    }
  }
}

describe("at a terminal", () => {
  test.each<[string, string[]]>([
    ["typed twice", ["correct horse\r", "correct horse\r"]],
    ["letter by letter", [..."correct horse\rcorrect horse\r"]],
    ["pasted at once", ["correct horse\ncorrect horse\n"]],
    ["with letters taken back", ["correct hose\b\u007frse\r", "correct horse\r"]],
    ["begun again", ["wrong\u0015correct horse\r", "correct horse\r"]],
    [
      "with keys that mean nothing here",
      ["\u001b[Acorrect\u001b[3~ horse\u001bOP\r", "\u001b[200~correct horse\u001b[201~\r"],
    ],
  ])("a password is asked for and not shown: %s", async (_title, pieces) => {
    const keyboard = new Keyboard(...pieces);
    const run = await account(["add", "ann"], keyboard);
    expect(run).toMatchObject({ status: 0, errors: "New password: \nOnce more: \n" });
    expect(keyboard.raw).toEqual([true, false]);
    await keyboard.typed;
  });

  test.each<[string, string[], string]>([
    ["two that differ", ["correct horse\r", "correct house\r"], "the two are not the same"],
    ["Ctrl-C", ["corr\u0003"], "cancelled"],
    ["Ctrl-C at the second", ["correct horse\r", "\u0003"], "cancelled"],
    ["Ctrl-D", ["\u0004"], "cancelled"],
    ["nothing", ["\r", "\r"], "the password is empty"],
  ])("%s changes nothing, and leaves the terminal as it was", async (_title, pieces, sentence) => {
    const keyboard = new Keyboard(...pieces);
    const run = await account(["add", "ann"], keyboard);
    expect(run.errors).toContain(sentence);
    expect(run.status).toBe(2);
    expect(keyboard.raw).toEqual([true, false]);
    await keyboard.typed;
    await expect(fs.readFile(file)).rejects.toThrow("ENOENT");
  });
});

test("account passwd changes the password and nothing else", async () => {
  await write({ ann: { sessions: 2 } });
  const run = await account(["passwd", "ann"], "another one");
  expect(run).toMatchObject({ status: 0, output: expect.stringContaining("a server that runs knows it") });
  expect(await written("ann")).toEqual({ password: expect.stringMatching(/^\$scrypt\$ln=14/), sessions: 2 });
  expect(await account(["passwd", "bob"], "another one")).toMatchObject({
    status: 2,
    errors: `twinport: there is no account "bob" in ${file}\n`,
  });
});

test("account remove takes the account and leaves the others", async () => {
  await write({ ann: {}, bob: {} });
  expect(await account(["remove", "ann"])).toMatchObject({
    status: 0,
    output: expect.stringContaining('removed "ann"'),
  });
  expect([...(await readAccountsFile(file)).accounts.keys()]).toEqual(["bob"]);
  expect(await account(["remove", "ann"])).toMatchObject({ status: 2 });
});

test.each(["passwd", "remove", "list"])("account %s does not make a file that is not there", async (command) => {
  const run = await account([command, ...(command === "list" ? [] : ["ann"])], "secret-secret");
  expect(run).toMatchObject({ status: 2, errors: `twinport: ${file}: there is no such accounts file\n` });
  expect(await fs.readdir(scratch.path)).toEqual([]);
});

test("account list says who there is, as a table and as JSON", async () => {
  await write(
    {
      ann: { root: "/srv/ann", permissions: ["list", "write"], quota: { bytes: "1K", files: 5 } },
      安娜: { permissions: "read-only", rules: { "/in": ["write"] }, expires: "2026-12-31" },
      bob: { disabled: true },
    },
    { anonymous: { root: "/srv/pub" } },
  );
  expect((await account(["list"])).output.split("\n")).toEqual([
    "NAME       ROOT         PERMISSIONS        STATE     QUOTA",
    "ann        /srv/ann     list,write         active    1024 bytes, 5 files",
    "安娜       (as served)  read-only +1 rule  expired",
    "bob        (as served)  all                disabled",
    "anonymous  /srv/pub     read-only          active",
    "",
  ]);
  expect(JSON.parse((await account(["list", "--json"])).output)).toEqual([
    {
      name: "ann",
      root: "/srv/ann",
      permissions: ["list", "write"],
      rules: 0,
      state: "active",
      quota: { bytes: 1024, files: 5 },
    },
    { name: "安娜", root: null, permissions: "read-only", rules: 1, state: "expired", quota: null },
    { name: "bob", root: null, permissions: "all", rules: 0, state: "disabled", quota: null },
    { name: "anonymous", root: "/srv/pub", permissions: "read-only", rules: 0, state: "active", quota: null },
  ]);
});

describe("certificates and TLS", () => {
  const fingerprint = "AB".repeat(32).replace(/..(?!$)/g, "$&:");

  test("account add takes a fingerprint, or the certificate itself, and asks for no password then", async () => {
    const key = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=ann", "-days", "2"];
    const pem = path.join(scratch.path, "ann.pem");
    await runProgram("openssl", [...key, "-keyout", `${pem}.key`, "-out", pem], { home: scratch.path });
    const { fingerprint256 } = new X509Certificate(await fs.readFile(pem));
    const flags = ["--certificate", fingerprint.replaceAll(":", "").toLowerCase(), "--certificate", pem];
    expect(await account(["add", "ann", ...flags, "--tls", "required", "--data-tls", "optional"])).toMatchObject({
      status: 0,
      errors: "",
    });
    const certificates = [fingerprint, fingerprint256];
    expect(await written("ann")).toEqual({ tls: "required", data_tls: "optional", certificates });
  });

  test("and a password too, if one is given", async () => {
    const run = await account(["add", "ann", "--certificate", fingerprint, "--password-file", "-"], "secret-secret\n");
    expect(run.status).toBe(0);
    expect(await written("ann")).toMatchObject({
      password: expect.stringContaining("$scrypt$"),
      certificates: [fingerprint],
    });
  });

  test.each(["nowhere.pem", "AB:CD"])("%s is no certificate", async (certificate) => {
    const run = await account(["add", "ann", "--certificate", certificate]);
    expect(run).toMatchObject({ status: 2, errors: expect.stringContaining("--certificate needs the file of") });
    expect(await fs.readdir(scratch.path)).toEqual([]);
  });

  test("account list and check say what is needed to come in", async () => {
    const only = { password: undefined, certificates: [fingerprint] };
    await write({ ann: only, bob: { tls: "required", certificates: [fingerprint] }, eve: {} });
    expect((await account(["list"])).output.split("\n")).toEqual([
      "NAME  ROOT         PERMISSIONS  STATE   QUOTA  LOGIN",
      "ann   (as served)  all          active         by certificate only",
      "bob   (as served)  all          active         by TLS only, by certificate too",
      "eve   (as served)  all          active",
      "",
    ]);
    const [ann, bob, eve] = JSON.parse((await account(["list", "--json"])).output);
    expect([ann.password, ann.certificates, bob.tls, bob.password]).toEqual([false, 1, "required", undefined]);
    expect(Object.keys(eve)).not.toContain("certificates");
    expect((await account(["check", "ann", "RETR", "/a"])).output).toContain(
      "only with a certificate: ann has no password\n",
    );
    expect((await account(["check", "bob", "RETR", "/a"])).output).toContain("only by TLS: bob has tls required\n");
  });
});

describe("account check", () => {
  const accounts: Record<string, Partial<WrittenAccount>> = {
    ann: {
      home: "/work",
      permissions: ["list", "read", "write", "delete", "rename"],
      rules: { "/in": ["list", "write"], "/in/done": "read-only" },
      hide: [".*"],
      deny: ["*.exe"],
      mounts: { "/docs": { root: "/srv/docs", read_only: true }, "/docs/open": "/srv/open" },
    },
    all: {
      rules: { "/in": ["write", "chmod", "utime"] },
      mounts: { "/docs": { root: "/srv/docs", read_only: true }, "/open/here": "/srv/open" },
      quota: { files: 1 },
    },
    adds: { permissions: ["append"] },
    near: { allow_from: ["192.0.2.0/24"] },
    off: { disabled: true },
    old: { expires: "2026-12-31" },
  };
  beforeEach(() => write(accounts, { anonymous: { rules: { "/incoming": ["write"] } } }));

  test.each<[string, number, string]>([
    ["ann RETR /a.txt", 0, "yes: ann may RETR /a.txt (permissions: list read write delete rename)"],
    ["ann retr a.txt", 0, "yes: ann may RETR /work/a.txt (permissions: list read write delete rename)"],
    [
      "ann STOR /in/a.txt",
      0,
      "yes: ann may STOR /in/a.txt where nothing is yet (rule /in: list write)\nno: ann may not STOR /in/a.txt where a file is (overwrite is missing; rule /in: list write)",
    ],
    ["ann STOU /in/a.txt", 0, "yes: ann may STOU /in/a.txt (rule /in: list write)"],
    ["ann RETR /in/a.txt", 1, "no: ann may not RETR /in/a.txt (read is missing; rule /in: list write)"],
    ["ann STOR /in/done/a", 1, "no: ann may not STOR /in/done/a (write is missing; rule /in/done: list read)"],
    ["ann APPE /in/a.txt", 1, "no: ann may not APPE /in/a.txt (append is missing; rule /in: list write)"],
    ["ann RNFR /in", 1, "no: ann may not RNFR /in (/in/done has a rule of its own, which would no longer hold)"],
    [
      "ann RNFR /in/done",
      1,
      "no: ann may not RNFR /in/done (/in/done has a rule of its own, which would no longer hold)",
    ],
    ["ann STAT /a", 0, "yes: ann may STAT /a (permissions: list read write delete rename)"],
    ["all STAT /in/a", 1, "no: all may not STAT /in/a (list is missing; rule /in: write chmod utime)"],
    ["all site_chmod /in/a", 0, "yes: all may SITE CHMOD /in/a (rule /in: write chmod utime)"],
    ["all SITE_UTIME /in/a", 0, "yes: all may SITE UTIME /in/a (rule /in: write chmod utime)"],
    ["all SITE_UTIME /docs/a", 1, "no: all may not SITE UTIME /docs/a (mount /docs is read-only)"],
    ["all SITE_CHMOD /docs", 1, "no: all may not SITE CHMOD /docs (mount /docs is read-only)"],
    ["all MFMT /docs/a", 1, "no: all may not MFMT /docs/a (mount /docs is read-only)"],
    ["all MFF /docs/a", 1, "no: all may not MFF /docs/a (mount /docs is read-only)"],
    ["all SITE /docs/a", 1, "no: all may not SITE /docs/a (mount /docs is read-only)"],
    ["all SITE_IDLE /docs/a", 0, "yes: all may SITE IDLE /docs/a (needs no permission)"],
    ["all RMD /open", 1, "no: all may not RMD /open (/open/here is the place of a mount)"],
    ["all RNTO /open/here", 1, "no: all may not RNTO /open/here (/open/here is the place of a mount)"],
    [
      "all STOR /open/here/a",
      0,
      "yes: all may STOR /open/here/a (permissions: list read write overwrite append delete rename mkdir chmod utime)\nonly if there is room: all has a quota, which is not counted here",
    ],
    ["ann SITE_CHMOD /in/a", 1, "no: ann may not SITE CHMOD /in/a (chmod is missing; rule /in: list write)"],
    [
      "adds APPE /a",
      0,
      "yes: adds may APPE /a where a file is (permissions: append)\nno: adds may not APPE /a where nothing is yet (write is missing; permissions: append)",
    ],
    ["ann RETR /x/.git/config", 1, "no: ann may not RETR /x/.git/config (hide .*)"],
    ["ann CWD /x/.git", 1, "no: ann may not CWD /x/.git (hide .*)"],
    ["ann CWD /in", 0, "yes: ann may CWD /in (needs no permission)"],
    ["ann NOOP /", 0, "yes: ann may NOOP / (needs no permission)"],
    ["ann RETR /a.EXE", 1, "no: ann may not RETR /a.EXE (deny *.exe)"],
    ["ann LIST /a.exe", 0, "yes: ann may LIST /a.exe (permissions: list read write delete rename)"],
    ["ann DELE /docs/a", 1, "no: ann may not DELE /docs/a (mount /docs is read-only)"],
    ["ann RETR /docs/a", 0, "yes: ann may RETR /docs/a (permissions: list read write delete rename)"],
    ["ann DELE /docs/open/a", 0, "yes: ann may DELE /docs/open/a (permissions: list read write delete rename)"],
    [
      "ann MFF /a",
      1,
      "no: ann may not MFF /a to set a time (utime is missing; permissions: list read write delete rename)\nno: ann may not MFF /a to set permission bits (chmod is missing; permissions: list read write delete rename)",
    ],
    [
      "anonymous STOR /incoming/a",
      0,
      "yes: anonymous may STOR /incoming/a where nothing is yet (rule /incoming: write)\nno: anonymous may not STOR /incoming/a where a file is (overwrite is missing; rule /incoming: write)",
    ],
    ["ftp RETR /incoming/a", 1, "no: ftp may not RETR /incoming/a (read is missing; rule /incoming: write)"],
    ["ftp SIZE /incoming/a", 1, "no: ftp may not SIZE /incoming/a (list is missing; rule /incoming: write)"],
    [
      "near RETR /a 192.0.2.7",
      0,
      "yes: near may RETR /a (permissions: list read write overwrite append delete rename mkdir chmod utime)",
    ],
    ["near RETR /a 198.51.100.7", 1, "no: near may not come from 198.51.100.7 (allow_from, deny_from)"],
    [
      "near NOOP /a",
      0,
      "yes: near may NOOP /a (needs no permission)\nonly from some addresses: near has allow_from or deny_from",
    ],
    ["off RETR /a", 1, "no: off is disabled"],
    ["old RETR /a", 1, "no: old has expired"],
    ["nobody RETR /a", 1, 'no: there is no account "nobody"'],
    ["constructor RETR /a", 1, 'no: there is no account "constructor"'],
  ])("%s", async (question, status, answer) => {
    const words = question.split(" ").map((word) => word.replace("_", " "));
    expect(await account(["check", ...words])).toEqual({ status, output: `${answer}\n`, errors: "" });
  });

  test.each([
    ["ann SUDO /a", '"SUDO" is no verb'],
    ["ann XAUT /a", '"XAUT" is no verb'],
    ["ann SITE_SUDO /a", '"SITE SUDO" is no verb'],
    ["ann RETR_CHMOD /a", '"RETR CHMOD" is no verb'],
    ["ann SITE_constructor /a", '"SITE constructor" is no verb'],
    ["ann SITE_CHMOD_640 /a", '"SITE CHMOD 640" is no verb'],
    ["ann RETR /a nowhere", '"nowhere" is no address'],
    ["ann RETR /a\u0000", "is no path"],
  ])("%j is no question", async (question, sentence) => {
    const run = await account(["check", ...question.split(" ").map((word) => word.replaceAll("_", " "))]);
    expect(run.errors).toContain(sentence);
    expect(run).toMatchObject({ status: 2, output: "" });
  });

  test("answers in JSON with the facts", async () => {
    const { status, output } = await account(["check", "ann", "STOR", "/in/a", "192.0.2.7", "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(output)).toEqual({
      allowed: true,
      account: "ann",
      verb: "STOR",
      from: "192.0.2.7",
      path: "/in/a",
      decisions: [
        { when: "new", allowed: true, because: "rule", rule: "/in", has: ["list", "write"] },
        {
          when: "existing",
          allowed: false,
          because: "rule",
          rule: "/in",
          has: ["list", "write"],
          missing: "overwrite",
        },
      ],
    });
    const refused = await account(["check", "off", "STOR", "/in/a", "--json"]);
    expect(refused.status).toBe(1);
    expect(JSON.parse(refused.output)).toEqual({ allowed: false, account: "off", verb: "STOR", because: "disabled" });
  });

  test("answers in Chinese", async () => {
    const { output } = await account(["check", "ann", "RETR", "/in/a.txt"], "", "zh_CN.UTF-8");
    expect(output).toBe("不可以\uff1aann 不可以 RETR /in/a.txt\uff08缺少 read\uff1b规则 /in\uff1alist write\uff09\n");
  });

  test("a broken file is no answer", async () => {
    await fs.writeFile(file, "{");
    expect(await account(["check", "ann", "RETR", "/a"])).toMatchObject({ status: 2, output: "" });
  });
});

test("the file is named by --file, before the environment", async () => {
  const other = path.join(scratch.path, "other.json");
  await updateAccountsFile(other, (accounts) => accounts.set("zoe", { password: someHash }));
  expect((await account(["list", "--file", other])).output).toContain("zoe");
});
