// servers.md §4.2, line 5: what was said in clear counts for nothing once TLS is spoken.
import { describe, expect, test } from "vitest";
import { singleAccount } from "@twinport/accounts";
import { memoryStorage } from "@twinport/storage";
import { serverCertificate } from "../testkit/certificates.ts";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import type { LoopbackOptions } from "../testkit/loopback-server.ts";
import type { WireClient } from "../testkit/wire-client.ts";

const files = { "/a.txt": "hello" };

const start = (more: LoopbackOptions = {}): Promise<LoopbackServer> =>
  LoopbackServer.start({ files, tls: { certificates: [serverCertificate()] }, ...more });

const linesTaken = (place: LoopbackServer): string[] =>
  place.trace.flatMap((step) => (step.kind === "command-received" ? [step.line] : []));

/** A client that has taken the greeting. */
async function greeted(place: LoopbackServer): Promise<WireClient> {
  const client = await place.connect();
  await client.reply();
  return client;
}

describe("what comes in clear behind AUTH is not run", () => {
  test.each([
    ["a command", "NOOP\r\n"],
    ["a login", "USER ann\r\nPASS secret\r\n"],
    ["a login and what it is for", "USER ann\r\nPASS secret\r\nDELE a.txt\r\n"],
    ["another AUTH", "AUTH TLS\r\n"],
    ["empty lines", "\r\n\r\n"],
    ["more commands than may wait", "DELE a.txt\r\n".repeat(300)],
  ])("%s in the same segment", async (_title, behind) => {
    await using place = await start();
    const client = await greeted(place);
    client.socket.write(`AUTH TLS\r\n${behind}`);
    expect((await client.reply()).code).toBe(234);
    await client.secure();
    expect(await client.codes("NOOP", "PWD", "USER ann", "PASS secret", "SIZE a.txt")).toEqual([
      200, 530, 331, 230, 550,
    ]);
    expect(linesTaken(place)).toEqual(["AUTH TLS", "NOOP", "PWD", "USER ann", "PASS ****", "SIZE a.txt"]);
    expect(place.warned("clear-behind-auth")).toMatchObject([{ peer: "127.0.0.1" }]);
  });

  test("more of them than may wait do not keep a session from being heard by TLS, also half a line at a time", async () => {
    await using place = await start();
    const client = await greeted(place);
    client.socket.write(`AUTH TLS\r\n${"NOOP\r\n".repeat(300)}`);
    expect((await client.reply()).code).toBe(234);
    await client.secure();
    // Each is a record of its own.
    client.socket.write("NO");
    client.socket.write("OP\r\n");
    expect((await client.reply()).code).toBe(200);
  });

  test("what is said there instead of TLS comes into no log but for its first word", async () => {
    await using place = await start();
    const client = await greeted(place);
    expect((await client.ask("AUTH TLS")).code).toBe(234);
    client.send("PASS secret");
    await client.closed;
    await place.quiet();
    const [warning] = place.warned("tls-failed");
    expect(warning).toMatchObject({ cause: 'the other end does not speak TLS here; it said "PASS"' });
  });

  test.each([
    ["in the same segment", (client: WireClient) => client.socket.write("AUTH TLS\r\nUSER an")],
    [
      "in one that comes before the answer is read",
      async (client: WireClient) => {
        client.socket.write("AUTH TLS\r\n");
        await new Promise((resolve) => client.socket.write("USER an", resolve));
      },
    ],
  ])("half a line %s is no beginning of one that comes by TLS", async (_title, say) => {
    await using place = await start();
    const client = await greeted(place);
    await say(client);
    expect((await client.reply()).code).toBe(234);
    const shaken = await client.secure().then(
      () => true,
      () => false,
    );
    // Behind the answer it is no TLS; before, it is thrown away.
    if (shaken) {
      client.send("n");
      expect((await client.reply()).code).toBe(500);
      expect(place.warned("clear-behind-auth")).toHaveLength(1);
    }
    expect(linesTaken(place)).not.toContain("USER ann");
  });

  test.each([
    ["at once", 0],
    ["a turn later", 1],
    ["when the answer is here", 2],
  ])("lines in segments of their own, %s", async (_title, when) => {
    await using place = await start();
    const client = await greeted(place);
    client.send("AUTH TLS");
    if (when === 1) await new Promise((resolve) => setImmediate(resolve));
    if (when === 2) expect((await client.reply()).code).toBe(234);
    client.send("USER ann", "PASS secret", "DELE a.txt");
    await client.secure().catch(() => {});
    expect(linesTaken(place)).toEqual(["AUTH TLS"]);
    expect(await place.storage.stat("/a.txt" as never)).toMatchObject({ size: 5 });
  });
});

