import { describe, expect, it } from "vitest";
import { sayRulesCheck } from "../../messages/check.ts";
import { checkRules } from "./check-rules.ts";
import { readIptables } from "./read-iptables.ts";
import type { Deployment } from "../../deployment.ts";
import type { CheckOptions } from "./check.ts";

const deployment: Deployment = {
  control: [{ address: "0.0.0.0", port: 21, tls: "explicit" }],
  passive: { ports: { from: 30_000, to: 30_099 }, advertised: [], sharesPorts: true },
  active: { sourcePort: 20 },
};

const answers = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";

const check = (rules: string, options: CheckOptions = {}) =>
  checkRules([readIptables(rules)], deployment, { families: [4], ...options });

const filter = (...rules: readonly string[]): string =>
  [
    "*filter",
    ":INPUT DROP [0:0]",
    ":FORWARD DROP [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    ...rules.map((rule) => `-A ${rule}`),
    "COMMIT",
  ].join("\n");

const good = [`INPUT ${answers}`, "INPUT -p tcp -m multiport --dports 21,30000:30099 -j ACCEPT"];

const nothing = { isOpen: [], missing: [], unsure: [], open: [], forwards: [], unmasqueraded: [], hasHelper: false };

describe("the rules of a server's host", () => {
  it("are exactly what is needed", () => {
    const found = check(filter(...good));
    expect(found).toEqual(nothing);
    expect(sayRulesCheck(found, "en")).toEqual(["The rules let through what is needed, and nothing else."]);
  });

  it("lack a part of the range", () => {
    const found = check(filter(`INPUT ${answers}`, "INPUT -p tcp -m multiport --dports 21,30000:30049 -j ACCEPT"));
    expect(found.missing).toMatchObject([
      {
        flow: { mode: "passive", number: 3 },
        ports: { from: 30_050, to: 30_099 },
        answer: { verdict: "dropped", by: { table: "ip filter", chain: "INPUT" } },
      },
    ]);
    expect(sayRulesCheck(found, "en")).toEqual([
      "Missing: a client begins the data connection (passive mode, line 3); port 30050-30099, IPv4. Dropped by the policy of chain INPUT in table ip filter.",
    ]);
    expect(sayRulesCheck(found, "zh-CN")).toEqual([
      "缺少：客户端发起数据连接（被动模式第 3 条）；端口 30050-30099，IPv4。丢弃它的是：表 ip filter 中链 INPUT 的默认策略。",
    ]);
  });

  it("let the first packet in and no other", () => {
    const found = check(
      filter("INPUT -p tcp -m multiport --dports 21,30000:30099 -m conntrack --ctstate NEW -j ACCEPT"),
    );
    expect(found.missing.map(({ flow, answer }) => `${flow.mode} ${flow.number} ${answer.verdict}`)).toEqual([
      "control 1 dropped",
      // What a client answers to the server that has dialled him.
      "active 4 dropped",
      "passive 3 dropped",
    ]);
  });

  it("do not let the server answer, nor dial", () => {
    const found = check(filter(...good, "OUTPUT -p tcp -m tcp --sport 20:21 -j REJECT"));
    expect(found.missing.map(({ flow }) => `${flow.mode} ${flow.number}`)).toEqual(["control 2", "active 3"]);
  });

  it("have a hole that nothing needs", () => {
    const found = check(
      filter(...good, "INPUT -p tcp -m tcp --dport 3000:3010 -j ACCEPT", "INPUT -p tcp --dport 22 -j ACCEPT"),
      {
        known: [22],
      },
    );
    expect(found.open).toEqual([
      {
        family: 4,
        ports: { from: 3000, to: 3010 },
        isSure: true,
        by: { table: "ip filter", chain: "INPUT", rule: "-A INPUT -p tcp -m tcp --dport 3000:3010 -j ACCEPT" },
      },
    ]);
  });

  it("trust whoever sends from port 20", () => {
    const found = check(filter(...good, "INPUT -p tcp -m tcp --sport 20 -j ACCEPT"));
    expect(found.open).toMatchObject([
      { fromPort: 20, ports: { from: 1, to: 20 } },
      { fromPort: 20, ports: { from: 22, to: 29_999 } },
      { fromPort: 20, ports: { from: 30_100, to: 65_535 } },
    ]);
    expect(sayRulesCheck(found, "en")[0]).toBe(
      "Open and not needed, for whoever sends from port 20: port 1-20, IPv4 (table ip filter, chain INPUT: -A INPUT -p tcp -m tcp --sport 20 -j ACCEPT).",
    );
  });

  it("filter nothing", () => {
    const found = check("");
    expect(found).toEqual({ ...nothing, isOpen: [4] });
    expect(sayRulesCheck(found, "zh-CN")).toEqual([
      "IPv4：没有任何规则过滤进来的连接。凡是有程序监听的端口都可以访问。",
    ]);
  });

  it("are good for one network and not for another", () => {
    const rules = filter(`INPUT ${answers}`, "INPUT -s 192.0.2.0/24 -j ACCEPT");
    const found = check(rules, { from: ["192.0.2.7", "198.51.100.7", "2001:db8::7"] });
    expect(found.missing.map(({ peer, flow }) => `${peer} ${flow.mode}`)).toEqual([
      "198.51.100.7 control",
      "198.51.100.7 passive",
    ]);
  });

  it("let in more than those that were named", () => {
    const rules = filter(
      `INPUT ${answers}`,
      "INPUT -p tcp -m tcp --dport 21 -j ACCEPT",
      "INPUT -s 192.0.2.0/24 -j ACCEPT",
    );
    const found = check(rules, { from: ["192.0.2.7"], known: [22] });
    expect(found.open).toMatchObject([
      { isTooWide: true, ports: { from: 21, to: 21 } },
      { peer: "192.0.2.7", ports: { from: 1, to: 20 } },
      { peer: "192.0.2.7", ports: { from: 23, to: 29_999 } },
      { peer: "192.0.2.7", ports: { from: 30_100, to: 65_535 } },
    ]);
    expect(sayRulesCheck(found, "en").slice(0, 2)).toEqual([
      "Open to everybody, and needed only for the networks that were named: port 21, IPv4 (table ip filter, chain INPUT: -A INPUT -p tcp -m tcp --dport 21 -j ACCEPT).",
      "Open and not needed: port 1-20, IPv4 from 192.0.2.7 (table ip filter, chain INPUT: -A INPUT -s 192.0.2.0/24 -j ACCEPT).",
    ]);
  });

  it("may be some thousands, one for each port", () => {
    const ports = Array.from({ length: 5000 }, (_, i) => 40_001 + 2 * i);
    const found = check(filter(...good, ...ports.map((port) => `INPUT -p tcp -m tcp --dport ${port} -j ACCEPT`)));
    expect(found.open.map((one) => one.ports.from)).toEqual(ports);
  });

  it("may be some thousands, most of which are about strangers", () => {
    const strangers = Array.from({ length: 5000 }, (_, i) =>
      i % 2 === 0
        ? `INPUT -s 10.${i >> 8}.${i & 255}.0/24 -j DROP`
        : `INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport ${1000 + i} -j ACCEPT`,
    );
    expect(check(filter(...strangers, ...good))).toEqual(nothing);
  });

  it("depend on what cannot be known", () => {
    const found = check(filter(...good.slice(0, 1), "INPUT -m set --match-set friends src -j ACCEPT"));
    expect(found.missing).toEqual([]);
    expect(found.unsure.map(({ flow }) => flow.mode)).toEqual(["control", "passive"]);
    expect(found.open).toMatchObject([{ isSure: false }, { isSure: false }, { isSure: false }]);
  });

  it("leave passive mode to the helper", () => {
    const raw = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp\nCOMMIT\n";
    const found = check(raw + filter(`INPUT ${answers}`, "INPUT -p tcp -m tcp --dport 21 -j ACCEPT"));
    expect(found).toEqual({ ...nothing, hasHelper: true });
  });
});

