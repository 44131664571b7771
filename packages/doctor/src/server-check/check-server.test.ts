import { describe, expect, test } from "vitest";
import { formatServerCheck, sayServerCheck } from "../messages/server-check.ts";
import { checkRules } from "../firewall/check/check-rules.ts";
import { readIptables } from "../firewall/check/read-iptables.ts";
import { checkServer } from "./check-server.ts";
import { serverCheckCodes, serverChecks } from "./server-check.ts";
import type { Deployment, PassiveDeployment } from "../deployment.ts";
import type { ListeningPort, ServerFacts } from "./server-facts.ts";
import type { ServerCheckName } from "./server-check.ts";

const server = { pid: 7, name: "node", isServer: true };
const other = { pid: 8, name: "vsftpd", isServer: false };
const passive: PassiveDeployment = { ports: { from: 30_000, to: 30_099 }, advertised: [], sharesPorts: true };
const deployment: Deployment = {
  control: [{ address: "0.0.0.0", port: 21, tls: "off" }],
  passive,
  active: { sourcePort: 20 },
};
const noRules = checkRules([], deployment, { families: [4] });

const certificate = {
  kind: "read",
  file: "server.pem",
  names: ["ftp.example.org", "203.0.113.5"],
  from: Date.UTC(2026, 6, 1),
  until: Date.UTC(2027, 6, 1),
  isOfKey: true,
} as const;

/** A server at which nothing is wrong. */
const fine: ServerFacts = {
  deployment,
  now: Date.UTC(2027, 0, 1),
  addresses: ["203.0.113.5", "2001:db8::5"],
  listening: [{ address: "0.0.0.0", port: 21, program: server }],
  timeWait: { count: 3, most: 65_536 },
  ephemeral: { from: 32_768, to: 60_999 },
  reserved: [],
  unprivilegedFrom: 1024,
  isPrivileged: true,
  container: undefined,
  hasHostNetwork: false,
  helper: { isLoaded: false, isAutomatic: false },
  rules: noRules,
  names: {},
  certificates: [certificate],
};

type Change = Partial<Omit<ServerFacts, "deployment">> & { readonly deployment?: Partial<Deployment> };

function report(change: Change = {}) {
  return checkServer({ ...fine, ...change, deployment: { ...deployment, ...change.deployment } });
}

/** What one check comes to: codes. */
const codes = (check: ServerCheckName, change: Change = {}): string[] =>
  report(change)
    .results.filter((result) => result.check === check)
    .map(({ code }) => code);

const ranged = (from: number, to: number): Change => ({ deployment: { passive: { ...passive, ports: { from, to } } } });
const told = (...advertised: string[]): Change => ({ deployment: { passive: { ...passive, advertised } } });
const control = (...addresses: string[]): Change => ({
  deployment: { control: addresses.map((address) => ({ address, port: 21, tls: "off" })) },
});

test("a server at which nothing is wrong is told so, check by check", () => {
  const { results, canServe } = report();
  expect(canServe).toBe(true);
  expect(new Set(results.map(({ check }) => check))).toEqual(new Set(serverChecks));
  expect(results.filter(({ status }) => status !== "ok")).toEqual([]);
});

