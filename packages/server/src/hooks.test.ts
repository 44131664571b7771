import { expect, test } from "vitest";
import { allPermissions, readOnlyPermissions } from "@twinport/accounts";
import { codes, reply, virtualPath } from "@twinport/protocol";
import { memoryStorage } from "@twinport/storage";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { createServer } from "./server.ts";
import type { Accounts } from "@twinport/accounts";
import type { Storage } from "@twinport/storage";
import type { Hooks, PlannedTransfer, SiteVerb } from "./options.ts";

const files = { "/a.txt": "hello", "/other.txt": "another", "/home/b.txt": "b" };
const secret = new Error("a secret of ours");

/** USER and PASS: the last reply. */
async function loginTo(place: LoopbackServer, name = "ann", password = "secret"): Promise<string> {
  const client = await place.connect();
  await client.reply();
  await client.ask(`USER ${name}`);
  return (await client.ask(`PASS ${password}`)).text;
}

test.each<[string, Hooks["login"], string]>([
  ["nothing", () => undefined, "230 Welcome, ann."],
  ["nothing, later", () => Promise.resolve(undefined), "230 Welcome, ann."],
  ["a refusal", () => ({ refuse: "Come back tomorrow." }), "530 Come back tomorrow."],
  ["a refusal with line ends", () => ({ refuse: "No.\r\n230 Yes." }), "530 No.??230 Yes."],
  ["another account", () => ({ account: { name: "bob", permissions: allPermissions } }), "230 Welcome, bob."],
])("a hook may have its say about a login: %s", async (_name, login, text) => {
  await using place = await LoopbackServer.start({ hooks: { login: login! } });
  expect(await loginTo(place)).toBe(text);
});

test.each<[string, Hooks["login"]]>([
  [
    "at once",
    () => {
      throw secret;
    },
  ],
  ["later", () => Promise.reject(secret)],
])("a hook for the login that throws %s refuses, and the operator hears of it", async (_name, login) => {
  await using place = await LoopbackServer.start({ hooks: { login: login! } });
  const text = await loginTo(place);
  expect(text).toMatch(/^530 /);
  expect(text).not.toContain("secret");
  expect(place.warnings).toMatchObject([{ code: "hook-failed", error: secret }]);
});

test("the hook for the login is not asked about somebody whom the accounts refuse", async () => {
  let asked = 0;
  const login = (): undefined => {
    asked++;
    return undefined;
  };
  await using place = await LoopbackServer.start({ hooks: { login } });
  expect(await loginTo(place, "ann", "wrong")).toBe("530 Login incorrect.");
  expect(asked).toBe(0);
});

test("an account that the hook gives holds: its home, its permissions, its storage", async () => {
  const storage = memoryStorage({ files: { "/own/c.txt": "c" } });
  const account = { name: "bob", permissions: readOnlyPermissions, home: virtualPath("/own"), storage };
  await using place = await LoopbackServer.start({ files, hooks: { login: () => ({ account }) } });
  const client = await place.client();
  expect((await client.ask("PWD")).text).toContain('"/own"');
  expect((await client.download("c.txt")).bytes.toString()).toBe("c");
  expect((await client.upload("d.txt", "d")).codes).toEqual([550]);
});

test("the hook for transfers is asked about each file, and about nothing else", async () => {
  const asked: Omit<PlannedTransfer, "session">[] = [];
  await using place = await LoopbackServer.start({
    files,
    hooks: {
      transfer: ({ session: _session, ...planned }) => {
        asked.push(planned);
        return undefined;
      },
    },
  });
  const client = await place.client();
  await client.download("a.txt");
  await client.codes("REST 2");
  await client.download("a.txt");
  await client.upload("new.txt", "x");
  await client.upload("new.txt", "x", "APPE");
  await client.download("", "LIST");
  await client.download("", "MLSD");
  expect(asked).toEqual([
    { verb: "RETR", direction: "send", path: "/a.txt", offset: 0 },
    { verb: "RETR", direction: "send", path: "/a.txt", offset: 2 },
    { verb: "STOR", direction: "receive", path: "/new.txt", offset: 0 },
    { verb: "APPE", direction: "receive", path: "/new.txt", offset: "end" },
  ]);
});

test("a hook may refuse a transfer, or give it another path", async () => {
  await using place = await LoopbackServer.start({
    files,
    hooks: {
      transfer: ({ path }) => {
        if (path === "/a.txt") return { path: "/other.txt" };
        if (path === "/up.txt") return { path: "../home/./up.txt" };
        return { refuse: "Not this one." };
      },
    },
  });
  const client = await place.client();
  expect((await client.download("a.txt")).bytes.toString()).toBe("another");
  expect((await client.upload("up.txt", "x")).codes).toEqual([150, 226]);
  expect((await client.ask("SIZE home/up.txt")).text).toBe("213 1");
  expect((await client.download("other.txt")).last.text).toBe("550 Not this one.");
  expect((await client.upload("b.txt", "x")).last.text).toBe("550 Not this one.");
  expect((await client.ask("NOOP")).code).toBe(200);
});

