// servers.md §4.2, line 9: whatever comes in place of commands costs little, ends only its own session, and runs nothing.
import { expect, test } from "vitest";
import { memoryStorage } from "@twinport/storage";
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

/** Waits until a number stays as it is; what keeps changing for ten seconds is given as it is then. */
async function settled(look: () => number): Promise<number> {
  for (let same = 0, before = look(), tries = 0; tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    same = look() === before ? same + 1 : 0;
    if (same === 20) break;
    before = look();
  }
  return look();
}

test("commands that come while another takes its time are left with the client", async () => {
  let go: (() => void) | undefined;
  const storage = memoryStorage({});
  const slow = Object.assign(Object.create(storage) as typeof storage, {
    features: storage.features,
    makeDirectory: () => new Promise<void>((resolve) => (go = resolve)),
  });
  await using place = await LoopbackServer.start({ storage: slow, untraced: true });
  const client = await place.client();
  client.send("MKD x");
  const line = Buffer.from(`NOOP${" ".repeat(4000)}\r\n`.repeat(50));
  for (let i = 0; i < 150; i++) client.socket.write(line);
  // 30 MB were sent; what the kernel does not hold is still the client's.
  expect(await settled(() => client.socket.writableLength)).toBeGreaterThan(10 * 1024 * 1024);
  expect((await (await place.client()).ask("NOOP")).code).toBe(200);
  client.destroy();
  go?.();
});

test("a client that takes no replies is asked for no more commands", async () => {
  await using place = await LoopbackServer.start({});
  const client = await place.connect({ deaf: true });
  client.socket.write("HELP\r\n".repeat(100_000));
  const sent = (): number => place.trace.filter(({ kind }) => kind === "reply-sent").length;
  // 70 MB of replies would wait for it; the kernel's buffers take some of them.
  expect(await settled(sent)).toBeLessThan(50_000);
  expect((await (await place.client()).ask("NOOP")).code).toBe(200);
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
