import { expect, test } from "vitest";
import fc from "fast-check";
import { formatEndpoint, inPrefix, ip, parseIp, parsePrefix, reachOf, sameIp } from "./ip.ts";

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["192.000.002.007", "192.0.2.7"],
  ["010.0.0.1", "10.0.0.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:DB8::A", "2001:db8::a"],
  ["2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::FFFF:c000:0207", "192.0.2.7"],
  ["0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7"],
  ["64:ff9b::192.0.2.7", "64:ff9b::c000:207"],
  ["::192.0.2.7", "::c000:207"],
  ["fe80::1%eth0", "fe80::1"],
])("%s is %s", (written, text) => {
  const address = parseIp(written);
  expect(address?.text).toBe(text);
  expect(address?.family).toBe(text.includes(":") ? 6 : 4);
  expect(address?.bytes).toHaveLength(text.includes(":") ? 16 : 4);
  expect(parseIp(text)?.bytes).toEqual(address?.bytes);
});

test.each([
  "",
  "localhost",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.256",
  "1.2.3.-4",
  "1.2.3.+4",
  "1.2.3. 4",
  "1.2.3.4 ",
  "0x7f.0.0.1",
  "1e1.0.0.1",
  "2130706433",
  "1.2.3.4\n",
  "1.2.3.",
  "١.٢.٣.٤",
  ":",
  ":::",
  "1",
  "1::2::3",
  ":1::2",
  "1::2:",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7:8::",
  "::1:2:3:4:5:6:7:8",
  "12345::",
  "g::",
  "::1.2.3.4:5",
  "1.2.3.4::",
  "::1.2.3",
  "::1.2.3.256",
  "1:2:3:4:5:6:7:1.2.3.4",
  "fe80::1%",
  "fe80::1%a%b",
  "[::1]",
  "1.2.3.4%eth0",
])("%j is no address", (written) => {
  expect(parseIp(written)).toBeUndefined();
  expect(() => ip(written)).toThrow("is not an IP address");
});

test("a zone belongs to IPv6, and is compared only where both have one", () => {
  const [one, same, other] = [ip("fe80::1%eth0"), ip("fe80::1"), ip("fe80::1%eth1")];
  expect(one.zone).toBe("eth0");
  expect(sameIp(one, same)).toBe(true);
  expect(sameIp(one, other)).toBe(false);
  expect(sameIp(one, ip("fe80::2%eth0"))).toBe(false);
});

test("an address in any bytes is written so that it is read as the same", () => {
  const bytes = fc.array(fc.constantFrom(0, 0, 0, 1, 0xff, 0x20), { minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(bytes, (all) => {
      const groups = Array.from({ length: 8 }, (_, i) => ((all[2 * i]! << 8) | all[2 * i + 1]!).toString(16));
      const address = ip(groups.join(":"));
      expect(ip(address.text)).toEqual(address);
      if (address.family === 6) expect(address.bytes).toEqual(all);
      expect(address.text).not.toMatch(/::.*::|:::/);
    }),
  );
});

test.each([
  ["10.0.0.0/8", "10.255.0.1", true],
  ["10.0.0.0/8", "11.0.0.0", false],
  ["172.16.0.0/12", "172.31.255.255", true],
  ["172.16.0.0/12", "172.32.0.0", false],
  ["192.0.2.7", "192.0.2.7", true],
  ["192.0.2.7", "192.0.2.6", false],
  ["192.0.2.6/31", "192.0.2.7", true],
  ["0.0.0.0/0", "203.0.113.9", true],
  ["0.0.0.0/0", "2001:db8::1", false],
  ["2001:db8::/33", "2001:db8:7fff::1", true],
  ["2001:db8::/33", "2001:db8:8000::1", false],
  ["::1", "::1", true],
  ["10.0.0.0/8", "::ffff:10.1.2.3", true],
  ["10.9.9.9/8", "10.1.1.1", true],
])("whether %s holds %s: %j", (prefix, address, within) => {
  expect(inPrefix(parsePrefix(prefix)!, ip(address))).toBe(within);
});

test.each(["", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/a", "::/129", "10.0.0/8"])(
  "%j is no range",
  (text) => {
    expect(parsePrefix(text)).toBeUndefined();
  },
);

test.each([
  ["203.0.113.9", "public"],
  ["10.0.0.1", "private"],
  ["172.15.0.1", "public"],
  ["172.16.0.1", "private"],
  ["192.168.1.1", "private"],
  ["100.64.0.1", "shared"],
  ["100.128.0.1", "public"],
  ["169.254.169.254", "link-local"],
  ["127.9.9.9", "loopback"],
  ["0.0.0.0", "unspecified"],
  ["224.0.0.1", "multicast"],
  ["255.255.255.255", "multicast"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:0.0.0.0", "unspecified"],
  ["fd00::1", "private"],
  ["fe80::1%eth0", "link-local"],
  ["ff02::1", "multicast"],
  ["2001:db8::1", "public"],
])("%s is %s", (address, reach) => {
  expect(reachOf(ip(address))).toBe(reach);
});

test("an endpoint has IPv6 in brackets", () => {
  expect(formatEndpoint("192.0.2.7", 21)).toBe("192.0.2.7:21");
  expect(formatEndpoint("2001:db8::1", 21)).toBe("[2001:db8::1]:21");
});