test.each<[string, ServerCheckName, Change, string[]]>([
  ["nobody listens", "listeners", { listening: [] }, ["listens-not"]],
  [
    "somebody else does",
    "listeners",
    { listening: [{ address: "0.0.0.0", port: 21, program: other }] },
    ["listens-other"],
  ],
  ["whoever it is", "listeners", { listening: [{ address: "0.0.0.0", port: 21 }] }, ["listens-somebody"]],
  ["at :: for both families", "listeners", { listening: [{ address: "::", port: 21, program: server }] }, ["listens"]],
  [
    "at all addresses, where one is asked for",
    "listeners",
    { ...control("203.0.113.5"), listening: fine.listening },
    ["listens"],
  ],
  ["of IPv4 only, where IPv6 is asked for", "listeners", control("::"), ["listens-not"]],
  [
    "for this machine alone",
    "listeners",
    { ...control("127.0.0.1"), listening: [{ address: "127.0.0.1", port: 21, program: server }] },
    ["listens", "listens-loopback"],
  ],
  ["a system that shows nothing", "listeners", { listening: undefined }, ["listens-unseen"]],

  ["no privilege, and it listens already", "privilege", { isPrivileged: false }, ["privilege-missing-source"]],
  [
    "no privilege, and it does not",
    "privilege",
    { isPrivileged: false, listening: [] },
    ["privilege-missing-control", "privilege-missing-source"],
  ],
  [
    "no privilege, where none is needed",
    "privilege",
    { isPrivileged: false, unprivilegedFrom: 0 },
    ["privilege-not-needed"],
  ],
  ["whose privileges nobody knows", "privilege", { isPrivileged: undefined }, ["privilege-unknown"]],
  [
    "somebody who listens at the source port",
    "privilege",
    {
      listening: [...(fine.listening ?? []), { address: "203.0.113.5", port: 20, program: other }],
      ...control("203.0.113.5"),
    },
    ["privilege-there", "source-held"],
  ],

  [
    "somebody else in the range",
    "passive-range",
    { listening: [{ address: "0.0.0.0", port: 30_005, program: other }] },
    ["range-held", "range-not-ephemeral", "range-not-famous"],
  ],
  [
    "the server itself in the range",
    "passive-range",
    { listening: [{ address: "203.0.113.5", port: 30_005, program: server }] },
    ["range-free", "range-not-ephemeral", "range-not-famous"],
  ],
  [
    "a range that is all somebody else's",
    "passive-range",
    { ...ranged(30_005, 30_005), listening: [{ address: "0.0.0.0", port: 30_005, program: other }] },
    ["range-held-whole", "range-not-ephemeral", "range-not-famous"],
  ],
  [
    "a range in the ephemeral one",
    "passive-range",
    ranged(50_000, 50_009),
    ["range-free", "range-ephemeral", "range-not-famous"],
  ],
  [
    "one that is reserved",
    "passive-range",
    { ...ranged(50_000, 50_009), reserved: [{ from: 50_000, to: 50_100 }] },
    ["range-free", "range-not-ephemeral", "range-not-famous"],
  ],
  [
    "one that is reserved in part",
    "passive-range",
    { ...ranged(50_000, 50_009), reserved: [{ from: 50_000, to: 50_008 }] },
    ["range-free", "range-ephemeral", "range-not-famous"],
  ],
  ["one with SIP in it", "passive-range", ranged(5000, 5099), ["range-free", "range-not-ephemeral", "range-famous"]],
  [
    "one with the command port in it",
    "passive-range",
    { ...ranged(20, 30), listening: [] },
    ["range-free", "range-holds-control", "range-privileged", "range-not-ephemeral", "range-not-famous"],
  ],
  ["no range", "passive-range", { deployment: { passive: { advertised: [], sharesPorts: true } } }, ["range-any"]],
  ["no passive mode", "passive-range", { deployment: { passive: false } }, []],

  ["a public address of its own", "advertised-address", {}, ["told-connected"]],
  ["a private one, and nothing told", "advertised-address", { addresses: ["10.0.0.5"] }, ["told-only-private"]],
  [
    "the NAT's address told",
    "advertised-address",
    { addresses: ["10.0.0.5"], ...told("198.51.100.1") },
    ["told-elsewhere"],
  ],
  ["its own told", "advertised-address", told("203.0.113.5"), ["told-own"]],
  ["a private one told", "advertised-address", told("192.168.1.2"), ["told-private"]],
  ["0.0.0.0 told", "advertised-address", told("0.0.0.0"), ["told-useless"]],
  ["a name without an address", "advertised-address", told("gone.example"), ["told-name-unknown"]],
  [
    "a name with an IPv6 address only",
    "advertised-address",
    { ...told("six.example"), names: { "six.example": ["2001:db8::5"] } },
    ["told-name-no-ipv4"],
  ],
  [
    "a name that is its own",
    "advertised-address",
    { ...told("ftp.example"), names: { "ftp.example": ["2001:db8::5", "203.0.113.5"] } },
    ["told-name", "told-own"],
  ],
  ["loopback alone", "advertised-address", control("127.0.0.1", "::1"), ["told-loopback"]],
  ["IPv6 alone, which 227 cannot tell", "advertised-address", control("2001:db8::5"), []],

  ["a container", "container", { container: "docker" }, ["container"]],
  [
    "a container in its machine's network",
    "container",
    { container: "docker", hasHostNetwork: true },
    ["container-host"],
  ],
  ["rules that cannot be read", "firewall", { rules: "nft: Operation not permitted" }, ["rules-unread"]],
  ["no rules", "firewall", {}, ["rules-open"]],
  ["loopback alone has no firewall", "firewall", { ...control("127.0.0.1"), rules: "no" }, ["rules-loopback"]],
  ["a helper that is loaded", "conntrack-helper", { helper: { isLoaded: true, isAutomatic: false } }, ["helper-idle"]],
  [
    "a helper that listens in",
    "conntrack-helper",
    { helper: { isLoaded: true, isAutomatic: true } },
    ["helper-automatic"],
  ],
  ["a helper by a rule", "conntrack-helper", { rules: { ...noRules, hasHelper: true } }, ["helper-rule"]],
  ["nothing known of helpers", "conntrack-helper", { helper: undefined }, ["helper-unknown"]],

  ["few ports that are shared", "capacity", ranged(30_000, 30_003), ["capacity-shared-few"]],
  [
    "few ports for fewer sessions",
    "capacity",
    { deployment: { ...ranged(30_000, 30_003).deployment, sessions: 4 } },
    ["capacity-shared"],
  ],
  [
    "ports of one session each",
    "capacity",
    { deployment: { passive: { ...passive, sharesPorts: false }, sessions: 200 } },
    ["capacity-own-few"],
  ],
  [
    "much in TIME_WAIT",
    "capacity",
    { timeWait: { count: 60_000, most: 65_536 } },
    ["capacity-shared", "time-wait-many"],
  ],

  ["no certificate", "certificate", { certificates: [] }, ["certificate-none"]],
  [
    "no certificate, where nobody comes from elsewhere",
    "certificate",
    { ...control("127.0.0.1"), certificates: [] },
    ["certificate-not-needed"],
  ],
  ["a good certificate", "certificate", { certificates: [certificate] }, ["certificate-good"]],
  [
    "one that expires in days",
    "certificate",
    { certificates: [{ ...certificate, until: Date.UTC(2027, 0, 9) }] },
    ["certificate-soon"],
  ],
  [
    "one that has expired",
    "certificate",
    { certificates: [{ ...certificate, until: Date.UTC(2026, 11, 9) }] },
    ["certificate-expired"],
  ],
  [
    "one of tomorrow",
    "certificate",
    { certificates: [{ ...certificate, from: Date.UTC(2027, 0, 2) }] },
    ["certificate-early"],
  ],
  ["another's key", "certificate", { certificates: [{ ...certificate, isOfKey: false }] }, ["certificate-other-key"]],
  [
    "another name",
    "certificate",
    { ...told("files.example.net"), names: { "files.example.net": ["203.0.113.5"] }, certificates: [certificate] },
    ["certificate-other-names"],
  ],
  [
    "one for all names of a domain",
    "certificate",
    { ...told("ftp.example.net"), certificates: [{ ...certificate, names: ["*.example.net"] }] },
    ["certificate-good"],
  ],
  [
    "one that may not be read",
    "certificate",
    { certificates: [{ kind: "unread", file: "a.pem", why: "EACCES", isForbidden: true }] },
    ["certificate-forbidden"],
  ],
  [
    "one that is none",
    "certificate",
    { certificates: [{ kind: "unread", file: "a.pem", why: "no PEM", isForbidden: false }] },
    ["certificate-unread"],
  ],
])("%s: %s", (_name, check, change, expected) => {
  expect(codes(check, change)).toEqual(expected);
});

