import { once } from "node:events";
import net from "node:net";
import { ip } from "@twinport/protocol";
import { describe, expect, test, vi } from "vitest";
import { clientHello } from "../../../test/testkit/client-hello.ts";
import { freeRange } from "../../../test/testkit/free-ports.ts";
import { inTime } from "../../../test/testkit/in-time.ts";
import { ManualClock } from "../../../test/testkit/manual-clock.ts";
import { PortPool } from "./port-pool.ts";
import type { ChannelError } from "./errors.ts";
import type { DataConnection } from "./data-connection.ts";
import type { DataOffer } from "./data-offer.ts";
import type { PassivePorts, PortPoolObserver } from "./port-pool.ts";

const local = ip("127.0.0.1");

/** A ticket name for each session. */
const nameOf = (session: number): string => session.toString(16).padStart(32, "0");
const helloOf = (session: number, more: { padding?: number; record?: number } = {}): Uint8Array =>
  clientHello({ ticket: Buffer.concat([Buffer.from(nameOf(session), "hex"), Buffer.alloc(150, 3)]), ...more });

/** A pool of few ports, and all who come to it. */
class Place implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly living = new Set<string>();
  /** Of these, those that are of one client with whoever waits. */
  readonly related = new Set<string>();
  readonly strangers: number[] = [];
  readonly unassigned: string[] = [];
  readonly pool: PortPool;
  readonly #clients: net.Socket[] = [];

  constructor(ports: PassivePorts) {
    const observer: PortPoolObserver = {
      stranger: (_bound, peer) => this.strangers.push(peer.port),
      unassigned: (_bound, _peer, why) => this.unassigned.push(why),
    };
    this.pool = new PortPool(ports, this.clock, observer, {
      isTicketOfOther: (shown, waiting) => shown !== waiting && this.living.has(shown) && !this.related.has(shown),
    });
  }

  static async withPorts(count = 1): Promise<Place> {
    return new Place(await freeRange(count));
  }

  /** With TLS, for a session that lives from now on. */
  offer(session: number, timeout = 10): Promise<DataOffer> {
    this.living.add(nameOf(session));
    return this.pool.offer({ local, peer: local, timeout, tls: { ticketName: nameOf(session) } });
  }

  plain(): Promise<DataOffer> {
    return this.pool.offer({ local, peer: local, timeout: 10 });
  }

  /** Somebody connects; what they say may follow later. */
  async come({ bound }: DataOffer, said?: Uint8Array | string): Promise<net.Socket> {
    const client = net.connect({ host: "127.0.0.1", port: bound.port, noDelay: true });
    this.#clients.push(client);
    client.on("error", () => {});
    if (said !== undefined) client.write(said);
    await once(client, "connect");
    return client;
  }

  /** What happens to a port is told to nobody in most cases. */
  until(what: string, isSo: () => boolean): Promise<void> {
    return vi.waitFor(() => expect(isSo(), what).toBe(true), { timeout: 5000, interval: 5 });
  }

  isUnassigned(count: number): Promise<void> {
    return this.until(`${count} unassigned`, () => this.pool.unassigned === count);
  }

  /** All that it was: no listener, no connection, no timer. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Done only when all connections are gone that were not handed out.
    await inTime("the end of the pool", this.pool.close());
    expect(this.pool).toMatchObject({ lent: 0, listening: 0, unassigned: 0 });
    expect(this.clock.pending).toBe(0);
    for (const client of this.#clients) client.destroy();
  }
}

/** How it ends for a client that has sent all it wanted. */
async function over(client: net.Socket): Promise<string> {
  if (client.errored) return "reset";
  client.resume();
  const end = new Promise<string>((resolve) =>
    client.once("error", () => resolve("reset")).once("end", () => resolve("end")),
  );
  return inTime("an end", end);
}

async function failureOf(promise: Promise<unknown>): Promise<ChannelError> {
  return (await inTime(
    "a failure",
    promise.then(
      () => undefined,
      (error: unknown) => error,
    ),
  )) as ChannelError;
}

/** The bytes that a connection hands out first. */
function first(connection: DataConnection, count: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  const buffer = new Uint8Array(64 * 1024);
  const all = new Promise<Buffer>((resolve) => {
    const take = (read: number): boolean => {
      parts.push(Buffer.from(buffer.subarray(0, read)));
      if (Buffer.concat(parts).length >= count) resolve(Buffer.concat(parts));
      return true;
    };
    connection.read({ buffer: () => buffer, take }, () => resolve(Buffer.concat(parts)));
  });
  return inTime(`${count} bytes`, all);
}

