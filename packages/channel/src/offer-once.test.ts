import { once } from "node:events";
import net from "node:net";
import { ip } from "@twinport/protocol";
import { expect, test } from "vitest";
import { freeRange, holdPort, isFree } from "../../../test/testkit/free-ports.ts";
import { ManualClock } from "../../../test/testkit/manual-clock.ts";
import { inTime } from "../../../test/testkit/in-time.ts";
import { offerOnce } from "./offer-once.ts";
import type { Endpoint } from "@twinport/protocol";
import type { ChannelError } from "./errors.ts";
import type { OfferOnceRequest } from "./offer-once.ts";

const local = ip("127.0.0.1");
const request = (more: Partial<OfferOnceRequest> = {}): OfferOnceRequest => ({
  local,
  peer: local,
  timeout: 10,
  clock: new ManualClock(),
  ...more,
});

async function come(port: number): Promise<net.Socket> {
  const socket = net.connect({ host: "127.0.0.1", port });
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

test("the right peer's connection is the client's active mode, and the port is closed as soon as it has come", async () => {
  const clock = new ManualClock();
  const offer = await offerOnce(request({ clock }));
  const { port } = offer.bound;
  const peer = await come(port);
  const connection = await inTime("an arrival", offer.connection("client"));
  expect(connection).toMatchObject({ mode: "active", peer: { address: "127.0.0.1", port: peer.localPort } });
  expect(await isFree(port)).toBe(true);
  expect(clock.pending).toBe(0);
  connection.close();
});

test("a stranger is sent away and told of; the right one may still come", async () => {
  const strangers: [Endpoint, Endpoint][] = [];
  let told: () => void = () => {};
  const isTold = new Promise<void>((resolve) => (told = resolve));
  const onStranger = (bound: Endpoint, peer: Endpoint): void => {
    strangers.push([bound, peer]);
    told();
  };
  const offer = await offerOnce(request({ onStranger }));
  // It may be sent away before it knows that it has come.
  net.connect({ host: "127.0.0.1", port: offer.bound.port, localAddress: "127.0.0.9" }).on("error", () => {});
  await inTime("told", isTold);
  expect(strangers).toMatchObject([[offer.bound, { address: "127.0.0.9" }]]);
  await come(offer.bound.port);
  (await inTime("an arrival", offer.connection("client"))).close();
});

test("nobody comes: the port is closed when the time is over, or when it is withdrawn", async () => {
  const clock = new ManualClock();
  const late = await offerOnce(request({ clock }));
  clock.advance(10_000);
  expect(await isFree(late.bound.port)).toBe(true);
  await expect(late.connection()).rejects.toMatchObject({ code: "offer-expired" });

  const withdrawn = await offerOnce(request({ clock }));
  withdrawn.withdraw();
  expect(await isFree(withdrawn.bound.port)).toBe(true);
  expect(clock.pending).toBe(0);
  await expect(withdrawn.connection()).rejects.toMatchObject({ code: "offer-withdrawn" });
});

test("the preferred port is taken where it is free, else any other", async () => {
  const { from } = await freeRange(1);
  const first = await offerOnce(request({ prefer: from }));
  expect(first.bound.port).toBe(from);
  const second = await offerOnce(request({ prefer: from }));
  expect(second.bound.port).not.toBe(from);
  first.withdraw();
  second.withdraw();
});

test("a range is never left: its ports are tried one by one, the preferred one first", async () => {
  const range = await freeRange(3);
  await using _held = await holdPort(range.from + 1);
  const first = await offerOnce(request({ range, prefer: range.from + 1 }));
  const second = await offerOnce(request({ range, prefer: range.to + 1 }));
  expect(new Set([first.bound.port, second.bound.port])).toEqual(new Set([range.from, range.to]));
  const full = await offerOnce(request({ range })).catch((error: ChannelError) => error);
  expect(full).toMatchObject({ code: "offer-range-held", facts: { range: `${range.from}-${range.to}` } });
  first.withdraw();
  second.withdraw();
});

test("an address that is not ours", async () => {
  const failed = await offerOnce(request({ local: ip("192.0.2.1") })).catch((error: ChannelError) => error);
  expect(failed).toMatchObject({ code: "listen-failed", facts: { address: "192.0.2.1", cause: "EADDRNOTAVAIL" } });
});
