import process from "node:process";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { memoryStorage } from "@twinport/storage";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { inTime } from "../../../test/testkit/in-time.ts";

const MI = 1024 * 1024;
const files = { "/a.txt": "hello", "/big.bin": new Uint8Array(32 * MI) };

test.each([
  ["in one piece", "RETR a.txt\r\nABOR\r\n", [426, 226]],
  ["with STAT and NOOP before it", "RETR a.txt\r\nSTAT\r\nNOOP\r\nABOR\r\n", [211, 200, 426, 226]],
  ["twice", "RETR a.txt\r\nABOR\r\nABOR\r\n", [426, 226, 225]],
  ["behind QUIT", "RETR a.txt\r\nQUIT\r\nABOR\r\n", [426, 226, 221]],
  ["before QUIT", "RETR a.txt\r\nABOR\r\nQUIT\r\n", [426, 226, 221]],
  ["behind another transfer", "RETR a.txt\r\nRETR a.txt\r\nABOR\r\n", [426, 226, 425]],
  ["of an upload", "STOR b.txt\r\nABOR\r\n", [426, 226]],
  ["of a listing", "LIST\r\nABOR\r\n", [426, 226]],
  ["of a transfer that is refused", "RETR nowhere\r\nABOR\r\n", [550, 225]],
  ["as lftp sends it", "RETR a.txt\r\n\xff\xf4\xffABOR\r\n", [426, 226]],
  ["as inetutils sends it", "RETR a.txt\r\n\xff\xf4\xf2ABOR\r\n", [426, 226]],
  ["as RFC 959 has it", "RETR a.txt\r\n\xff\xf4\xff\xf2ABOR\r\n", [426, 226]],
  ["as ftplib sends it", "RETR a.txt\r\nABOR\r", [426, 226]],
])("ABOR %s", async (_how, wire, codes) => {
  await using place = await LoopbackServer.start({ files });
  for (const cut of [wire.length, 1, 7]) {
    const client = await place.client();
    await client.offered();
    for (let at = 0; at < wire.length; at += cut) {
      await new Promise<void>((resolve) => {
        client.socket.write(wire.slice(at, at + cut), "latin1", () => setImmediate(resolve));
      });
    }
    const heard: number[] = [];
    for (const _ of codes) heard.push((await client.reply()).code);
    expect(heard, `cut by ${cut}`).toEqual(codes);
    if (codes.includes(221)) await inTime("the end", client.closed);
    else expect((await client.download("a.txt")).codes).toEqual([150, 226]);
    client.destroy();
  }
});

test("ABOR in the middle of a download breaks it off, and the session goes on", async () => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  for (let i = 0; i < 3; i++) {
    const data = await client.passive();
    data.socket.once("data", () => data.socket.pause());
    expect((await client.ask("RETR big.bin")).code).toBe(150);
    expect((await client.ask("STAT")).text).toMatch(/RETR \/big\.bin: \d+ bytes sent in/);
    client.send("ABOR");
    expect([(await client.reply()).code, (await client.reply()).code]).toEqual([426, 226]);
    data.destroy();
  }
  expect((await client.download("a.txt")).codes).toEqual([150, 226]);
});

test("ABOR while the storage is still being asked ends the transfer before it begins", async () => {
  let go: (() => void) | undefined;
  const inner = memoryStorage({ files });
  const storage = new Proxy(inner, {
    get: (target, name) => {
      if (name === "read") return (path: never) => new Promise((resolve) => (go = () => resolve(inner.read(path))));
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  await client.offered();
  client.send("RETR a.txt", "ABOR");
  await expect.poll(() => go).toBeDefined();
  go?.();
  expect([(await client.reply()).code, (await client.reply()).code]).toEqual([426, 226]);
  expect((await client.ask("NOOP")).code).toBe(200);
});

test("QUIT lets the transfer finish, also when the client says nothing more", async () => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  const data = await client.passive();
  client.send("RETR big.bin", "QUIT");
  client.socket.end();
  expect((await data.end().bytes()).length).toBe(32 * MI);
  for (const code of [150, 226, 221]) expect((await client.reply()).code).toBe(code);
  await client.closed;
});

test("a client that has said all it will is answered to the end", async () => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.connect();
  client.socket.end("USER ann\r\nPASS secret\r\nPWD\r\nNOOP\r\n");
  for (const code of [220, 331, 230, 257, 200]) expect((await client.reply()).code).toBe(code);
  await client.closed;
});

test("a hundred thousand commands at once are all answered, in bounded memory", async () => {
  await using place = await LoopbackServer.start({ untraced: true });
  const client = await place.client();
  const before = process.memoryUsage().rss;
  const text = "NOOP\r\n".repeat(100_000);
  client.socket.write(text);
  for (let i = 0; i < 100_000; i++) if ((await client.line(20)) !== "200 Here.") throw new Error(`line ${i}`);
  expect((await client.ask("PWD")).code).toBe(257);
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * MI);
});