describe("rules of the machine", () => {
  const rulesOf = (...lines: string[]) => {
    const chains = [":INPUT DROP [0:0]", ":FORWARD DROP [0:0]", ":OUTPUT ACCEPT [0:0]"];
    return readIptables(["*filter", ...chains, ...lines.map((line) => `-A INPUT ${line}`), "COMMIT"].join("\n"));
  };
  /** With an input chain of these rules; port 22 is somebody's own. */
  const under = (...lines: string[]) =>
    report({ rules: checkRules([rulesOf(...lines)], deployment, { families: [4], known: [22] }) });
  const stands = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
  const open = (ports: string): string => `-p tcp -m multiport --dports ${ports} -j ACCEPT`;

  test.each<[string, string[], string[], boolean]>([
    ["exactly what is needed", [stands, open("21,30000:30099")], ["rules-exact"], true],
    ["what another program needs is not needless", [stands, open("21,22,30000:30099")], ["rules-exact"], true],
    ["no passive port", [stands, open("21")], ["rules-missing"], true],
    ["half the passive ports", [stands, open("21,30000:30049")], ["rules-missing"], true],
    ["no command port: nobody gets in", [stands, open("30000:30099")], ["rules-missing"], false],
    ["more than is needed", [stands, open("21,3306,30000:30099")], ["rules-needless"], true],
  ])("%s", (_name, lines, expected, serves) => {
    const { results, canServe } = under(...lines);
    expect(results.filter(({ check }) => check === "firewall").map(({ code }) => code)).toEqual(expected);
    expect(canServe).toBe(serves);
  });

  test("passive mode alone, of which half is open, can be used", () => {
    const only = { ...deployment, active: false } as const;
    const rules = checkRules([rulesOf(stands, open("21,30000:30049"))], only, { families: [4] });
    expect(report({ deployment: only, rules }).canServe).toBe(true);
    const shut = checkRules([rulesOf(stands, open("21"))], only, { families: [4] });
    expect(report({ deployment: only, rules: shut }).canServe).toBe(false);
  });
});

