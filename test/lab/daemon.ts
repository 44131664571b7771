import { readFileSync, readlinkSync } from "node:fs";
import { chmod, chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { certificate } from "./certificate.ts";
import type { ChildProcess } from "node:child_process";
import type { Daemon as DaemonOptions, Variant } from "./topology.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
export const vsftpd = join(root, ".ci/peers/vsftpd/usr/sbin/vsftpd");
export const twinport = join(root, "packages/twinport/bin/twinport.js");
const banner = join(root, "test/lab/banner.py");
/** As whom vsftpd reads and writes: a user that every Debian has. */
const account = { name: "daemon", uid: 1, gid: 1 };

/** Where a server is put. */
interface Where {
  /** The words before its command that bring it to its host. */
  readonly inside: readonly string[];
  readonly home: string;
  /** The address by which clients know it. */
  readonly address: string;
  /** What it has to give. */
  readonly content: Uint8Array;
}

/** The server of a lab while it runs. */
export class Daemon {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password = "secret";
  /** The file it has from the beginning, as clients name it. */
  readonly file = "pub/file.bin";
  /** Where clients may put files. */
  readonly folder = "pub";
  readonly #pub: string;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  private constructor(child: ChildProcess, pub: string, address: string, port: number, user: string) {
    this.#child = child;
    this.user = user;
    this.#closed = once(child, "close");
    this.#pub = pub;
    this.address = address;
    this.port = port;
  }

  static async start(variant: Variant, { inside, home, address, content }: Where): Promise<Daemon> {
    const options = variant.topology.daemon ?? {};
    const port = options.port ?? 21;
    // vsftpd wants a root that nobody may write to.
    const place = join(home, "served");
    const pub = join(place, "pub");
    await mkdir(pub, { recursive: true });
    await writeFile(join(pub, "file.bin"), content);
    await chown(pub, account.uid, account.gid);
    await chmod(pub, 0o755);
    const started = options.program ?? "vsftpd";
    const command = await commands[started]({ variant, options, port, place, home });
    const [enter = "", ...entering] = inside;
    const child = spawn(enter, [...entering, ...command], { cwd: home, stdio: ["ignore", "pipe", "pipe"] });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => said.push(text));
    }
    const daemon = new Daemon(child, pub, address, port, users[started]);
    try {
      await daemon.#listening(() => said.join(""));
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
    return daemon;
  }

  /** What was put there under this name. */
  received(name: string): Promise<Buffer> {
    return readFile(join(this.#pub, name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }

  /** Its network as the kernel shows it: a connection from here would have to pass the boxes. */
  async #listening(said: () => string): Promise<void> {
    const own = readlinkSync("/proc/self/ns/net");
    for (const end = performance.now() + 10_000; performance.now() < end; await pause(5)) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        await this.#closed;
        throw new Error(`the server has ended: ${said()}`);
      }
      if (listens(`/proc/${this.#child.pid}`, this.port, own)) return;
    }
    throw new Error(`the server does not listen on port ${this.port}: ${said()}`);
  }
}

/** Whether somebody listens on the port, in the network of a process that has left ours. */
function listens(process: string, port: number, own: string): boolean {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
  try {
    if (readlinkSync(`${process}/ns/net`) === own) return false;
    const sockets = readFileSync(`${process}/net/tcp`, "utf8") + readFileSync(`${process}/net/tcp6`, "utf8");
    return sockets.split("\n").some((line) => line.includes(local) && line.includes(" 0A "));
  } catch {
    return false; // It has just ended.
  }
}

interface Told {
  readonly variant: Variant;
  readonly options: DaemonOptions;
  readonly port: number;
  readonly place: string;
  readonly home: string;
}

type Program = NonNullable<DaemonOptions["program"]>;

/** Who logs in. Ours tells an account of a name more than it tells anonymous. */
const users: Readonly<Record<Program, string>> = { vsftpd: "anonymous", twinport: "ann", banner: "anonymous" };

/** How each program is told to serve the folder to its user, uploads included. */
const commands: Readonly<Record<Program, (told: Told) => Promise<string[]>>> = {
  async vsftpd({ variant: { topology, family, tls }, options, port, place, home }) {
    const [first, last] = options.passivePorts ?? [50_000, 50_009];
    const empty = join(home, "empty");
    await mkdir(empty);
    const lines = [
      family === "ipv4" && !topology.bothFamilies ? "listen=YES" : "listen=NO\nlisten_ipv6=YES",
      `listen_port=${port}`,
      "background=NO",
      "seccomp_sandbox=NO",
      // Its processes would leave the namespace, where nobody finds them to end them.
      "isolate=NO",
      "isolate_network=NO",
      `anon_root=${place}`,
      "anonymous_enable=YES",
      "local_enable=NO",
      // A user whose home exists: vsftpd goes there before it goes to its root.
      `ftp_username=${account.name}`,
      "nopriv_user=nobody",
      `secure_chroot_dir=${empty}`,
      "write_enable=YES",
      "anon_upload_enable=YES",
      "anon_mkdir_write_enable=YES",
      "anon_other_write_enable=YES",
      "anon_world_readable_only=NO",
      "connect_from_port_20=YES",
      `pasv_min_port=${first}`,
      `pasv_max_port=${last}`,
      ...(options.passiveAddress ? [`pasv_address=${options.passiveAddress}`] : []),
      ...(options.rate ? [`anon_max_rate=${options.rate}`] : []),
      ...(tls === "explicit" ? vsftpdTls(await certificate(home)) : []),
      ...(options.more ?? []),
    ];
    const file = join(home, "vsftpd.conf");
    await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o600 });
    // It complains to its standard input.
    return ["sh", "-c", 'exec "$@" 0<&1', "sh", vsftpd, file];
  },
  async twinport({ variant: { family, tls }, options, port, place, home }) {
    const [first, last] = options.passivePorts ?? [50_000, 50_009];
    const listen = `${family === "ipv4" ? "0.0.0.0" : "[::]"}:${port}`;
    return [
      process.execPath,
      twinport,
      ...["serve", place, "--listen", listen, "--user", users.twinport, "--password", "secret"],
      ...["--passive-ports", `${first}-${last}`, "--active-source-port", "20"],
      ...(options.passiveAddress ? ["--passive-address", options.passiveAddress] : []),
      ...(tls === "explicit" ? ["--tls-cert", await certificate(home)] : []),
      ...(options.more ?? []),
    ];
  },
  banner: ({ options, port }) => Promise.resolve(["python3", banner, String(port), ...(options.more ?? [])]),
};

const vsftpdTls = (file: string): string[] => [
  "ssl_enable=YES",
  "allow_anon_ssl=YES",
  "force_anon_logins_ssl=NO",
  "force_anon_data_ssl=NO",
  "ssl_ciphers=HIGH",
  "require_ssl_reuse=NO",
  `rsa_cert_file=${file}`,
  `rsa_private_key_file=${file}`,
];