test("from a client that takes no reply no more is read than a bounded number of commands", async () => {
  await using place = await LoopbackServer.start();
  const client = await place.connect({ deaf: true });
  const text = "HELP\r\n".repeat(200_000);
  client.socket.write("USER ann\r\nPASS secret\r\n");
  client.socket.write(text);
  const received = (): number => place.trace.filter(({ kind }) => kind === "command-received").length;
  let last = -1;
  await vi.waitFor(
    () => {
      const now = received();
      const isStill = now > 100 && now === last;
      last = now;
      if (!isStill) throw new Error("still read from");
    },
    { timeout: 10_000, interval: 100 },
  );
  expect(received()).toBeLessThan(100_000);
  expect((await (await place.client()).ask("NOOP")).code).toBe(200);
  client.takeReplies();
  expect((await client.reply()).code).toBe(220);
  expect((await client.reply()).code).toBe(331);
});

test("a line of a mebibyte is refused once, and the next one is read", async () => {
  await using place = await LoopbackServer.start();
  const client = await place.client();
  client.socket.write(`STOR ${"x".repeat(MI)}\r\nPWD\r\n`);
  expect([(await client.reply()).text, (await client.reply()).code]).toEqual([
    "500 The command line is too long.",
    257,
  ]);
  client.socket.write("y".repeat(MI));
  expect((await client.reply()).code).toBe(500);
  client.socket.write("\r\n");
  expect((await client.ask("NOOP")).code).toBe(200);
});

test("who does not speak FTP is sent away", async () => {
  await using place = await LoopbackServer.start();
  const client = await place.connect();
  const closed = place.next("session-closed");
  client.socket.write("\r\n".repeat(1000));
  expect(await closed).toMatchObject({ because: "nonsense" });
});

test("Telnet options are refused, and the command around them is read", async () => {
  await using place = await LoopbackServer.start();
  const client = await place.client();
  client.socket.write("NO\xff\xfd\x06OP\r\n", "latin1");
  const line = (await client.line())!;
  expect(line.endsWith("200 Here.")).toBe(true);
  expect(line.length).toBeGreaterThan("200 Here.".length);
});

test("names in another charset than UTF-8 come and go as they are", async () => {
  await using place = await LoopbackServer.start({ charset: "gbk" });
  const client = await place.client();
  client.socket.write(Buffer.concat([Buffer.from("MKD "), Buffer.from([0xd6, 0xd0]), Buffer.from("\r\n")]));
  client.socket.setEncoding("latin1");
  await expect.poll(() => client.unread).toBe(1);
  client.send("OPTS UTF8 ON");
  await client.line();
  await client.line();
  expect((await client.ask("CWD 中")).text).toBe('250 Now in "/中".');
  expect((await client.ask("OPTS UTF8 OFF")).code).toBe(200);
});

test("the steps of a passive download are traced in their order, with both ends", async () => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  const at = place.trace.length;
  const port = await client.offered("PASV");
  const data = await client.connectTo(port);
  const ends = { local: { address: "127.0.0.1", port }, peer: { address: "127.0.0.1", port: data.socket.localPort! } };
  await client.ask("RETR a.txt");
  await data.end().bytes();
  await client.reply();
  const session = expect.any(String) as string;
  expect(place.trace.slice(at).map(({ at: when, ...step }) => (expect(when).toBeGreaterThan(0), step))).toMatchObject([
    { kind: "command-received", line: "PASV", session },
    { kind: "data-offered", bound: ends.local, advertised: ends.local, because: ["control-local-address"] },
    { kind: "reply-sent", code: 227 },
    { kind: "command-received", line: "RETR a.txt" },
    { kind: "data-connected", mode: "passive", ...ends },
    { kind: "reply-sent", code: 150 },
    { kind: "data-first-byte", direction: "send" },
    { kind: "data-last-byte", direction: "send", bytes: 5 },
    { kind: "data-closed", bytes: 5, outcome: "complete" },
    { kind: "reply-sent", code: 226 },
  ]);
});

