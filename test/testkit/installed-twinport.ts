import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ChildProcessByStdio, SpawnOptions } from "node:child_process";
import type { Readable } from "node:stream";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/** How the command ended. */
export interface CommandOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What somebody gets who installs the packages: packed, and installed in a folder of their own. */
export class InstalledTwinport {
  readonly command: string;
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.command = path.join(folder, "node_modules/.bin/twinport");
  }

  /** Packs what was built and installs it in the folder. */
  static async in(folder: string): Promise<InstalledTwinport> {
    const packed = ["pack", "--workspaces", "--pack-destination", folder, "--loglevel", "error"];
    await run("npm", packed, { cwd: repository, maxBuffer: 16 * 1024 * 1024 });
    const tarballs = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
    await run("npm", ["init", "--yes"], { cwd: folder });
    const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel", "error"];
    await run("npm", ["install", ...quiet, ...tarballs.map((name) => `./${name}`)], { cwd: folder });
    return new InstalledTwinport(folder);
  }

  /** Runs the command to its end, which must come within half a minute. */
  async run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<CommandOutcome> {
    await using running = this.start(args, environment);
    return await running.outcome;
  }

  /** @param user runs it as this user id; only root can */
  start(args: readonly string[], environment: NodeJS.ProcessEnv = {}, user?: number): RunningTwinport {
    return new RunningTwinport(this.command, args, {
      cwd: this.folder,
      env: { ...process.env, LC_ALL: "C.UTF-8", ...environment },
      ...(user !== undefined && { uid: user, gid: user }),
    });
  }
}

/** The command while it runs; it never outlives its `await using`. */
export class RunningTwinport {
  readonly outcome: Promise<CommandOutcome>;
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  #stdout = "";
  #stderr = "";

  constructor(command: string, args: readonly string[], options: SpawnOptions) {
    this.child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => (this.#stdout += text));
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    this.outcome = once(this.child, "close").then(([status]) => ({
      status: status as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  /** What its standard output matches, as soon as it does; within 20 seconds. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const limit = AbortSignal.timeout(20_000);
    for (;;) {
      const found = pattern.exec(this.#stdout);
      if (found) return found;
      if (this.child.exitCode !== null) throw new Error(`it has ended:\n${this.#stdout}\n${this.#stderr}`);
      await Promise.race([
        once(this.child.stdout, "data", { signal: limit }),
        once(this.child, "exit", { signal: limit }),
      ]);
    }
  }

  /** The address and port of its first URL. */
  async place(): Promise<{ address: string; port: number }> {
    const [, address = "", port = ""] = await this.says(/ftp:\/\/(?:[^@\s]*@)?\[?([\d.:a-f]+?)\]?:(\d+)\//);
    return { address, port: Number(port) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.outcome;
  }
}
