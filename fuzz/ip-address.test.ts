// The invariant: all spellings of an address are one, as the platform reads them, and a prefix holds exactly the addresses that begin with its bits.
import net from "node:net";
import fc from "fast-check";
import { expect } from "vitest";
import {
  formatEndpoint,
  formatPrefix,
  inPrefix,
  ip,
  networkOf,
  parseIp,
  parsePrefix,
  reachOf,
  sameIp,
} from "../packages/protocol/src/index.ts";
import { textOf } from "./pieces.ts";
import { fuzz } from "./target.ts";
import type { IpAddress } from "../packages/protocol/src/index.ts";

const groups = fc.array(fc.oneof(fc.constantFrom(0, 0xffff, 1), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
const address = fc
  .oneof(
    fc.ipV4(),
    fc.ipV6(),
    groups.map((all) => all.map((one) => one.toString(16)).join(":")),
  )
  .map(ip);
const written = textOf(
  "192.0.2.7",
  "::ffff:",
  "::",
  ":",
  "0",
  "fe80",
  "FFFF",
  "%eth0",
  "%",
  ".",
  "/",
  "/24",
  "255",
  "256",
  "00000000001",
  " ",
);

const bitsOf = ({ bytes }: IpAddress): string => bytes.map((byte) => byte.toString(2).padStart(8, "0")).join("");

/** As WHATWG writes a host, which is RFC 5952 but for addresses mapped from IPv4. */
function spelledByPlatform(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

fuzz({
  "any text": fc.property(written, (text) => {
    const found = parseIp(text);
    const isKnown = net.isIP(text) !== 0;
    if (isKnown) expect(found).toBeDefined();
    if (!found) return;
    expect(found.bytes).toHaveLength(found.family === 4 ? 4 : 16);
    expect(found.bytes.every((byte) => byte >= 0 && byte <= 255)).toBe(true);
    expect(net.isIP(found.text)).toBe(found.family);
    expect(ip(found.text).bytes).toEqual(found.bytes);
    expect(reachOf(found)).toBeTypeOf("string");
    if (found.family === 6) expect(found.text).toBe(spelledByPlatform(found.text));
    if (isKnown && found.zone === undefined && found.family === 6) expect(found.text).toBe(spelledByPlatform(text));
    const prefix = parsePrefix(text);
    if (prefix) expect(inPrefix(prefix, prefix.address)).toBe(true);
  }),
  "all spellings": fc.property(groups, (all) => {
    const bytes = all.flatMap((group) => [group >> 8, group & 0xff]);
    const [high, low] = [bytes.slice(0, 12), bytes.slice(12)];
    const spellings = [
      all.map((group) => group.toString(16)).join(":"),
      all.map((group) => group.toString(16).padStart(4, "0").toUpperCase()).join(":"),
      `${all
        .slice(0, 6)
        .map((group) => group.toString(16))
        .join(":")}:${low.join(".")}`,
    ];
    const [first, ...others] = spellings.map(ip);
    for (const other of others) expect(sameIp(first!, other) && first!.text === other.text).toBe(true);
    const isMapped = high.join() === [...Array<number>(10).fill(0), 0xff, 0xff].join();
    expect(first!.bytes).toEqual(isMapped ? low : bytes);
    expect(parseIp(`::ffff:${low.join(".")}`)?.text).toBe(low.join("."));
  }),
  prefixes: fc.property(address, address, fc.nat(130), (one, other, bits) => {
    const network = networkOf(one, bits);
    const kept = Math.min(bits, one.bytes.length * 8);
    expect(network.bits).toBe(kept);
    expect(parsePrefix(formatPrefix(network))).toEqual(network);
    expect(networkOf(network.address, bits)).toEqual(network);
    expect(inPrefix(network, one)).toBe(true);
    const begins = one.family === other.family && bitsOf(other).startsWith(bitsOf(one).slice(0, kept));
    expect(inPrefix(network, other)).toBe(begins);
    expect(inPrefix({ address: one, bits: kept }, other)).toBe(begins);
    expect(networkOf(other, bits).address.text === network.address.text).toBe(begins);
  }),
  "an endpoint as a URL has it": fc.property(address, fc.integer({ min: 1, max: 65_535 }), (one, port) => {
    const url = new URL(`ftp://${formatEndpoint(one.text, port)}/`);
    expect(Number(url.port || 21)).toBe(port);
  }),
});
