import { expect, test } from "vitest";
import fc from "fast-check";
import { ip } from "./ip.ts";
import {
  formatExtendedPassive,
  formatExtendedPort,
  parseExtendedPassive,
  parseExtendedPassiveRequest,
  parseExtendedPort,
} from "./extended.ts";

test.each([
  ["|1|132.235.1.2|6275|", "132.235.1.2", 6275],
  ["|2|1080::8:800:200C:417A|5282|", "1080::8:800:200c:417a", 5282],
  ["!1!192.0.2.7!50000!", "192.0.2.7", 50_000],
  ["~2~2001:db8::1~50000~", "2001:db8::1", 50_000],
  ["|2|::ffff:192.0.2.7|50000|", "192.0.2.7", 50_000],
  ["|1|192.0.2.7|0|", "192.0.2.7", 0],
  ["|1|192.0.2.7|65535|", "192.0.2.7", 65_535],
])("EPRT %s is %s port %i", (text, address, port) => {
  expect(parseExtendedPort(text)).toEqual({ kind: "where", where: { address: ip(address), port } });
});

test.each([
  ["nothing", "", "not-valid"],
  ["a family of no protocol (522 in RFC 2428 §2)", "|3|192.0.2.7|50000|", "family-not-known"],
  ["a family of no protocol with an address of its own", "|16|x25:1|50000|", "family-not-known"],
  ["no family", "||192.0.2.7|50000|", "not-valid"],
  ["IPv6 as family 1", "|1|2001:db8::1|50000|", "not-valid"],
  ["IPv4 as family 2", "|2|192.0.2.7|50000|", "not-valid"],
  ["a mapped address as family 1", "|1|::ffff:192.0.2.7|50000|", "not-valid"],
  ["a name", "|1|localhost|50000|", "not-valid"],
  ["no address", "|1||50000|", "not-valid"],
  ["a port too high", "|1|192.0.2.7|65536|", "not-valid"],
  ["a port of six digits", "|1|192.0.2.7|050000|", "not-valid"],
  ["a negative port", "|1|192.0.2.7|-1|", "not-valid"],
  ["no port", "|1|192.0.2.7||", "not-valid"],
  ["no last bar", "|1|192.0.2.7|50000", "not-valid"],
  ["something behind the last bar", "|1|192.0.2.7|50000|x", "not-valid"],
  ["a bar too many", "|1|192.0.2.7|50000||", "not-valid"],
  ["two kinds of bar", "|1!192.0.2.7!50000!", "not-valid"],
  ["a space for a bar", " 1 192.0.2.7 50000 ", "not-valid"],
  ["a letter beyond ASCII for a bar", "¦1¦192.0.2.7¦50000¦", "not-valid"],
  ["PORT's grammar", "192,0,2,7,195,80", "not-valid"],
])("EPRT refuses %s", (_name, text, because) => {
  expect(parseExtendedPort(text)).toEqual({ kind: "refused", because });
});

test.each([
  ["", "any"],
  [" ", "any"],
  ["1", 4],
  ["2", 6],
  ["ALL", "all"],
  ["all", "all"],
  ["3", undefined],
  ["ALL 1", undefined],
  ["|||50000|", undefined],
])("EPSV %j asks for %j", (argument, request) => {
  expect(parseExtendedPassiveRequest(argument)).toBe(request);
});

test.each([
  ["Entering Extended Passive Mode (|||6446|)", 6446],
  ["(!!!6446!)", 6446],
  ["ok (really) (|||1|) bye", 1],
  ["(|||65535|)", 65_535],
  ["(|||0|)", undefined],
  ["(|||65536|)", undefined],
  ["(|||123456|)", undefined],
  ["(||6446|)", undefined],
  ["(|||6446)", undefined],
  ["(|!|6446|)", undefined],
  ["|||6446|", undefined],
  ["(|1|192.0.2.7|6446|)", undefined],
  ["", undefined],
])("229 %s is port %j", (text, port) => {
  expect(parseExtendedPassive(text)).toBe(port);
});

test("what is written is read back", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }), (address, port) => {
      const where = { address: ip(address), port };
      expect(parseExtendedPort(formatExtendedPort(where))).toEqual({ kind: "where", where });
      expect(parseExtendedPassive(`text ${formatExtendedPassive(port)}.`)).toBe(port);
    }),
  );
});