describe("the rules of a client's host", () => {
  it("lack active mode unless its ports are open, or a helper opens them", () => {
    const rules = (...more: readonly string[]) => filter(`INPUT ${answers}`, ...more);
    expect(check(rules(), { role: "client" }).missing.map(({ flow }) => `${flow.mode} ${flow.number}`)).toEqual([
      "active 3",
    ]);
    const opened = check(rules("INPUT -p tcp -m tcp --sport 20 --dport 1024:65535 -j ACCEPT"), { role: "client" });
    expect(opened).toEqual(nothing);
  });
});

const place = {
  outside: "eth0",
  inside: "eth1",
  interfaces: [
    { name: "eth0", networks: ["198.51.100.1/24"] },
    { name: "eth1", networks: ["10.0.0.1/24"] },
  ],
};

const nat = (...rules: readonly string[]): string =>
  [
    "*nat",
    ":PREROUTING ACCEPT [0:0]",
    ":POSTROUTING ACCEPT [0:0]",
    ...rules.map((rule) => `-A ${rule}`),
    "COMMIT",
    "",
  ].join("\n");

describe("the rules of a NAT box", () => {
  const forward = (port: string, to: string): string =>
    `PREROUTING -i eth0 -p tcp -m tcp --dport ${port} -j DNAT --to-destination ${to}`;
  const through = filter(
    `FORWARD ${answers}`,
    "FORWARD -i eth1 -o eth0 -j ACCEPT",
    "FORWARD -m conntrack --ctstate DNAT -j ACCEPT",
  );
  const server: CheckOptions = { role: "gateway-server", behind: ["10.0.0.5"], place };
  const masquerade = "POSTROUTING -o eth0 -j MASQUERADE";

  it("send the ports to the server behind it", () => {
    const rules = nat(forward("21", "10.0.0.5"), forward("30000:30099", "10.0.0.5"), masquerade) + through;
    expect(check(rules, server)).toEqual(nothing);
  });

  it("forget the range, and send the command port to somebody else", () => {
    const found = check(nat(forward("21", "10.0.0.6:2121")) + through, server);
    expect(found.forwards).toMatchObject([
      { family: 4, ports: { from: 21, to: 21 }, goesTo: { address: "10.0.0.6", port: 2121 } },
      { family: 4, ports: { from: 30_000, to: 30_099 } },
    ]);
    expect(sayRulesCheck(found, "en").slice(0, 2)).toEqual([
      "Wrong: port 21, IPv4 is forwarded to 10.0.0.6:2121, not to the server with the same number.",
      "Missing: a port forward to the server; port 30000-30099, IPv4.",
    ]);
  });

  it("in front of clients masquerade what goes out", () => {
    const client: CheckOptions = { role: "gateway-client", behind: ["10.0.0.5"], place };
    const found = check(nat(masquerade) + through, client);
    expect(found).toMatchObject({
      unmasqueraded: [],
      missing: [],
      forwards: [{ flow: { mode: "active", number: 3 } }],
    });
    expect(sayRulesCheck(found, "en")[0]).toBe(
      "Missing: a port forward to the client that active mode dials, or the FTP helper; port 1024-65535, IPv4.",
    );
    expect(check(nat() + through, client)).toMatchObject({ unmasqueraded: [4] });
  });

  it("have the sender's address replaced in active mode, too", () => {
    const rules = nat(forward("21", "10.0.0.5"), forward("30000:30099", "10.0.0.5")) + through;
    expect(check(rules, server)).toMatchObject({ forwards: [], missing: [], unmasqueraded: [4] });
  });

  it("need neither forward nor masquerading for what the helper has read of", () => {
    const raw = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp\nCOMMIT\n";
    const only21 = filter(`FORWARD ${answers}`, "FORWARD -p tcp -m tcp --dport 21 -j ACCEPT");
    const helped = (...translations: readonly string[]): string => raw + nat(...translations) + only21;
    const behind = { ...nothing, hasHelper: true };
    expect(check(helped(forward("21", "10.0.0.5")), server)).toEqual(behind);
    const written = "POSTROUTING -p tcp -m tcp --dport 21 -j MASQUERADE";
    expect(check(helped(written), { ...server, role: "gateway-client" })).toEqual(behind);
  });
});

