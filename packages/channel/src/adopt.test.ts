import { once } from "node:events";
import net from "node:net";
import { expect, test } from "vitest";
import { copyInto } from "./adopt.ts";
import type { Reader } from "./adopt.ts";

/** A reader with place for so many bytes at a time; it stops whenever that is full. */
class SmallReader implements Reader {
  readonly taken: number[] = [];
  readonly #place: Uint8Array;
  onFull: () => void = () => {};

  constructor(size: number) {
    this.#place = new Uint8Array(size);
  }

  readonly buffer = (): Uint8Array => this.#place;

  readonly take = (count: number): boolean => {
    this.taken.push(...this.#place.subarray(0, count));
    if (count < this.#place.length) return true;
    setImmediate(this.onFull);
    return false;
  };
}

test("without Node's own reading into buffers, a reader that says stop loses nothing of what came", async () => {
  const server = net.createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const client = net.connect({ host: "127.0.0.1", port });
  const [accepted] = (await once(server, "connection")) as [net.Socket];
  const sent = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
  const reader = new SmallReader(777);
  const socket = copyInto(accepted, reader);
  reader.onFull = () => socket.resume();
  socket.resume();
  client.end(sent);
  await once(socket, "end");
  expect(Uint8Array.from(reader.taken)).toEqual(sent);
  socket.destroy();
  server.close();
});