async function given(offer: DataOffer, client: net.Socket): Promise<DataConnection> {
  const connection = await inTime("a connection", offer.connection());
  expect(connection.peer.port).toBe(client.localPort);
  return connection;
}

describe("which port", () => {
  test("ports where nobody waits come first, then the least crowded one is shared", async () => {
    await using place = await Place.withPorts(3);
    const offers: DataOffer[] = [];
    for (let session = 1; session <= 9; session++) offers.push(await place.offer(session));
    const ports = offers.map(({ bound }) => bound.port);
    for (const round of [0, 3, 6]) expect(new Set(ports.slice(round, round + 3)).size).toBe(3);
    expect(place.pool.lent).toBe(9);
    // A port that is free again is preferred to a crowd.
    for (const offer of offers.filter(({ bound }) => bound.port === ports[4])) offer.withdraw();
    expect(place.pool.lent).toBe(6);
    expect((await place.offer(10)).bound.port).toBe(ports[4]);
  });

  test("an offer without TLS shares with nobody, whichever was first", async () => {
    await using place = await Place.withPorts(1);
    const plain = await place.plain();
    expect(await failureOf(place.offer(1))).toMatchObject({ code: "offer-range-exhausted", facts: { taken: 1 } });
    plain.withdraw();
    const secured = await place.offer(1);
    expect(await failureOf(place.plain())).toMatchObject({ code: "offer-range-exhausted", facts: { taken: 1 } });
    secured.withdraw();
    (await place.plain()).withdraw();
  });

  test("two offers with one ticket name cannot be told apart, and do not share", async () => {
    await using place = await Place.withPorts(1);
    await place.offer(1);
    expect(await failureOf(place.offer(1))).toMatchObject({ code: "offer-range-exhausted" });
  });

  test("offers that begin while the port is being opened share it, or find out that it is taken", async () => {
    await using place = await Place.withPorts(1);
    const offers = await Promise.all([place.offer(1), place.offer(2), place.offer(3)]);
    expect(new Set(offers.map(({ bound }) => bound.port)).size).toBe(1);
    expect(await failureOf(place.plain())).toMatchObject({ code: "offer-range-exhausted" });
  });

  test("after the pool was closed nothing is offered", async () => {
    const place = await Place.withPorts(1);
    const offer = await place.offer(1);
    await place.pool.close();
    expect(await failureOf(offer.connection())).toMatchObject({ code: "offer-withdrawn" });
    expect(await failureOf(offer.company())).toMatchObject({ code: "offer-withdrawn" });
    await failureOf(place.offer(2));
    expect(place.pool.lent).toBe(0);
    await place[Symbol.asyncDispose]();
  });
});

test("without TLS whoever comes is the one: nothing is read, and that is company", async () => {
  await using place = await Place.withPorts(1);
  const offer = await place.plain();
  expect(offer.hasCompany).toBe(false);
  const client = await place.come(offer, "not a hello");
  await inTime("company", offer.company());
  expect(offer).toMatchObject({ hasCompany: true, hasArrived: true });
  expect(place.pool.unassigned).toBe(0);
  const connection = await given(offer, client);
  expect(String(await first(connection, 11))).toBe("not a hello");
  connection.close();
});

