import fc from "fast-check";
import { expect, test } from "vitest";
import { clientHello } from "../../../../test/testkit/client-hello.ts";
import { verbs } from "../command/verbs.ts";
import { isHttpRequest, isTlsHello } from "./foreign.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

test("a hello of TLS is known by its first bytes, also by the first one alone", () => {
  const hello = clientHello();
  for (const size of [1, 2, 3, 5, hello.length]) expect(isTlsHello(hello.subarray(0, size))).toBe(true);
});

test.each([
  ["a command", "USER ann"],
  ["Telnet", "\xff\xf4\xff\xf2ABOR"],
  ["an alert of TLS", "\x15\x03\x03\x00\x02"],
  ["SYN, and no version of TLS", "\x16\x00"],
  ["nothing", ""],
])("%s is no hello of TLS", (_title, text) => {
  expect(isTlsHello(bytesOf(text))).toBe(false);
});

test.each([
  "GET / HTTP/1.1",
  "POST /form?a=1 HTTP/1.0",
  "OPTIONS * HTTP/1.1",
  "PRI * HTTP/2.0",
  "PROPFIND /a b HTTP/1.1",
  "CONNECT ftp.example.org:21 HTTP/1.1",
  `GET /${"a".repeat(8000)} HTTP/1.1`,
])("%.40s is a request of HTTP", (line) => {
  expect(isHttpRequest(bytesOf(line))).toBe(true);
});

test.each([
  ["a file that is called so", "RETR / HTTP/1.1"],
  ["a file that is called so, by an older spelling", "XMKD a HTTP/1.1"],
  ["a folder that is called so, in small letters", "mkd a HTTP/1.1"],
  ["a header", "Host: ftp.example.org HTTP/1.1"],
  ["no version", "GET / HTTP"],
  ["another version", "GET / HTTP/1.10"],
  ["no method", " / HTTP/1.1"],
  ["the end of one", "HTTP/1.1"],
  ["nothing", ""],
])("%s is none", (_title, line) => {
  expect(isHttpRequest(bytesOf(line))).toBe(false);
});

test("no line that begins with a verb of ours is a request, whatever it says", () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(verbs)), fc.string(), (verb, rest) => {
      expect(isHttpRequest(bytesOf(`${verb} ${rest} HTTP/1.1`))).toBe(false);
    }),
  );
});
