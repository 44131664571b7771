import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { evaluate, readLocalRules } from "@twinport/doctor";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runProgram } from "../testkit/run-program.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { hostRules, ufwCommands } from "./check-rulesets.ts";
import { makeUfw, unpackedPeer } from "./firewall-peers.ts";
import { labPeer } from "./lab-peer.ts";
import { feed, inside, makeNamespaces, newNames, removeNamespaces } from "./namespaces.ts";
import type { Place, Question } from "@twinport/doctor";
import type { HostRules } from "./check-rulesets.ts";

const script = join(import.meta.dirname, "check.py");

/** A client with two addresses a family, a host with rules, and one behind it. */
const addresses = {
  client: ["198.51.100.2/24", "192.0.2.7/24", "2001:db8:1::2/64", "2001:db8:2::7/64"],
  out: ["198.51.100.1/24", "192.0.2.1/24", "10.0.0.1/32", "2001:db8:1::1/64", "2001:db8:2::1/64"],
  in0: ["10.0.1.1/24"],
  behind: ["10.0.1.2/24"],
} as const;

const place: Place = {
  outside: "out",
  inside: "in0",
  interfaces: [
    { name: "lo", networks: ["127.0.0.1/8", "::1/128"] },
    { name: "out", networks: addresses.out },
    { name: "in0", networks: addresses.in0 },
  ],
};

const ports = [21, 22, 80, 443, 990, 1023, 1024, 2121, 8080, 29_999, 30_000, 30_050, 30_051, 30_099, 30_100, 65_535];

/** Legacy tables have no command that removes them all. */
const EMPTY = "*filter\n:INPUT ACCEPT\nCOMMIT\n";

type Asked = Question & { readonly from: string; readonly to: string };

const ways: readonly Omit<Asked, "port">[] = [
  { direction: "in", family: 4, from: "198.51.100.2", to: "10.0.0.1" },
  { direction: "in", family: 4, from: "192.0.2.7", to: "10.0.0.1" },
  { direction: "in", family: 4, from: "198.51.100.2", to: "10.0.0.1", fromPort: 20 },
  { direction: "in", family: 6, from: "2001:db8:1::2", to: "2001:db8:1::1" },
  { direction: "in", family: 6, from: "2001:db8:2::7", to: "2001:db8:2::1" },
  { direction: "out", family: 4, from: "198.51.100.1", to: "198.51.100.2" },
  { direction: "out", family: 4, from: "198.51.100.1", to: "198.51.100.2", fromPort: 20 },
];

const questions: readonly Asked[] = ways.flatMap((way) => ports.map((port) => ({ ...way, port })));

const saves = ["iptables-nft", "ip6tables-nft", "iptables-legacy"].flatMap((name) => [
  `${name}-save`,
  `${name}-restore`,
]);

labPeer("what the evaluator says is what a connection meets", saves, () => {
  const names = newNames();
  const hosts = ["client", "host", "behind"].map((host) => names + host);
  const [client, host, behind] = hosts as [string, string, string];
  const scratch = new ScratchFolder();

  const run = async (
    where: string,
    [program = "", ...args]: readonly string[],
    stdin = "",
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> => {
    const [enter = "", ...entering] = inside(where);
    const { stdout } = await runProgram(enter, [...entering, program, ...args], {
      home: scratch.path,
      stdin,
      env,
      within: 20,
    });
    return stdout;
  };
  /** What connections meet, all at once. */
  const meet = async (where: string, asked: readonly Asked[]): Promise<string[]> =>
    JSON.parse(await run(where, ["python3", script, "ask"], asked.map((one) => JSON.stringify(one)).join("\n")));

  beforeAll(async () => {
    await makeNamespaces(hosts, [
      `link add out netns ${host} type veth peer name out netns ${client}`,
      `link add in0 netns ${host} type veth peer name in0 netns ${behind}`,
    ]);
    const configure = async (
      where: string,
      devices: Readonly<Record<string, readonly string[]>>,
      more: readonly string[],
    ) =>
      feed(
        [...inside(where), "sh", "-e"],
        [
          'for one in /proc/sys/net/ipv6/conf/*/accept_dad; do echo 0 >"$one"; done',
          "ip link set lo up",
          ...Object.entries(devices).flatMap(([device, list]) => [
            `ip link set ${device} up`,
            ...list.map((address) => `ip address add ${address} dev ${device}`),
          ]),
          ...more,
        ],
      );
    await configure(client, { out: addresses.client }, ["ip route add 10.0.0.0/8 via 198.51.100.1"]);
    await configure(host, { out: addresses.out, in0: addresses.in0 }, [
      "echo 1 >/proc/sys/net/ipv4/ip_forward",
      // Each rejection is told, however many there are.
      "echo 0 >/proc/sys/net/ipv4/icmp_ratelimit",
      "echo 0 >/proc/sys/net/ipv6/icmp/ratelimit",
    ]);
    await configure(behind, { in0: addresses.behind }, ["ip route add default via 10.0.1.1"]);
    for (const where of hosts) {
      const [enter = "", ...entering] = inside(where);
      const listener = spawn(enter, [...entering, "python3", script, "listen"], { stdio: ["pipe", "pipe", "inherit"] });
      listener.stdin.write(`${JSON.stringify(ports)}\n`);
      await once(listener.stdout, "data");
    }
    await chmod(scratch.path, 0o755);
  });

  afterAll(async () => {
    await removeNamespaces(hosts);
    await scratch[Symbol.asyncDispose]();
  });

  const clear = ["nft flush ruleset", `iptables-legacy-restore <<'END'\n${EMPTY}\nEND`];
  const load = async ({ nft, iptables, ip6tables, legacy }: HostRules): Promise<void> => {
    const fed = (program: string, text: string | undefined): string[] =>
      text === undefined ? [] : [`${program} <<'END'\n${text}\nEND`];
    const lines = [
      ...clear,
      ...fed("iptables-legacy-restore", legacy),
      ...fed("nft -f -", nft),
      ...fed("iptables-nft-restore", iptables),
      ...fed("ip6tables-nft-restore", ip6tables),
    ];
    await run(host, ["sh", "-e"], lines.join("\n"));
  };

  const compare = async (): Promise<void> => {
    const { rulesets, unread } = await readLocalRules((program, args) => run(host, [program, ...args]));
    expect(unread).toEqual([]);
    const inward = questions.filter(({ direction }) => direction === "in");
    const outward = questions.filter(({ direction }) => direction === "out");
    const met = (await Promise.all([meet(client, inward), meet(host, outward)])).flat();
    const said = [...inward, ...outward].map((one) => evaluate(rulesets, one, place));
    const told = (verdicts: readonly string[]): string[] =>
      [...inward, ...outward].map(
        (one, i) => `${one.direction} ${one.from}:${one.fromPort ?? "*"} ${one.port} ${verdicts[i]}`,
      );
    expect(told(said.map(({ verdict }) => verdict))).toEqual(told(met));
  };

  it.each(hostRules.map((rules) => [rules.name, rules] as const))("%s", async (_name, rules) => {
    await load(rules);
    await compare();
  });

  unpackedPeer("ufw", "ufw", () => {
    it("limits, rejects, and lets in", async () => {
      const PATH = `${await makeUfw(scratch.path)}:${process.env["PATH"]}`;
      await run(host, ["sh", "-e"], [...clear, ...ufwCommands].join("\n"), { PATH });
      await compare();
    });
  });
});
