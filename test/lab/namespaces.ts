import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const folder = "/run/netns";
const prefix = "twinport-lab-";

const mine = new Set<string>();
let builds = 0;

/** The beginning of the names of one build; it carries our pid, so parallel runs do not meet. */
export function newNames(): string {
  if (builds === 0) {
    sweep();
    process.once("exit", () => removeNow([...mine]));
  }
  return `${prefix}${process.pid}-${++builds}-`;
}

/** The arguments before a program that is to run there; nsenter becomes the program, so its pid is the program's. */
export const inside = (name: string): string[] => ["nsenter", `--net=${join(folder, name)}`];

/** Makes the namespaces, and then the links, by lines of `ip -batch`. */
export async function makeNamespaces(names: readonly string[], links: readonly string[]): Promise<void> {
  for (const name of names) mine.add(name);
  await feed(["ip", "-batch", "-"], [...names.map((name) => `netns add ${name}`), ...links]);
}

/** Ends what runs in the namespaces, by pid, and removes them. */
export async function removeNamespaces(names: readonly string[]): Promise<void> {
  endProcesses(names);
  for (const name of names) mine.delete(name);
  await feed(
    ["ip", "-force", "-batch", "-"],
    names.map((name) => `netns del ${name}`),
  );
}

/** Runs a program to its end, feeding it lines. */
export async function feed([program = "", ...args]: readonly string[], lines: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ["pipe", "ignore", "pipe"], timeout: 10_000 });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  child.stdin.on("error", () => {});
  child.stdin.end(`${lines.join("\n")}\n`);
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0)
    throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${complaint}\n${lines.join("\n")}`);
}

/** Removes what a run left behind that was killed: its names carry a pid that is no more. */
function sweep(): void {
  const orphans = names().filter((name) => !isAlive(Number(/^twinport-lab-(\d+)-/.exec(name)?.[1])));
  removeNow(orphans);
}

function removeNow(orphans: readonly string[]): void {
  if (orphans.length === 0) return;
  endProcesses(orphans);
  for (const name of orphans) {
    spawnSync("ip", ["netns", "del", name], { stdio: "ignore", timeout: 5000 });
    mine.delete(name);
  }
}

/** Whoever is in a namespace of ours was started by us. */
function endProcesses(ours: readonly string[]): void {
  const identities = new Set(ours.flatMap((name) => identity(name) ?? []));
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (identities.has(readlinkSync(`/proc/${pid}/ns/net`))) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

function identity(name: string): string | undefined {
  try {
    return `net:[${statSync(join(folder, name)).ino}]`;
  } catch {
    return undefined;
  }
}

function names(): string[] {
  try {
    return readdirSync(folder).filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
