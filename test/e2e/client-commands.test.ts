import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import net from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { InstalledTwinport } from "../testkit/installed-twinport.ts";
import { RunningProgram } from "../testkit/running-program.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import type { AddressInfo } from "node:net";
import type { Outcome } from "../testkit/running-program.ts";
import type { RunningTwinport } from "../testkit/installed-twinport.ts";

const scratch = new ScratchFolder();
const served = path.join(scratch.path, "served");
/** The client's HOME and working folder. */
const home = path.join(scratch.path, "home");
const modified = new Date("2026-03-04T05:06:07Z");
let twinport: InstalledTwinport;
let server: RunningTwinport;
let port = 0;

beforeAll(async () => {
  const installation = path.join(scratch.path, "installation");
  mkdirSync(installation);
  mkdirSync(served);
  twinport = await InstalledTwinport.in(installation);
  server = serve();
  ({ port } = await server.place());
}, 180_000);

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

beforeEach(() => {
  // What is in them, and not they themselves: the server holds its folder.
  for (const folder of [served, home]) {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true, force: true });
  }
  mkdirSync(path.join(served, "sub"));
  writeFileSync(path.join(served, "hello.txt"), "hello\n");
  writeFileSync(path.join(served, "sub", "中 文.txt"), "deep\n");
  utimesSync(path.join(served, "hello.txt"), modified, modified);
});

function serve(...flags: string[]): RunningTwinport {
  const somewhere = ["--listen", "127.0.0.1:0", "--passive-ports", "31600-31649"];
  return twinport.start(["serve", served, ...somewhere, "--user", "ann", "--password", "secret", ...flags]);
}

const url = (rest = "", at = port): string => `ftp://ann:secret@127.0.0.1:${at}/${rest}`;
const atHome = (...names: string[]): string => path.join(home, ...names);
const atServer = (name: string): string => readFileSync(path.join(served, name), "utf8");

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningProgram {
  return new RunningProgram(twinport.command, args, { home, env });
}

/** Runs a client command to its end, with what its standard input says. */
async function run(args: readonly string[], stdin = "", env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  await using program = start(args, env);
  program.end(stdin);
  return await program.outcome;
}

