// What stands at the port instead of an FTP server, and servers that greet and let in in their own way.
import net from "node:net";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { connectClient } from "@twinport/client";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import { delay } from "../testkit/scripted-ways.ts";
import { inTime } from "../testkit/in-time.ts";
import type { ClientOptions } from "@twinport/client";
import type { ScriptedOptions } from "../testkit/scripted-server.ts";

type Row = [name: string, options: ScriptedOptions, client?: Partial<ClientOptions>];

const soon = { timeouts: { connect: 0.4, reply: 0.4, data: 2, search: 3 } } as const;

describe("lets us in", () => {
  test.each<Row>([
    [
      "a greeting byte by byte",
      { greeting: (control) => control.sendBytewise("220-one\r\n 220 two\r\n220 three\r\n") },
    ],
    [
      "a greeting of many lines, with other codes within",
      { greeting: "220-hello\r\n421 no, not that\r\n500-nor that\r\n220 ready" },
    ],
    ["a greeting without text", { greeting: "220" }],
    [
      "120, and 220 behind it",
      {
        greeting: async (control) => {
          control.say("120 in a moment");
          await delay(50);
          control.say("220 ready");
        },
      },
    ],
    ["NUL bytes in the greeting", { greeting: "220 re\0ady" }],
    ["an empty line before the greeting", { greeting: "\r\n220 ready" }],
    [
      "Telnet options before the greeting",
      { greeting: (control) => control.send(Buffer.from("\xff\xfb\x01\xff\xfd\x03220 ready\r\n", "latin1")) },
    ],
    ["bare LF for line ends", { greeting: (control) => control.send("220-one\n220 ready\n") }],
    ["230 to USER", { on: { USER: "230 come in" } }],
    ["232 to PASS, without an account", { on: { PASS: "232 come in" } }],
    ["202 to PASS", { on: { PASS: "202 not needed" } }],
    ["332 to PASS, and an account", { on: { PASS: "332 account?", ACCT: "230 come in" } }, { account: "sales" }],
    ["332 to USER, and an account", { on: { USER: "332 account?", ACCT: "230 come in" } }, { account: "sales" }],
    ["no FEAT", { on: { FEAT: "500 what?" } }],
    ["no OPTS", { on: { OPTS: "500 what?" } }],
    ["a FEAT of one line", { on: { FEAT: "211 none" } }],
    ["a welcome of 50 KiB", { on: { PASS: `230-${"x".repeat(50_000)}\r\n230 welcome` } }],
  ])("%s", async (_name, options, client) => {
    await using server = await ScriptedServer.start(options);
    const inside = await server.client({ ...soon, ...client });
    expect(await inside.workingDirectory()).toBe("/");
  });
});

describe("does not", () => {
  test.each<[...Row, string]>([
    ["421 as a greeting", { greeting: "421 too many users" }, {}, "server-busy"],
    ["120 for ever", { greeting: "120 in a moment" }, {}, "server-busy"],
    ["an SSH server", { greeting: "SSH-2.0-OpenSSH_9.2p1" }, {}, "not-ftp"],
    ["a web server", { greeting: "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n" }, {}, "not-ftp"],
    [
      "a mail server, whose greeting is right",
      { greeting: "220 mail ESMTP", on: { USER: "502 unrecognized" } },
      {},
      "login-refused",
    ],
    ["a TLS server", { greeting: (control) => control.send(Buffer.from([21, 3, 3, 0, 2, 2, 40])) }, {}, "not-ftp"],
    ["silence", { greeting: () => {} }, {}, "not-ftp"],
    ["who closes at once", { greeting: (control) => control.close() }, {}, "not-ftp"],
    ["half a line", { greeting: (control) => control.send("220 rea") }, {}, "not-ftp"],
    [
      "a greeting that has no end",
      { greeting: (control) => control.send(`220-${"hello\r\n".repeat(20_000)}`) },
      {},
      "not-ftp",
    ],
    ["a line that has no end", { greeting: (control) => control.send("2".repeat(100_000)) }, {}, "not-ftp"],
    ["530 to PASS", { on: { PASS: "530 no" } }, {}, "login-refused"],
    ["530 to USER", { on: { USER: "530 no" } }, {}, "login-refused"],
    ["too many users, by 530", { on: { PASS: "530 too many users, try again later" } }, {}, "server-busy"],
    ["too many users, by 421", { on: { USER: "421 too many users" } }, {}, "server-busy"],
    ["332 without an account", { on: { PASS: "332 account?" } }, {}, "login-refused"],
    ["silence after PASS", { on: { PASS: () => {} } }, {}, "timed-out"],
    ["a reset after PASS", { on: { PASS: ({ control }) => control.reset() } }, {}, "connection-lost"],
    ["no TLS where it was asked for", {}, { tls: "explicit" }, "tls-not-offered"],
    [
      "text in clear behind the answer to AUTH",
      { on: { AUTH: "234 go on\r\n220 and this" } },
      { tls: "explicit" },
      "clear-behind-auth",
    ],
    ["clear text where TLS should begin", {}, { tls: "implicit" }, "tls-failed"],
  ])("%s", async (_name, options, client, code) => {
    await using server = await ScriptedServer.start(options);
    const began = performance.now();
    const failure = connectClient(server.clientOptions({ ...soon, ...client }));
    await expect(failure).rejects.toMatchObject({ name: "ClientError", code });
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test("a port where nobody listens", async () => {
    const listener = net.createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as net.AddressInfo;
    await new Promise((resolve) => listener.close(resolve));
    await expect(connectClient({ host: "127.0.0.1", port })).rejects.toMatchObject({
      code: "connect-refused",
      retryable: true,
    });
  });

  test("who resets at once: while we connect, or when we have", async () => {
    await using server = await ScriptedServer.start({ greeting: (control) => control.reset() });
    const failure = connectClient(server.clientOptions(soon));
    await expect(failure).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:not-ftp|connect-failed|connection-lost)$/),
    });
  });

  test("a port that is silent", async () => {
    await using server = await ScriptedServer.start({ silent: true });
    const options = { ...server.clientOptions(soon), port: server.silentPort };
    await expect(connectClient(options)).rejects.toMatchObject({ code: "connect-silent", retryable: true });
  });

  test("a name that does not exist", async () => {
    await expect(connectClient("ftp://no-such-host.invalid/")).rejects.toMatchObject({ code: "name-not-found" });
  });
});