describe("AUTH begins anew", () => {
  test("who was in is in no more", async () => {
    await using place = await start();
    const client = await place.client();
    await client.authenticate();
    expect(await client.codes("PWD", "LIST", "PASS secret")).toEqual([530, 530, 503]);
    await client.enter();
  });

  test("a name that was given in clear is forgotten", async () => {
    await using place = await start();
    const client = await greeted(place);
    expect((await client.ask("USER ann")).code).toBe(331);
    await client.authenticate();
    expect((await client.ask("PASS secret")).code).toBe(503);
  });

  test("type, folder, offset, part, rename, EPSV ALL, facts and hash are as new", async () => {
    await using place = await start({ files: { "/in/a.txt": "hello" } });
    const client = await place.client();
    const said = ["CWD in", "OPTS HASH MD5", "OPTS MLST size;", "MODE Z", "EPSV ALL", "REST 2", "RNFR a.txt"];
    for (const line of said) expect((await client.ask(line)).code).toBeLessThan(400);
    await client.authenticate();
    for (const line of ["USER ann", "PASS secret"]) await client.ask(line);
    expect((await client.ask("RNTO b.txt")).code).toBe(503);
    expect((await client.ask("PWD")).text).toContain('"/"');
    expect((await client.ask("SIZE in/a.txt")).code).toBe(550);
    expect((await client.ask("OPTS HASH")).text).toContain("SHA-256");
    expect((await client.ask("MLST in/a.txt")).text).toContain("modify=");
    await client.ask("TYPE I");
    expect((await client.download("in/a.txt")).bytes.toString()).toBe("hello");
    await using listener = await client.active();
    expect(listener.port).toBeGreaterThan(0);
  });

  test("a port that was offered or named in clear is for no transfer", async () => {
    await using place = await start();
    const client = await place.client();
    await client.offered();
    expect(place.server.usage.lentPorts).toBe(1);
    await client.authenticate();
    expect(place.server.usage.lentPorts).toBe(0);
    await client.enter();
    expect((await client.ask("RETR a.txt")).code).toBe(425);
  });

  test("a host that was asked for in clear is not the one that is entered", async () => {
    const storage = memoryStorage({ files: {} });
    const accounts = singleAccount<typeof storage>({ name: "bob", password: "secret" });
    await using place = await start({ hosts: { "other.example.org": { accounts, storage } } });
    const client = await greeted(place);
    expect((await client.ask("HOST other.example.org")).code).toBe(220);
    await client.authenticate();
    expect(await client.codes("USER bob", "PASS secret")).toEqual([331, 530]);
    await client.enter();
  });

  test("a transfer that runs is finished first, and its data is as it was begun", async () => {
    await using place = await start();
    const client = await place.client();
    const data = await client.passive();
    expect((await client.ask("STOR up.txt")).code).toBe(150);
    client.send("AUTH TLS", "DELE up.txt");
    data.send("half, ");
    await new Promise((resolve) => setImmediate(resolve));
    data.end("and half");
    expect((await client.reply()).code).toBe(226);
    expect((await client.reply()).code).toBe(234);
    await client.secure();
    await client.enter();
    expect((await client.ask("SIZE up.txt")).text).toBe("213 14");
  });

  test("refused logins count on", async () => {
    await using place = await start({ loginThrottle: false, limits: { loginFailures: 2 } });
    const client = await greeted(place);
    expect(await client.codes("USER ann", "PASS wrong")).toEqual([331, 530]);
    await client.authenticate();
    expect(await client.codes("USER ann", "PASS wrong")).toEqual([331, 530]);
    expect((await client.reply()).code).toBe(421);
  });
});

