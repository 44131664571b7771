import { readFile, readlink, stat } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { localPids } from "@twinport/doctor";
import { serveCommand } from "../serve.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { DeploymentFlags } from "../deployment-options.ts";

/** A `twinport serve` that runs on this machine. */
export interface RunningServer {
  readonly pid: number;
  /** What stands behind `serve`. */
  readonly args: readonly string[];
  /** The folder that its files are named from. */
  readonly folder: string;
  /** It runs in a network of its own, as in a container: its ports are not those of here. */
  readonly isElsewhere: boolean;
  /** It is another user's: what it has open, and where it stands, only root sees. */
  readonly isHidden: boolean;
}

/** The servers that run, those in this network first; of others than one's own, only root sees where they are. */
export async function runningServers(): Promise<RunningServer[]> {
  const here = await readlink("/proc/self/ns/net").catch(() => "");
  const found = await Promise.all((await localPids()).map((pid) => serverOf(pid, here)));
  return found
    .flatMap((one) => one ?? [])
    .toSorted((one, other) => Number(one.isElsewhere) - Number(other.isElsewhere) || one.pid - other.pid);
}

/** Its arguments, read as it has read them; undefined where they cannot be. */
export function flagsOf({ args, folder }: RunningServer, { messages, language }: CommandSetting) {
  const command = serveCommand(messages, language)
    .option("--lang <language>")
    .exitOverride()
    .configureOutput({ writeErr() {}, writeOut() {} })
    .action(() => {});
  try {
    command.parse([...args], { from: "user" });
  } catch {
    return undefined;
  }
  const flags = command.opts<DeploymentFlags>();
  const there = (files: readonly string[]): string[] => files.map((file) => path.resolve(folder, file));
  return {
    ...flags,
    ...(flags.tlsCert && { tlsCert: there(flags.tlsCert) }),
    ...(flags.tlsKey && { tlsKey: there(flags.tlsKey) }),
  };
}

async function serverOf(pid: number, here: string): Promise<RunningServer | undefined> {
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const args = serveArgsOf(line.split("\0").slice(0, -1));
  if (!args) return undefined;
  const there = await readlink(`/proc/${pid}/ns/net`).catch(() => here);
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => "/");
  const owner = await stat(`/proc/${pid}`).catch(() => undefined);
  const own = process.getuid?.();
  const isHidden = own !== undefined && own !== 0 && owner?.uid !== own;
  return { pid, args, folder, isElsewhere: there !== here, isHidden };
}

/** The command; or what `npm start` runs in a clone, which is the command itself in the same process. */
const program = /(?:^|\/)(?:twinport(?:\.js|\.mjs|\.cmd)?|tools\/start\.mjs)$/;

/** What stands behind `serve` in the command line of a twinport; undefined in that of any other program. */
export function serveArgsOf(words: readonly string[]): readonly string[] | undefined {
  // Before it may be node and its options; a shell that starts it has it all in one word.
  const at = words.findIndex((word) => program.test(word));
  const serve = words.indexOf("serve", at + 1);
  if (at === -1 || serve === -1) return undefined;
  // Between them may be --lang only.
  return serve - at <= 3 ? words.slice(serve + 1) : undefined;
}
