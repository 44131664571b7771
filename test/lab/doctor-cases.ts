import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { proving } from "../testkit/proving.ts";
import { twinport } from "./daemon.ts";
import { builtOf } from "./doctor-truth.ts";
import { allTopologies } from "./selection.ts";
import { isOfShortForm, titleOf, variantsOf } from "./topology.ts";
import type { Lab, Run } from "./lab.ts";
import type { Built, DoctorTls } from "./doctor-truth.ts";
import type { Variant } from "./topology.ts";

/** One examination: what is built, how the doctor is asked, and what is true then. */
interface Case {
  readonly title: string;
  readonly variant: Variant;
  readonly args: readonly string[];
  readonly built: Built;
  /** Another password, name or scheme than the right one. */
  readonly url?: { readonly password?: string; readonly host?: string; readonly scheme?: string };
  /** Seconds that it is asked to wait. */
  readonly idle?: number;
}

const ofTls: Readonly<Record<DoctorTls, { readonly title: string; readonly args: readonly string[] }>> = {
  off: { title: "", args: [] },
  explicit: { title: ", asked for", args: ["--tls", "explicit", "--insecure"] },
  both: { title: ", not asked for", args: ["--insecure"] },
};

function caseOf(variant: Variant, tls: DoctorTls): Case {
  const { title, args } = ofTls[tls];
  const { proxy } = variant.topology;
  return {
    title: titleOf(variant) + title,
    variant,
    args: [...args, ...(proxy === undefined ? [] : ["--proxy", `socks5://${proxy}`])],
    built: builtOf(variant.topology.name, tls),
  };
}

/** A name stands for both addresses: it is one examination, whichever of them the prober has asked. */
const isAskedTwice = ({ topology, family }: Variant): boolean => topology.bothFamilies === true && family === "ipv6";

/** A server with TLS is examined by a URL that asks for it, and by one that does not. */
function casesOf(variant: Variant): Case[] {
  if (isAskedTwice(variant)) return [];
  if (variant.tls === "off") return [caseOf(variant, "off")];
  const isOddOne = variant.topology.name === "TLS where FTP was expected";
  return isOddOne ? [caseOf(variant, "both")] : [caseOf(variant, "explicit"), caseOf(variant, "both")];
}

function variantOf(name: string, tls: Variant["tls"] = "off"): Variant {
  const topology = allTopologies.find((one) => one.name === name);
  if (!topology) throw new Error(`there is no topology ${name}`);
  return { topology, family: "ipv4", tls };
}

const nothing = (must: Built["must"]): Built => ({ works: [null], must, may: [] });

/** What is not of the boxes. */
const others: readonly Case[] = [
  {
    title: "a NAT that forgets an idle conversation",
    variant: variantOf("NAT that forgets after 4 s"),
    args: ["--idle", "6"],
    idle: 6,
    built: {
      ...builtOf("NAT that forgets after 4 s", "off"),
      must: [
        { causes: ["address-private"], sides: ["client"] },
        { causes: ["control-idle-cut"], sides: ["client", "undecided"] },
      ],
    },
  },
  {
    title: "a conversation that may be idle",
    variant: variantOf("client NAT"),
    args: ["--idle", "6"],
    idle: 6,
    built: builtOf("client NAT", "off"),
  },
  {
    title: "the inner address of a server, from its own network",
    variant: variantOf("client in the server's network"),
    args: [],
    url: { host: "10.0.0.2" },
    built: { works: ["passive"], must: [{ causes: ["address-wrong"], sides: ["server"] }], may: [] },
  },
  {
    title: "a wrong password",
    variant: variantOf("open, server of ours"),
    args: [],
    url: { password: "wrong" },
    built: nothing([{ causes: ["login-refused"], sides: ["client", "server", "undecided"] }]),
  },
  {
    title: "a name that nobody has",
    variant: variantOf("open"),
    args: [],
    url: { host: "nobody.invalid" },
    built: nothing([{ causes: ["name-not-found"], sides: ["client", "server", "undecided"] }]),
  },
  {
    title: "TLS asked for, of a server that has none",
    variant: variantOf("open"),
    args: ["--tls", "explicit"],
    built: nothing([{ causes: ["tls-failed"], sides: ["server"] }]),
  },
  {
    title: "ftps:// where clear FTP stands",
    variant: variantOf("open"),
    args: [],
    url: { scheme: "ftps" },
    built: nothing([{ causes: ["wrong-protocol"], sides: ["server", "client", "undecided"] }]),
  },
  {
    title: "a proxy that is not there",
    variant: variantOf("SOCKS, and the direct way is open"),
    args: ["--proxy", "socks5://192.0.2.1:1081"],
    built: nothing([{ causes: ["out-refused", "proxy-only"], sides: ["client"] }]),
  },
  {
    title: "a certificate that nobody vouches for",
    variant: variantOf("open", "explicit"),
    args: ["--tls", "explicit"],
    built: {
      works: ["passive", null],
      must: [{ causes: ["tls-certificate"], sides: ["server"] }],
      may: [],
    },
  },
];

