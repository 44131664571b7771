// servers.md §4.2, line 9: whatever comes in place of commands costs little, ends only its own session, and runs nothing.
import { expect, test } from "vitest";
import { LoopbackServer } from "../testkit/loopback-server.ts";

test("a line without end is refused, and what follows it is a command again", async () => {
  await using place = await LoopbackServer.start({});
  const client = await place.client();
  client.socket.write("x".repeat(1_000_000));
  client.socket.write("\r\nNOOP\r\n");
  expect((await client.reply()).code).toBe(500);
  expect((await client.reply()).code).toBe(200);
});

test.each([
  ["empty lines", "\r\n"],
  ["bare line feeds", "\n"],
  ["HTTP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["bytes that are no text", "\u0001\u0002\u0003\r\n"],
])("millions of bytes of %s end the session", async (_name, piece) => {
  await using place = await LoopbackServer.start({});
  const client = await place.connect();
  client.socket.write(piece.repeat(Math.ceil(2_000_000 / piece.length)));
  await client.closed;
  await (await place.client()).ask("NOOP");
});

test("commands that come faster than they run are left with the client", async () => {
  await using place = await LoopbackServer.start({});
  const client = await place.connect({ deaf: true });
  const before = process.memoryUsage().rss;
  const line = Buffer.from("NOOP\r\n".repeat(100_000));
  for (let i = 0; i < 60; i++) client.socket.write(line);
  const other = await place.client();
  for (let i = 0; i < 50; i++) expect((await other.ask("NOOP")).code).toBe(200);
  // 36 MB were sent; what the server keeps of them is a few lines.
  expect(process.memoryUsage().rss - before - client.socket.writableLength).toBeLessThan(64 * 1024 * 1024);
});

test("a command cut anywhere is one command; two in a segment are two", async () => {
  await using place = await LoopbackServer.start({});
  const client = await place.client();
  for (const letter of "PWD\r\n") {
    client.socket.write(letter);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await client.reply()).code).toBe(257);
  client.socket.write("PWD\r\nNOOP\r\n");
  expect([(await client.reply()).code, (await client.reply()).code]).toEqual([257, 200]);
});

test.each([
  ["a verb of other letters", "ＰＷＤ"],
  ["a verb with a dotless i", "lıst"],
  ["a verb that objects have", "constructor"],
  ["a verb that objects have too", "__proto__"],
  ["a verb of 4000 letters", "a".repeat(4000)],
])("%s is not known, and nothing else", async (_name, word) => {
  await using place = await LoopbackServer.start({});
  const client = await place.client();
  expect((await client.ask(word)).code).toBe(500);
  expect((await client.ask("NOOP")).code).toBe(200);
  expect(place.warnings).toEqual([]);
});

test("Telnet commands before a verb, and between its letters, do not change it", async () => {
  await using place = await LoopbackServer.start({});
  const client = await place.client();
  client.socket.write(
    Buffer.from([0xff, 0xf4, 0xff, 0xf2, ...Buffer.from("NO"), 0xff, 0xf1, ...Buffer.from("OP\r\n")]),
  );
  expect((await client.reply()).code).toBe(200);
});
