import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.ts";
import { joinRulesets } from "./join-rulesets.ts";
import { readIptables } from "./read-iptables.ts";
import { readNft } from "./read-nft.ts";
import type { Place, Question } from "./question.ts";

/** A table `filter` whose chain INPUT drops what no rule takes. */
const input = (...rules: readonly string[]) => [
  readIptables(
    ["*filter", ":INPUT DROP [0:0]", ":other - [0:0]", ...rules.map((rule) => `-A ${rule}`), "COMMIT"].join("\n"),
  ),
];

const come = (question: Partial<Question> = {}): Question => ({ family: 4, direction: "in", port: 21, ...question });

describe("iptables-save, as a connection to port 21 meets it", () => {
  it.each([
    ["nothing but the policy", [], "dropped"],
    ["accepted", ["INPUT -p tcp -m tcp --dport 21 -j ACCEPT"], "passes"],
    ["by its number", ["INPUT -p 6 -m tcp --dport 21 -j ACCEPT"], "passes"],
    ["another protocol", ["INPUT -p udp -m udp --dport 21 -j ACCEPT"], "dropped"],
    ["one network's", ["INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 21 -j ACCEPT"], "dropped"],
    ["everybody but one network", ["INPUT ! -s 192.0.2.0/255.255.255.0 -p tcp -j ACCEPT"], "passes"],
    ["half of the world", ["INPUT -s 128.0.0.0/1 -p tcp -j ACCEPT"], "unsure"],
    ["a module that is not known", ["INPUT -p tcp -m weather --rain -j ACCEPT"], "unsure"],
    ["… and nothing depends on it", ["INPUT -m weather --rain -j ACCEPT", "INPUT -j ACCEPT"], "passes"],
    ["… behind a decision", ["INPUT -p tcp -j REJECT", "INPUT -m weather --rain -j ACCEPT"], "rejected"],
    ["… that needs no words", ["INPUT -p tcp -m socket -j ACCEPT"], "unsure"],
    ["a set that cannot be seen", ["INPUT -m set --match-set friends src -j DROP", "INPUT -j ACCEPT"], "unsure"],
    ["a target that is not known", ["INPUT -j WEATHER", "INPUT -j ACCEPT"], "unsure"],
    ["a program decides", ["INPUT -p tcp -j NFQUEUE --queue-num 1"], "unsure"],
    ["a comment in the words of a rule", ["INPUT -m comment --comment -j -j ACCEPT"], "passes"],
    ["a comment in quotes", ['INPUT -p tcp -m comment --comment "a \\" -j DROP" -j ACCEPT'], "passes"],
    ["a log on the way", ['INPUT -j LOG --log-prefix "-j DROP "', "INPUT -j ACCEPT"], "passes"],
    ["a chain that comes back", ["INPUT -j other", "INPUT -j ACCEPT", "other -j RETURN", "other -j DROP"], "passes"],
    ["a goto does not come back", ["INPUT -g other", "INPUT -j ACCEPT", "other -p udp -j ACCEPT"], "dropped"],
    [
      "a return that may be",
      ["INPUT -j other", "INPUT -j ACCEPT", "other -m weather --rain -j RETURN", "other -j DROP"],
      "unsure",
    ],
    ["a chain that calls itself", ["INPUT -j other", "other -j other", "other -j ACCEPT"], "unsure"],
    ["loopback's", ["INPUT -i lo -j ACCEPT"], "dropped"],
    ["an interface of which is not known", ["INPUT -i eth0 -j ACCEPT"], "unsure"],
    ["only answers", ["INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"], "dropped"],
    ["what is not new is dropped", ["INPUT -m state ! --state NEW -j DROP", "INPUT -j ACCEPT"], "passes"],
    [
      "who came too often",
      ["INPUT -m recent --update --seconds 30 --hitcount 6 --name x --rsource -j DROP", "INPUT -j ACCEPT"],
      "passes",
    ],
    ["who came once", ["INPUT -m recent --rcheck --name knocked --rsource -j ACCEPT"], "unsure"],
  ] as const)("%s: %j is %s", (_name, rules, verdict) => {
    expect(evaluate(input(...rules), come()).verdict).toBe(verdict);
  });

  it("names the rule, or the policy", () => {
    const rulesets = input("INPUT -p tcp -m tcp --dport 21 -j ACCEPT");
    const by = { table: "ip filter", chain: "INPUT" };
    expect(evaluate(rulesets, come()).by).toEqual({ ...by, rule: "-A INPUT -p tcp -m tcp --dport 21 -j ACCEPT" });
    expect(evaluate(rulesets, come({ port: 22 }))).toEqual({ verdict: "dropped", by });
  });

  it("is of one family", () => {
    expect(evaluate(input(), come({ family: 6 }))).toEqual({ verdict: "passes" });
    expect(evaluate([readIptables("*filter\n:INPUT DROP [0:0]\nCOMMIT", 6)], come({ family: 6 })).verdict).toBe(
      "dropped",
    );
  });
});

const place: Place = {
  outside: "eth0",
  interfaces: [
    { name: "eth0", networks: ["198.51.100.1/24"] },
    { name: "docker0", networks: ["172.17.0.1/16"] },
  ],
};