test("the steps of an active upload are traced in their order, with both ends", async () => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  const at = place.trace.length;
  const peer = await client.active();
  client.send("STOR b.txt");
  const data = await peer.accept();
  const local = { port: data.socket.remotePort };
  data.end("hello");
  expect([(await client.reply()).code, (await client.reply()).code]).toEqual([150, 226]);
  const dialed = { address: "127.0.0.1", port: peer.port };
  expect(place.trace.slice(at)).toMatchObject([
    { kind: "command-received", line: `PORT ${peer.hostPort}` },
    { kind: "data-told", asked: dialed, dialed, because: ["asked-is-control-peer"] },
    { kind: "reply-sent", code: 200 },
    { kind: "command-received", line: "STOR b.txt" },
    { kind: "data-dialing", dialed },
    { kind: "data-connected", mode: "active", peer: dialed, local },
    { kind: "reply-sent", code: 150 },
    { kind: "data-first-byte", direction: "receive" },
    { kind: "data-last-byte", direction: "receive", bytes: 5 },
    { kind: "data-closed", bytes: 5, outcome: "complete" },
    { kind: "reply-sent", code: 226 },
  ]);
  await peer[Symbol.asyncDispose]();
});

test("no password is ever in the trace", async () => {
  await using place = await LoopbackServer.start();
  const client = await place.connect();
  for (const line of ["USER ann", "pass secret", "ACCT secret", "PASS secret", "QUIT"]) client.send(line);
  await client.closed;
  await place.quiet();
  expect(JSON.stringify(place.trace)).not.toContain("secret");
  expect(place.trace.at(-1)).toMatchObject({ kind: "control-closed", because: "quit" });
});

test("with no listener for the trace no step is made", async () => {
  await using place = await LoopbackServer.start({ files, untraced: true });
  const emit = vi.spyOn(place.server, "emit");
  const client = await place.client();
  await client.download("a.txt");
  await client.upload("b.txt", "x");
  const stranger = await client.connectTo(await client.offered(), "127.0.0.3");
  expect(await stranger.over()).toBe("reset");
  client.send("QUIT");
  await client.closed;
  await place.quiet();
  const names = (emit.mock.calls as unknown[][]).map(([name]) => name);
  expect(names).not.toContain("trace");
  expect(names).toContain("transfer-finished");
});

test("events come in their order and tell what happened", async () => {
  await using place = await LoopbackServer.start({ files });
  const seen: unknown[] = [];
  const { server } = place;
  for (const name of [
    "session-opened",
    "login-refused",
    "login-accepted",
    "transfer-started",
    "transfer-finished",
    "session-closed",
  ] as const) {
    server.on(name, (event: unknown) => seen.push([name, event]));
  }
  const client = await place.connect();
  await client.reply();
  await client.codes("USER ann", "PASS wrong", "USER ann", "PASS secret", "TYPE I");
  await client.download("a.txt");
  expect((await client.ask("RETR a.txt")).code).toBe(425);
  await client.ask("QUIT");
  await client.closed;
  await place.quiet();
  const peer = { address: "127.0.0.1", port: expect.any(Number) as number };
  expect(seen).toMatchObject([
    ["session-opened", { peer, account: undefined }],
    ["login-refused", { name: "ann", because: "wrong-password" }],
    ["login-accepted", { account: "ann" }],
    ["transfer-started", { verb: "RETR", direction: "send", path: "/a.txt", mode: "passive", peer }],
    ["transfer-finished", { verb: "RETR", bytes: 5, outcome: "complete", code: "complete" }],
    ["session-closed", { because: "quit", session: { account: "ann" } }],
  ]);
});

test("close cuts off what runs: 421, and nothing is left", async () => {
  await using place = await LoopbackServer.start({ files });
  const idle = await place.client();
  const busy = await place.client();
  const data = await busy.passive();
  data.socket.pause();
  expect((await busy.ask("RETR big.bin")).code).toBe(150);
  const before = Date.now();
  await place.server.close();
  expect(Date.now() - before).toBeLessThan(1000);
  expect(place.server.usage).toEqual({
    sessions: 0,
    lentPorts: 0,
    openPorts: 0,
    dataConnections: 0,
    bufferBytes: 0,
    unassigned: 0,
  });
  expect((await idle.reply()).code).toBe(421);
  await idle.closed;
  data.destroy();
});

test("close with a drain lets transfers finish, ends the idle at once, and takes nobody new", async () => {
  await using place = await LoopbackServer.start({ files });
  const idle = await place.client();
  const busy = await place.client();
  const data = await busy.passive();
  expect((await busy.ask("STOR b.txt")).code).toBe(150);
  const { port } = place.server.bound[0]!;
  const closed = place.server.close({ drain: 10 });
  expect((await idle.reply()).code).toBe(421);
  await idle.closed;
  const late = await busy.connectTo(port);
  expect(await late.over()).toBe("reset");
  data.end("the whole file");
  expect([(await busy.reply()).code, (await busy.reply()).code]).toEqual([226, 421]);
  await inTime("the end", closed);
});

