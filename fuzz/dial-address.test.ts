// The invariant: without permission the server dials nobody but its client, on no privileged port and never itself; with it, never what only answers its own machine.
import fc from "fast-check";
import { expect } from "vitest";
import { cannotReach, chooseDialAddress, inPrefix, ip, networkOf, reachOf } from "../packages/protocol/src/index.ts";
import { fuzz } from "./target.ts";
import type { HostPort } from "../packages/protocol/src/index.ts";

const address = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom("127.0.0.1", "127.0.0.2", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1") },
    { weight: 3, arbitrary: fc.constantFrom("192.0.2.7", "192.0.2.8", "10.0.0.1", "100.64.0.1", "126.255.255.255") },
    { weight: 3, arbitrary: fc.constantFrom("169.254.169.254", "fe80::1", "fe80::1%eth0", "fe80::1%eth1", "ff02::1") },
    { weight: 1, arbitrary: fc.ipV4() },
    { weight: 1, arbitrary: fc.ipV6() },
  )
  .map(ip);
const port = fc.oneof(fc.constantFrom(0, 21, 1023, 1024, 50_000, 65_535), fc.nat(65_535));

const view = fc.record({
  asked: fc.record({ address, port }),
  controlPeer: address.filter((one) => !["unspecified", "multicast"].includes(reachOf(one))),
  networkBits: fc.option(fc.integer({ min: 1, max: 128 }), { nil: undefined }),
  mayDialOthers: fc.boolean(),
  mayCorrectPrivate: fc.boolean(),
  own: fc.array(fc.record({ address, port }), { maxLength: 3 }),
});

const isOneOf = (all: readonly HostPort[], { address: one, port: number }: HostPort): boolean =>
  all.some((other) => other.port === number && other.address.text === one.text);

fuzz({
  "where the server dials": fc.property(view, ({ own, networkBits, ...rest }) => {
    const { asked, controlPeer, mayDialOthers } = rest;
    const clientNetwork = networkBits === undefined ? undefined : networkOf(controlPeer, networkBits);
    const choice = chooseDialAddress({ ...rest, clientNetwork, isOwnListener: (where) => isOneOf(own, where) });
    if (choice.kind === "refused") {
      // A client that names itself is only refused for the port.
      const isItself = asked.address.text === controlPeer.text && asked.address.zone === controlPeer.zone;
      if (isItself) expect(["port-not-valid", "port-privileged", "own-listener"]).toContain(choice.because);
      return;
    }
    const { value, because } = choice.where;
    expect(because).not.toEqual([]);
    expect(value.port).toBe(asked.port);
    expect(value.port).toBeGreaterThanOrEqual(1024);
    expect(isOneOf(own, value)).toBe(false);
    const isPeer = value.address.text === controlPeer.text;
    if (isPeer) return;
    expect(value.address.text).toBe(asked.address.text);
    const isNeighbour = clientNetwork !== undefined && inPrefix(clientNetwork, value.address);
    expect(isNeighbour || mayDialOthers).toBe(true);
    const reach = reachOf(value.address);
    expect(["unspecified", "multicast"]).not.toContain(reach);
    if (reach === "loopback" || reach === "link-local") expect(reachOf(controlPeer)).toBe(reach);
  }),
  "what a client can reach": fc.property(address, address, (advertised, peer) => {
    const because = cannotReach(advertised, peer);
    if (advertised.text === peer.text && reachOf(peer) !== "unspecified") expect(because).toBeUndefined();
    if (reachOf(advertised) === "unspecified") expect(because).toBe("unspecified");
  }),
});
