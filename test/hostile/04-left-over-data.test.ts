// servers.md §4.2, line 4: bytes that were sent for one transfer never become part of another.
import { expect, test } from "vitest";
import { LoopbackServer } from "../testkit/loopback-server.ts";

test("a connection that was made for a transfer that was refused is not used for the next", async () => {
  await using place = await LoopbackServer.start({ files: { "/a.txt": "a", "/b.txt": "b" } });
  const client = await place.client();
  const first = await client.passive();
  first.send("left over");
  expect((await client.ask("STOR /nowhere/x")).code).toBe(550);
  expect((await client.ask("STOR x")).code).toBe(425);
  expect(await client.upload("x", "new")).toMatchObject({ codes: [150, 226] });
  expect((await client.download("x")).bytes.toString()).toBe("new");
  await first.over();
});

test("a connection that comes late, for the port before, does not become the next transfer's", async () => {
  await using place = await LoopbackServer.start({ files: { "/a.txt": "a" } });
  const client = await place.client();
  const early = await client.offered();
  let now = early;
  for (let i = 0; i < 100 && now === early; i++) now = await client.offered();
  const late = await client.connectTo(early);
  late.send("late");
  expect(await late.over()).toBe("reset");
  const data = await client.connectTo(now);
  client.send("STOR x");
  expect((await client.reply()).code).toBe(150);
  data.end("in time");
  expect((await client.reply()).code).toBe(226);
  expect((await client.download("x")).bytes.toString()).toBe("in time");
});

test("after ABOR the next transfer begins with its own first byte", async () => {
  await using place = await LoopbackServer.start({});
  const client = await place.client();
  const data = await client.passive();
  client.send("STOR x");
  expect((await client.reply()).code).toBe(150);
  data.send("half of it");
  client.send("ABOR");
  expect([(await client.reply()).code, (await client.reply()).code]).toEqual([426, 226]);
  expect(await client.upload("y", "whole")).toMatchObject({ codes: [150, 226] });
  expect((await client.download("y")).bytes.toString()).toBe("whole");
});