test.each<[string, Hooks["transfer"]]>([
  [
    "at once",
    () => {
      throw secret;
    },
  ],
  ["later", () => Promise.reject(secret)],
])("a hook for transfers that throws %s refuses, and the operator hears of it", async (_name, transfer) => {
  await using place = await LoopbackServer.start({ files, hooks: { transfer: transfer! } });
  const client = await place.client();
  const { last } = await client.download("a.txt");
  expect(last.code).toBe(451);
  expect(last.text).not.toContain("secret");
  expect((await client.upload("new.txt", "x")).codes).toEqual([451]);
  expect((await client.ask("SIZE new.txt")).code).toBe(550);
  expect(place.warned("hook-failed")).toHaveLength(2);
});

test("SITE verbs of the embedding program are answered, listed, and may fail", async () => {
  const site: Record<string, SiteVerb> = {
    echo: { syntax: "text", run: (argument, { account }) => `${account}: ${argument}` },
    WHO: { syntax: "", run: () => Promise.resolve(reply(codes.systemStatus, "one", "two", "three")) },
    FAIL: { syntax: "", run: () => Promise.reject(secret) },
    ODD: { syntax: "", run: () => "two\r\nlines" },
  };
  await using place = await LoopbackServer.start({ site });
  const client = await place.client();
  expect((await client.ask("SITE ECHO  two  words ")).text).toBe("200 ann:  two  words ");
  expect((await client.ask("site echo")).text).toBe("200 ann: ");
  expect((await client.ask("SITE who")).text).toBe("211-one\n two\n211 three");
  expect((await client.ask("SITE ODD")).text).toBe("200 two??lines");
  expect((await client.ask("SITE HELP")).text).toBe(
    [
      "214-These SITE verbs are here:",
      "CHMOD mode path",
      "DOCTOR PEER | HEARD | PORT port | DIAL port [FROM port] | RESERVE",
      "ECHO text",
      "FAIL",
      "HELP",
      "IDLE [seconds]",
      "ODD",
      "UMASK [mask]",
      "UTIME YYYYMMDDhhmm[ss] path",
      "WHO\n214 End",
    ].join("\n "),
  );
  expect((await client.ask("SITE FAIL")).text).toBe("451 SITE FAIL failed.");
  expect((await client.ask("SITE NOTHERE")).code).toBe(500);
  expect((await client.ask("SITE constructor")).code).toBe(500);
  expect(place.warnings).toMatchObject([{ code: "hook-failed", error: secret }]);
});

test("accounts may bring a storage each", async () => {
  const storages: Record<string, Storage> = {
    ann: memoryStorage({ files: { "/mine.txt": "ann's" } }),
    bob: memoryStorage({ files: { "/mine.txt": "bob's" } }),
  };
  const accounts: Accounts<Storage> = {
    verify: ({ name }) => ({
      kind: "accepted",
      account: { name, permissions: allPermissions, ...(storages[name] && { storage: storages[name] }) },
    }),
  };
  await using place = await LoopbackServer.start({
    accounts,
    storage: memoryStorage({ files: { "/mine.txt": "nobody's" } }),
  });
  for (const [name, text] of [
    ["ann", "ann's"],
    ["bob", "bob's"],
    ["eve", "nobody's"],
  ] as const) {
    const client = await (await place.connect()).login(name);
    expect((await client.download("mine.txt")).bytes.toString()).toBe(text);
    // The next one on the same connection sees nothing of it.
    expect(await client.codes("REIN", "USER eve", "PASS x", "TYPE I")).toEqual([220, 331, 230, 200]);
    expect((await client.download("mine.txt")).bytes.toString()).toBe("nobody's");
  }
});

test("an account without any storage is let in nowhere, and the operator hears of it", async () => {
  const server = createServer({
    accounts: { verify: () => ({ kind: "accepted", account: { name: "ann", permissions: allPermissions } }) },
  });
  await server.listen();
  const warned: unknown[] = [];
  server.on("warning", (warning) => warned.push(warning));
  const { WireClient } = await import("../../../test/testkit/wire-client.ts");
  const client = await WireClient.open(server);
  await client.reply();
  expect((await client.ask("USER ann")).code).toBe(331);
  expect((await client.ask("PASS x")).code).toBeGreaterThanOrEqual(400);
  expect((await client.ask("PWD")).code).toBe(530);
  expect(warned).toMatchObject([{ code: "session-failed", error: { code: "no-storage" } }]);
  client.destroy();
  await server.close();
});

test.each<[string, Accounts<never>["verify"]]>([
  [
    "at once",
    () => {
      throw secret;
    },
  ],
  ["later", () => Promise.reject(secret)],
])("accounts that fail %s let nobody in, say nothing of why, and are told of", async (_name, verify) => {
  await using place = await LoopbackServer.start({ accounts: { verify } });
  const text = await loginTo(place);
  expect(text).toBe("530 Nobody can be let in now; try again later.");
  expect(place.warnings).toMatchObject([{ code: "accounts-failed", error: secret }]);
});

test("accounts are asked with what was said, and from where", async () => {
  const asked: unknown[] = [];
  const verify: Accounts<never>["verify"] = (credentials) => {
    asked.push(credentials);
    return { kind: "refused", because: "unknown-name" };
  };
  await using place = await LoopbackServer.start({ accounts: { verify } });
  await loginTo(place, "Ann B", " two  spaces ");
  await loginTo(place, "anonymous", "");
  expect(asked).toMatchObject([
    { name: "Ann B", password: " two  spaces ", peer: "127.0.0.1" },
    { name: "anonymous", password: "", peer: "127.0.0.1" },
  ]);
});
