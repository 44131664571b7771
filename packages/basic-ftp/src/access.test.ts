import { createSecureContext } from "node:tls";
import { expect, test } from "vitest";
import { Client, FTPError } from "./index.ts";
import { testCertificate } from "../../../test/testkit/peer-server.ts";
import { ScriptedServer } from "../../../test/testkit/scripted-server.ts";
import type { ScriptedOptions } from "../../../test/testkit/scripted-server.ts";

const login = { user: "ann", password: "pw" };

/** Runs with a client that is in, and is closed before the server looks at what it has left open. */
async function withClient(
  options: ScriptedOptions,
  run: (client: Client, server: ScriptedServer) => Promise<void>,
): Promise<void> {
  await using server = await ScriptedServer.start(options);
  const client = new Client(2000);
  try {
    await client.access({ host: "127.0.0.1", port: server.port, ...login });
    await run(client, server);
  } finally {
    client.close();
  }
}

const settings = ["TYPE I", "STRU F", "OPTS UTF8 ON"];

test("access asks for what basic-ftp asks for, in its order, and gives the greeting", async () => {
  await using server = await ScriptedServer.start({ greeting: "220 good day", features: [] });
  const client = new Client();
  const greeting = await client.access({ host: "127.0.0.1", port: server.port, ...login });
  client.close();
  expect(greeting).toEqual({ code: 220, message: "220 good day" });
  expect(server.commands.slice(0, 7)).toEqual(["OPTS UTF8 ON", "USER ann", "PASS pw", "FEAT", ...settings]);
});

test.each(["MLST type*;size*;", "mlst type*;"])("a server that has %s is asked for facts", async (feature) => {
  await withClient({ features: [feature], files: { "/a": "abc" } }, async (client, server) => {
    const facts = "type;size;modify;unique;unix.mode;unix.owner;unix.group;unix.ownername;unix.groupname;";
    expect(server.commands.at(-1)).toBe(`OPTS MLST ${facts}`);
    expect(await client.list()).toMatchObject([{ name: "a", size: 3, isFile: true }]);
    expect(server.commands.at(-1)).toBe("MLSD");
    expect(client.availableListCommands).toEqual(["MLSD"]);
    expect([...(await client.features()).keys()]).toEqual(["MLST"]);
  });
});

test("explicit TLS comes before the login, and the data is protected at the end", async () => {
  const { certificate, key } = await testCertificate();
  const context = createSecureContext({ cert: certificate, key });
  await using server = await ScriptedServer.start({ tls: { context }, features: [], files: { "/a": "through TLS" } });
  const client = new Client(5000);
  const secureOptions = Object.freeze({ ca: certificate });
  await client.access({ host: "localhost", port: server.port, ...login, secure: true, secureOptions });
  expect(server.commands).toEqual([
    "AUTH TLS",
    "OPTS UTF8 ON",
    "USER ann",
    "PASS pw",
    "FEAT",
    ...settings,
    "PBSZ 0",
    "PROT P",
  ]);
  expect(client.ftp.hasTLS).toBe(true);
  expect(await client.list()).toMatchObject([{ name: "a" }]);
  client.close();
});

test("a certificate that nobody vouches for is refused", async () => {
  const { certificate, key } = await testCertificate();
  await using server = await ScriptedServer.start({
    tls: { context: createSecureContext({ cert: certificate, key }) },
  });
  const client = new Client(2000);
  const trying = client.access({ host: "localhost", port: server.port, ...login, secure: true });
  await expect(trying).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  client.close();
  // Half of its TLS is still open, and nobody reads there.
  server.controls[0]?.close();
  expect(server.commands).not.toContain("USER ann");
});

test("implicit TLS speaks it from the first byte", async () => {
  const { certificate, key } = await testCertificate();
  const context = createSecureContext({ cert: certificate, key });
  await using server = await ScriptedServer.start({ tls: { context, implicit: true } });
  const client = new Client(2000);
  const secureOptions = { ca: certificate };
  await client.access({ host: "127.0.0.1", port: server.port, ...login, secure: "implicit", secureOptions });
  expect(client.ftp.tlsOptions.host).toBe("127.0.0.1");
  client.close();
});

test("a refused login is an FTPError with the code of the reply", async () => {
  await using server = await ScriptedServer.start({ on: { PASS: "530 no" } });
  const client = new Client(2000);
  const failure = await client
    .access({ host: "127.0.0.1", port: server.port, ...login })
    .catch((error: unknown) => error);
  client.close();
  expect(failure).toBeInstanceOf(FTPError);
  expect(failure).toMatchObject({ code: 530, message: "530 no", name: "FTPError" });
});

