import { randomBytes } from "node:crypto";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RunningProgram } from "../testkit/running-program.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { Daemon } from "./daemon.ts";
import { feed, inside, makeNamespaces, newNames, removeNamespaces } from "./namespaces.ts";
import { planOf } from "./plan.ts";
import { startScript } from "./script.ts";
import { startWire } from "./wire.ts";
import type { Outcome } from "../testkit/running-program.ts";
import type { Plan } from "./plan.ts";
import type { Family, Host, TlsUse, Topology, Variant } from "./topology.ts";

const KIB = 1024;

/** There is no name server here; a program that asks for one is told so at once, and not after ten seconds. */
const noNames = `table inet names {
chain out {
type filter hook output priority filter;
udp dport 53 reject
}
}
`;

/** What a program did: how it ended, whether because its time was up, and in how many seconds. */
export interface Run extends Outcome {
  readonly seconds: number;
  readonly timedOut: boolean;
}

/** How a program runs on a host. */
interface RunOptions {
  /** Seconds after which it is killed. */
  readonly timeout: number;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** This machine's kernel lacks something that a topology is made of. */
export class MachineLacksError extends Error {}

/** A topology as it stands: its hosts are network namespaces, its boxes the kernel's own netfilter. */
export class Lab {
  /** A folder for the client's host. */
  readonly home: string;
  /** A file of 300 KiB on the client's host; the server has the same as {@link Daemon.file}. */
  readonly file: string;
  readonly client = {
    /** Runs a program on the client's host. */
    run: (program: string, args: readonly string[], options: RunOptions): Promise<Run> =>
      this.run("client", program, args, options),
  };
  readonly #names: string;
  readonly #plan: Plan;
  readonly #undo: (() => Promise<void>)[] = [];
  #server: Daemon | undefined;

  private constructor(variant: Variant, scratch: ScratchFolder) {
    this.#undo.push(() => scratch[Symbol.asyncDispose]());
    this.home = scratch.path;
    this.file = join(scratch.path, "file.bin");
    this.#names = newNames();
    this.#plan = planOf(variant);
  }

  /** Builds the topology and starts its server; whatever fails, nothing is left of it. */
  static async build(topology: Topology, { family, tls }: { family: Family; tls: TlsUse }): Promise<Lab> {
    const variant = { topology, family, tls };
    const lab = new Lab(variant, new ScratchFolder());
    try {
      await lab.#raise(variant);
      return lab;
    } catch (error) {
      await lab[Symbol.asyncDispose]();
      throw error;
    }
  }

  get server(): Daemon {
    if (!this.#server) throw new Error("the lab has no server yet");
    return this.#server;
  }

  /** All addresses that a name of the server would stand for. */
  get serverAddresses(): readonly string[] {
    return this.#plan.serverAddresses;
  }

  get hosts(): readonly Host[] {
    return this.#plan.hosts;
  }

  /** Runs a program on a host. */
  async run(host: Host, program: string, args: readonly string[], options: RunOptions): Promise<Run> {
    const { timeout, stdin = "", env = {} } = options;
    const [enter = "", ...entering] = this.#inside(host);
    const began = performance.now();
    await using running = new RunningProgram(enter, [...entering, program, ...args], {
      home: this.home,
      env,
      within: timeout,
    });
    running.end(stdin);
    const taken = (): number => (performance.now() - began) / 1000;
    try {
      return { ...(await running.outcome), timedOut: false, seconds: taken() };
    } catch (error) {
      if (taken() < timeout) throw error;
      return { status: null, signal: "SIGKILL", stdout: "", stderr: String(error), timedOut: true, seconds: taken() };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) await undo();
  }

  #inside = (host: Host | "wire"): string[] => inside(this.#names + host);

  async #raise(variant: Variant): Promise<void> {
    const { topology } = variant;
    const spaces = [...this.#plan.hosts, ...(topology.wire ? ["wire"] : [])].map((host) => this.#names + host);
    this.#undo.push(() => removeNamespaces(spaces));
    await makeNamespaces(spaces, this.#linkLines(topology));
    await Promise.all(this.#plan.hosts.map((host) => this.#configure(host, topology)));
    if (topology.wire) await startWire(this.#inside("wire"), topology.wire);
    const scripts = Object.entries(topology.scripts ?? {}) as [Host, readonly [string, ...string[]]][];
    await Promise.all(scripts.map(([host, [script, ...args]]) => startScript(this.#inside(host), script, args)));

    const content = randomBytes(300 * KIB);
    await writeFile(this.file, content);
    // The server gives root's rights up before it opens files.
    await chmod(this.home, 0o755);
    const address = this.#plan.serverAddress;
    const server = await Daemon.start(variant, { inside: this.#inside("server"), home: this.home, address, content });
    this.#undo.push(() => server[Symbol.asyncDispose]());
    this.#server = server;
  }

  /** The cables: each a veth pair, and where there is a wire, two. */
  #linkLines({ wire }: Topology): string[] {
    const pair = (device: string, host: string, peer: string, peerHost: string): string =>
      `link add ${device} netns ${this.#names}${host} type veth peer name ${peer} netns ${this.#names}${peerHost}`;
    return this.#plan.links.flatMap(({ inner, outer }) =>
      wire && inner.host === "server-box"
        ? [pair(inner.device, inner.host, "east", "wire"), pair("west", "wire", outer.device, outer.host)]
        : [pair(inner.device, inner.host, outer.device, outer.host)],
    );
  }

  /** What a host is told, by one shell: the switches of its kernel, its addresses and routes, its rules. */
  async #configure(host: Host, { rules, sysctl = {} }: Topology): Promise<void> {
    const router = host !== "client" && host !== "server";
    const switches = {
      "net/ipv4/ip_forward": Number(router),
      "net/ipv6/conf/all/forwarding": Number(router),
      ...sysctl[host],
    };
    const heredoc = (command: string, text: string): string => `${command} <<'END'\n${text}\nEND`;
    const lines = this.#plan.configuration.get(host) ?? [];
    const table = rules?.[host];
    const told = feed(
      [...this.#inside(host), "sh", "-e"],
      [
        // The rules come first: some switches are those of a part of the kernel that only rules bring in.
        heredoc("nft -f -", `${router ? "" : noNames}table inet lab {\n${table ?? ""}\n}`),
        // Nobody else can have these addresses, so nobody is asked for two seconds.
        'for one in /proc/sys/net/ipv6/conf/*/accept_dad; do echo 0 >"$one"; done',
        ...Object.entries(switches).map(([name, value]) => `echo ${value} >/proc/sys/${name}`),
        heredoc("ip -batch -", lines.join("\n")),
      ],
    );
    await told.catch((error: Error) => {
      const lacking = /Directory nonexistent|No such file or directory|Operation not supported/.exec(error.message);
      throw lacking ? new MachineLacksError(error.message.split("\n")[0], { cause: error }) : error;
    });
  }
}