describe("TLS stays", () => {
  test("a second AUTH is refused, and the first stands", async () => {
    await using place = await start();
    const client = await place.secureClient();
    expect(await client.codes("AUTH TLS", "AUTH SSL", "PWD")).toEqual([503, 503, 257]);
  });

  test("REIN does not end it, and forgets PBSZ and PROT", async () => {
    await using place = await start();
    const client = await place.secureClient();
    expect(await client.codes("REIN", "AUTH TLS", "PROT P", "PWD")).toEqual([220, 503, 503, 530]);
    await client.enter();
    // In clear again, as behind AUTH.
    expect((await client.download("a.txt")).bytes.toString()).toBe("hello");
    await client.protect();
    const data = await client.securePassive();
    expect((await client.ask("RETR a.txt")).code).toBe(150);
    expect((await data.bytes()).toString()).toBe("hello");
    expect((await client.reply()).code).toBe(226);
  });

  test("nothing else ends it: CCC, and the levels of other mechanisms, do not exist", async () => {
    await using place = await start();
    const client = await place.secureClient();
    const refused = ["CCC", "ADAT x", "MIC x", "CONF x", "ENC x", "PROT S", "PROT E", "PROT X", "AUTH GSSAPI"];
    for (const line of refused) expect((await client.ask(line)).code).toBeGreaterThanOrEqual(500);
  });
});

describe("what is required", () => {
  const required = { certificates: [serverCertificate()], login: "required", data: "required" } as const;

  test("a login in clear is not asked for its password, and tells nobody of a guess", async () => {
    await using place = await start({ tls: required });
    const client = await greeted(place);
    for (const line of ["USER ann", "PASS secret", "ACCT x", "PWD"]) {
      expect((await client.ask(line)).code).toBe(line.startsWith("PASS") ? 503 : 530);
    }
    await client.authenticate();
    await client.enter();
  });

  test("data in clear is refused before anything is opened, also where PROT C was said before the login", async () => {
    await using place = await start({ tls: required });
    const client = await greeted(place);
    await client.authenticate();
    expect(await client.codes("PBSZ 0", "PROT C")).toEqual([200, 534]);
    await client.enter();
    await client.offered();
    expect((await client.ask("STOR up.txt")).code).toBe(521);
    expect(place.server.usage.lentPorts).toBe(0);
    await client.offered();
    expect((await client.ask("LIST")).code).toBe(521);
    expect((await client.ask("SIZE up.txt")).code).toBe(550);
  });

  test.each([
    ["its login", { tls: "required" }],
    ["its data", { dataTls: "required" }],
  ] as const)("of one account, for %s", async (_title, rule) => {
    await using place = await start({ accounts: singleAccount({ name: "ann", password: "secret", ...rule }) });
    const refused = place.next("login-refused");
    const client = await greeted(place);
    expect(await client.codes("USER ann", "PASS secret")).toEqual([331, 530]);
    expect(await refused).toMatchObject({ because: "tls-required" });
    await client.authenticate();
    expect(await client.codes("PBSZ 0", "PROT C")).toEqual([200, 200]);
    await client.enter();
    await client.passive();
    expect((await client.ask("RETR a.txt")).code).toBe("dataTls" in rule ? 521 : 150);
  });

  test("TLS that a listener has not cannot be had there, and an account that needs it cannot be entered", async () => {
    await using place = await start({
      listen: [{ tls: "off" }],
      accounts: singleAccount({ name: "ann", password: "secret", tls: "required" }),
    });
    const client = await greeted(place);
    expect(await client.codes("AUTH TLS", "PBSZ 0", "PROT P")).toEqual([502, 502, 502]);
    expect(await client.codes("USER ann", "PASS secret")).toEqual([331, 530]);
  });
});