/** The objects that it wrote, one a line. */
const objectsOf = ({ stdout }: Outcome): Record<string, unknown>[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** A server with one file of which it tells this hash. */
async function lyingServer(hash: string): Promise<AsyncDisposable & { readonly port: number }> {
  const replies: Readonly<Record<string, string>> = {
    USER: "331 password",
    PASS: "230 in",
    FEAT: "211-Features\r\n HASH SHA-256*\r\n SIZE\r\n211 End",
    SIZE: "213 6",
    HASH: `213 SHA-256 0-6 ${hash} a.txt`,
    TYPE: "200 yes",
    OPTS: "200 SHA-256",
    QUIT: "221 bye",
  };
  const server = net.createServer((control) => {
    control.on("error", () => {});
    control.write("220 ready\r\n");
    const data = net.createServer();
    const arrived = once(data, "connection") as Promise<[net.Socket]>;
    const lines = createInterface({ input: control }).on("error", () => {});
    lines.on("line", (line) => {
      const verb = line.split(" ", 1)[0] ?? "";
      const say = (reply: string): void => void control.write(`${reply}\r\n`);
      if (verb === "EPSV") {
        data.listen(0, "127.0.0.1", () => say(`229 here (|||${(data.address() as AddressInfo).port}|)`));
      } else if (verb === "RETR") {
        say("150 it comes");
        arrived.then(
          ([socket]) => socket.on("error", () => {}).end("hello\n", () => say("226 done")),
          () => say("425 nobody came"),
        );
        data.close();
      } else say(replies[verb] ?? "502 no");
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

const done = { status: 0, stdout: "", stderr: "" };

describe("get", () => {
  test("fetches under the same name, under another one, and into a folder; with the time, and quietly", async () => {
    expect(await run(["get", url("hello.txt")])).toMatchObject(done);
    expect(await run(["get", url("hello.txt"), "other.txt"])).toMatchObject(done);
    expect(await run(["get", url("hello.txt"), url("sub/%E4%B8%AD%20%E6%96%87.txt"), "new/"])).toMatchObject(done);
    expect(readFileSync(atHome("hello.txt"), "utf8")).toBe("hello\n");
    expect(statSync(atHome("other.txt")).mtimeMs).toBe(modified.getTime());
    expect(readdirSync(atHome("new")).sort()).toEqual(["hello.txt", "中 文.txt"]);
  });

  test("writes to the standard output, and tells of it elsewhere", async () => {
    expect(await run(["get", url("hello.txt"), "-"])).toMatchObject({ ...done, stdout: "hello\n" });
    const { stdout, stderr } = await run(["get", "--json", url("hello.txt"), "-"]);
    expect(stdout).toBe("hello\n");
    expect(JSON.parse(stderr)).toMatchObject({ event: "done", command: "get", bytes: 6 });
  });

  test("--json tells what was moved, how, and what it was compared by", async () => {
    const [object, ...more] = objectsOf(await run(["get", "--json", "--verify", url("hello.txt")]));
    expect(more).toEqual([]);
    expect(object).toMatchObject({ event: "done", command: "get", local: "hello.txt", bytes: 6, size: 6 });
    expect(object).toMatchObject({ mode: "epsv", verified: "sha256", modified: "2026-03-04T05:06:07.000Z" });
    expect(JSON.stringify(object)).not.toContain("secret");
  });

  test("what is wrong with one file does not keep it from the next, and decides the exit code", async () => {
    const { status, stderr } = await run(["get", url("missing.txt"), url("hello.txt"), "."]);
    expect(status).toBe(7);
    expect(stderr).toMatch(/^twinport: missing\.txt is not there: 550 .*\n$/);
    expect(existsSync(atHome("hello.txt"))).toBe(true);
  });

  test("Ctrl-C leaves a part, and --resume goes on behind it", async () => {
    const bytes = Buffer.alloc(1_500_000, "0123456789");
    writeFileSync(path.join(served, "big.bin"), bytes);
    const part = atHome("big.bin.twinport-part");
    const { status, stderr } = await (async () => {
      await using running = twinport.start(["get", "--limit-rate", "500k", url("big.bin"), atHome("big.bin")], {
        HOME: home,
      });
      await expect.poll(() => existsSync(part) && statSync(part).size, { timeout: 20_000 }).toBeGreaterThan(100_000);
      running.child.kill("SIGINT");
      return await running.outcome;
    })();
    expect(status).toBe(11);
    expect(stderr).toContain("twinport: interrupted");
    expect(stderr).toContain("--resume");
    const there = statSync(part).size;
    const [object] = objectsOf(await run(["get", "--resume", "--json", url("big.bin")]));
    expect(object).toMatchObject({ size: bytes.length, bytes: bytes.length - there });
    expect(readFileSync(atHome("big.bin")).equals(bytes)).toBe(true);
    expect(existsSync(part)).toBe(false);
  });
});

describe("put", () => {
  test("sends a file to a name, into a folder, several at once, and with its time", async () => {
    writeFileSync(atHome("a.txt"), "a");
    writeFileSync(atHome("-b.txt"), "b");
    utimesSync(atHome("a.txt"), modified, modified);
    expect(await run(["put", "a.txt", url("as.txt")])).toMatchObject(done);
    expect(await run(["put", "--", "a.txt", "-b.txt", url("sub/")])).toMatchObject(done);
    expect(await run(["put", "--no-times", "a.txt", url("")])).toMatchObject(done);
    expect(atServer("as.txt") + atServer("sub/a.txt") + atServer("sub/-b.txt") + atServer("a.txt")).toBe("aaba");
    expect(statSync(path.join(served, "as.txt")).mtimeMs).toBe(modified.getTime());
    expect(statSync(path.join(served, "a.txt")).mtimeMs).not.toBe(modified.getTime());
  });

  test("sends the standard input under the name of the URL, and needs one", async () => {
    expect(await run(["put", "-", url("piped.txt")], "from a pipe")).toMatchObject(done);
    expect(atServer("piped.txt")).toBe("from a pipe");
    expect(await run(["put", "-", url("sub/")], "x")).toMatchObject({ status: 2 });
  });

  test("goes into a folder that stands at the path, and says of the standard input that it cannot", async () => {
    writeFileSync(atHome("a.txt"), "a");
    const [object] = objectsOf(await run(["put", "--json", "a.txt", url("sub")]));
    expect(object).toMatchObject({ event: "done", path: "sub/a.txt" });
    expect(atServer("sub/a.txt")).toBe("a");
    const { status, stderr } = await run(["put", "-", url("sub")], "x");
    expect(status).toBe(8);
    expect(stderr).toContain("is a folder; the standard input needs a name in it");
  });

  test("--resume sends what the server does not have yet", async () => {
    writeFileSync(atHome("a.txt"), "0123456789");
    writeFileSync(path.join(served, "a.txt"), "0123");
    const [object] = objectsOf(await run(["put", "--resume", "--json", "a.txt", url("a.txt")]));
    expect(object).toMatchObject({ event: "done", command: "put", bytes: 6, size: 10 });
    expect(atServer("a.txt")).toBe("0123456789");
  });
});

describe("ls, stat and hash", () => {
  test("ls lists names, all that is known in columns, objects, and all below", async () => {
    expect((await run(["ls", "--names", url()])).stdout).toBe("hello.txt\nsub\n");
    expect((await run(["ls", url()])).stdout).toMatch(
      /^- 6 {2}2026-03-04 05:06:07 {2}hello\.txt\nd {4}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}sub\/\n$/,
    );
    expect(objectsOf(await run(["ls", "--json", url()]))).toMatchObject([
      { name: "hello.txt", kind: "file", size: 6, modified: expect.stringMatching(/^2026-03-04T05:06:07.*Z$/) },
      { name: "sub", kind: "directory" },
    ]);
    expect((await run(["ls", "-R", "--names", url()])).stdout).toBe("hello.txt\nsub\nsub/中 文.txt\n");
  });

  test("ls of a file lists that file, and of nothing says so", async () => {
    expect((await run(["ls", "--names", url("hello.txt")])).stdout).toBe("hello.txt\n");
    expect(await run(["ls", url("missing")])).toMatchObject({ status: 7, stdout: "" });
  });

  test("stat --json gives size and modified, in UTC", async () => {
    const [object] = objectsOf(await run(["stat", "--json", url("hello.txt")]));
    expect(object).toMatchObject({ name: "hello.txt", kind: "file", size: 6, path: "hello.txt" });
    expect(Date.parse(String(object?.["modified"]))).toBe(modified.getTime());
    expect((await run(["stat", url("sub")])).stdout).toMatch(/^name +sub\nkind +folder\n/);
  });

  test("hash is what the server computes", async () => {
    const sum = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
    expect((await run(["hash", url("hello.txt")])).stdout).toBe(`sha256 ${sum}  hello.txt\n`);
    expect(objectsOf(await run(["hash", "--json", "--algorithm", "md5", url("hello.txt")]))).toMatchObject([
      { algorithm: "md5", hash: "b1946ac92492d2347c6235b4d2611184" },
    ]);
  });
});

test("cat writes files one after the other, exactly", async () => {
  writeFileSync(path.join(served, "raw.bin"), Buffer.from([0, 255, 13, 10, 27]));
  await using program = start(["cat", url("hello.txt"), url("hello.txt")]);
  program.end();
  expect(await program.outcome).toMatchObject({ ...done, stdout: "hello\nhello\n" });
  await run(["get", url("raw.bin")]);
  expect([...readFileSync(atHome("raw.bin"))]).toEqual([0, 255, 13, 10, 27]);
});

test("a reader that has seen enough ends it quietly", async () => {
  writeFileSync(path.join(served, "big.bin"), Buffer.alloc(5_000_000));
  await using running = twinport.start(["cat", url("big.bin")], { HOME: home });
  await once(running.child.stdout, "data");
  running.child.stdout.destroy();
  expect(await running.outcome).toMatchObject({ status: 0, stderr: "" });
});

test("mkdir, mv, chmod, rm and rmdir do what they are called", async () => {
  expect(await run(["mkdir", url("one")])).toMatchObject(done);
  expect(await run(["mkdir", "-p", url("one/two/three"), url("one")])).toMatchObject(done);
  expect(await run(["mv", url("hello.txt"), "one/two/"])).toMatchObject(done);
  expect(await run(["mv", url("one/two/hello.txt"), "one/new name.txt"])).toMatchObject(done);
  expect(atServer("one/new name.txt")).toBe("hello\n");
  expect(await run(["chmod", "640", url("one/new%20name.txt")])).toMatchObject(done);
  expect(statSync(path.join(served, "one/new name.txt")).mode & 0o777).toBe(0o640);
  expect(await run(["rm", url("one/new%20name.txt")])).toMatchObject(done);
  expect(await run(["rmdir", url("one/two/three")])).toMatchObject(done);
  expect(await run(["rmdir", url("one")])).toMatchObject({ status: 8 });
  expect(await run(["rm", "-r", url("one"), url("sub")])).toMatchObject(done);
  expect(readdirSync(served)).toEqual([]);
});

test("mirror says what it would do, does it, and then has nothing to do", async () => {
  const dry = await run(["mirror", "--dry-run", url(), "copy"]);
  expect(dry.stdout.split("\n")).toEqual(expect.arrayContaining(["+ hello.txt (new, 6 bytes)", "+ sub/"]));
  expect(existsSync(atHome("copy"))).toBe(false);
  expect(await run(["mirror", "--exclude", "hello.*", url(), "part"])).toMatchObject(done);
  expect(readdirSync(atHome("part"))).toEqual(["sub"]);
  expect(await run(["mirror", url(), "copy"])).toMatchObject(done);
  expect(readFileSync(atHome("copy/sub/中 文.txt"), "utf8")).toBe("deep\n");
  const [again] = objectsOf(await run(["mirror", "--json", url(), "copy"]));
  expect(again).toMatchObject({ event: "done", command: "mirror", transferred: 0, same: 2, isWhole: true });
  writeFileSync(atHome("copy/extra.txt"), "extra");
  rmSync(atHome("copy/hello.txt"));
  expect((await run(["mirror", "--delete", "--parallel", "2", "copy", url()])).status).toBe(0);
  expect(readdirSync(served).sort()).toEqual(["extra.txt", "sub"]);
});

test("a mirror that was interrupted is gone on with", async () => {
  for (let i = 0; i < 20; i++) writeFileSync(path.join(served, `part-${i}.bin`), Buffer.alloc(100_000, i));
  const copy = atHome("copy");
  const { status } = await (async () => {
    await using running = twinport.start(["mirror", "--limit-rate", "500k", url(), copy], { HOME: home });
    await expect.poll(() => existsSync(path.join(copy, "part-0.bin")), { timeout: 20_000 }).toBe(true);
    running.child.kill("SIGINT");
    return await running.outcome;
  })();
  expect(status).toBe(11);
  const there = readdirSync(copy).length;
  expect(there).toBeLessThan(22);
  expect(await run(["mirror", url(), "copy"])).toMatchObject({ status: 0, stdout: "" });
  for (let i = 0; i < 20; i++)
    expect(readFileSync(path.join(copy, `part-${i}.bin`)).equals(Buffer.alloc(100_000, i))).toBe(true);
  expect(readdirSync(copy)).toHaveLength(22);
});

describe("who logs in", () => {
  const bare = (rest: string): string => `ftp://ann@127.0.0.1:${port}/${rest}`;

  test("the password comes from the environment, the standard input or the netrc, and is never shown", async () => {
    writeFileSync(atHome(".netrc"), 'machine 127.0.0.1 login ann password "secret"\n');
    chmodSync(atHome(".netrc"), 0o600);
    const ways: [string[], string, Record<string, string>][] = [
      [["--trace", bare("hello.txt")], "", { TWINPORT_PASSWORD: "secret" }],
      [["--trace", "--password-stdin", bare("hello.txt")], "secret\n", {}],
      [["--trace", "--netrc", `ftp://127.0.0.1:${port}/hello.txt`], "", {}],
      [["--trace", "--user", "ann", `ftp://127.0.0.1:${port}/hello.txt`], "", { TWINPORT_PASSWORD: "secret" }],
    ];
    for (const [args, stdin, env] of ways) {
      const { status, stdout, stderr } = await run(["cat", ...args], stdin, env);
      expect({ status, stdout }).toEqual({ status: 0, stdout: "hello\n" });
      expect(stderr).toContain("> PASS ****");
      expect(stderr).not.toContain("secret");
    }
  });

  test("a netrc that others can read is warned about", async () => {
    writeFileSync(atHome(".netrc"), "machine 127.0.0.1 login ann password secret\n");
    chmodSync(atHome(".netrc"), 0o644);
    const { status, stderr } = await run(["cat", "--netrc", `ftp://127.0.0.1:${port}/hello.txt`]);
    expect(status).toBe(0);
    expect(stderr).toContain("others can read the passwords");
  });
});

describe("--trace", () => {
  test.each([
    [
      "passive",
      "epsv",
      /passive · RETR hello\.txt · complete, 6 bytes/,
      /3 {2}:\d+ +─+ opens the data connection ─+▶ :31\d\d\d/,
    ],
    [
      "active",
      "port",
      /active · RETR hello\.txt · complete, 6 bytes/,
      /3 {2}:\d+ +◀─+ opens the data connection ─+ :\d+/,
    ],
  ])("draws a transfer in %s mode with its real ports", async (_name, mode, title, arrow) => {
    const { stderr } = await run(["get", "--trace", "--mode", mode, url("hello.txt")]);
    expect(stderr).toMatch(title);
    expect(stderr).toMatch(arrow);
    expect(stderr).toContain(`> ${mode.toUpperCase()}`);
  });

  test("with --json it is a step a line on the standard error", async () => {
    const { stdout, stderr } = await run(["get", "--trace", "--json", url("hello.txt")]);
    const steps = objectsOf({ stdout: stderr } as Outcome).map(({ event }) => event);
    expect(steps).toEqual(
      expect.arrayContaining(["control-connected", "command-sent", "data-dialing", "attempt-ended"]),
    );
    expect(objectsOf({ stdout } as Outcome)).toMatchObject([{ event: "done" }]);
  });
});

describe("exit codes", () => {
  const nobody = 1;
  let readOnly: { readonly port: number };
  let readOnlyServer: RunningTwinport;

  beforeAll(async () => {
    writeFileSync(path.join(scratch.path, "none.pem"), "no certificate\n");
    readOnlyServer = serve("--read-only");
    readOnly = await readOnlyServer.place();
  });
  beforeEach(() => writeFileSync(atHome(".profile"), "a file\n"));
  afterAll(() => readOnlyServer?.[Symbol.asyncDispose]());

  test.each<[number, string, () => string[]]>([
    [2, "no URL", () => ["get"]],
    [2, "an unknown option", () => ["get", "--nonsense", url("a")]],
    [2, "no FTP URL", () => ["cat", "http://example.org/"]],
    [2, "a rate that is none", () => ["get", "--limit-rate", "fast", url("a")]],
    [2, "a control byte in a path", () => ["cat", url("a%0D%0ADELE%20b")]],
    [2, "two local folders", () => ["mirror", "a", "b"]],
    [3, "nobody listens", () => ["ls", url("", nobody)]],
    [2, "a pin that is none", () => ["ls", "--tls", "explicit", "--pin", "zz", url()]],
    [2, "certificates that are none", () => ["ls", "--ca", path.join(scratch.path, "none.pem"), url()]],
    [3, "a proxy that is not there", () => ["ls", "--proxy", "socks5://127.0.0.1:1", url()]],
    [4, "a wrong password", () => ["ls", `ftp://ann:wrong@127.0.0.1:${port}/`]],
    [5, "no TLS there", () => ["ls", "--tls", "explicit", url()]],
    [7, "no such file", () => ["get", url("missing.txt")]],
    [7, "no such folder", () => ["ls", url("missing/")]],
    [7, "no such folder to put a file into", () => ["put", atHome(".profile"), url("missing/a")]],
    [8, "the server says no", () => ["rmdir", url("sub")]],
    [8, "the account may not write", () => ["put", atHome(".profile"), url("a", readOnly.port)]],
    [9, "no such local file", () => ["put", "missing.txt", url("a")]],
    [9, "no such local folder to mirror", () => ["mirror", "missing", url()]],
    [9, "a local file to mirror", () => ["mirror", atHome(".profile"), url()]],
    [9, "no such local folder", () => ["get", url("hello.txt"), "missing/deeper/a.txt"]],
    [9, "no such file of certificates", () => ["ls", "--ca", "missing.pem", url()]],
  ])("%d: %s", async (code, _name, args) => {
    const { status, stdout, stderr } = await run(args());
    expect({ status, stdout }).toEqual({ status: code, stdout: "" });
    expect(stderr).not.toBe("");
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test("6: no mode moves data, and each attempt is told with what it means", async () => {
    await using passiveOnly = serve("--no-active");
    const place = await passiveOnly.place();
    const { status, stderr } = await run(["ls", "--mode", "active", url("", place.port)]);
    expect(status).toBe(6);
    expect(stderr).toMatch(/no mode moves data\n {2}PORT: refused by the server: 50\d .*\n {2}EPRT: .*\n/);
    expect(stderr).toContain("active: the server has it switched off");
    expect(stderr).toContain("--mode auto");
    const [error] = objectsOf(await run(["ls", "--json", "--mode", "active", url("", place.port)]));
    expect(error).toMatchObject({ event: "error", code: "no-mode-moves-data", exit: 6 });
    expect(error?.["attempts"]).toMatchObject([{ mode: "port", outcome: "command-refused" }, { mode: "eprt" }]);
  });

  test.each([
    ["falls silent", "220 ready\r\n", []],
    ["says nothing at all", "", []],
    ["says nothing where TLS is to begin", "", ["--tls", "implicit"]],
  ] as const)("12: a server that %s", async (_title, greeting, flags) => {
    const silent = net.createServer((socket) => {
      socket.on("error", () => {});
      socket.write(greeting);
    });
    await once(silent.listen(0, "127.0.0.1"), "listening");
    try {
      const at = (silent.address() as AddressInfo).port;
      const args = ["ls", "--timeout", "0.5", "--retries", "0", ...flags, url("", at)];
      expect(await run(args)).toMatchObject({ status: 12, stdout: "" });
    } finally {
      silent.close();
    }
  });

  test("10: the hash of the server is another one", async () => {
    await using liar = await lyingServer("00".repeat(32));
    const args = ["get", "--verify", "--retries", "0", `ftp://ann:secret@127.0.0.1:${liar.port}/a.txt`];
    const { status, stderr } = await run(args);
    expect(status).toBe(10);
    expect(stderr).toContain("a.txt is not what was sent: sha256 is");
    expect(readdirSync(home)).not.toContain("a.txt");
  });
});

describe("in Chinese", () => {
  test.each<[string, () => string[], string]>([
    ["what the server says no to", () => ["get", url("missing.txt")], "twinport：不存在 missing.txt"],
    ["what the system says", () => ["put", "missing", url("a")], "twinport：missing：没有这个文件或目录\n"],
    [
      "what the layers below say",
      () => ["ls", "--tls", "implicit", url()],
      "TLS 未能建立：对方在此不使用 TLS；它说的是",
    ],
    [
      "what is wrong with an option",
      () => ["ls", "--mode", "fast", url()],
      "错误：选项 '--mode <mode>' 的值 'fast' 无效",
    ],
    ["what is missing", () => ["get"], "错误：缺少参数 'url'\n"],
  ])("%s is told", async (_title, args, sentence) => {
    const { stderr } = await run([...args(), "--lang", "zh-CN"]);
    expect(stderr).toContain(sentence);
  });

  test("a mode that fell back is told with what failed before it, now and by modes list", async () => {
    await using activeOnly = serve("--no-passive");
    const { port: at } = await activeOnly.place();
    const { stderr } = await run(["ls", "--lang", "zh-CN", "--trace", url("", at)]);
    expect(stderr).toMatch(/警告：PORT 可以传输数据；此前失败的有：EPSV（服务器拒绝）、PASV（服务器拒绝）/);
    expect(stderr).toContain("尝试 EPSV：客户端通常无法被连接，不需要地址");
    expect((await run(["modes", "list", "--lang", "zh-CN"])).stdout).toContain(
      "EPSV（服务器拒绝）、PASV（服务器拒绝）",
    );
  });
});

test.each([
  [["tour"], "Seen:"],
  [["explain", "passive", "--nat", "client"], "Passive mode · NAT at the client · all four steps pass"],
  [["firewall", "--for", "nftables"], "tcp dport 21 "],
])("%j needs no server, no clone and no build", async (args, line) => {
  expect(await twinport.run(args)).toMatchObject({ status: 0, stdout: expect.stringContaining(line), stderr: "" });
});

test("which mode worked is remembered, listed and forgotten", async () => {
  await run(["get", url("hello.txt")]);
  expect(objectsOf(await run(["modes", "list", "--json"]))).toMatchObject([
    { server: `127.0.0.1:${port}`, mode: "epsv" },
  ]);
  expect((await run(["modes", "list"])).stdout).toContain("EPSV");
  expect(await run(["modes", "forget", "127.0.0.1"])).toMatchObject(done);
  expect(await run(["modes", "list", "--json"])).toMatchObject(done);
  await run(["get", "--no-memory", url("hello.txt")]);
  expect((await run(["modes", "list", "--json"])).stdout).toBe("");
});

describe("shell", () => {
  test("does what a pipe says, line by line", async () => {
    writeFileSync(atHome("up 1.txt"), "up");
    const lines = [
      ...["# a comment", "", "pwd", "cd sub", "pwd", "ls --names", "get *.txt", "put 'up 1.txt'", "cat up\\ 1.txt"],
      ...["mkdir -p deep/er", "mv 'up 1.txt' deep/", "rm deep/*.txt", "rmdir deep/er", "rm -r deep", "cd", "pwd"],
      ...[
        "stat hello.txt",
        "hash hello.txt",
        "chmod 600 hello.txt",
        "quote NOOP",
        "lls",
        "lcd /",
        "lpwd",
        "quit",
        "nonsense",
      ],
    ];
    const { status, stdout, stderr } = await run(["shell", url()], lines.map((line) => `${line}\n`).join(""));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split("\n").slice(0, 4)).toEqual(["/", "/sub", "中 文.txt", "up/"]);
    expect(stdout).toContain("200 ");
    expect(readdirSync(path.join(served, "sub"))).toEqual(["中 文.txt"]);
    expect(readFileSync(atHome("中 文.txt"), "utf8")).toBe("deep\n");
  });

  test("ends with the first failure of a pipe, and its code", async () => {
    const { status, stdout, stderr } = await run(["shell", url()], "pwd\nget missing.txt\npwd\n");
    expect({ status, stdout }).toEqual({ status: 7, stdout: "/\n" });
    expect(stderr).toContain("missing.txt is not there");
    expect(await run(["shell", url()], "nonsense\n")).toMatchObject({ status: 2 });
    expect(await run(["shell", url()], "get\n")).toMatchObject({ status: 2 });
    expect(await run(["shell", url("missing/")], "pwd\n")).toMatchObject({ status: 7 });
  });
});
