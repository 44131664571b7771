import { expect, test } from "vitest";
import fc from "fast-check";
import { ip, parsePrefix, reachOf } from "../address/ip.ts";
import { cannotReach, chooseDialAddress, choosePassiveAddress } from "./choose-address.ts";
import type { ActiveView, DialChoice } from "./choose-address.ts";

const view = (asked: string, controlPeer: string, more: Partial<ActiveView> & { port?: number } = {}): ActiveView => ({
  asked: { address: ip(asked), port: more.port ?? 50_000 },
  controlPeer: ip(controlPeer),
  clientNetwork: more.clientNetwork,
  mayDialOthers: more.mayDialOthers ?? false,
  mayCorrectPrivate: more.mayCorrectPrivate ?? false,
  isOwnListener: more.isOwnListener ?? (() => false),
});

const summary = (choice: DialChoice): string =>
  choice.kind === "refused" ? choice.because : `${choice.where.value.address.text} ${choice.where.because.join(" ")}`;

const others = { mayDialOthers: true };
const correct = { mayCorrectPrivate: true };

test.each<[string, ActiveView, string]>([
  ["the peer itself", view("203.0.113.9", "203.0.113.9"), "203.0.113.9 asked-is-control-peer"],
  ["the peer itself, mapped", view("::ffff:203.0.113.9", "203.0.113.9"), "203.0.113.9 asked-is-control-peer"],
  ["the peer itself, without its zone", view("fe80::1", "fe80::1%eth0"), "fe80::1 asked-is-control-peer"],
  ["somebody else (RFC 2577 §3)", view("198.51.100.1", "203.0.113.9"), "address-foreign"],
  ["somebody else, in IPv6", view("2001:db8::2", "2001:db8::1"), "address-foreign"],
  [
    "somebody else, where that is permitted",
    view("198.51.100.1", "203.0.113.9", others),
    "198.51.100.1 others-permitted",
  ],
  ["0.0.0.0", view("0.0.0.0", "203.0.113.9"), "203.0.113.9 unspecified-means-control-peer"],
  [
    "0.0.0.0, also where others are permitted",
    view("0.0.0.0", "203.0.113.9", others),
    "203.0.113.9 unspecified-means-control-peer",
  ],
  ["::", view("::", "2001:db8::1"), "2001:db8::1 unspecified-means-control-peer"],
  ["IPv4 over an IPv6 command connection", view("203.0.113.9", "2001:db8::1"), "family-differs"],
  [
    "IPv4 over IPv6, where others are permitted",
    view("203.0.113.9", "2001:db8::1", others),
    "203.0.113.9 others-permitted",
  ],
  ["a private address, from a public peer", view("192.168.1.5", "203.0.113.9"), "address-foreign"],
  [
    "a private address, from a public peer, to be corrected",
    view("192.168.1.5", "203.0.113.9", correct),
    "203.0.113.9 private-address-from-public-peer control-peer-preferred",
  ],
  [
    "a private address, from a private peer, is not corrected",
    view("192.168.1.5", "10.0.0.1", correct),
    "address-foreign",
  ],
  ["our own loopback", view("127.0.0.1", "203.0.113.9"), "address-foreign"],
  ["our own loopback, where others are permitted", view("127.0.0.1", "203.0.113.9", others), "address-not-dialable"],
  ["our own loopback, mapped", view("::ffff:127.0.0.1", "203.0.113.9", others), "address-not-dialable"],
  ["our own loopback, in IPv6", view("::1", "2001:db8::1", others), "address-not-dialable"],
  ["loopback from loopback", view("127.0.0.2", "127.0.0.1", others), "127.0.0.2 others-permitted"],
  [
    "our own loopback, where the client's network is that wide",
    view("127.0.0.1", "126.0.0.9", { clientNetwork: parsePrefix("126.0.0.0/7") }),
    "address-foreign",
  ],
  [
    "a neighbour in the client's network",
    view("203.0.113.10", "203.0.113.9", { clientNetwork: parsePrefix("203.0.113.0/24") }),
    "203.0.113.10 asked-in-client-network",
  ],
  ["a group", view("224.0.0.1", "203.0.113.9", others), "address-not-dialable"],
  ["everybody", view("255.255.255.255", "203.0.113.9", others), "address-not-dialable"],
  ["port 0", view("203.0.113.9", "203.0.113.9", { port: 0 }), "port-not-valid"],
  ["port 25 (RFC 2577 §3)", view("203.0.113.9", "203.0.113.9", { port: 25 }), "port-privileged"],
  ["port 1023", view("203.0.113.9", "203.0.113.9", { port: 1023, ...others }), "port-privileged"],
  ["port 1024", view("203.0.113.9", "203.0.113.9", { port: 1024 }), "203.0.113.9 asked-is-control-peer"],
  ["one of our own sockets", view("203.0.113.9", "203.0.113.9", { isOwnListener: () => true }), "own-listener"],
  [
    "0.0.0.0 at one of our own sockets, seen as what would be dialled",
    view("0.0.0.0", "203.0.113.9", { isOwnListener: ({ address }) => address.text === "203.0.113.9" }),
    "own-listener",
  ],
])("asked to dial %s", (_name, asked, expected) => {
  expect(summary(chooseDialAddress(asked))).toBe(expected);
});