describe("a container's published port", () => {
  const rules = (...user: readonly string[]) => [
    readIptables(`*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 2121 -j DNAT --to-destination 172.17.0.2:21
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:DOCKER - [0:0]
${user.join("\n")}
-A FORWARD -o docker0 -j DOCKER
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 21 -j ACCEPT
COMMIT`),
  ];

  it("is forwarded, past the rules for the host itself", () => {
    expect(evaluate(rules(), come({ port: 2121 }), place)).toMatchObject({
      verdict: "passes",
      by: { chain: "DOCKER" },
      translated: { address: "172.17.0.2", port: 21 },
    });
    expect(evaluate(rules(), come({ port: 21 }), place)).toMatchObject({ verdict: "dropped", by: { chain: "INPUT" } });
  });

  it("may be dropped on the way through", () => {
    const answer = evaluate(
      rules("-A FORWARD -s 192.0.2.0/24 -j DROP"),
      come({ port: 2121, from: "192.0.2.7" }),
      place,
    );
    expect(answer).toMatchObject({ verdict: "dropped", by: { chain: "FORWARD" } });
  });

  it("goes nobody knows where, as long as the interface is not known", () => {
    expect(evaluate(rules(), come({ port: 2121 })).verdict).toBe("unsure");
  });
});

const nft = (chain: object, ...rules: readonly (readonly object[])[]) =>
  readNft(
    JSON.stringify({
      nftables: [
        { metainfo: { json_schema_version: 1 } },
        { table: { family: "ip", name: "filter", handle: 1 } },
        {
          chain: {
            family: "ip",
            table: "filter",
            name: "INPUT",
            type: "filter",
            hook: "input",
            prio: 0,
            policy: "drop",
            ...chain,
          },
        },
        ...rules.map((expr, i) => ({ rule: { family: "ip", table: "filter", chain: "INPUT", handle: i + 2, expr } })),
      ],
    }),
  );

const toPort = (right: unknown) => ({
  match: { op: "==", left: { payload: { protocol: "tcp", field: "dport" } }, right },
});

describe("nft -j list ruleset", () => {
  it.each([
    ["a statement that is not known", [[{ weather: "rain" }, { accept: null }]], "unsure"],
    ["an extension that nft cannot print", [[{ xt: { type: "match", name: "set" } }, { accept: null }]], "unsure"],
    ["… or printed as nothing", [[null, { accept: null }]], "unsure"],
    ["a set that is not there", [[toPort("@gone"), { accept: null }]], "unsure"],
    ["a random choice", [[{ match: { op: "==", left: { numgen: {} }, right: 0 } }, { accept: null }]], "unsure"],
    [
      "another header",
      [[{ match: { op: "==", left: { payload: { protocol: "udp", field: "dport" } }, right: 21 } }, { accept: null }]],
      "dropped",
    ],
    ["a range", [[toPort({ range: [20, 25] }), { reject: null }]], "rejected"],
    [
      "a rejection of the other family",
      [[{ reject: { type: "icmpv6", expr: "port-unreachable" } }], [{ accept: null }]],
      "passes",
    ],
    [
      "a map with all the others",
      [
        [
          {
            vmap: {
              key: { payload: { protocol: "tcp", field: "dport" } },
              data: {
                set: [
                  [22, { drop: null }],
                  ["*", { accept: null }],
                ],
              },
            },
          },
        ],
      ],
      "passes",
    ],
    [
      "a map that goes on",
      [
        [
          {
            vmap: { key: { payload: { protocol: "tcp", field: "dport" } }, data: { set: [[21, { continue: null }]] } },
          },
        ],
        [{ accept: null }],
      ],
      "passes",
    ],
    [
      "a header that is rewritten",
      [[{ mangle: { key: { payload: { protocol: "tcp", field: "dport" } }, value: 2121 } }], [{ accept: null }]],
      "unsure",
    ],
  ] as const)("%s", (_name, rules, verdict) => {
    expect(evaluate([nft({}, ...(rules as unknown as object[][]))], come()).verdict).toBe(verdict);
  });

  it("says nothing about a table that sleeps", () => {
    const ruleset = readNft(
      JSON.stringify({
        nftables: [
          { table: { family: "ip", name: "filter", flags: ["dormant"] } },
          {
            chain: {
              family: "ip",
              table: "filter",
              name: "INPUT",
              type: "filter",
              hook: "input",
              prio: 0,
              policy: "drop",
            },
          },
        ],
      }),
    );
    expect(evaluate([ruleset], come()).verdict).toBe("passes");
  });

  it("counts as iptables prints it where both print a table", () => {
    const seen = nft({}, [{ xt: { type: "match", name: "multiport" } }, { accept: null }]);
    const told = readIptables(
      "# Generated by iptables-save v1.8.9 (nf_tables)\n*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m multiport --dports 21,22 -j ACCEPT\nCOMMIT",
    );
    expect(evaluate([seen], come()).verdict).toBe("unsure");
    expect(evaluate(joinRulesets([seen, told]), come()).verdict).toBe("passes");
  });

  it("calls a rule by its text where that is given too", () => {
    const listing =
      "table ip filter { # handle 1\n\tchain INPUT { # handle 1\n\t\ttcp dport 21 accept # handle 2\n\t}\n}\n";
    const json = JSON.stringify({
      nftables: [
        { table: { family: "ip", name: "filter" } },
        { chain: { family: "ip", table: "filter", name: "INPUT", type: "filter", hook: "input", prio: 0 } },
        { rule: { family: "ip", table: "filter", chain: "INPUT", handle: 2, expr: [{ accept: null }] } },
      ],
    });
    expect(evaluate([readNft(json, listing)], come()).by?.rule).toBe("tcp dport 21 accept");
    expect(evaluate([readNft(json)], come()).by?.rule).toBe("handle 2");
  });
});
