import process from "node:process";
import { readIptables, readNft } from "@twinport/doctor";
import { expect } from "vitest";
import { makeUfw } from "./firewall-peers.ts";
import type { Place, Ruleset } from "@twinport/doctor";
import type { ProvedDialect } from "./firewall-proofs.ts";
import type { Lab } from "./lab.ts";
import type { Host } from "./topology.ts";

const chain = (hook: string): string =>
  [
    `chain ${hook} {`,
    `type filter hook ${hook} priority filter; policy drop;`,
    "ct state established accept",
    "meta l4proto ipv6-icmp accept",
    "}",
  ].join("\n");

/** Rules that are there already: they let through what belongs to a connection, and the neighbours of IPv6. */
const before: Readonly<Record<ProvedDialect, string>> = {
  nftables: `table inet filter {\n${["input", "output", "forward"].map(chain).join("\n")}\n}\n`,
  iptables: [
    "*filter",
    ...["INPUT", "OUTPUT", "FORWARD"].flatMap((name) => [
      `:${name} DROP [0:0]`,
      `-A ${name} -m conntrack --ctstate ESTABLISHED -j ACCEPT`,
      `-A ${name} -6 -p ipv6-icmp -j ACCEPT`,
    ]),
    "COMMIT\n",
  ].join("\n"),
  ufw: "ufw default deny incoming\nufw default deny outgoing\nufw enable\n",
};

/** A host of a lab, and what its rules are written in. */
interface Guarded {
  readonly lab: Lab;
  readonly host: Host;
  readonly dialect: ProvedDialect;
}

/** Puts rules on a host as the first lines of the file say; where they are to be added, behind some that are there. */
export async function load(guarded: Guarded, text: string, rulesOnly: boolean): Promise<void> {
  if (rulesOnly) await loadOne(guarded, before[guarded.dialect], []);
  await loadOne(guarded, text, rulesOnly ? ["--noflush"] : []);
}

async function loadOne({ lab, host, dialect }: Guarded, text: string, flags: readonly string[]): Promise<void> {
  const tell = async (words: readonly string[], env = {}): Promise<void> => {
    const [program = "", ...args] = words;
    const run = await lab.run(host, program, args, { timeout: 60, stdin: text, env });
    expect(run, `${program}: ${run.stdout}\n${run.stderr}\n${text}`).toMatchObject({ status: 0 });
  };
  switch (dialect) {
    case "nftables":
      return tell(["nft", "-f", "-"]);
    case "iptables":
      await tell(["iptables-restore", ...flags]);
      return tell(["ip6tables-restore", ...flags]);
    case "ufw":
      return tell(["sh", "-e"], { PATH: `${await makeUfw(lab.home)}:${process.env["PATH"]}` });
  }
}

/** The rules of a host as `twinport firewall --check` reads them. */
export async function rulesetsOf({ lab, host, dialect }: Guarded): Promise<Ruleset[]> {
  const said = async (program: string, ...args: readonly string[]): Promise<string> =>
    (await lab.run(host, program, args, { timeout: 30 })).stdout;
  if (dialect === "nftables") {
    return [readNft(await said("nft", "-j", "list", "ruleset"), await said("nft", "-a", "list", "ruleset"))];
  }
  return [readIptables(await said("iptables-save"), 4), readIptables(await said("ip6tables-save"), 6)];
}

/** What is known there of the host: its interfaces, of which a box calls one `outside`. */
export async function placeOf({ lab, host }: Guarded): Promise<Place> {
  const { stdout } = await lab.run(host, "ip", ["-json", "address"], { timeout: 10 });
  const interfaces = (JSON.parse(stdout) as Interface[]).map(({ ifname, addr_info: addresses }) => ({
    name: ifname,
    networks: addresses.map(({ local, prefixlen }) => `${local}/${prefixlen}`),
  }));
  return host.endsWith("-box") ? { interfaces, outside: "outside", inside: "inside" } : { interfaces, outside: "net" };
}

/** As `ip -json address` names it. */
interface Interface {
  readonly ifname: string;
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number }[];
}
