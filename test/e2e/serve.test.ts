import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { InstalledTwinport } from "../testkit/installed-twinport.ts";
import { RawClient } from "../testkit/raw-client.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import type { RunningTwinport } from "../testkit/installed-twinport.ts";

const scratch = new ScratchFolder();
const root = path.join(scratch.path, "root");
const ann = { user: "ann", password: "secret" };
const asAnn = ["--user", "ann", "--password", "secret"];
const somewhere = ["--listen", "127.0.0.1:0", "--passive-ports", "31800-31849"];
let twinport: InstalledTwinport;

beforeAll(async () => {
  mkdirSync(root);
  writeFileSync(path.join(root, "hello.txt"), "hello\n");
  const installation = path.join(scratch.path, "installation");
  mkdirSync(installation);
  twinport = await InstalledTwinport.in(installation);
}, 180_000);

afterAll(() => scratch[Symbol.asyncDispose]());

function serve(...flags: string[]): RunningTwinport {
  return twinport.start(["serve", root, ...somewhere, ...flags]);
}

async function connect(running: RunningTwinport): Promise<RawClient> {
  return RawClient.connect(await running.place());
}

async function connectAsAnn(running: RunningTwinport): Promise<RawClient> {
  return (await connect(running)).login(ann);
}

/** A port that is free and has a free one before it, outside of the ephemeral range, where others come and go. */
async function portWithFreeNeighbour(): Promise<number> {
  for (let port = 31_851; port < 31_999; port += 2) {
    const probes = [net.createServer(), net.createServer()];
    try {
      for (const [i, probe] of probes.entries()) await once(probe.listen(port - i, "127.0.0.1"), "listening");
      return port;
    } catch {
      continue;
    } finally {
      for (const probe of probes) probe.close();
    }
  }
  throw new Error("no two neighbouring ports are free");
}

async function textOf(data: net.Socket): Promise<string> {
  let text = "";
  for await (const chunk of data) text += String(chunk);
  return text;
}

test("with no account it makes a one-time password, says the ports of both modes, and a line to try that works", async () => {
  await using running = serve();
  const [, password = ""] = await running.says(/one-time password (\S+)/);
  await running.says(/passive +the client connects to ports 31800-31849 here/);
  const { port } = await running.place();
  await running.says(new RegExp(`active +this server connects to the client from port ${port - 1}`));
  await running.says(new RegExp(`curl ftp://twinport:${password}@127.0.0.1:${port}/`));
  using client = await (await connect(running)).login({ user: "twinport", password });
  expect(await textOf(await client.transfer("passive", "RETR hello.txt"))).toBe("hello\n");
  await client.expect(226);
});

