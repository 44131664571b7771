import { expect, test } from "vitest";
import { optionsOf, parseProxy, settingsOf } from "./settings.ts";
import type { ClientOptions } from "./options.ts";
import type { Settings } from "./settings.ts";

test.each<[string, ClientOptions, Partial<Settings>]>([
  [
    "nothing but a host",
    { host: "h" },
    { port: 21, user: "anonymous", password: "anonymous@", tls: "off", mode: "auto", retries: 2 },
  ],
  ["implicit TLS", { host: "h", tls: "implicit" }, { port: 990 }],
  ["a user without a password", { host: "h", user: "ann" }, { user: "ann", password: "" }],
  [
    "some of the time-outs",
    { host: "h", timeouts: { reply: 5 } },
    { timeouts: { connect: 15, reply: 5, data: 60, search: 14 } },
  ],
  ["no memory", { host: "h", memory: false }, { memory: undefined }],
  ["no proxy", { host: "h", proxy: false }, { proxy: undefined }],
])("%s", (_name, options, expected) => {
  expect(settingsOf(options)).toMatchObject(expected);
});

test.each<[string, object]>([
  ["host", { host: "" }],
  ["port", { host: "h", port: 0 }],
  ["port", { host: "h", port: 1.5 }],
  ["tls", { host: "h", tls: "yes" }],
  ["mode", { host: "h", mode: "fast" }],
  ["activePorts", { host: "h", activePorts: { from: 60_000, to: 50_000 } }],
  ["activePorts", { host: "h", activePorts: { from: 0, to: 10 } }],
  ["activeAddress", { host: "h", activeAddress: "example" }],
  ["localAddress", { host: "h", localAddress: "1.2.3" }],
  ["timeouts.data", { host: "h", timeouts: { data: 0 } }],
  ["timeouts.search", { host: "h", timeouts: { search: Number.NaN } }],
  ["limitRate", { host: "h", limitRate: -1 }],
  ["retries", { host: "h", retries: -1 }],
  ["retries", { host: "h", retries: Number.NaN }],
  ["family", { host: "h", family: 5 }],
  ["prefer", { host: "h", prefer: "port" }],
  ["timezone", { host: "h", timezone: 1000 }],
  ["timezone", { host: "h", timezone: "utc" }],
  ["proxy.kind", { host: "h", proxy: { kind: "socks4", host: "p", port: 1 } }],
  ["proxy.port", { host: "h", proxy: { kind: "socks5", host: "p", port: 0 } }],
  ["charset", { host: "h", charset: "klingon" }],
  ["proxy", { host: "h", proxy: "gopher://p" }],
  ["proxy", { host: "h", proxy: "http://" }],
])("%s that is not valid: %o", (option, options) => {
  const failure = expect.objectContaining({ code: "option-not-valid", facts: expect.objectContaining({ option }) });
  expect(() => settingsOf(options as ClientOptions)).toThrow(failure);
});

test.each([
  ["socks5://p", { kind: "socks5", host: "p", port: 1080 }],
  ["socks5h://u:p%40w@p:9", { kind: "socks5", host: "p", port: 9, user: "u", password: "p@w" }],
  ["http://p:3128", { kind: "http-connect", host: "p", port: 3128 }],
  ["https://p", { kind: "http-connect", host: "p", port: 443, tls: true }],
  ["p:3128", { kind: "http-connect", host: "p", port: 3128 }],
  ["ftp://[::1]", { kind: "user@host", host: "::1", port: 21 }],
])("the proxy %s", (url, expected) => {
  expect(parseProxy(url)).toEqual(expected);
});

test("a URL says as much as options do, and options say more", () => {
  const options = optionsOf("ftpes://ann:pw@h:2121/a", { mode: "port", user: "bob" });
  expect(options).toEqual({ host: "h", port: 2121, user: "bob", password: "pw", tls: "explicit", mode: "port" });
});
