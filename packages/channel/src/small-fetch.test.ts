import net from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { SmallFetch } from "./small-fetch.ts";

const file = Buffer.from("what is in the file");

/** What a fetch from a server tells, which does something with who comes. */
async function fetched(size: number, serve: (socket: net.Socket) => void) {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    serve(socket);
  });
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const into = new Uint8Array(size);
  const told: string[] = [];
  let fetch: SmallFetch | undefined;
  try {
    await new Promise<void>((resolve) => {
      fetch = new SmallFetch({ address: "127.0.0.1", port }, into, SmallFetch.room(), (end) => {
        told.push(end);
        resolve();
      });
    });
    // Whatever follows is told no more.
    await new Promise((resolve) => setImmediate(resolve));
    return { told, filled: fetch?.filled, text: Buffer.from(into).toString() };
  } finally {
    server.close();
  }
}

test.each<[string, (socket: net.Socket) => void]>([
  ["in one piece", (socket) => socket.end(file)],
  [
    "in two",
    (socket) => {
      socket.setNoDelay(true).write(file.subarray(0, 5));
      setImmediate(() => socket.end(file.subarray(5)));
    },
  ],
])("a file that comes %s is there at the end of the data", async (_how, serve) => {
  expect(await fetched(file.length, serve)).toEqual({ told: ["ended"], filled: file.length, text: String(file) });
});

test("a file that is larger than what is read at once is there too", async () => {
  const large = Buffer.alloc(200_000, "large");
  const { told, text } = await fetched(large.length, (socket) => socket.end(large));
  expect([told, text === String(large)]).toEqual([["ended"], true]);
});

test("how much came is told of a file that was cut short", async () => {
  expect(await fetched(file.length, (socket) => socket.end(file.subarray(0, 4)))).toMatchObject({
    told: ["ended"],
    filled: 4,
  });
});

test("more than there is place for ends it", async () => {
  expect(await fetched(3, (socket) => socket.write(file))).toEqual({ told: ["too-much"], filled: 0, text: "\0\0\0" });
});

test("a reset is told", async () => {
  expect(await fetched(file.length, (socket) => socket.resetAndDestroy())).toMatchObject({ told: ["broken"] });
});

test("a port where nobody listens is told", async () => {
  const server = net.createServer().listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  const end = await new Promise((resolve) => {
    void new SmallFetch({ address: "127.0.0.1", port }, new Uint8Array(1), SmallFetch.room(), resolve);
  });
  expect(end).toBe("broken");
});

test("one that was left tells nothing, and closes its end", async () => {
  const server = net.createServer().listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const told: string[] = [];
  const fetch = new SmallFetch({ address: "127.0.0.1", port }, new Uint8Array(9), SmallFetch.room(), (end) =>
    told.push(end),
  );
  const [socket] = (await once(server, "connection")) as [net.Socket];
  fetch.leave();
  socket.on("error", () => {}).resume();
  await once(socket, "close");
  expect(told).toEqual([]);
  server.close();
});
