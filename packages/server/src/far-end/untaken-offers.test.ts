import { ip } from "@twinport/protocol";
import { expect, test } from "vitest";
import { UntakenOffers } from "./untaken-offers.ts";
import type { ServerWarning } from "../observe.ts";

const range = { from: 30_000, to: 30_099 };
const day = 24 * 60 * 60 * 1000;

function counted(ports: ConstructorParameters<typeof UntakenOffers>[0] = range) {
  const told: ServerWarning[] = [];
  const offers = new UntakenOffers(ports, (warning) => told.push(warning));
  return { told, offers };
}

test("the third offer of a network that nobody takes is told of, and then ever more seldom", () => {
  const { told, offers } = counted();
  const toldAt: number[] = [];
  for (let i = 1; i <= 200; i++) {
    offers.untaken(ip(`203.0.113.${(i % 12) + 1}`), 30_007, i);
    if (told.length > toldAt.length) toldAt.push(i);
  }
  expect(toldAt).toEqual([3, 12, 48, 192]);
  expect(told[0]).toEqual({
    code: "offers-not-taken",
    network: "203.0.113.0/24",
    clients: 3,
    offers: 3,
    ports: range,
  });
  expect(told[1]).toMatchObject({ clients: 12, offers: 12 });
});

test("a network from which one is taken is not accused, whoever of it fails", () => {
  const { told, offers } = counted();
  offers.untaken(ip("203.0.113.7"), 30_001, 1);
  offers.untaken(ip("203.0.113.7"), 30_001, 2);
  offers.taken(ip("203.0.113.200"), 3);
  for (let i = 0; i < 50; i++) offers.untaken(ip("203.0.113.7"), 30_001, 4);
  expect(told).toEqual([]);
  // Since then the firewall may have been changed.
  for (let i = 0; i < 3; i++) offers.untaken(ip("203.0.113.7"), 30_001, 3 + day);
  expect(told).toHaveLength(1);
});

test("another network is another matter, and of IPv6 a /64 is one", () => {
  const { told, offers } = counted();
  offers.taken(ip("203.0.113.7"), 0);
  for (let i = 1; i <= 3; i++) {
    offers.untaken(ip(`198.51.100.${i}`), 30_001, 1);
    offers.untaken(ip(`2001:db8:1:2::${i}`), 30_001, 1);
  }
  expect(told).toMatchObject([
    { network: "198.51.100.0/24", clients: 3 },
    { network: "2001:db8:1:2::/64", clients: 3 },
  ]);
});

test("where any port will do, those that were offered are told", () => {
  const { told, offers } = counted("any");
  for (const port of [41_000, 52_000, 47_000]) offers.untaken(ip("203.0.113.7"), port, 1);
  expect(told).toMatchObject([{ ports: { from: 41_000, to: 52_000 }, clients: 1, offers: 3 }]);
});

test("somebody late shows that the ports can be reached; who was never heard of is not remembered for it", () => {
  const { told, offers } = counted();
  offers.reached(ip("198.51.100.1"), 1);
  expect(offers.size).toBe(0);
  for (let i = 0; i < 2; i++) offers.untaken(ip("203.0.113.7"), 30_001, 1);
  offers.reached(ip("203.0.113.9"), 2);
  offers.untaken(ip("203.0.113.7"), 30_001, 3);
  expect(told).toEqual([]);
});
