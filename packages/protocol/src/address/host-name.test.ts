import { expect, test } from "vitest";
import { parseHostName } from "./host-name.ts";

const name = (text: string) => ({ kind: "name", name: text });
const address = { kind: "address" };

test.each([
  ["a name", "ftp.example.org", name("ftp.example.org")],
  ["in capitals", "FTP.Example.ORG", name("ftp.example.org")],
  ["with the dot of the root", "ftp.example.org.", name("ftp.example.org")],
  ["of one label", "localhost", name("localhost")],
  ["of another script, as the DNS has it", "xn--fiq228c.example", name("xn--fiq228c.example")],
  ["an IPv4 address", "192.0.2.7", address],
  ["an IPv6 address", "[2001:db8::1]", address],
  ["an IPv6 address without brackets", "2001:db8::1", undefined],
  ["an IPv4 address in brackets", "[192.0.2.7]", undefined],
  ["an address with a number too many", "192.0.2.7.1", undefined],
  ["a name with a port", "ftp.example.org:21", undefined],
  ["an empty label", "ftp..example", undefined],
  ["a label that begins with a dash", "-ftp.example", undefined],
  ["spaces", "ftp example", undefined],
  ["a label of 64 letters", `${"a".repeat(64)}.example`, undefined],
  ["a name of 254 letters", `${"a.".repeat(126)}aa`, undefined],
  ["nothing", "", undefined],
  ["a path", "../etc", undefined],
  ["of JavaScript", "__proto__", name("__proto__")],
])("%s", (_name, text, found) => {
  expect(parseHostName(text)).toEqual(found);
});
