// The invariant: PORT, EPRT, 227 and 229 have one reading or none, and what we write is read as what was meant.
import fc from "fast-check";
import { expect } from "vitest";
import {
  formatExtendedPassive,
  formatExtendedPort,
  formatHostPort,
  ip,
  parseExtendedPassive,
  parseExtendedPassiveRequest,
  parseExtendedPort,
  parseHostPort,
} from "../packages/protocol/src/index.ts";
import { textOf } from "./pieces.ts";
import { fuzz } from "./target.ts";

const port = fc.nat(65_535);
const ipv4 = fc.ipV4().map(ip);
const ipv6 = fc.ipV6().map(ip);
const written = textOf(
  "|1|",
  "|2|",
  "|",
  "!",
  "1",
  "::ffff:",
  "::1",
  ":",
  "%eth0",
  "192.0.2.7",
  "0192.0.02.7",
  ",",
  "192,0,2,7,",
  "195,80",
  "256",
  "50000",
  "65536",
  " ",
  "(|||50000|)",
  "(!!!50000!)",
  "ALL",
);

fuzz({
  "any text": fc.property(written, (text) => {
    const told = parseExtendedPort(text);
    const extended = told.kind === "where" ? told.where : undefined;
    const plain = parseHostPort(text);
    expect(extended && plain).toBeUndefined();
    if (plain) {
      // Number by number as it stands there.
      const numbers = text.trim().split(",").map(Number);
      expect(formatHostPort(plain)).toBe(numbers.join(","));
    }
    if (extended) {
      const [, family, , digits] = text.split(text.charAt(0));
      expect(extended.port).toBe(Number(digits));
      expect(extended.port).toBeLessThanOrEqual(65_535);
      if (family === "1") expect(extended.address.family).toBe(4);
      expect(parseExtendedPort(formatExtendedPort(extended))).toEqual({
        kind: "where",
        where: { ...extended, address: ip(extended.address.text) },
      });
    }
    const offered = parseExtendedPassive(text);
    if (offered !== undefined) {
      expect(offered >= 1 && offered <= 65_535).toBe(true);
      expect(text).toContain(String(offered));
    }
    parseExtendedPassiveRequest(text);
  }),
  "what we write": fc.property(ipv4, ipv6, port, (four, six, number) => {
    expect(parseHostPort(formatHostPort({ address: four, port: number }))).toEqual({ address: four, port: number });
    for (const address of [four, six]) {
      const told = parseExtendedPort(formatExtendedPort({ address, port: number }));
      expect(told).toEqual({ kind: "where", where: { address, port: number } });
    }
    if (six.family === 6) expect(() => formatHostPort({ address: six, port: number })).toThrow("is not an IP address");
  }),
  "229 in any words": fc.property(
    fc.integer({ min: 1, max: 65_535 }),
    textOf("(", ")", "||", "(|||x|)", "Entering"),
    (number, words) => {
      const before = words.replaceAll(/\d/g, "x");
      expect(parseExtendedPassive(`${before} ${formatExtendedPassive(number)}.`)).toBe(number);
    },
  ),
});