test("what the server says last is told with the error, in one line that a terminal can show", async () => {
  await using server = await ScriptedServer.start({ on: { PASS: "530-no \u001b[31mway\r\n530 go" } });
  const failure = connectClient(server.clientOptions());
  await expect(failure).rejects.toMatchObject({ reply: { code: 530 }, message: expect.not.stringContaining("\u001b") });
});

test.each([
  ["as it should be", "211-Features:\r\n MLST type*;size*;\r\n SIZE\r\n211 End"],
  ["with the code before each", "211-Features:\r\n211-MLST type*;size*;\r\n211-SIZE\r\n211 End"],
  ["in lower case", "211-features:\r\n mlst type*;size*;\r\n size\r\n211 end"],
  ["without an indent", "211-Features:\r\nMLST type*;size*;\r\nSIZE\r\n211 End"],
  ["with another code", "200-Features:\r\n MLST type*;size*;\r\n SIZE\r\n200 End"],
])("features are read, %s", async (_name, reply) => {
  await using server = await ScriptedServer.start({ on: { FEAT: reply } });
  const { features } = await server.client();
  expect(features.get("MLST")).toBe("type*;size*;");
  expect(features.has("SIZE")).toBe(true);
});

test.each([
  ["in quotes", '257 "/a b" is it', "/a b"],
  ["with quotes doubled", '257 "/say ""hello""" is it', '/say "hello"'],
  ["without quotes", "257 /pub", "/pub"],
  ["without quotes, and with words", "257 /pub is the current directory", "/pub"],
  ["over several lines", '257-here\r\n257 "/pub"', "/pub"],
])("the folder is read %s", async (_name, reply, expected) => {
  await using server = await ScriptedServer.start({ on: { PWD: reply } });
  expect(await (await server.client()).workingDirectory()).toBe(expected);
});

test.each([
  ["421 while idle", (server: ScriptedServer) => server.controls[0]?.say("421 idle too long")],
  [
    "421 while idle, and its end",
    (server: ScriptedServer) => {
      server.controls[0]?.say("421 idle too long");
      server.controls[0]?.halfClose();
    },
  ],
  ["an end while idle, without a word", (server: ScriptedServer) => server.controls[0]?.halfClose()],
  ["a reset while idle", (server: ScriptedServer) => server.controls[0]?.reset()],
])("%s: the next call logs in anew, and goes to the same folder", async (_name, leave) => {
  await using server = await ScriptedServer.start({ files: { "/sub/a.txt": "hello" } });
  const client = await server.client();
  await client.changeDirectory("/sub");
  leave(server);
  await delay(20);
  expect(await client.size("a.txt")).toBe(5);
  leave(server);
  expect(Buffer.from(await client.readAll("a.txt")).toString()).toBe("hello");
  expect(server.logins).toBe(2);
});

test("a command that is answered by 421 is asked again over a new login", async () => {
  let isTired = true;
  await using server = await ScriptedServer.start({
    files: { "/a.txt": "hello" },
    on: {
      DELE: async ({ control, usual }) => {
        if (!isTired) return await usual();
        isTired = false;
        control.say("421 enough");
        control.close();
      },
    },
  });
  const client = await server.client();
  await client.workingDirectory();
  await client.remove("/a.txt");
  expect([server.logins, server.files.size]).toEqual([2, 0]);
});

test("a command that may have been done is not asked again", async () => {
  await using server = await ScriptedServer.start({
    files: { "/a.txt": "hello" },
    on: { DELE: ({ control }) => control.reset() },
  });
  const client = await server.client();
  await client.workingDirectory();
  await expect(client.remove("/a.txt")).rejects.toMatchObject({ code: "connection-lost", retryable: true });
  expect(server.heard("DELE")).toBe(1);
});

test("where the folder is gone after a new login, nothing is done in another one", async () => {
  await using server = await ScriptedServer.start({ files: { "/sub/a.txt": "inside", "/a.txt": "outside" } });
  const client = await server.client();
  await client.changeDirectory("/sub");
  server.files.delete("/sub/a.txt");
  server.controls[0]?.reset();
  await delay(20);
  await expect(client.remove("a.txt")).rejects.toMatchObject({ code: "refused", reply: { code: 550 } });
  await expect(client.remove("a.txt")).rejects.toMatchObject({ code: "refused", reply: { code: 550 } });
  expect(server.text("/a.txt")).toBe("outside");
});

test("a reply that is too late for its command is no answer to the next one", async () => {
  await using server = await ScriptedServer.start({
    files: { "/a.txt": "hello" },
    on: {
      SIZE: async ({ control, usual }) => {
        if (control.number > 1) return await usual();
        await delay(600);
        control.say("213 999");
      },
    },
  });
  const client = await server.client(soon);
  await expect(client.size("/a.txt")).rejects.toMatchObject({ code: "timed-out" });
  await delay(300);
  expect(await inTime("the size", client.size("/a.txt"))).toBe(5);
});
