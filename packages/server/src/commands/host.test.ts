import { expect, test } from "vitest";
import { singleAccount } from "@twinport/accounts";
import { memoryStorage } from "@twinport/storage";
import { createServer } from "../server.ts";
import { LoopbackServer } from "../../../../test/testkit/loopback-server.ts";
import type { HostOptions } from "../options.ts";

const hosts: Record<string, HostOptions> = {
  "Plain.Example": {},
  "other.example": {
    accounts: singleAccount({ name: "ann", password: "other" }),
    storage: memoryStorage({ files: { "/other": "" } }),
  },
};

test("the host chooses who may come in and which files they see", async () => {
  await using place = await LoopbackServer.start({ hosts, files: { "/mine": "" } });
  const client = await place.connect();
  expect(await client.codes("HOST other.example", "USER ann", "PASS secret", "HOST other.example")).toEqual([
    220, 220, 331, 530,
  ]);
  expect((await client.reply()).code).toBe(220);
  expect(await client.codes("USER ann", "PASS other", "TYPE I", "SIZE other", "SIZE mine")).toEqual([
    331, 230, 200, 213, 550,
  ]);
  expect(await client.codes("REIN", "USER ann", "PASS other", "HOST plain.EXAMPLE")).toEqual([220, 331, 530, 220]);
  expect(await client.codes("USER ann", "PASS secret", "TYPE I", "SIZE mine")).toEqual([331, 230, 200, 213]);
});

test("SITE WHO does not tell one host of another's sessions", async () => {
  await using place = await LoopbackServer.start({ hosts });
  const [one, two] = [await place.connect(), await place.connect()];
  await one.login();
  await two.reply();
  await two.codes("HOST other.example", "USER ann", "PASS other");
  for (const client of [one, two]) expect((await client.ask("SITE WHO")).lines).toHaveLength(3);
});

test("another name of the same accounts is no way round their limits", async () => {
  await using place = await LoopbackServer.start({ hosts, limits: { sessionsPerAccount: 1 } });
  const [one, two, three] = [await place.connect(), await place.connect(), await place.connect()];
  await one.login();
  for (const client of [two, three]) await client.reply();
  expect(await two.codes("HOST plain.example", "USER ann", "PASS secret")).toEqual([220, 331, 421]);
  expect(await three.codes("HOST other.example", "USER ann", "PASS other")).toEqual([220, 331, 230]);
});

test("without hosts there is no HOST", async () => {
  await using place = await LoopbackServer.start();
  const client = await place.connect();
  await client.reply();
  expect((await client.ask("HOST 127.0.0.1")).code).toBe(502);
  expect((await client.ask("FEAT")).text).not.toContain("HOST");
});

test.each(["192.0.2.7", "[::1]", "a b", "ftp.example:21", ""])("%j is no name of a host", (name) => {
  const accounts = singleAccount({ name: "ann", password: "secret" });
  expect(() => createServer({ accounts, hosts: { [name]: {} } })).toThrow(
    expect.objectContaining({ code: "host-not-valid", facts: { value: name } }),
  );
});
