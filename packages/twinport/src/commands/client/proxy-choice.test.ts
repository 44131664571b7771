import { expect, test } from "vitest";
import { isExcepted, proxyFromEnvironment } from "./proxy-choice.ts";

const target = { host: "ftp.example.org", port: 21 };

test.each<[string, NodeJS.ProcessEnv, string | undefined]>([
  ["nothing is said", {}, undefined],
  ["ALL_PROXY", { ALL_PROXY: "socks5://p" }, "socks5://p"],
  ["FTP_PROXY before ALL_PROXY", { ALL_PROXY: "socks5://p", FTP_PROXY: "http://q" }, "http://q"],
  ["lower case before upper case", { FTP_PROXY: "http://q", ftp_proxy: "http://r" }, "http://r"],
  ["an empty one is none", { ftp_proxy: "", ALL_PROXY: "socks5://p" }, "socks5://p"],
  ["NO_PROXY has it", { ALL_PROXY: "socks5://p", no_proxy: "example.org" }, undefined],
  ["NO_PROXY has others", { ALL_PROXY: "socks5://p", NO_PROXY: "example.com" }, "socks5://p"],
  ["other proxies are not ours", { HTTP_PROXY: "http://q" }, undefined],
])("%s", (_name, environment, expected) => {
  expect(proxyFromEnvironment(environment, target)).toBe(expected);
});

test.each([
  ["*", "ftp.example.org", true],
  ["ftp.example.org", "ftp.example.org", true],
  ["FTP.Example.org", "ftp.example.org.", true],
  ["example.org", "ftp.example.org", true],
  [".example.org", "ftp.example.org", true],
  ["*.example.org", "ftp.example.org", true],
  ["ample.org", "ftp.example.org", false],
  ["localhost, example.org", "ftp.example.org", true],
  ["localhost example.org", "ftp.example.org", true],
  ["ftp.example.org:21", "ftp.example.org", true],
  ["ftp.example.org:2121", "ftp.example.org", false],
  ["10.0.0.0/8", "10.2.3.4", true],
  ["10.0.0.0/8", "11.2.3.4", false],
  ["10.2.3.4", "10.2.3.4", true],
  ["10.2.3.4:21", "10.2.3.4", true],
  ["10.2.3.4:22", "10.2.3.4", false],
  ["2001:db8::/32", "2001:db8::1", true],
  ["[::1]", "::1", true],
  ["[::1]:22", "::1", false],
  ["::1", "0:0::1", true],
  ["10.0.0.0/8", "2001:db8::1", false],
  ["", "ftp.example.org", false],
  [",,", "ftp.example.org", false],
])("NO_PROXY %j for %s: %s", (list, host, expected) => {
  expect(isExcepted(list, { host, port: 21 })).toBe(expected);
});