test("close with a drain that is too short cuts off in the end", async () => {
  await using place = await LoopbackServer.start({ files });
  const busy = await place.client();
  await busy.passive();
  expect((await busy.ask("STOR b.txt")).code).toBe(150);
  await inTime("the end", place.server.close({ drain: 0.1 }));
  expect(place.server.usage.sessions).toBe(0);
});

test("close may be called twice, also at once and while a drain runs", async () => {
  await using place = await LoopbackServer.start({ files });
  const busy = await place.client();
  await busy.passive();
  expect((await busy.ask("STOR b.txt")).code).toBe(150);
  const drained = place.server.close({ drain: 10 });
  await inTime("the end", Promise.all([place.server.close(), place.server.close(), drained]));
  await inTime("the end", place.server.close());
});

test("a listener of an event that throws harms no session", async () => {
  await using place = await LoopbackServer.start({ files });
  const uncaught = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  const surfaced = once(process, "uncaughtException");
  try {
    place.server.once("login-accepted", () => {
      throw new Error("mine");
    });
    const client = await place.client();
    expect((await client.download("a.txt")).codes).toEqual([150, 226]);
    expect(((await surfaced) as [Error])[0].message).toBe("mine");
  } finally {
    for (const one of uncaught) process.on("uncaughtException", one);
  }
});

test("a client that reads no replies has no more commands run than its share, and is let go when its time is over", async () => {
  const files = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`/d/some-longer-file-name-${i}`, ""]));
  await using place = await LoopbackServer.start({ files, limits: { idleSeconds: 0.4 } });
  let listed = 0;
  place.server.on("trace", (step) => {
    if (step.kind === "reply-sent" && step.code === 212) listed++;
  });
  const client = await place.connect({ deaf: true });
  const closed = place.next("session-closed");
  client.send("USER ann", "PASS secret", ...Array<string>(2000).fill("STAT d"));
  expect(await closed).toMatchObject({ because: "idle-timeout" });
  // What the kernel's buffers take, and not all of 2000 times 80 KiB.
  expect(listed).toBeLessThan(300);
});

test("commands that come one after the other leave the others their turn", async () => {
  const path = Array.from({ length: 250 }, (_, i) => `d${i}`).join("/");
  await using place = await LoopbackServer.start({ files: { [`/${path}/f`]: "x" } });
  const [busy, other] = [await place.client(), await place.client()];
  busy.send(...Array<string>(5000).fill(`MDTM ${path}/f`), "QUIT");
  const began = performance.now();
  await other.ask("NOOP");
  expect(performance.now() - began).toBeLessThan(1000);
  busy.destroy();
});

test("ABOR is seen behind many commands that wait", async () => {
  await using place = await LoopbackServer.start({ files: { "/big": new Uint8Array(32 * 1024 * 1024) } });
  const client = await place.client();
  const data = await client.passive();
  client.send("RETR big");
  expect((await client.reply()).code).toBe(150);
  client.send(...Array<string>(70).fill("PWD"), "ABOR");
  expect(await client.codes()).toEqual([]);
  expect((await client.reply()).code).toBe(426);
  expect((await client.reply()).code).toBe(226);
  expect((await client.reply()).code).toBe(257);
  data.destroy();
});

test("a name is read in the charset that the command before it has chosen, also in one piece with it", async () => {
  await using place = await LoopbackServer.start({ charset: "gbk" });
  const client = await place.client();
  client.send("NOOP", "OPTS UTF8 ON", "MKD 中文b");
  for (const code of [200, 200]) expect((await client.reply()).code).toBe(code);
  expect((await client.reply()).text).toContain('"/中文b"');
});

test("names that cannot be read do not end a session, nonsense does", async () => {
  await using place = await LoopbackServer.start();
  const client = await place.client();
  for (let i = 0; i < 120; i++) client.socket.write(Buffer.from([...Buffer.from("SIZE "), 0xff, 0xfe, 0x0d, 0x0a]));
  client.send("NOOP");
  for (let i = 0; i < 120; i++) expect((await client.reply()).code).toBe(501);
  expect((await client.reply()).code).toBe(200);
  client.send(...Array<string>(100).fill(""));
  for (let i = 0; i < 100; i++) expect((await client.reply()).code).toBe(500);
  expect((await client.reply()).code).toBe(421);
});