test("replies are understood however they are cut", async () => {
  const on: ScriptedOptions["on"] = {
    SIZE: ({ control }) => control.sendBytewise("213 123456\r\n"),
    PWD: ({ control }) => control.sendBytewise('257 "/a ""b""" is it\r\n'),
    FEAT: ({ control }) => control.sendBytewise("211-F\r\n SIZE\r\n REST STREAM\r\n211 End\r\n"),
  };
  await withClient({ on }, async (client) => {
    expect(await client.size("a")).toBe(123_456);
    expect(await client.pwd()).toBe('/a "b"');
    expect(await client.features()).toEqual(
      new Map([
        ["SIZE", ""],
        ["REST", "STREAM"],
      ]),
    );
  });
});

test("a server that ends no line is understood too", async () => {
  await withClient({ on: { NOOP: ({ control }) => control.send("200 well") } }, async (client) => {
    expect(await client.send("NOOP")).toEqual({ code: 200, message: "200 well" });
    expect(await client.send("NOOP")).toEqual({ code: 200, message: "200 well" });
  });
});

test("names are written and read in the encoding that was set, also one that Node does not have", async () => {
  const heard: string[] = [];
  const on: ScriptedOptions["on"] = {
    CWD: ({ line, control }) => {
      heard.push(line.toString("latin1"));
      control.send(Buffer.from("250 \xd6\xd0\xce\xc4\r\n", "latin1"));
    },
  };
  await withClient({ on }, async (client) => {
    client.ftp.encoding = "gbk";
    expect(await client.cd("中文")).toEqual({ code: 250, message: "250 中文" });
    expect(heard).toEqual(["CWD \xd6\xd0\xce\xc4"]);
    expect(() => (client.ftp.encoding = "no-such-thing")).toThrow(/no-such-thing/);
  });
});

test("a second call while one runs ends both, and says so", async () => {
  await withClient({}, async (client) => {
    const both = await Promise.allSettled([client.send("NOOP"), client.send("NOOP")]);
    const said = "User launched a task while another one is still running. Forgot to use 'await' or '.then()'?";
    expect(both[0]).toMatchObject({ status: "rejected", reason: { message: said } });
    expect(both[1]).toMatchObject({ status: "rejected", reason: { message: `Client is closed because ${said}` } });
    expect(client.closed).toBe(true);
  });
});

test.each(["a\r\nDELE b", "a\nb", "a\0b"])("a path that would be two commands is refused: %j", async (path) => {
  await withClient({}, async (client, server) => {
    const before = server.commands.length;
    await expect(client.cd(path)).rejects.toThrow("Invalid command: Contains control characters.");
    expect(server.commands).toHaveLength(before);
    await client.send("NOOP");
  });
});

test("a reply without end closes the client before it fills the memory", async () => {
  await withClient({ on: { NOOP: ({ control }) => control.send(`200-${"x".repeat(70_000)}`) } }, async (client) => {
    await expect(client.send("NOOP")).rejects.toThrow("FTP control response exceeded maximum allowed size");
    expect(client.closed).toBe(true);
  });
});

test("a server that says why it leaves is quoted by the next call", async () => {
  await withClient({}, async (client, server) => {
    const closed = new Promise((resolve) => client.ftp.socket.once("close", resolve));
    server.controls[0]?.say("421 too idle");
    server.controls[0]?.halfClose();
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 200))]);
    const failure = await client.send("NOOP").catch((error: unknown) => error);
    expect(failure).toMatchObject({
      message: "Client is closed because Server sent FIN packet unexpectedly, closing connection.",
      code: "0",
      reason: { cause: { code: 421, message: "421 too idle" } },
    });
  });
});

test("a closed client can be opened again", async () => {
  await withClient({}, async (client, server) => {
    client.close();
    await expect(client.send("NOOP")).rejects.toThrow("Client is closed because User closed client");
    await client.access({ host: "127.0.0.1", port: server.port, ...login });
    expect(client.closed).toBe(false);
    expect(server.logins).toBe(2);
  });
});

test("a log of one's own hears both sides, and no password", async () => {
  await using server = await ScriptedServer.start();
  const client = new Client(2000);
  const said: string[] = [];
  client.ftp.log = (message) => said.push(message);
  await client.access({ host: "127.0.0.1", port: server.port, ...login });
  client.close();
  expect(said).toContain("> PASS ###");
  expect(said).toContain("< 220 ready\r\n");
  expect(said.join("\n")).not.toContain("pw");
});

test("a directory that cannot be made is an error with both refusals", async () => {
  await withClient({ on: { MKD: "550 read-only", CWD: "550 no such folder" } }, async (client) => {
    await expect(client.ensureDir("a")).rejects.toMatchObject({
      message: "550 no such folder",
      cause: { message: "550 read-only" },
    });
  });
});