/** TLS and IPv6 in the short form: where they make a difference. */
const alsoShort = new Set([
  "open, IPv6",
  "both closed, IPv6",
  "client NAT with FTP helper, server admits 21, IPv4, TLS, not asked for",
  "server's box with FTP helper, IPv4, TLS, not asked for",
  "server's NAT with FTP helper, IPv4, TLS, not asked for",
  "client firewall with FTP helper, server admits 21, IPv4, TLS, asked for",
  "server that wants its TLS session taken up, IPv4, TLS, not asked for",
  "both closed, server of ours, IPv4, TLS, asked for",
]);

/** Topologies that the short form of other tests has, and this one not: others show the same, or they are slow. */
const left = new Set([
  "slow link that loses frames",
  "NAT that forgets after 4 s",
  "double NAT",
  "client's own firewall",
  "server's own firewall prohibits",
  "forwarded server tells its public address",
  "server admits 21, resets the rest",
  "server admits 21 and its range",
  "one passive port",
  "client firewall with FTP helper, server admits 21",
  "FTP helper, but port 2121",
  "double NAT, FTP helper on the inner one",
  "both closed, with words",
  "server takes neither",
  "late answer to a data connection",
  "two ways out, lenient server",
  "box that resets EPSV",
  "network that lets 21 out, with FTP helper",
  "server's NAT with FTP helper",
]);

const isShort = ({ title, variant }: Case): boolean => {
  if (alsoShort.has(title)) return true;
  const { topology, family, tls } = variant;
  return isOfShortForm(variant) && family === "ipv4" && tls === "off" && !left.has(topology.name);
};

/** What this run examines: every topology once, or with TWINPORT_PROVE all that there is. */
export const cases: readonly Case[] = [...variantsOf(allTopologies).flatMap(casesOf), ...others].filter(
  (one) => proving || isShort(one),
);

/** Runs the doctor on the client's host, with a home of its own. */
export async function examine(lab: Lab, { variant, args, url = {}, idle = 0 }: Case): Promise<Run> {
  const home = join(lab.home, "home-doctor");
  await mkdir(home, { recursive: true });
  const { address, port, user, password, folder } = lab.server;
  const names = variant.topology.bothFamilies === true;
  const host = url.host ?? (names ? "server.lab" : address.includes(":") ? `[${address}]` : address);
  const target = `${url.scheme ?? "ftp"}://${user}:${url.password ?? password}@${host}:${port}/${folder}/`;
  const command = [process.execPath, twinport, "doctor", target, "--json", ...args];
  const entered = names ? [...(await withNames(lab)), ...command] : command;
  const [program = "", ...rest] = entered;
  return lab.client.run(program, rest, { timeout: 40 + idle, env: { HOME: home } });
}

/** The words before a command for which the server has a name. */
async function withNames({ home, serverAddresses }: Lab): Promise<string[]> {
  const hosts = join(home, "hosts");
  await writeFile(hosts, serverAddresses.map((address) => `${address} server.lab\n`).join(""));
  return ["unshare", "--mount", "sh", "-ec", 'mount --bind "$0" /etc/hosts; exec "$@"', hosts];
}
