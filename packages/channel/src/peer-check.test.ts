import { expect, test } from "vitest";
import fc from "fast-check";
import { formatPrefix, inPrefix, ip, networkOf, parsePrefix } from "@twinport/protocol";
import { canWaitBeside, claimName, claimNamesFor, lengthsIn } from "./peer-check.ts";
import type { IpAddress } from "@twinport/protocol";
import type { ExpectedPeer } from "./peer-check.ts";

/** Few addresses, close together, so that they meet. */
const address = fc
  .oneof(
    fc.tuple(fc.constantFrom(0, 128), fc.integer({ min: 0, max: 7 })).map(([a, b]) => `192.0.${a}.${b}`),
    fc.integer({ min: 0, max: 7 }).map((last) => `2001:db8::${last}`),
  )
  .map(ip);
const peer: fc.Arbitrary<ExpectedPeer> = fc.oneof(
  { weight: 6, arbitrary: address },
  {
    weight: 6,
    arbitrary: fc.tuple(address, fc.integer({ min: 1, max: 128 })).map(([one, bits]) => networkOf(one, bits)),
  },
  { weight: 1, arbitrary: fc.constant<ExpectedPeer>("anybody") },
);

function means(expected: ExpectedPeer, arrived: IpAddress): boolean {
  if (expected === "anybody") return true;
  return "bits" in expected ? inPrefix(expected, arrived) : expected.text === arrived.text;
}

test("whoever arrives is meant by one offer at the most, and found by it", () => {
  fc.assert(
    fc.property(fc.array(peer, { maxLength: 12 }), fc.array(address, { minLength: 1 }), (peers, arrivals) => {
      const claims = new Map<string, ExpectedPeer>();
      for (const one of peers) if (canWaitBeside(claims, one)) claims.set(claimName(one), one);
      for (const arrived of arrivals) {
        const meant = [...claims.values()].filter((one) => means(one, arrived));
        expect(meant.length).toBeLessThanOrEqual(1);
        const name = claimNamesFor(arrived, lengthsIn(claims)).find((found) => claims.has(found));
        expect(name === undefined ? undefined : claims.get(name)).toBe(meant[0]);
      }
    }),
    { numRuns: 500 },
  );
});

test("an offer is kept from a port only by one that it would be confused with", () => {
  fc.assert(
    fc.property(peer, peer, (one, other) => {
      const isOne = (each: ExpectedPeer): each is IpAddress => each !== "anybody" && !("bits" in each);
      const within = (each: ExpectedPeer): IpAddress[] =>
        each === "anybody" ? [] : [isOne(each) ? each : each.address];
      const overlap =
        one === "anybody" ||
        other === "anybody" ||
        within(one).some((each) => means(other, each)) ||
        within(other).some((each) => means(one, each));
      expect(canWaitBeside(new Map([[claimName(one), one]]), other)).toBe(!overlap);
    }),
  );
});

test("the range of an address holds it, is read as it is written, and begins with zeros behind its bits", () => {
  fc.assert(
    fc.property(address, fc.integer({ min: 0, max: 140 }), (one, bits) => {
      const network = networkOf(one, bits);
      expect(inPrefix(network, one)).toBe(true);
      expect(networkOf(network.address, bits)).toEqual(network);
      expect(parsePrefix(formatPrefix(network))).toEqual(network);
    }),
  );
});
