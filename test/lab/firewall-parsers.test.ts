import process from "node:process";
import { parseIp, parsePrefix } from "@twinport/protocol";
import { formatFirewall } from "@twinport/doctor";
import { describe, expect, it } from "vitest";
import { proving } from "../testkit/proving.ts";
import { runProgram } from "../testkit/run-program.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { makeUfw, offlineFirewalld, unpackedPeer } from "./firewall-peers.ts";
import { usualRequest } from "./firewall-proofs.ts";
import { labPeer } from "./lab-peer.ts";
import type { FirewallDialect, FirewallRequest, FormatOptions } from "@twinport/doctor";

const { deployment } = usualRequest;
const from = ["192.0.2.0/26", "198.51.100.0/24", "2001:db8:10::/64"].map((text) => parsePrefix(text)!);
const inner = ["10.0.0.2", "2001:db8:20::2"].map((text) => parseIp(text)!);
const one = [parsePrefix("192.168.1.2")!];
const few = { from: 40_000, to: 40_009 };
const listeners = [
  { address: "0.0.0.0", port: 21, tls: "explicit" },
  { address: "192.0.2.66", port: 990, tls: "implicit" },
  { address: "2001:db8:20::2", port: 990, tls: "implicit" },
] as const;

const requests: readonly (readonly [string, Partial<FirewallRequest>])[] = [
  ["the server's host", {}],
  ["the server's host, with helper", { helper: true }],
  ["the server's host, for some networks", { from }],
  ["the server's host, at some addresses", { deployment: { ...deployment, control: listeners }, from }],
  [
    "the server's host, at some addresses, with helper",
    { deployment: { ...deployment, control: listeners }, helper: true },
  ],
  ["a client's host", { role: "client", to: inner, clientPorts: few }],
  ["a client's host, with helper", { role: "client", helper: true }],
  ["a box in front of the server", { role: "gateway-server", to: inner, from }],
  ["a box in front of the server, with helper", { role: "gateway-server", to: inner, helper: true }],
  ["a box in front of clients", { role: "gateway-client" }],
  ["a box in front of clients, with helper", { role: "gateway-client", helper: true }],
  ["a box in front of one client", { role: "gateway-client", from: one, clientPorts: few }],
];

/** Every request, complete and to be added, in one language each: all letters are read by all parsers. */
const all = requests.flatMap(([title, request], i) =>
  [false, true].map((rulesOnly) => {
    const language = (i % 2 === 0) === rulesOnly ? "en" : "zh-CN";
    return [`${title}${rulesOnly ? ", to be added" : ""}, ${language}`, request, { language, rulesOnly }] as const;
  }),
);
/** A parser that starts slowly reads but some in the short form. */
const some = proving ? all : all.filter((_, i) => i % 9 === 0);

const written = (
  request: Partial<FirewallRequest>,
  dialect: FirewallDialect,
  how: Omit<FormatOptions, "dialect">,
): string => formatFirewall({ ...usualRequest, ...request }, { dialect, ...how });

/** Runs a program that reads from its input, where it can do no harm to the rules of this machine. */
async function readBy(
  words: readonly string[],
  stdin: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  await using scratch = new ScratchFolder();
  return (await runProgram("unshare", ["--net", ...words], { home: scratch.path, stdin, env, within: 60 })).stdout;
}

labPeer("the programs that read rules", ["unshare", "iptables-restore"], () => {
  it.for(all)("nft reads: %s", async ([, request, how]) => {
    const chains = ["input", "output", "forward"].map(
      (name) => `chain ${name} { type filter hook ${name} priority 0; }`,
    );
    // The table that lines are added to.
    const before = `table inet filter {\n${chains.join("\n")}\n}\n`;
    await readBy(["nft", "--check", "--file", "-"], before + written(request, "nftables", how));
  });

  it.for(all)("iptables-restore and ip6tables-restore read: %s", async ([, request, how]) => {
    const text = written(request, "iptables", how);
    for (const program of ["iptables-restore", "ip6tables-restore"]) {
      await readBy([program, "--test", ...(how.rulesOnly ? ["--noflush"] : [])], text);
    }
  });
});

unpackedPeer("ufw", "ufw", () => {
  it.for(some)("reads: %s", async ([, request, how]) => {
    await using scratch = new ScratchFolder();
    const path = `${await makeUfw(scratch.path)}:${process.env["PATH"]}`;
    // Those with addresses are for one family or the other.
    await readBy(["sh", "-e"], written(request, "ufw", how), { PATH: path, UFW_OPTIONS: "--dry-run" });
  });
});

unpackedPeer("firewalld", "firewalld", () => {
  it.for(some)("reads: %s", async ([, request, how]) => {
    await using scratch = new ScratchFolder();
    await readBy(await offlineFirewalld(scratch.path), written(request, "firewalld", how));
  });
});

describe("a reader of YAML", () => {
  const documents = async (dialect: FirewallDialect, request: Partial<FirewallRequest> = {}): Promise<unknown[]> => {
    const script = "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))";
    const text = written(request, dialect, { language: "zh-CN", rulesOnly: false });
    return JSON.parse(await readBy(["/usr/bin/python3", "-c", script], text)) as unknown[];
  };

  it("finds the published ports for Docker", async () => {
    expect(await documents("docker")).toMatchObject([
      { services: { twinport: { ports: ["21:21/tcp", "50000-50009:50000-50009/tcp"] } } },
    ]);
  });

  it("finds a Service and a NetworkPolicy for Kubernetes", async () => {
    const [service, policy] = (await documents("kubernetes", { from })) as [Service, unknown];
    expect(service.spec.ports.map(({ port, targetPort }) => [port, targetPort])).toEqual(
      [21, ...Array.from({ length: 10 }, (_, i) => 50_000 + i)].map((port) => [port, port]),
    );
    expect(policy).toMatchObject({
      spec: {
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ ports: [{ port: 21 }] }, { ports: [{ port: 50_000, endPort: 50_009 }] }],
        egress: [{ ports: [{ port: 1024, endPort: 65_535 }] }],
      },
    });
  });

  it("finds the security group and the entries of the ACL for AWS", async () => {
    const [template] = (await documents("aws", { from: from.slice(0, 1) })) as [Template];
    const { TwinportGroup, ...others } = template.Resources;
    expect(TwinportGroup?.Properties).toMatchObject({
      SecurityGroupIngress: [
        { FromPort: 21, ToPort: 21, CidrIp: "192.0.2.0/26" },
        { FromPort: 50_000, ToPort: 50_009, CidrIp: "192.0.2.0/26" },
      ],
      SecurityGroupEgress: [{ FromPort: 1024, ToPort: 65_535, CidrIp: "192.0.2.0/26" }],
    });
    // The article's lines 1, 3 (passive) and 4 (active) in, all others out, and ICMP for large packets.
    expect(
      Object.values(others)
        .filter(({ Type }) => Type === "AWS::EC2::NetworkAclEntry")
        .map(({ Properties: { Egress, PortRange, Icmp } }) => [Egress, PortRange ?? Icmp]),
    ).toEqual([
      [false, { From: 21, To: 21 }],
      [false, { From: 20, To: 20 }],
      [false, { From: 50_000, To: 50_009 }],
      [true, { From: 1024, To: 65_535 }],
      [false, { Type: 3, Code: 4 }],
    ]);
  });
});

interface Service {
  readonly spec: { readonly ports: readonly { readonly port: number; readonly targetPort: number }[] };
}

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
  >;
}
