import { EventEmitter } from "node:events";
import { AccountsFileError } from "@twinport/accounts";
import { describe, expect, test } from "vitest";
import { FloodGate } from "./flood-gate.ts";
import { messagesIn } from "./messages/index.ts";
import { reportWarnings } from "./report.ts";
import type { Server } from "@twinport/server";
import type { Language } from "./messages/index.ts";

/** What is reported of warnings, with a clock that is turned by hand. */
function reported(language: Language = "en") {
  const server = new EventEmitter();
  const sentences: string[] = [];
  const clock = { now: 0 };
  const log = {
    report: ({ sentence }: { readonly sentence: string }) => sentences.push(sentence),
    say: () => {},
    close: async () => {},
  };
  reportWarnings(server as unknown as Pick<Server, "on">, log, messagesIn(language), () => clock.now);
  const fail = (error: Error): boolean => server.emit("warning", { code: "accounts-failed", session: {}, error });
  return { sentences, clock, fail, server };
}

test("logins that are too many are reported once a minute, with how many they were", () => {
  const { sentences, clock, fail } = reported();
  const tooMany = new AccountsFileError("too-many-logins", { limit: 8, peer: "192.0.2.7" });
  for (; clock.now < 60_000; clock.now += 1000) fail(tooMany);
  fail(tooMany);
  clock.now += 60_000;
  fail(tooMany);
  const said = "a login could not be decided: more than 8 logins from 192.0.2.7 wait for their password to be checked";
  expect(sentences).toEqual([said, `${said}; 59 more since it was last said`, said]);
});

test("another reason is reported beside it, and what comes from elsewhere each time", () => {
  const { sentences, fail, server } = reported();
  for (let i = 0; i < 2; i++) {
    fail(new AccountsFileError("too-many-logins", { limit: 200 }));
    fail(new AccountsFileError("file-not-there", { file: "/etc/ftp.json" }));
    fail(new Error("the database is down"));
    server.emit("warning", { code: "login-banned", peer: "192.0.2.7", name: "ann", scope: "name" });
  }
  expect(sentences).toEqual([
    expect.stringContaining("more than 200 logins wait"),
    expect.stringContaining("no such accounts file"),
    expect.stringContaining("the database is down"),
    expect.stringContaining("192.0.2.7"),
    expect.stringContaining("the database is down"),
    expect.stringContaining("192.0.2.7"),
  ]);
});

describe("what comes from a peer is reported once a minute for that peer", () => {
  const bound = { address: "192.0.2.1", port: 21 };
  const session = { account: "ann" };
  test.each([
    [
      "login-in-clear",
      { session, name: "ann" },
      'PASSWORD IN CLEAR: "ann" sent its password without TLS from 198.51.100.7',
    ],
    ["tls-failed", { cause: "no shared cipher" }, "TLS with 198.51.100.7 could not be agreed on: no shared cipher"],
    ["foreign-protocol", { spoke: "http", bound }, "198.51.100.7 sent an HTTP request to 192.0.2.1:21"],
    ["foreign-protocol", { spoke: "tls", bound }, "need an address of their own: --listen-tls"],
    ["foreign-protocol", { spoke: "other", bound }, "sent something else than FTP to 192.0.2.1:21"],
    ["clear-behind-auth", { bytes: 12 }, "12 bytes in clear came from 198.51.100.7 behind AUTH"],
  ])("%s %j", (code, facts, said) => {
    const { sentences, clock, server } = reported();
    const come = (peer: string): boolean => server.emit("warning", { code, peer, ...facts });
    for (let i = 0; i < 5; i++) come("198.51.100.7");
    come("203.0.113.9");
    clock.now += 60_000;
    come("198.51.100.7");
    expect(sentences).toEqual([
      expect.stringContaining(said),
      expect.stringContaining("203.0.113.9"),
      expect.stringMatching(/; 4 more since it was last said$/),
    ]);
  });

  test("and each has a sentence in Chinese", () => {
    const { sentences, server } = reported("zh-CN");
    const peer = "198.51.100.7";
    server.emit("warning", { code: "login-in-clear", session, name: "ann", peer });
    server.emit("warning", { code: "foreign-protocol", spoke: "tls", bound, peer });
    server.emit("warning", { code: "tls-failed", cause: "x", peer });
    server.emit("warning", { code: "clear-behind-auth", bytes: 1, peer });
    expect(sentences).toHaveLength(4);
    for (const sentence of sentences) expect(sentence).toMatch(/198\.51\.100\.7.*[\u4e00-\u9fff]/);
  });
});

test("a gate remembers a thousand things, and forgets those that were said longest ago", () => {
  const clock = { now: 0 };
  const gate = new FloodGate(() => clock.now);
  for (let i = 0; i < 5000; i++) expect(gate.pass(`peer ${i}`)).toBe(0);
  expect(gate.size).toBe(1000);
  expect(gate.pass("peer 4999")).toBeUndefined();
  expect(gate.pass("peer 0")).toBe(0);
});

test.each<[Language, string, string]>([
  [
    "en",
    "12 clients from 203.0.113.0/24 never reached ports 30000-30099: the range is probably closed on the way",
    "1 client from 2001:db8::/64 never reached port 30000: it is probably closed on the way",
  ],
  [
    "zh-CN",
    "来自 203.0.113.0/24 的 12 个客户端从未到达端口 30000-30099：该范围很可能在途中被封",
    "来自 2001:db8::/64 的 1 个客户端从未到达端口 30000：该端口很可能在途中被封",
  ],
])("offers that nobody of a network took are told of in words (%s)", (language, many, one) => {
  const { sentences, server } = reported(language);
  const code = "offers-not-taken";
  const range = { from: 30_000, to: 30_099 };
  server.emit("warning", { code, network: "203.0.113.0/24", clients: 12, offers: 12, ports: range });
  server.emit("warning", {
    code,
    network: "2001:db8::/64",
    clients: 1,
    offers: 3,
    ports: { from: 30_000, to: 30_000 },
  });
  expect(sentences).toEqual([many, one]);
});
