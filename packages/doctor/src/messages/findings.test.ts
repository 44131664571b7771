import { expect, test } from "vitest";
import { all, control, evidence, tried } from "../../../../test/testkit/told-evidence.ts";
import { findingsOf } from "../findings-of-evidence.ts";
import { verdictOf } from "../verdict.ts";
import { causes } from "../findings.ts";
import { sayFinding, sayVerdict } from "./findings.ts";
import type { Evidence } from "../evidence.ts";
import type { Finding, Side } from "../findings.ts";
import type { Language } from "../language.ts";

const about = (cause: Finding["cause"], side: Side, more: Partial<Finding> = {}): Finding => ({
  ...{ cause, side, port: 50_001, confidence: 1, tls: [false], families: [4], blocks: true },
  modes: ["epsv", "pasv"],
  facts: { client: "192.0.2.2", server: "192.0.2.66" },
  ...more,
});

/** All that rules tell beside that. */
const facts = {
  ...{ client: "192.0.2.2", server: "192.0.2.66", told: "10.0.0.2", peer: "192.0.2.66", behind: "10.0.0.2" },
  ...{
    came: "192.0.2.3",
    expected: "192.0.2.2",
    observed: "192.0.2.3",
    only: "pasv",
    passed: "50001",
    stopped: "50002",
  },
  ...{ proxy: "socks5 192.0.2.1:1080", seconds: 60, bytes: 0, reason: "it has expired", said: "425 No" },
};
const kinds = ["told", "us", "stranger", "observed", "large", "cut", "nothing"];

const sides: readonly Side[] = ["client", "server", "undecided"];
const ways: readonly Finding["modes"][] = [["epsv"], ["port"], ["epsv", "pasv", "eprt", "port"]];

test.each(causes)("%s: a sentence, a fix and a page in both languages, whichever end it is at", (cause) => {
  for (const side of sides) {
    for (const [modes, what] of ways.flatMap((way) => kinds.map((kind) => [way, kind] as const))) {
      const finding = about(cause, side, { modes, facts: { ...facts, what } });
      const en = sayFinding(finding, "en");
      const zh = sayFinding(finding, "zh-CN");
      expect(en.doc).toBe(`docs/reference/findings/${cause}.md`);
      expect(zh.doc).toBe(`docs/zh-CN/reference/findings/${cause}.md`);
      expect(`${en.what} ${en.fix}`).not.toMatch(/[\u3000-\u9fff\uff00-\uffef]|undefined|  /);
      // Where words meet words, Chinese has its own signs.
      expect(`${zh.what}${zh.fix}${zh.decide ?? ""}`).not.toMatch(
        /undefined|[\u4e00-\u9fff][,.;:!?()]|[,;!?][\u4e00-\u9fff]/,
      );
      expect(zh.what).toMatch(/。$/);
      expect(en.what).toMatch(/\.$/);
    }
  }
});

test("the test that decides is told only where the side is open", () => {
  expect(sayFinding(about("out-silent", "undecided"), "en").decide).toContain("from another network");
  expect(sayFinding(about("out-silent", "server"), "en").decide).toBeUndefined();
});

test("what a server says cannot move the terminal", () => {
  const { what } = sayFinding(about("login-refused", "undecided", { facts: { said: "530 \u001b[2J no" } }), "en");
  expect(what).not.toContain("\u001b");
});

const said = (seen: Evidence, language: Language): string => sayVerdict(verdictOf(seen, findingsOf(seen)), language);
const hidden = evidence(all("hidden", "epsv off moved", 'port off command-refused 40001 "500 Illegal PORT command."'));

test.each<[string, Evidence, RegExp, RegExp]>([
  [
    "all works",
    evidence(all("public", "epsv off moved", "port off moved")),
    /^Use passive: it works\.$/,
    /^请使用被动模式：它可以工作。$/,
  ],
  [
    "one works",
    hidden,
    /^Use passive\. Active cannot work: your address 192\.168\.1\.2 is behind a NAT at your end; to have it, forward /,
    /^请使用被动模式。主动模式无法工作：您的地址 192\.168\.1\.2 位于您这一端的 NAT 之后；要使用它，/,
  ],
  [
    "none works",
    evidence(all("public", "epsv off dial-silent 50001", "port off nobody-came 40001")),
    /^No mode works\. Passive cannot work: connections to port 50001 of 192\.0\.2\.66 get no answer; .* Active cannot work: the server's connection to our port 40001/,
    /^没有可用的模式。被动模式无法工作：到 192\.0\.2\.66 端口 50001 的连接没有应答；/,
  ],
  [
    "nobody is reached",
    {
      host: "ftp.example.net",
      port: 21,
      attempts: [],
      tls: [],
      trace: [],
      controls: [control("public", "off", "connect-silent")],
    },
    /^Nothing can be tried: port 21 of ftp\.example\.net does not answer; to come further, /,
    /^什么都无法尝试：ftp\.example\.net 的端口 21 没有应答；要继续，/,
  ],
  [
    "the time was over",
    { host: "ftp.example.net", port: 21, attempts: [], tls: [], trace: [], controls: [], isCut: true },
    /^No mode could be tried to its end: the time was over/,
    /^没有一种模式能试到结束：时间已到/,
  ],
  [
    "only with TLS",
    evidence([tried("public", "epsv off dial-silent"), tried("public", "epsv explicit moved")], { login: "off" }),
    / With TLS, passive works\.$/,
    /使用 TLS 时被动模式可以工作。$/,
  ],
])("the last sentence: %s", (_name, seen, en, zh) => {
  expect(said(seen, "en")).toMatch(en);
  expect(said(seen, "zh-CN")).toMatch(zh);
});
