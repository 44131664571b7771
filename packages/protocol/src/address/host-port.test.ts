import { expect, test } from "vitest";
import fc from "fast-check";
import { ip } from "./ip.ts";
import { formatHostPort, parseHostPort } from "./host-port.ts";

test.each([
  ["192,0,2,7,195,80", "192.0.2.7", 50_000],
  ["192,0,2,7,0,21", "192.0.2.7", 21],
  ["255,255,255,255,255,255", "255.255.255.255", 65_535],
  ["0,0,0,0,0,0", "0.0.0.0", 0],
  ["192,000,002,007,195,080", "192.0.2.7", 50_000],
  [" 192,0,2,7,195,80 ", "192.0.2.7", 50_000],
])("%j is %s port %i", (text, address, port) => {
  expect(parseHostPort(text)).toEqual({ address: ip(address), port });
});

test.each([
  "",
  "192,0,2,7,195",
  "192,0,2,7,195,80,1",
  "192,0,2,7,195,80,",
  ",192,0,2,7,195,80",
  "256,0,2,7,195,80",
  "192,0,2,7,256,80",
  "192,0,2,7,195,256",
  "192,0,2,7,-1,80",
  "192,0,2,7,+1,80",
  "192, 0,2,7,195,80",
  "192,0,2,7,0x1,80",
  "192,0,2,7,1e1,80",
  "192.0.2.7.195.80",
  "192,0,2,7,0195,80",
  "192,0,2,7,,80",
  "(192,0,2,7,195,80)",
  "١٩٢,0,2,7,195,80",
])("%j is refused", (text) => {
  expect(parseHostPort(text)).toBeUndefined();
});

test("IPv6 cannot be said", () => {
  expect(() => formatHostPort({ address: ip("2001:db8::1"), port: 50_000 })).toThrow(
    "2001:db8::1 is not an IP address",
  );
});

test("an IPv4 address that came mapped into IPv6 can be said", () => {
  expect(formatHostPort({ address: ip("::ffff:192.0.2.7"), port: 50_000 })).toBe("192,0,2,7,195,80");
});

test("what is written is read back", () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.nat(65_535), (address, port) => {
      const where = { address: ip(address), port };
      expect(parseHostPort(formatHostPort(where))).toEqual(where);
    }),
  );
});
