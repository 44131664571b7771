import { parseIp, parsePrefix } from "@twinport/protocol";
import { expect, test } from "vitest";
import { planFirewall } from "./plan-firewall.ts";
import { formatPorts } from "./rule-lines.ts";
import type { Deployment } from "../deployment.ts";
import type { FirewallRequest, FirewallRule, Translation } from "./firewall-plan.ts";

const usual: Deployment = {
  control: [{ address: "::", port: 21, tls: "off" }],
  passive: { ports: { from: 30_000, to: 30_009 }, advertised: [], sharesPorts: true },
  active: { sourcePort: 20 },
};
const asked: FirewallRequest = { deployment: usual, role: "server", from: [], to: [], helper: false };
const network = (text: string) => parsePrefix(text)!;
const at = (text: string) => parseIp(text)!;

/** `in 4,6 any:1024-65535 > any:21 (active passive 1)` */
function written({ direction, ends, sourcePorts, destinationPorts, modes, number, helped }: FirewallRule): string {
  const side = (list: readonly string[]): string => (list.length === 0 ? "any" : list.join("+"));
  const whom = ends.map(({ family, sources, destinations }) => `${family} ${side(sources)} > ${side(destinations)}`);
  const ports = `${formatPorts(sourcePorts)} > ${formatPorts(destinationPorts)}`;
  return `${direction} ${ports} (${[...modes, number].join(" ")}${helped ? ", helped" : ""}): ${whom.join(", ")}`;
}

const rulesOf = (request: Partial<FirewallRequest>): string[] =>
  planFirewall({ ...asked, ...request }).rules.map(written);
const notesOf = (request: Partial<FirewallRequest>): string[] =>
  planFirewall({ ...asked, ...request }).notes.map(({ code }) => code);

test("a server's host lets the client's dials in and its own dials out", () => {
  expect(rulesOf({})).toEqual([
    "in 1024-65535 > 21 (active passive 1): 4 any > any, 6 any > any",
    "out 20 > 1024-65535 (active 3): 4 any > any, 6 any > any",
    "in 1024-65535 > 30000-30009 (passive 3): 4 any > any, 6 any > any",
  ]);
});

test("a client's host is the mirror of it, with the ports that it offers", () => {
  expect(rulesOf({ role: "client", to: [at("192.0.2.66")], clientPorts: { from: 40_000, to: 40_009 } })).toEqual([
    "out 1024-65535 > 21 (active passive 1): 4 any > 192.0.2.66",
    "in 20 > 40000-40009 (active 3): 4 192.0.2.66 > any",
    "out 1024-65535 > 30000-30009 (passive 3): 4 any > 192.0.2.66",
  ]);
});

test("each command port has its own port for active mode, in its own families", () => {
  const control = [
    { address: "0.0.0.0", port: 2121, tls: "off" },
    { address: "2001:db8::66", port: 990, tls: "implicit" },
  ] as const;
  const active = { sourcePort: 2120, furtherSourcePorts: [989] };
  expect(rulesOf({ deployment: { ...usual, control, active, passive: false } })).toEqual([
    "in 1024-65535 > 2121 (active 1): 4 any > any",
    "in 1024-65535 > 990 (active 1): 6 any > 2001:db8::66",
    "out 2120 > 1024-65535 (active 3): 4 any > any",
    "out 989 > 1024-65535 (active 3): 6 2001:db8::66 > any",
  ]);
});

test("a network inside another one is not named again, and all addresses of a family are anybody", () => {
  const from = ["10.1.0.0/16", "10.0.0.0/8", "10.0.0.0/8", "::/0"].map(network);
  expect(rulesOf({ from })[0]).toBe("in 1024-65535 > 21 (active passive 1): 4 10.0.0.0/8 > any, 6 any > any");
});

test.each<[string, Partial<Deployment>, string[]]>([
  ["no active mode", { active: false }, ["21", "30000-30009"]],
  ["no passive mode", { passive: false }, ["21", "1024-65535"]],
  ["no range", { passive: { advertised: [], sharesPorts: true }, active: false }, ["21", "1024-65535"]],
])("%s", (_title, deployment, ports) => {
  const { rules } = planFirewall({ ...asked, deployment: { ...usual, ...deployment } });
  expect(rules.map(({ destinationPorts }) => formatPorts(destinationPorts))).toEqual(ports);
});