test("without permission nothing but the peer is ever dialled, however its address is spelled", () => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4().map((text) => `::ffff:${text}`),
  );
  fc.assert(
    fc.property(address, address, fc.nat(65_535), fc.boolean(), (asked, peer, port, mayCorrectPrivate) => {
      const choice = chooseDialAddress(view(asked, peer, { port, mayCorrectPrivate }));
      if (choice.kind === "dial") {
        expect(choice.where.value).toEqual({ address: ip(peer), port });
        expect(port).toBeGreaterThanOrEqual(1024);
      }
      const permitted = chooseDialAddress(view(asked, peer, { port, mayCorrectPrivate, mayDialOthers: true }));
      if (permitted.kind === "dial" && reachOf(ip(peer)) === "public") {
        expect(["public", "private", "shared", "link-local"]).toContain(reachOf(permitted.where.value.address));
      }
    }),
  );
});

test.each([
  ["0.0.0.0", "203.0.113.9", "unspecified"],
  ["127.0.0.1", "203.0.113.9", "loopback"],
  ["127.0.0.1", "10.0.0.1", "loopback"],
  ["127.0.0.1", "127.0.0.1", undefined],
  ["10.0.0.1", "203.0.113.9", "private"],
  ["100.64.0.1", "203.0.113.9", "private"],
  ["169.254.1.1", "203.0.113.9", "private"],
  ["10.0.0.1", "10.0.0.2", undefined],
  ["10.0.0.1", "100.64.0.1", undefined],
  ["203.0.113.1", "10.0.0.1", undefined],
  ["203.0.113.1", "203.0.113.9", undefined],
])("%s told to %s: %s", (advertised, peer, why) => {
  expect(cannotReach(ip(advertised), ip(peer))).toBe(why);
});

test.each([
  ["198.51.100.9", "198.51.100.9", false, "198.51.100.9 reply-matches-control-peer"],
  ["0.0.0.0", "198.51.100.9", false, "198.51.100.9 reply-unspecified control-peer-preferred"],
  ["0.0.0.0", "198.51.100.9", true, "198.51.100.9 reply-unspecified control-peer-preferred"],
  ["10.0.0.5", "198.51.100.9", false, "198.51.100.9 reply-unreachable control-peer-preferred"],
  ["10.0.0.5", "198.51.100.9", true, "198.51.100.9 reply-unreachable control-peer-preferred"],
  ["127.0.0.1", "198.51.100.9", true, "198.51.100.9 reply-unreachable control-peer-preferred"],
  ["203.0.113.7", "198.51.100.9", false, "198.51.100.9 reply-differs control-peer-preferred"],
  ["203.0.113.7", "198.51.100.9", true, "203.0.113.7 reply-differs told-to-trust-reply"],
  ["10.0.0.5", "10.0.0.4", false, "10.0.0.4 reply-differs control-peer-preferred"],
  ["10.0.0.5", "10.0.0.4", true, "10.0.0.5 reply-differs told-to-trust-reply"],
  ["127.0.0.2", "127.0.0.1", true, "127.0.0.2 reply-differs told-to-trust-reply"],
])("told %s by %s (trusted: %s): %s", (replied, controlPeer, trustReply, expected) => {
  const { value, because } = choosePassiveAddress({ replied: ip(replied), controlPeer: ip(controlPeer), trustReply });
  expect(`${value.text} ${because.join(" ")}`).toBe(expected);
});
