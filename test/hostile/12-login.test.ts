// servers.md §4.2, line 12: guessing of names and passwords tells nothing, is slow, and shuts nobody else out.
import { expect, test } from "vitest";
import { allPermissions, singleAccount } from "@twinport/accounts";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ManualClock } from "../testkit/manual-clock.ts";
import type { Accounts } from "@twinport/accounts";
import type { Storage } from "@twinport/storage";
import type { WireClient } from "../testkit/wire-client.ts";

async function guess(client: WireClient, name: string, password: string): Promise<string> {
  await client.ask(`USER ${name}`);
  return (await client.ask(`PASS ${password}`)).text;
}

test("a name that nobody has and a wrong password are answered letter for letter alike", async () => {
  await using place = await LoopbackServer.start({});
  const client = await place.connect();
  await client.reply();
  expect(await guess(client, "ann", "wrong")).toBe(await guess(client, "nobody", "wrong"));
});

test("USER tells nothing of a name", async () => {
  await using place = await LoopbackServer.start({});
  const client = await place.connect();
  await client.reply();
  expect((await client.ask("USER ann")).text).toBe((await client.ask("USER nobody")).text);
});

test("after some wrong passwords the next one waits, over all connections of the guesser", async () => {
  const clock = new ManualClock();
  let looks = 0;
  const accounts: Accounts<Storage> = {
    verify: () => (looks++, { kind: "refused", because: "wrong-password" }),
  };
  await using place = await LoopbackServer.start({ clock, accounts });
  for (let i = 0; i < 3; i++) {
    const client = await place.connect();
    await client.reply();
    await guess(client, "ann", `${i}`);
  }
  const client = await place.connect();
  await client.reply();
  client.send("USER ann", "PASS 4");
  await client.reply();
  const other = await place.client().catch(() => undefined);
  expect(other).toBeUndefined();
  expect(looks).toBe(3);
  clock.advance(2_000);
  expect((await client.reply()).code).toBe(530);
});

test("a device with an old password shuts out itself and not the office", async () => {
  const clock = new ManualClock();
  const accounts: Accounts<Storage> = {
    verify: ({ name, password }) =>
      password === "right"
        ? { kind: "accepted", account: { name, permissions: allPermissions } }
        : { kind: "refused", because: "wrong-password" },
  };
  await using place = await LoopbackServer.start({
    clock,
    accounts,
    loginThrottle: { freeFailures: 1000, banAfter: 10 },
  });
  for (let i = 0; i < 10; i++) {
    const camera = await place.connect();
    await camera.reply();
    await guess(camera, "camera", "old");
    camera.destroy();
  }
  const camera = await place.connect();
  await camera.reply();
  expect(await guess(camera, "camera", "right")).toMatch(/^530 Too many refused logins/);
  const colleague = await place.connect();
  await colleague.login("colleague", "right");
  const elsewhere = await place.connect({ from: "127.0.0.7" });
  await elsewhere.login("camera", "right");
});

test("whoever tries one name after the other is shut out, and whoever was let in from there before is not", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ clock, loginThrottle: { namesBeforeBan: 5 } });
  await place.client();
  for (let i = 0; i < 5; i++) {
    const client = await place.connect();
    await client.reply();
    await guess(client, `name${i}`, "x");
  }
  const client = await place.connect();
  await client.reply();
  expect(await guess(client, "name9", "x")).toMatch(/^530 Too many/);
  await place.client();
});

test("whoever does not log in is sent away", async () => {
  const clock = new ManualClock();
  await using place = await LoopbackServer.start({ clock, limits: { loginSeconds: 60 } });
  const client = await place.connect();
  await client.reply();
  for (let i = 0; i < 6; i++) {
    clock.advance(9_000);
    await client.ask("USER ann");
    await client.ask("REIN");
  }
  clock.advance(10_000);
  expect((await client.reply()).code).toBe(421);
});

test("neither a password nor what stands in its place reaches events, traces or warnings", async () => {
  const accounts: Accounts<Storage> = singleAccount({ name: "ann", password: "hunter2" });
  await using place = await LoopbackServer.start({ accounts });
  const refused = place.next("login-refused");
  const client = await place.connect();
  await client.reply();
  await guess(client, "ann", "hunter3");
  client.send("pass hunter4", "ACCT hunter5", " PASS hunter6");
  await client.reply();
  expect(JSON.stringify([await refused, place.trace, place.warnings])).not.toContain("hunter");
});

test("a name cannot write a line of its own into events", async () => {
  await using place = await LoopbackServer.start({});
  const refused = place.next("login-refused");
  const client = await place.connect();
  await client.reply();
  client.socket.write("USER a\rb\r\nUSER ann\u001b[2J\r\nPASS x\r\n");
  expect(await refused).toMatchObject({ name: "ann\u001b[2J" });
});
