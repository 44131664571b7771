import { expect, test } from "vitest";
import { memoryStorage } from "@twinport/storage";
import { LoopbackServer } from "../../../../../test/testkit/loopback-server.ts";
import { ManualClock } from "../../../../../test/testkit/manual-clock.ts";
import type { Account, Accounts } from "@twinport/accounts";
import type { Permission } from "@twinport/protocol";
import type { CreateOptions, Storage } from "@twinport/storage";

/** Everybody is who they say. */
function anybody(permissions: readonly Permission[]): Accounts<Storage> {
  const accountOf = (name: string): Account<Storage> => ({ name, permissions: new Set(permissions) });
  return { verify: ({ name }) => ({ kind: "accepted", account: accountOf(name) }) };
}

test("UMASK is passed on with new files and folders of its session, until REIN", async () => {
  const seen: (number | undefined)[] = [];
  const inner = memoryStorage();
  const storage = new Proxy(inner, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== "function") return value;
      if (name !== "write" && name !== "makeDirectory") return value.bind(target) as unknown;
      return (path: never, options?: CreateOptions) => {
        seen.push(options?.umask);
        return (value as (path: never, options?: CreateOptions) => unknown).call(target, path, options);
      };
    },
  });
  await using place = await LoopbackServer.start({ storage });
  const [client, other] = [await place.client(), await place.client()];
  await client.upload("a", "x");
  await client.ask("SITE UMASK 0027");
  await client.upload("a", "x");
  await client.upload("a", "x", "APPE");
  await client.ask("MKD in");
  await other.ask("MKD other");
  await client.codes("REIN", "USER ann", "PASS secret");
  await client.ask("MKD later");
  expect(seen).toEqual([undefined, 0o27, 0o27, 0o27, undefined, undefined]);
});

test("WHO tells of the sessions of the same account, and of no other", async () => {
  await using place = await LoopbackServer.start({ accounts: anybody(["list"]), clock: new ManualClock() });
  const clients = await Promise.all([place.connect(), place.connect(), place.connect()]);
  for (const [at, name] of ["ann", "bob", "ann"].entries()) await clients[at]!.login(name);
  await place.connect();
  const mine = "ann from 127.0.0.1 since 20260101120000: idle";
  expect((await clients[0].ask("SITE WHO")).lines).toEqual([
    "211-Sessions of this account:",
    ` ${mine} (this session)`,
    ` ${mine}`,
    "211 End",
  ]);
  expect((await clients[1].ask("SITE WHO")).lines).toHaveLength(3);
});

test("IDLE is within the operator's limit, and REIN takes it back", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ clock, limits: { idleSeconds: 100 } });
  const client = await place.client();
  expect(await client.codes("SITE IDLE 101", "SITE IDLE 20", "REIN", "USER ann", "PASS secret")).toEqual([
    501, 200, 220, 331, 230,
  ]);
  clock.advance(99_000);
  expect((await client.ask("SITE IDLE 20")).code).toBe(200);
  clock.advance(19_000);
  expect((await client.ask("NOOP")).code).toBe(200);
  clock.advance(20_000);
  expect((await client.reply()).text).toBe("421 Idle for 20 s; goodbye.");
});

test.each([
  ["SITE CHMOD 600 a", ["list", "set-modified"], "502 SITE CHMOD is not available here."],
  ["SITE UTIME 20010203040506 a", ["list", "set-mode"], "502 SITE UTIME is not available here."],
  ["MFF UNIX.mode=600; a", ["list", "set-modified"], "550 This account may not change modes here."],
  ["MFF Modify=20010203040506; a", ["list", "set-mode"], "550 This account may not set times of files here."],
  ["MFF Modify=20010203040506; a", ["list"], "502 MFF is not available here."],
] as const)("%s with %s is refused, and nothing is changed", async (line, permissions, reply) => {
  await using place = await LoopbackServer.start({ accounts: anybody(permissions), files: { "/a": "x" } });
  const client = await place.client();
  const before = (await client.ask("MLST a")).text;
  expect((await client.ask(line)).text).toBe(reply);
  expect((await client.ask("MLST a")).text).toBe(before);
});

test.each([
  [["list", "set-modified"], " MFF Modify;"],
  [["list", "set-mode"], " MFF UNIX.mode;"],
  [["list", "set-mode", "set-modified"], " MFF Modify;UNIX.mode;"],
] as const)("FEAT with %s has what MFF can set", async (permissions, line) => {
  await using place = await LoopbackServer.start({ accounts: anybody(permissions) });
  const client = await place.client();
  expect((await client.ask("FEAT")).lines).toContain(line);
});
