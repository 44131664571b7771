import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { freeRange, isFree } from "../testkit/free-ports.ts";
import { runProgram } from "../testkit/run-program.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import type { ChildProcess } from "node:child_process";
import type { PeerName } from "../testkit/peer-server.ts";

const peers = fileURLToPath(new URL("../../.ci/peers/", import.meta.url));

const NOBODY = 65_534;

type LoggingName = Extract<PeerName, "vsftpd" | "proftpd" | "pure-ftpd">;

interface Place {
  readonly home: string;
  readonly folder: string;
  readonly port: number;
  readonly passive: readonly [number, number];
}

/** A server of the distribution that writes its logs, each under a name of ours. */
export class LoggingServer {
  readonly port: number;
  readonly user: string;
  readonly passive: readonly [number, number];
  readonly #logs: Readonly<Record<string, string>>;
  readonly #program: ChildProcess;
  readonly #scratch: ScratchFolder;

  private constructor(place: Place, { user, logs }: SetUp, program: ChildProcess, scratch: ScratchFolder) {
    this.port = place.port;
    this.passive = place.passive;
    this.user = user;
    this.#logs = logs;
    this.#program = program;
    this.#scratch = scratch;
  }

  static async start(name: LoggingName): Promise<LoggingServer> {
    const scratch = new ScratchFolder();
    await chmod(scratch.path, 0o755);
    const folder = join(scratch.path, "served", "pub");
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o777);
    await writeFile(join(folder, "hello.txt"), "hello\n");
    const { from, to } = await freeRange(12);
    const place: Place = { home: scratch.path, folder, port: from, passive: [from + 1, to] };
    const setUp = await setUps[name](place);
    const [program = "", ...args] = setUp.command;
    const child = spawn(program, args, { cwd: scratch.path, stdio: ["ignore", "ignore", "inherit"] });
    const server = new LoggingServer(place, setUp, child, scratch);
    await expect.poll(() => isFree(place.port), { timeout: 10_000, interval: 25 }).toBe(false);
    return server;
  }

  get url(): string {
    return `ftp://${this.user}:secret@127.0.0.1:${this.port}/${this.user === "anonymous" ? "pub/" : ""}`;
  }

  /** The file of a log; one that is not there yet is empty. */
  log(name: string): string {
    const file = join(this.#scratch.path, this.#logs[name] ?? "");
    if (!existsSync(file)) throw new Error(`there is no log ${name}`);
    return file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((resolve) => this.#program.once("exit", resolve));
    this.#program.kill("SIGTERM");
    await gone;
    await this.#scratch[Symbol.asyncDispose]();
  }
}

interface SetUp {
  readonly command: readonly string[];
  readonly user: string;
  readonly logs: Readonly<Record<string, string>>;
}

/** What syslog is to Pure-FTPd: a socket that writes what comes into a file. In a /dev of its own. */
const syslog = `
import os, socket
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("/dev/log")
os.chmod("/dev/log", 0o666)
out = open("syslog", "ab", 0)
while True:
    out.write(log.recv(8192) + b"\\n")
`;

const setUps: Readonly<Record<LoggingName, (place: Place) => Promise<SetUp>>> = {
  async vsftpd({ home, folder, port, passive }) {
    await mkdir(join(home, "empty"));
    const lines = [
      "listen=YES",
      "listen_address=127.0.0.1",
      `listen_port=${port}`,
      "background=NO",
      "anonymous_enable=YES",
      `anon_root=${join(folder, "..")}`,
      "ftp_username=daemon",
      "write_enable=YES",
      "anon_upload_enable=YES",
      "anon_world_readable_only=NO",
      `secure_chroot_dir=${join(home, "empty")}`,
      "seccomp_sandbox=NO",
      `pasv_min_port=${passive[0]}`,
      `pasv_max_port=${passive[1]}`,
      // 227 tells an address at which nobody listens.
      "pasv_address=127.0.0.2",
      "xferlog_enable=YES",
      "dual_log_enable=YES",
      "log_ftp_protocol=YES",
      `vsftpd_log_file=${join(home, "vsftpd.log")}`,
      `xferlog_file=${join(home, "xferlog")}`,
    ];
    const file = join(home, "vsftpd.conf");
    await writeFile(file, `${lines.join("\n")}\n`);
    const logs = { protocol: "vsftpd.log", xferlog: "xferlog" };
    return { command: [join(peers, "vsftpd/usr/sbin/vsftpd"), file], user: "anonymous", logs };
  },

  async proftpd({ home, folder, port, passive }) {
    const modules = join(home, "modules");
    await mkdir(modules);
    const unpacked = join(peers, "proftpd/usr/lib/proftpd");
    for (const name of readdirSync(unpacked)) await symlink(join(unpacked, name), join(modules, name));
    const hash = (await runProgram("openssl", ["passwd", "-1", "secret"], { home })).stdout.trim();
    const accounts = join(home, "passwd");
    await writeFile(accounts, `ann:${hash}:${NOBODY}:${NOBODY}::${folder}:/bin/sh\n`, { mode: 0o600 });
    const lines = [
      "ServerName peer",
      "ServerType standalone",
      "DefaultAddress 127.0.0.1",
      `Port ${port}`,
      `ModulePath ${modules}`,
      "LoadModule mod_digest.c",
      "User nobody",
      "Group nogroup",
      `PidFile ${home}/pid`,
      `ScoreboardFile ${home}/scoreboard`,
      "DefaultRoot ~",
      "RequireValidShell off",
      "AuthOrder mod_auth_file.c",
      `AuthUserFile ${accounts}`,
      "UseReverseDNS off",
      "WtmpLog off",
      "DelayEngine off",
      `PassivePorts ${passive.join(" ")}`,
      `TransferLog ${home}/xferlog`,
      `SystemLog ${home}/system.log`,
      "DebugLevel 9",
      `ExtendedLog ${home}/extended.log ALL default`,
      `TraceLog ${home}/trace.log`,
      "Trace command:7 response:1",
    ];
    const file = join(home, "proftpd.conf");
    await writeFile(file, `${lines.join("\n")}\n`);
    const logs = { system: "system.log", extended: "extended.log", trace: "trace.log", xferlog: "xferlog" };
    return { command: [join(peers, "proftpd/usr/sbin/proftpd"), "-n", "-q", "-c", file], user: "ann", logs };
  },

  async "pure-ftpd"({ home, folder, port, passive }) {
    const hash = (await runProgram("openssl", ["passwd", "-6", "secret"], { home })).stdout.trim();
    const accounts = join(home, "accounts");
    await writeFile(accounts, `ann:${hash}:${NOBODY}:${NOBODY}::${folder}/./::::::::::::\n`, { mode: 0o600 });
    const base = join(home, "accounts.pdb");
    await runProgram(join(peers, "pure-ftpd/usr/bin/pure-pw"), ["mkdb", base, "-f", accounts], { home });
    await writeFile(join(home, "syslog.py"), syslog);
    const server = join(peers, "pure-ftpd/usr/sbin/pure-ftpd");
    const lines = [
      "mkdir dev",
      "mount --bind /dev dev",
      "mount -t tmpfs none /dev",
      'for one in null zero random urandom; do : >"/dev/$one"; mount --bind "dev/$one" "/dev/$one"; done',
      "python3 syslog.py & log=$!",
      "until [ -S /dev/log ]; do sleep 0.02; done",
      `${server} -S 127.0.0.1,${port} -E -H -u 1 -I 10 -d -d -g ${home}/pid -p ${passive.join(":")} -l puredb:${base} & pure=$!`,
      'trap "kill $log $pure" TERM',
      "wait",
    ];
    const command = ["unshare", "--mount", "sh", "-ec", lines.join("\n")];
    return { command, user: "ann", logs: { syslog: "syslog" } };
  },
};