test("each command port keeps to its addresses, and loopback needs no rule", () => {
  const control = [
    { address: "0.0.0.0", port: 21, tls: "off" },
    { address: "192.0.2.66", port: 990, tls: "implicit" },
    { address: "2001:db8::66", port: 990, tls: "implicit" },
    { address: "127.0.0.1", port: 2121, tls: "off" },
  ] as const;
  const deployment = { ...usual, control, active: false } as const;
  expect(rulesOf({ deployment })).toEqual([
    "in 1024-65535 > 21 (passive 1): 4 any > any",
    "in 1024-65535 > 990 (passive 1): 4 any > 192.0.2.66, 6 any > 2001:db8::66",
    "in 1024-65535 > 30000-30009 (passive 3): 4 any > any, 6 any > 2001:db8::66",
  ]);
  const alone = { ...deployment, control: control.slice(3) };
  expect(rulesOf({ deployment: alone })).toEqual([]);
  expect(notesOf({ deployment: alone })).toEqual(["loopback-only"]);
});

test("networks of one family leave the other one shut", () => {
  expect(rulesOf({ from: [network("198.51.100.77/24")], deployment: { ...usual, active: false } })).toEqual([
    "in 1024-65535 > 21 (passive 1): 4 198.51.100.0/24 > any",
    "in 1024-65535 > 30000-30009 (passive 3): 4 198.51.100.0/24 > any",
  ]);
});

const translated = ({ kind, rule, destinations, to }: Translation): string =>
  `${kind} ${formatPorts(rule.destinationPorts)} at ${destinations?.join("+") ?? "own"}: ${to ?? "own"}`;

test.each<[string, Partial<FirewallRequest>, string[]]>([
  ["a server at its public address needs no NAT", { role: "gateway-server", to: [at("192.0.2.66")] }, []],
  [
    "a private server is forwarded to from the address that it tells",
    {
      role: "gateway-server",
      to: [at("10.0.0.2")],
      deployment: { ...usual, passive: { ...usual.passive, advertised: ["ftp.example", "203.0.113.2"] } as never },
    },
    [
      "destination 21 at 203.0.113.2: 10.0.0.2",
      "source 1024-65535 at any: 203.0.113.2",
      "destination 30000-30009 at 203.0.113.2: 10.0.0.2",
    ],
  ],
  [
    "where no address is told, from the box's own",
    { role: "gateway-server", to: [at("10.0.0.2")], deployment: { ...usual, active: false } },
    ["destination 21 at own: 10.0.0.2", "destination 30000-30009 at own: 10.0.0.2"],
  ],
  [
    "a helper translates data connections by itself",
    { role: "gateway-server", to: [at("10.0.0.2")], helper: true },
    ["destination 21 at own: 10.0.0.2"],
  ],
  [
    "clients in private networks are masqueraded",
    { role: "gateway-client", from: [network("192.168.1.0/24")] },
    ["source 21 at any: own", "source 30000-30009 at any: own"],
  ],
  ["clients at public addresses are not", { role: "gateway-client", from: [network("192.0.2.0/26")] }, []],
])("%s", (_title, request, expected) => {
  const texts = planFirewall({ ...asked, ...request }).translations.map(translated);
  expect(texts.map((text) => text.replace("at :", "at any:"))).toEqual(expected);
});

test.each<[string, Partial<FirewallRequest>, string[]]>([
  ["a helper is told to be blind under TLS", { helper: true, deployment: tlsAt("explicit") }, ["helper-blind"]],
  [
    "and at once where TLS is from the first byte",
    { helper: true, deployment: tlsAt("implicit") },
    ["helper-implicit"],
  ],
  [
    "a private server must tell the outer address",
    { role: "gateway-server", to: [at("10.0.0.2")] },
    ["tell-outer-address"],
  ],
  [
    "active mode does not pass a client's NAT",
    { role: "gateway-client", from: [network("192.168.0.0/16")] },
    ["active-behind-nat", "client-ports-wide"],
  ],
  [
    "unless it forwards ports to one",
    { role: "gateway-client", from: [network("192.168.1.2")], clientPorts: { from: 40_000, to: 40_009 } },
    ["client-tells-outer"],
  ],
])("%s", (_title, request, expected) => expect(notesOf(request)).toEqual(expected));

function tlsAt(tls: "explicit" | "implicit"): Deployment {
  return { ...usual, control: [{ address: "::", port: 21, tls }] };
}

test("a helper does not read along where TLS is from the first byte", () => {
  expect(planFirewall({ ...asked, helper: true, deployment: tlsAt("implicit") }).readAlong).toEqual([]);
  expect(planFirewall({ ...asked, helper: true }).readAlong.map(written)).toEqual([
    "in 1024-65535 > 21 (active passive 1): 4 any > any, 6 any > any",
  ]);
});
