import { expect, test } from "vitest";
import { answers, control, found } from "../../../../test/testkit/told-evidence.ts";
import type { Evidence } from "../evidence.ts";

const none = { attempts: [], tls: [], trace: [], host: "ftp.example.net", port: 21 };
const ready = control("public", "off", "ready");

test.each<[string, Partial<Evidence>, string[]]>([
  [
    "the host is silent",
    { controls: [control("public", "off", "connect-silent")] },
    ["out-silent undecided 21 blocks"],
  ],
  ["nothing listens", { controls: [control("public", "off", "connect-refused")] }, ["out-refused undecided 21 blocks"]],
  [
    "there is no such name",
    { controls: [control("public", "off", "name-not-found")] },
    ["name-not-found undecided - blocks"],
  ],
  [
    "one family is silent",
    { controls: [ready, control("six", "off", "connect-silent")] },
    ["out-silent undecided 21 blocks"],
  ],
  [
    "this host has no network of one family",
    { controls: [ready, control("six", "off", "connect-unreachable", { facts: { cause: "ENETUNREACH" } })] },
    [],
  ],
  ["a further login is not let in", { controls: [ready, control("public", "explicit", "connect-silent")] }, []],
  ["a further login is refused by number", { controls: [ready, control("public", "off", "server-busy")] }, []],
  [
    "a further login by TLS is let in, and a clear one is told so by the number of the busy",
    {
      login: "off",
      controls: [
        control("public", "off", "server-busy", { reply: { code: 421, text: "Please reconnect using TLS" } }),
        control("public", "explicit", "ready"),
      ],
    },
    ["login-refused server 21 blocks"],
  ],
  [
    "the password is wrong",
    { controls: [control("public", "off", "login-refused")] },
    ["login-refused undecided 21 blocks"],
  ],
  [
    "TLS is not there and not asked for",
    { login: "off", controls: [ready, control("public", "explicit", "tls-not-offered")] },
    [],
  ],
  [
    "TLS is not there and asked for",
    { login: "explicit", controls: [control("public", "explicit", "tls-not-offered")] },
    ["tls-failed server 21 blocks"],
  ],
  [
    "the certificate is refused, and nothing goes on",
    { login: "explicit", controls: [control("public", "explicit", "certificate-refused")] },
    ["tls-certificate server 21 blocks"],
  ],
  [
    "the certificate is refused, and it goes on in clear",
    { login: "off", controls: [ready, control("public", "explicit", "certificate-refused")] },
    ["tls-certificate server 21"],
  ],
  [
    "something else greets",
    { controls: [control("public", "off", "not-ftp", { facts: { speaks: "ssh" } })] },
    ["wrong-protocol server 21 blocks"],
  ],
  [
    "somebody takes the connection and says nothing",
    {
      controls: [
        control("public", "off", "not-ftp", { facts: { speaks: "nothing", seen: "it says nothing" } }),
        control("public", "explicit", "not-ftp", { facts: { seen: "it says nothing" } }),
      ],
    },
    ["control-cut undecided 21 blocks"],
  ],
  [
    "the server answers so late that the time is over first",
    { isCut: true, trace: answers(5000), controls: [control("public", "off", "timed-out")] },
    [],
  ],
  [
    "TLS stands where clear FTP was expected",
    { controls: [control("public", "off", "timed-out", { facts: { speaks: "tls" } })] },
    ["wrong-protocol server 21 blocks"],
  ],
  [
    "clear FTP stands where TLS was expected",
    { login: "implicit", controls: [control("public", "implicit", "tls-failed", { facts: { speaks: "ftp" } })] },
    ["wrong-protocol server 21 blocks"],
  ],
  [
    "a greeting never comes",
    { controls: [control("public", "off", "timed-out")] },
    ["control-cut undecided 21 blocks"],
  ],
  [
    "only the proxy gets out",
    { proxy: "socks5 192.0.2.1:1080", controls: [ready], direct: [control("public", "off", "connect-silent")] },
    ["proxy-only client 21"],
  ],
  [
    "the proxy is not there",
    {
      proxy: "socks5 192.0.2.1:1081",
      controls: [
        control("public", "off", "proxy-failed", {
          facts: { proxy: "192.0.2.1:1081", cause: "the proxy 192.0.2.1:1081 cannot be reached: refused" },
        }),
      ],
    },
    ["out-refused client 1081 blocks"],
  ],
  [
    "the proxy says that it does not reach the server",
    {
      proxy: "socks5 192.0.2.1:1081",
      controls: [
        control("public", "off", "proxy-failed", {
          facts: {
            proxy: "192.0.2.1:1081",
            cause: "the proxy 192.0.2.1:1081 does not connect to 192.0.2.66 port 21: refused",
          },
        }),
      ],
    },
    ["out-refused undecided 21 blocks"],
  ],
  ["the proxy is not needed", { proxy: "socks5 192.0.2.1:1080", controls: [ready], direct: [ready] }, []],
  [
    "an idle command connection is cut",
    { controls: [ready], idle: { seconds: 60, outcome: "silent" } },
    ["control-idle-cut undecided 21"],
  ],
  ["an idle command connection lives", { controls: [ready], idle: { seconds: 60, outcome: "alive" } }, []],
])("before all modes: %s", (_name, told, expected) => {
  expect(found({ ...none, controls: [], ...told })).toEqual(expected);
});
