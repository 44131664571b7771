// servers.md §4.2, line 2: whoever comes to a passive port before its owner gets nothing and takes nothing away.
import { expect, test } from "vitest";
import { LoopbackServer } from "../testkit/loopback-server.ts";

const files = { "/secret.txt": "for ann alone" };

test("a stranger who comes first is sent away, and the owner still gets the file", async () => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.client({ from: "127.0.0.1" });
  const port = await client.offered();
  const stranger = await client.connectTo(port, "127.0.0.9");
  expect(await stranger.over()).toBe("reset");
  expect(stranger.received).toBe(0);
  const data = await client.connectTo(port);
  expect((await client.ask("RETR secret.txt")).code).toBe(150);
  expect((await data.end().bytes()).toString()).toBe("for ann alone");
  expect((await client.reply()).code).toBe(226);
});

test("a stranger in the middle of a transfer does not disturb it", async () => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  const port = await client.offered();
  const data = await client.connectTo(port);
  client.send("STOR up.txt");
  expect((await client.reply()).code).toBe(150);
  const stranger = await client.connectTo(port, "127.0.0.9");
  stranger.send("not from ann");
  await stranger.over();
  data.end("from ann");
  expect((await client.reply()).code).toBe(226);
  expect((await client.download("up.txt")).bytes.toString()).toBe("from ann");
});

test("ports are drawn at random: the next one cannot be told from those before", async () => {
  await using place = await LoopbackServer.start({ passive: { ports: "any" } });
  const client = await place.client();
  const ports: number[] = [];
  for (let i = 0; i < 40; i++) ports.push(await client.offered());
  const steps = new Set(ports.slice(1).map((port, i) => port - ports[i]!));
  expect(steps.size).toBeGreaterThan(10);
});