describe("who has come", () => {
  test("fifty sessions of one address share one port, whatever the order in which their clients come", async () => {
    await using place = await Place.withPorts(1);
    const sessions = Array.from({ length: 50 }, (_, i) => i + 1);
    const offers = await Promise.all(sessions.map((session) => place.offer(session)));
    expect(new Set(offers.map(({ bound }) => bound.port)).size).toBe(1);
    const order = sessions.toSorted((one, other) => ((one * 17) % 50) - ((other * 17) % 50));
    const clients = new Map<number, net.Socket>();
    for (const session of order) clients.set(session, await place.come(offers[session - 1]!));
    await place.isUnassigned(50);
    // They speak only now, in another order.
    for (const session of sessions) clients.get(session)!.write(helloOf(session));
    for (const session of order) {
      const connection = await given(offers[session - 1]!, clients.get(session)!);
      const hello = helloOf(session);
      expect((await first(connection, hello.length)).equals(hello)).toBe(true);
      connection.close();
    }
    expect(place.pool).toMatchObject({ lent: 0, unassigned: 0 });
    expect([place.strangers, place.unassigned]).toEqual([[], []]);
  });

  test("a hello in many pieces and records loses nothing, and what follows it neither", async () => {
    await using place = await Place.withPorts(1);
    const offers = [await place.offer(1), await place.offer(2)];
    const said = Buffer.concat([helloOf(2, { padding: 4000, record: 700 }), Buffer.from("and more")]);
    const client = await place.come(offers[1]!);
    for (let at = 0; at < said.length; at += 97) {
      client.write(said.subarray(at, at + 97));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const connection = await given(offers[1]!, client);
    expect((await first(connection, said.length)).equals(said)).toBe(true);
    expect(offers[0]!.hasCompany).toBe(false);
    connection.close();
  });

  test("a silent client is company to all that it may be for, until its hello says for whom", async () => {
    await using place = await Place.withPorts(1);
    const [one, two] = [await place.offer(1), await place.offer(2)];
    const client = await place.come(one);
    await Promise.all([one.company(), two.company()].map((company) => inTime("company", company)));
    expect([one, two].map(({ hasCompany, hasArrived }) => [hasCompany, hasArrived])).toEqual([
      [true, false],
      [true, false],
    ]);
    // An offer that is made now is not what it came for.
    const late = await place.offer(3);
    expect(late.hasCompany).toBe(false);
    client.write(helloOf(2));
    const connection = await given(two, client);
    expect([one.hasCompany, two.hasCompany, late.hasCompany]).toEqual([false, true, false]);
    connection.close();
  });

  test("company that goes is company no more, and nothing of it is left", async () => {
    await using place = await Place.withPorts(1);
    const offer = await place.offer(1);
    for (const leave of [
      (client: net.Socket) => client.end(),
      (client: net.Socket) => client.resetAndDestroy(),
      (client: net.Socket) => client.end(helloOf(1).subarray(0, 60)),
    ]) {
      const client = await place.come(offer);
      await inTime("company", offer.company());
      leave(client);
      await place.isUnassigned(0);
      expect(offer.hasCompany).toBe(false);
    }
    const client = await place.come(offer, helloOf(1));
    (await given(offer, client)).close();
  });

  test("whoever shows the ticket of a living session that does not wait here is a stranger", async () => {
    await using place = await Place.withPorts(1);
    const first = await place.offer(1);
    const client = await place.come(first, helloOf(1));
    (await given(first, client)).close();
    const second = await place.offer(2);
    // A late one of the first session, and it is the only one that comes.
    const late = await place.come(second, helloOf(1));
    const { localPort } = late;
    expect(await over(late)).toBe("reset");
    expect(place.strangers).toEqual([localPort]);
    expect(second.hasCompany).toBe(false);
    const right = await place.come(second, helloOf(2));
    (await given(second, right)).close();
  });

  test("whoever shows the ticket of another login of the same client is given to the only one that waits", async () => {
    await using place = await Place.withPorts(1);
    const first = await place.offer(1);
    const client = await place.come(first, helloOf(1));
    (await given(first, client)).close();
    place.related.add(nameOf(1));
    const second = await place.offer(2);
    (await given(second, await place.come(second, helloOf(1)))).close();
    expect(place.strangers).toEqual([]);
  });

  test("whoever cannot share a port waits for one, and not for ever", async () => {
    await using place = await Place.withPorts(1);
    const alone = (session: number) =>
      place.pool.offer({ local, peer: local, timeout: 10, tls: { ticketName: nameOf(session), isAlone: true } });
    const first = await alone(1);
    await expect(place.offer(3)).rejects.toMatchObject({ code: "offer-range-exhausted" });
    const second = alone(2);
    (await given(first, await place.come(first, helloOf(1)))).close();
    const third = alone(3);
    third.catch(() => {});
    await second;
    place.clock.advance(5001);
    await expect(third).rejects.toMatchObject({ code: "offer-range-exhausted" });
    (await second).withdraw();
  });

  test("whoever waits for a port has the first that is of use to him, also where others have waited longer", async () => {
    await using place = await Place.withPorts(1);
    const alone = (session: number, peer = local) =>
      place.pool.offer({ local, peer, timeout: 10, tls: { ticketName: nameOf(session), isAlone: true } });
    const other = ip("127.0.0.2");
    const [first, ofOther] = [await alone(1), await alone(2, other)];
    const longest = alone(3);
    const next = alone(4, other);
    ofOther.withdraw();
    (await next).withdraw();
    first.withdraw();
    (await longest).withdraw();
  });

  test("who came for a former offer of a session is not given to its next one", async () => {
    await using place = await Place.withPorts(1);
    const [former, other] = [await place.offer(1), await place.offer(2)];
    const client = await place.come(former);
    await inTime("company", other.company());
    former.withdraw();
    const next = await place.offer(1);
    const { localPort } = client;
    expect(next.hasCompany).toBe(false);
    client.write(helloOf(1));
    expect(await over(client)).toBe("reset");
    expect(place.strangers).toEqual([localPort]);
    (await given(next, await place.come(next, helloOf(1)))).close();
  });

  test.each<[string, Uint8Array | string]>([
    ["no ticket", clientHello()],
    ["a ticket that nobody knows", helloOf(99)],
    ["no TLS", "USER ann\r\n"],
  ])("with %s it is the one that is waited for, if only one is", async (_name, said) => {
    await using place = await Place.withPorts(1);
    const alone = await place.offer(1);
    const connection = await given(alone, await place.come(alone, said));
    expect((await first(connection, said.length)).equals(Buffer.from(said))).toBe(true);
    connection.close();

    const offers = [await place.offer(2), await place.offer(3)];
    const client = await place.come(alone, said);
    expect(await over(client)).toBe("reset");
    expect([place.strangers, place.unassigned]).toEqual([[], ["ambiguous"]]);
    // The right one may still come; the other one hears why nobody did.
    (await given(offers[0]!, await place.come(alone, helloOf(2)))).close();
    place.clock.advance(10_000);
    expect(await failureOf(offers[1]!.connection())).toMatchObject({
      code: "offer-ambiguous",
      facts: { port: alone.bound.port },
    });
    expect(await failureOf(offers[1]!.company())).toMatchObject({ code: "offer-ambiguous" });
  });

  test("without a ticket it is whoever is left when the others have theirs", async () => {
    await using place = await Place.withPorts(1);
    const [one, two] = [await place.offer(1), await place.offer(2)];
    const silent = await place.come(one);
    (await given(two, await place.come(two, helloOf(2)))).close();
    silent.write(clientHello());
    (await given(one, silent)).close();
  });

  test("without a ticket it is nobody's that may have come for an offer that is over", async () => {
    await using place = await Place.withPorts(1);
    const [one, two] = [await place.offer(1), await place.offer(2)];
    const silent = await place.come(one);
    await inTime("company", two.company());
    one.withdraw();
    silent.write(clientHello());
    expect(await over(silent)).toBe("reset");
    place.clock.advance(10_000);
    expect(await failureOf(two.connection())).toMatchObject({ code: "offer-ambiguous" });
  });

  test("who is given and goes before anybody asks is told of as that", async () => {
    await using place = await Place.withPorts(1);
    const offer = await place.offer(1);
    const client = await place.come(offer, helloOf(1));
    await place.until("an arrival", () => offer.hasArrived);
    client.resetAndDestroy();
    // Either it is known already, or the connection finds out.
    const gone = new Promise<ChannelError>((resolve, reject) => {
      setImmediate(() => {
        offer
          .connection()
          .then((connection) => connection.onFailure(resolve), resolve)
          .catch(reject);
      });
    });
    expect(await inTime("a failure", gone)).toMatchObject({ code: "data-reset" });
  });
});

describe("how long, and how many", () => {
  test("the offer's own time ends it, and sends away who is still silent", async () => {
    await using place = await Place.withPorts(1);
    const offer = await place.offer(1, 10);
    const client = await place.come(offer);
    await inTime("company", offer.company());
    let isTold = false;
    offer.onExpired = () => (isTold = true);
    place.clock.advance(9999);
    expect(place.pool).toMatchObject({ lent: 1, unassigned: 1 });
    place.clock.advance(1);
    expect(place.pool).toMatchObject({ lent: 0, unassigned: 0 });
    expect(isTold).toBe(true);
    expect(await over(client)).toBe("reset");
    expect(await failureOf(offer.connection())).toMatchObject({ code: "tls-timed-out", facts: { seconds: 10 } });
  });

  test("an offer that has company may be given more time, counted from then", async () => {
    await using place = await Place.withPorts(1);
    const offer = await place.offer(1, 10);
    place.clock.advance(9000);
    offer.extend(20);
    place.clock.advance(19_999);
    expect(place.pool.lent).toBe(1);
    place.clock.advance(1);
    expect(await failureOf(offer.connection())).toMatchObject({ code: "offer-expired", facts: { seconds: 29 } });
    offer.extend(5);
    expect(place.clock.pending).toBe(0);
  });

  test("withdrawn, it gives the port back at once; those who wait with it are not touched", async () => {
    await using place = await Place.withPorts(1);
    const [one, two] = [await place.offer(1), await place.offer(2)];
    const client = await place.come(one);
    await inTime("company", one.company());
    const waiting = failureOf(one.connection());
    one.withdraw();
    expect(place.pool).toMatchObject({ lent: 1, unassigned: 1 });
    expect(await waiting).toMatchObject({ code: "offer-withdrawn" });
    client.write(helloOf(2));
    (await given(two, client)).close();
    const three = await place.offer(3);
    const silent = await place.come(three);
    await place.isUnassigned(1);
    three.withdraw();
    expect(place.pool).toMatchObject({ lent: 0, unassigned: 0 });
    // An offer without TLS finds nobody there.
    const plain = await place.plain();
    expect(plain.hasCompany).toBe(false);
    expect(await over(silent)).toBe("reset");
  });

  test("who was assigned and not asked for goes with the offer", async () => {
    await using place = await Place.withPorts(1);
    const offer = await place.offer(1);
    const client = await place.come(offer, helloOf(1));
    await inTime("company", offer.company());
    await place.until("an arrival", () => offer.hasArrived);
    offer.withdraw();
    expect(offer.hasCompany).toBe(false);
    expect(await over(client)).toBe("reset");
    expect(await failureOf(offer.company())).toMatchObject({ code: "offer-withdrawn" });
  });

  test("a hello without an end is dropped", async () => {
    await using place = await Place.withPorts(1);
    const offer = await place.offer(1);
    const client = await place.come(offer, helloOf(1, { padding: 30_000 }).subarray(0, 20_000));
    expect(await over(client)).toBe("reset");
    expect(place.unassigned).toEqual(["too-long"]);
    expect(place.pool).toMatchObject({ lent: 1, unassigned: 0 });
    (await given(offer, await place.come(offer, helloOf(1, { padding: 15_000 })))).close();
  });

  test("of too many silent ones the oldest goes", async () => {
    await using place = await Place.withPorts(1);
    const offer = await place.offer(1);
    const clients: net.Socket[] = [];
    for (let i = 0; i < 70; i++) {
      clients.push(await place.come(offer));
      await place.until("an arrival", () => place.pool.unassigned + place.unassigned.length === i + 1);
    }
    expect(place.pool.unassigned).toBe(64);
    expect(place.unassigned).toEqual(Array.from({ length: 6 }, () => "too-many"));
    for (const client of clients.slice(0, 6)) expect(await over(client)).toBe("reset");
    clients[6]!.write(helloOf(1));
    (await given(offer, clients[6]!)).close();
    expect(place.pool.unassigned).toBe(0);
  });

  test("all ports together have a bound of their own", async () => {
    await using place = await Place.withPorts(18);
    const offers: DataOffer[] = [];
    for (let session = 1; session <= 18; session++) offers.push(await place.offer(session));
    for (const offer of offers) await Promise.all(Array.from({ length: 60 }, () => place.come(offer)));
    await place.until("all of them", () => place.pool.unassigned + place.unassigned.length === 18 * 60);
    expect(place.pool.unassigned).toBe(1024);
    // The first port's were the oldest.
    expect(place.unassigned).toHaveLength(56);
    expect(offers.map(({ hasCompany }) => hasCompany)).toEqual(offers.map(() => true));
  });
});

describe("a port that is withheld", () => {
  test("is listened on by nobody, and drawn by nobody, until it is given back", async () => {
    await using place = await Place.withPorts(2);
    const first = await place.plain();
    first.withdraw();
    const withheld = await place.pool.withhold(local);
    const bound = { address: local.text, port: withheld!.port };
    await expect(once(net.connect({ host: local.text, port: bound.port }), "connect")).rejects.toThrow("ECONNREFUSED");
    const lent = await place.plain();
    expect(lent.bound.port).not.toBe(bound.port);
    await expect(place.plain()).rejects.toMatchObject({ code: "offer-range-exhausted" });
    withheld!.release();
    expect((await place.plain()).bound).toEqual(bound);
  });

  test("is never one at which somebody waits, nor the only one", async () => {
    await using busy = await Place.withPorts(2);
    await busy.plain();
    await busy.plain();
    expect(await busy.pool.withhold(local)).toBeUndefined();
    await using single = await Place.withPorts(1);
    expect(await single.pool.withhold(local)).toBeUndefined();
  });

  test("is one of any, where the system gives them", async () => {
    await using place = new Place("any");
    const withheld = await place.pool.withhold(local);
    expect(withheld!.port).toBeGreaterThan(1023);
    expect(place.pool.listening).toBe(0);
  });
});
