import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { joinRulesets } from "./join-rulesets.ts";
import { readIptables } from "./read-iptables.ts";
import { readNft } from "./read-nft.ts";
import type { Place } from "./question.ts";
import type { Ruleset } from "./ruleset.ts";

/** The rules of this machine, as far as they could be read. */
export interface LocalRules {
  readonly rulesets: readonly Ruleset[];
  /** Programs that are here and did not tell: mostly since one must be root. */
  readonly unread: readonly { readonly program: string; readonly said: string }[];
  readonly place: Place;
}

/** How a program is run: its output, or undefined where there is no such program. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string | undefined>;

type Saver = readonly [program: string, family: 4 | 6, names?: string];

/** Who prints the tables of iptables, and for those of the older kind, the file that tells whether there are any. */
const savers: readonly Saver[] = [
  ["iptables-nft-save", 4],
  ["ip6tables-nft-save", 6],
  ["iptables-legacy-save", 4, "/proc/net/ip_tables_names"],
  ["ip6tables-legacy-save", 6, "/proc/net/ip6_tables_names"],
];

const SECONDS = 10;
/** A million rules are some hundred MiB; more is not read. */
const MOST_BYTES = 512 * 1024 * 1024;

/** Reads the rules of this machine by its own programs, and changes nothing. */
export async function readLocalRules(run: RunProgram = runProgram): Promise<LocalRules> {
  const unread: { program: string; said: string }[] = [];
  const told = async (program: string, read: () => Promise<Ruleset | undefined>): Promise<Ruleset[]> => {
    try {
      const ruleset = await read();
      return ruleset ? [ruleset] : [];
    } catch (error) {
      unread.push({ program, said: saidBy(error) });
      return [];
    }
  };
  const rulesets = await Promise.all([
    told("nft", () => askNft(run)),
    ...savers.map((saver) => told(saver[0], () => askIptables(run, saver))),
  ]);
  return { rulesets: joinRulesets(rulesets.flat()), unread, place: await readPlace() };
}

async function askNft(run: RunProgram): Promise<Ruleset | undefined> {
  const json = await run("nft", ["-j", "list", "ruleset"]);
  if (json === undefined) return undefined;
  return readNft(json, await run("nft", ["-a", "list", "ruleset"]));
}

async function askIptables(run: RunProgram, [program, family, names]: Saver): Promise<Ruleset | undefined> {
  // Asking makes the kernel load what it is asked for; who has no tables is not asked.
  if (names !== undefined && !(await run("cat", [names]).catch(() => ""))?.trim()) return undefined;
  const text = await run(program, []);
  return text === undefined ? undefined : readIptables(text, family);
}

/** The interfaces of this machine, and which of them has the way to everybody. */
async function readPlace(): Promise<Place> {
  const interfaces = Object.entries(networkInterfaces()).map(([name, addresses = []]) => ({
    name,
    networks: addresses.flatMap(({ cidr }) => cidr ?? []),
  }));
  const routes = await readFile("/proc/net/route", "utf8").catch(() => "");
  const [outside] = routes.split("\n").flatMap((line) => {
    const [name, destination, , , , , , mask] = line.split("\t");
    return name !== undefined && destination === "00000000" && mask === "00000000" ? [name] : [];
  });
  return { ...(outside !== undefined && { outside }), interfaces };
}

async function runProgram(program: string, args: readonly string[]): Promise<string | undefined> {
  const { PATH = "" } = process.env;
  const options = {
    timeout: SECONDS * 1000,
    maxBuffer: MOST_BYTES,
    env: { PATH: `${PATH}:/usr/sbin:/sbin`, LC_ALL: "C" },
  };
  return await new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.code === "ENOENT") resolve(undefined);
      else reject(new Error(stderr.trim() || error.message, { cause: error }));
    });
  });
}

function saidBy(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