describe("the rules of a box without NAT", () => {
  const through = (...more: readonly string[]): string => filter(`FORWARD ${answers}`, ...more);
  const outer = { ...place, interfaces: [place.interfaces[0]!, { name: "eth1", networks: ["203.0.113.1/24"] }] };

  it("let connections through to a public server, from outside only", () => {
    const server: CheckOptions = { role: "gateway-server", behind: ["203.0.113.5"], place: outer };
    const inward = "FORWARD -i eth0 -o eth1 -d 203.0.113.5/32 -p tcp -m multiport --dports 21,30000:30099 -j ACCEPT";
    const outward = "FORWARD -i eth1 -o eth0 -s 203.0.113.5/32 -p tcp -m tcp --sport 20 -j ACCEPT";
    expect(check(through(inward, outward), server)).toEqual(nothing);
    expect(check(through(outward), server).missing.map(({ flow }) => flow.mode)).toEqual(["control", "passive"]);
  });

  it("let a server in active mode through to a public client", () => {
    const client: CheckOptions = { role: "gateway-client", behind: ["203.0.113.5"], place: outer };
    const outward = "FORWARD -i eth1 -j ACCEPT";
    const inward = "FORWARD -i eth0 -d 203.0.113.0/24 -p tcp -m tcp --sport 20 --dport 1024:65535 -j ACCEPT";
    expect(check(through(outward, inward), client)).toEqual(nothing);
    expect(check(through(outward), client).missing.map(({ flow }) => flow.mode)).toEqual(["active"]);
  });
});