describe("whether clients can use it at all", () => {
  const ipv6 = { address: "::", port: 21, tls: "off" } as const;
  test.each<[string, Change, boolean]>([
    ["nobody listens", { listening: [] }, false],
    ["somebody listens, whoever it is", { listening: [{ address: "0.0.0.0", port: 21 }] }, true],
    ["another server listens", { listening: [{ address: "0.0.0.0", port: 21, program: other }] }, false],
    ["one of two ports is served", { deployment: { control: [...deployment.control, { ...ipv6, port: 2121 }] } }, true],
    [
      "all passive ports are somebody else's, and there is no other mode",
      {
        deployment: { passive: { ...passive, ports: { from: 30_000, to: 30_000 } }, active: false },
        listening: [...(fine.listening ?? []), { address: "0.0.0.0", port: 30_000, program: other }] as ListeningPort[],
      },
      false,
    ],
  ])("%s", (_name, change, serves) => {
    expect(report(change).canServe).toBe(serves);
  });
});

test("every code belongs to a check, and has its sentences in both languages", () => {
  for (const [check] of Object.values(serverCheckCodes)) expect(serverChecks).toContain(check);
  const chinese = report({ addresses: ["10.0.0.5"], container: "docker" }).results.map((one) =>
    sayServerCheck(one, "zh-CN"),
  );
  for (const { sentence, fix = "。" } of chinese) {
    expect(sentence).toMatch(/[\u4e00-\u9fff].*。$/);
    expect(fix).toMatch(/。$/);
  }
});

test("what is wrong is told with what is to be done, and a sentence sums it up", () => {
  const lines = formatServerCheck(report({ addresses: ["10.0.0.5"] }), "en");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
  const text = lines.join("\n").replaceAll(/\n +/g, " ");
  expect(text).toContain(
    "[look] Address told: This machine has private addresses only (10.0.0.5), and clients are told those: whoever comes through a NAT cannot reach them.",
  );
  expect(text).toContain(
    "To do: If clients come through a NAT: --passive-address with its public address, and let it forward ports 21 and 30000-30099 to 10.0.0.5, each to the same port. If all clients are in the network of this machine, nothing.",
  );
  expect(lines.at(-1)).toBe("Clients can get in; what is marked above is worth a look.");
  expect(formatServerCheck(report({ listening: [] }), "zh-CN").at(-1)).toBe(
    "客户端无法使用这台服务器：见上面标出的各项。",
  );
});