test("with no flags at all it serves the folder that it stands in, on 127.0.0.1 port 2121", async () => {
  const outcome = await twinport.run(["serve", "--help"]);
  expect(outcome.stdout).toContain("[root]");
  expect(outcome.stdout).toContain('(default: ".")');
  await using running = twinport.start(["serve"]);
  // Where somebody else has the port, that is said with the port.
  const said = await Promise.race([running.outcome, running.says(/ftp:\/\/127\.0\.0\.1:2121\//)]);
  if ("stderr" in said)
    expect(said.stderr).toContain("cannot listen on 127.0.0.1:2121: another program listens there (EADDRINUSE)");
});

test("the password may come from the environment", async () => {
  const args = ["serve", root, ...somewhere, "--user", "ann"];
  await using running = twinport.start(args, { TWINPORT_PASSWORD: "secret" });
  using client = await connectAsAnn(running);
  await client.ask("PWD", 257);
});

test("it speaks Chinese where the locale does, and where it is told to", async () => {
  await using byLocale = twinport.start(["serve", root, ...somewhere], { LC_ALL: "zh_CN.UTF-8" });
  await byLocale.says(/一次性密码/);
  await using byFlag = serve("--lang", "zh-CN", "--trace", ...asAnn);
  using client = await connectAsAnn(byFlag);
  await textOf(await client.transfer("passive", "RETR hello.txt"));
  await byFlag.says(/被动模式 · RETR hello\.txt · 完成，6 字节/);
});

test("--trace draws each transfer in the four steps of its mode, with the real ports", async () => {
  const port = await portWithFreeNeighbour();
  const args = [
    "serve",
    root,
    ...["--listen", `127.0.0.1:${port}`, "--passive-ports", "31800-31849"],
    "--trace",
    ...asAnn,
  ];
  await using running = twinport.start(args);
  using client = await connectAsAnn(running);
  const control = client.control.localPort;
  await textOf(await client.transfer("passive", "RETR hello.txt"));
  await client.expect(226);
  const passive = await running.says(/passive · RETR hello\.txt · complete, 6 bytes\n(?:.*\n){5}/);
  expect(passive[0]).toMatch(new RegExp(` 1 +:${control} .*EPSV.*▶ :${port}\n 2 +:${control} +◀.*229.* :${port}\n`));
  expect(passive[0]).toMatch(/ 3 +:(\d+) .*▶ :(318\d\d)\n 4 +:\1 +◀.* :\2\n/);
  await textOf(await client.transfer("active", "RETR hello.txt"));
  const active = await running.says(/active · RETR hello\.txt · complete, 6 bytes\n(?:.*\n){5}/);
  expect(active[0]).toMatch(new RegExp(` 3 +:(\\d+) +◀.* :${port - 1}\n 4 +:\\1 .*▶ :${port - 1}\n`));
});

test("--json says everything as an object a line", async () => {
  await using running = serve("--json", "--trace", ...asAnn);
  const { port } = JSON.parse((await running.says(/^\{.*"listening".*\}$/m))[0]).urls[0].match(
    /:(?<port>\d+)\//,
  ).groups;
  using client = await (await RawClient.connect({ address: "127.0.0.1", port: Number(port) })).login(ann);
  await textOf(await client.transfer("passive", "RETR hello.txt"));
  await running.says(/"transfer-finished"/);
  running.child.kill("SIGTERM");
  const { stdout, status } = await running.outcome;
  const events = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).event);
  expect(events).toEqual(
    expect.arrayContaining(["listening", "login-accepted", "control-connected", "data-offered", "stopped"]),
  );
  expect(status).toBe(0);
});

test("--quiet says where it is, and then only warnings", async () => {
  await using running = serve("--quiet", ...asAnn);
  using client = await connectAsAnn(running);
  await textOf(await client.transfer("passive", "RETR hello.txt"));
  await client.expect(226);
  running.child.kill("SIGTERM");
  const { stdout } = await running.outcome;
  expect(stdout).toContain("URL");
  expect(stdout).not.toContain("logged in");
  expect(stdout).not.toContain("RETR");
});

test("SIGTERM lets a transfer finish, takes nobody new, and ends with 0", async () => {
  writeFileSync(path.join(root, "slow.bin"), Buffer.alloc(200_000, 1));
  await using running = serve("--rate-down", "200000", "--drain-timeout", "10", ...asAnn);
  const place = await running.place();
  using client = await connectAsAnn(running);
  using idle = await connectAsAnn(running);
  const data = await client.transfer("passive", "RETR slow.bin");
  const received = textOf(data);
  running.child.kill("SIGTERM");
  await idle.expect(421);
  await expect(RawClient.connect(place)).rejects.toThrow();
  expect(await received).toHaveLength(200_000);
  await client.expect(226);
  await client.expect(421);
  expect((await running.outcome).status).toBe(0);
});

test("a transfer that does not finish within --drain-timeout is cut off, and is not taken for whole", async () => {
  writeFileSync(path.join(root, "slow.bin"), Buffer.alloc(200_000, 1));
  await using running = serve("--rate-down", "20000", "--drain-timeout", "0.3", ...asAnn);
  using client = await connectAsAnn(running);
  const data = await client.transfer("passive", "RETR slow.bin");
  data.resume();
  running.child.kill("SIGTERM");
  expect((await client.reply()).code).toBe(421);
  expect((await running.outcome).status).toBe(0);
});

test("a reader that stops reading its output neither stops the server nor keeps it from ending", async () => {
  await using running = serve("--trace", ...asAnn);
  using client = await connectAsAnn(running);
  running.child.stdout.pause();
  // Far more figures than a pipe holds.
  for (let i = 0; i < 400; i++) {
    await textOf(await client.transfer("passive", "RETR hello.txt"));
    await client.expect(226);
  }
  await client.ask("NOOP", 200);
  const ended = once(running.child, "exit");
  running.child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

test.each([
  [["--user", "ann"], "--user needs --password"],
  [["--password", "x"], "--password needs --user"],
  [["--no-passive", "--no-active"], "leave no way"],
  [["--listen", "2121"], "ADDRESS:PORT"],
  [["--listen", "127.0.0.1:99999"], "ADDRESS:PORT"],
  [["--passive-ports", "30010-30000"], "FIRST-LAST"],
  [["--passive-ports", "0-70000"], "FIRST-LAST"],
  [["--idle-timeout", "soon"], "--idle-timeout needs a number above 0"],
  [["--idle-timeout", "-1"], "--idle-timeout needs a number above 0"],
  [["--max-sessions", "1.5"], "--max-sessions needs a whole number"],
  [["--active-source-port", "7"], "--active-source-port"],
  [["--charset", "klingon"], "klingon is not a charset"],
  [["--umask", "028"], "--umask needs permission bits in octal"],
  [["--uploads", "maybe"], "--uploads"],
  [["--sync", "some"], "--sync"],
  [["--nonsense"], "--nonsense"],
  [["--passive-address", "not a name"], "neither an IPv4 address nor a name"],
  [["--passive-address", "1.2.3"], "neither an IPv4 address nor a name"],
  [["--passive-address", "300.1.1.1/8=1.2.3.4"], "neither an IPv4 address nor a name"],
])("%j is refused with its reason and exit code 2", async (flags, reason) => {
  const { status, stderr } = await twinport.run(["serve", root, ...flags]);
  expect(stderr).toContain(reason);
  expect(status).toBe(2);
});

test("a folder that is not there, and an address that is not ours, are said with their names", async () => {
  const missing = await twinport.run(["serve", path.join(root, "missing"), ...somewhere]);
  expect(missing).toMatchObject({ status: 1 });
  expect(missing.stderr).toContain(`cannot serve ${path.join(root, "missing")}: there is no such folder (ENOENT)`);
  const foreign = await twinport.run(["serve", root, "--listen", "192.0.2.1:2121"]);
  expect(foreign).toMatchObject({ status: 1 });
  expect(foreign.stderr).toContain(
    "cannot listen on 192.0.2.1:2121: that is no address of this machine (EADDRNOTAVAIL)",
  );
});

test("--read-only and --anonymous read and change nothing", async () => {
  await using running = serve("--anonymous", "--read-only", ...asAnn);
  for (const login of [ann, { user: "anonymous", password: "me@example.org" }]) {
    using client = await (await connect(running)).login(login);
    await client.ask("EPSV", 229);
    await client.ask("STOR new.txt", 550);
    await client.ask("DELE hello.txt", 550);
    await client.ask("MKD folder", 550);
    await client.ask("SIZE hello.txt", 213);
  }
  expect(readdirSync(root)).not.toContain("new.txt");
});

test("--no-passive and --no-active leave the other mode, and the verbs of the one are not there", async () => {
  await using active = serve("--no-passive", ...asAnn);
  using one = await connectAsAnn(active);
  await one.ask("PASV", 502);
  expect((await one.ask("FEAT", 211)).lines.join()).not.toContain("EPSV");
  expect(await textOf(await one.transfer("active", "RETR hello.txt"))).toBe("hello\n");
  await using passive = serve("--no-active", ...asAnn);
  using other = await connectAsAnn(passive);
  await other.ask("PORT 127,0,0,1,200,1", 502);
  expect(await textOf(await other.transfer("passive", "RETR hello.txt"))).toBe("hello\n");
});

test("--passive-address is told in 227, by the client's network where it says so", async () => {
  await using running = serve("--passive-address", "127.0.0.2/32=local", "--passive-address", "203.0.113.9", ...asAnn);
  using client = await connectAsAnn(running);
  expect((await client.ask("PASV", 227)).lines.join()).toContain("(203,0,113,9,");
  using near = await RawClient.connect({ ...(await running.place()), localAddress: "127.0.0.2" });
  await near.login(ann);
  expect((await near.ask("PASV", 227)).lines.join()).toContain("(127,0,0,1,");
});

test("the limits of the command line are those of the server", async () => {
  await using running = serve(
    ...["--max-sessions", "2", "--max-sessions-per-address", "1", "--max-login-failures", "2", "--banner", "our place"],
    ...["--idle-timeout", "0.4", "--passive-timeout", "0.2", ...asAnn],
  );
  const place = await running.place();
  using first = await RawClient.connect(place);
  await first.login(ann);
  await expect(RawClient.connect(place)).rejects.toThrow("421 Too many sessions from your address");
  using second = await RawClient.connect({ ...place, localAddress: "127.0.0.2" });
  await second.ask("USER ann", 331);
  await second.ask("PASS wrong", 530);
  await second.ask("USER ann", 331);
  await second.ask("PASS wrong", 530);
  await second.expect(421);
  await first.ask("EPSV", 229);
  await first.ask("RETR hello.txt", 425);
  expect((await first.expect(421)).lines.join()).toContain("Idle for 0.4 s");
});

test("what a client writes cannot steer the terminal that shows the log", async () => {
  await using running = serve(...asAnn);
  using client = await connectAsAnn(running);
  const data = await client.transfer("passive", "STOR \u001b[2J\u009b31m");
  data.end("x");
  await client.expect(226);
  const [line] = await running.says(/^.*STOR.*$/m);
  expect(line).toContain("STOR /?[2J?31m");
});

test("several listeners take sessions, each on its address", async () => {
  await using running = serve("--listen", "[::1]:0", ...asAnn);
  const [, port] = await running.says(/ftp:\/\/\[::1\]:(\d+)\//);
  using client = await RawClient.connect({ address: "::1", port: Number(port) });
  await client.login(ann);
  expect(await textOf(await client.transfer("active", "RETR hello.txt"))).toBe("hello\n");
});

test("names in another charset than UTF-8 are read and told in it", async () => {
  await using running = serve("--charset", "gbk", ...asAnn);
  const place = await running.place();
  const control = net.connect({ host: place.address, port: place.port });
  const gbk = Buffer.from([0xd6, 0xd0, 0xce, 0xc4]);
  let said = Buffer.alloc(0);
  control.on("data", (chunk: Buffer) => (said = Buffer.concat([said, chunk])));
  control.write("USER ann\r\nPASS secret\r\nMKD ");
  control.end(Buffer.concat([gbk, Buffer.from("\r\nQUIT\r\n")]));
  await once(control, "close");
  expect(said.includes(Buffer.concat([Buffer.from('257 "/'), gbk]))).toBe(true);
  expect(readdirSync(root)).toContain("中文");
});

test.runIf(process.getuid?.() === 0)(
  "port 20 is used where that is allowed, else any, and why is said once",
  async () => {
    chmodSync(scratch.path, 0o755);
    const nobody = 65_534;
    for (const [user, expected] of [
      [0, /^20$/],
      [nobody, /^\d{4,5}$/],
    ] as const) {
      const args = ["serve", root, ...somewhere, "--active-source-port", "20", ...asAnn];
      await using running = twinport.start(args, { HOME: scratch.path }, user);
      using client = await connectAsAnn(running);
      for (let i = 0; i < 2; i++) {
        const data = await client.transfer("active", "RETR hello.txt");
        expect(String(data.remotePort)).toMatch(expected);
        await textOf(data);
        await client.expect(226);
      }
      running.child.kill("SIGTERM");
      const { stdout } = await running.outcome;
      expect(stdout.match(/cannot come from port 20 \(EACCES\)/g) ?? []).toHaveLength(user === 0 ? 0 : 1);
    }
  },
);

test("an upload arrives whole, and one that is cut off stays or goes as --partial-uploads says", async () => {
  for (const what of ["keep", "discard"]) {
    await using running = serve("--partial-uploads", what, ...asAnn);
    using client = await connectAsAnn(running);
    const whole = await client.transfer("passive", `STOR whole-${what}`);
    whole.end("all of it");
    await client.expect(226);
    const data = await client.transfer("passive", `STOR cut-${what}`);
    data.write("half");
    await expect
      .poll(() => readdirSync(root).includes(`cut-${what}`) && readFileSync(path.join(root, `cut-${what}`), "utf8"))
      .toBe("half");
    data.resetAndDestroy();
    await client.expect(426);
    expect(readFileSync(path.join(root, `whole-${what}`), "utf8")).toBe("all of it");
  }
  expect(readdirSync(root).filter((name) => name.startsWith("cut-"))).toEqual(["cut-keep"]);
});
