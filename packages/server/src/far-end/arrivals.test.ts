import { ip } from "@twinport/protocol";
import { DataOffer } from "@twinport/channel";
import { expect, test } from "vitest";
import { ManualClock } from "../../../../test/testkit/manual-clock.ts";
import { Arrivals } from "./arrivals.ts";
import type { ExpectedPeer } from "@twinport/channel";

const bound = { address: "192.0.2.1", port: 30_000 };
const clock = new ManualClock();

/** Offers at one port, and what is seen of them. */
class Place {
  readonly arrivals = new Arrivals();
  readonly over: string[] = [];

  /** @param hasCompany somebody has come, and it is not known for whom */
  offer(peer: ExpectedPeer, hasCompany = (): boolean => false) {
    const offer = new DataOffer({ at: { bound }, seconds: 30, clock, release: () => {}, hasCompany });
    const sight = this.arrivals.watch(offer, peer, clock.now(), ({ came }) => this.over.push(came));
    return { offer, sight };
  }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const [ann, bob] = [ip("198.51.100.1"), ip("198.51.100.2")];

test("who comes in vain while several wait is a stranger to those whom he cannot be meant for", () => {
  const place = new Place();
  const [one, other] = [place.offer(ann), place.offer({ address: ip("203.0.113.0"), bits: 24 })];
  place.arrivals.noticeStranger(bound, ip("203.0.113.9"));
  expect([one.sight.stranger, other.sight.stranger]).toEqual([undefined, undefined]);
  place.arrivals.noticeStranger(bound, bob);
  expect([one.sight.stranger, other.sight.stranger]).toEqual([bob.text, bob.text]);
  place.arrivals.noticeStranger({ ...bound, port: 30_001 }, ann);
  expect(one.sight.came).toBe("nobody");
});

test("who comes late has come, unless he may be meant for another session of the same client", async () => {
  const place = new Place();
  const one = place.offer(ann);
  one.offer.withdraw();
  await turn();
  place.arrivals.noticeStranger(bound, ann);
  expect(one.sight.came).toBe("client");
  const [two, three] = [place.offer(bob), place.offer(bob)];
  two.offer.withdraw();
  await turn();
  place.arrivals.noticeStranger(bound, bob);
  expect([two.sight.came, three.sight.came]).toEqual(["nobody", "nobody"]);
});

test("company is the client where nobody else of it waits there, and perhaps it where somebody does", async () => {
  const place = new Place();
  let hasCome = false;
  const one = place.offer(ann, () => hasCome);
  hasCome = true;
  one.offer.noticeCompany();
  await turn();
  expect(one.sight.came).toBe("client");
  hasCome = false;
  const [two, three] = [place.offer(ann, () => hasCome), place.offer(ann, () => hasCome)];
  hasCome = true;
  for (const { offer } of [two, three]) offer.noticeCompany();
  await turn();
  expect([two.sight.came, three.sight.came]).toEqual(["perhaps", "perhaps"]);
  expect(place.over).toEqual(["client", "perhaps", "perhaps"]);
});

test("what is forgotten is in nobody's way", () => {
  const place = new Place();
  const [one, other] = [place.offer(ann), place.offer(ann)];
  expect(place.arrivals.hasRivals(one.sight)).toBe(true);
  place.arrivals.forget(other.sight);
  expect(place.arrivals.hasRivals(one.sight)).toBe(false);
});
