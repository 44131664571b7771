import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import net from "node:net";
import { once } from "node:events";
import { randomInt } from "node:crypto";
import { spawn } from "node:child_process";
import process from "node:process";
import { describe } from "vitest";
import { ScratchFolder } from "./scratch-folder.ts";
import { isFree } from "./free-ports.ts";
import { runProgram } from "./run-program.ts";
import type { ChildProcess } from "node:child_process";

/** The servers that the client is proved against: those of the distribution, and ours as it is built. */
export type PeerName = "vsftpd" | "proftpd" | "pure-ftpd" | "pyftpdlib" | "twinport";

/** Those of the distribution. */
export const peerNames: readonly PeerName[] = ["vsftpd", "proftpd", "pure-ftpd", "pyftpdlib"];

/** How a {@link PeerServer} is set up. */
export interface PeerServerOptions {
  readonly address?: "127.0.0.1" | "::1";
  readonly tls?: "explicit" | "implicit";
  /** A data connection must take up the session of the command connection. */
  readonly requiresReuse?: boolean;
  /** The highest version of TLS (default: what the server has). */
  readonly tlsVersion?: "1.2" | "1.3";
  readonly passive?: boolean;
  readonly active?: boolean;
  /** What PASV tells, in place of the address. */
  readonly announced?: string;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const peersFolder = join(root, ".ci/peers");

const binaries: Readonly<Record<PeerName, string>> = {
  vsftpd: join(peersFolder, "vsftpd/usr/sbin/vsftpd"),
  proftpd: join(peersFolder, "proftpd/usr/sbin/proftpd"),
  "pure-ftpd": join(peersFolder, "pure-ftpd/usr/sbin/pure-ftpd"),
  pyftpdlib: "/usr/bin/python3",
  twinport: process.execPath,
};

/** As whom the servers read and write: a user that every Debian has. */
const NOBODY = 65_534;

/** A `describe` for tests with a server of the distribution; absent, it is a named skip, and a failure under CI. */
export function peerServer(title: string, name: PeerName, body: () => void): void {
  const isThere = existsSync(binaries[name]) && process.getuid?.() === 0;
  if (!isThere && process.env["CI"]) throw new Error(`${title}: ${name} is not here; under CI every peer must be`);
  describe.skipIf(!isThere)(isThere ? title : `${title}: ${name} not unpacked here, or no root`, () => {
    body();
  });
}

/** A certificate for `localhost`, and who vouches for it: itself. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

let made: Promise<TestCertificate> | undefined;

/** Made once a run. */
export function testCertificate(): Promise<TestCertificate> {
  return (made ??= make());
}

async function make(): Promise<TestCertificate> {
  await using folder = new ScratchFolder();
  const request = [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost".split(" "),
    ..."-addext subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1 -keyout key.pem -out cert.pem".split(" "),
  ];
  await runProgram("openssl", request, { home: folder.path });
  const [certificate, key] = await Promise.all(
    ["cert.pem", "key.pem"].map((name) => readFile(join(folder.path, name), "utf8")),
  );
  return { certificate: certificate ?? "", key: key ?? "" };
}

/** A server of the distribution with a folder of its own that its one account may do everything in. */
export class PeerServer {
  readonly name: PeerName;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password = "secret";
  /** What is served, on the disk; and where a login has to go to be there. */
  readonly folder: string;
  readonly home: string;
  readonly #program: ChildProcess;
  readonly #scratch: ScratchFolder;

  private constructor(
    parts: Pick<PeerServer, "name" | "address" | "port" | "user" | "folder" | "home">,
    program: ChildProcess,
    scratch: ScratchFolder,
  ) {
    this.name = parts.name;
    this.address = parts.address;
    this.port = parts.port;
    this.user = parts.user;
    this.folder = parts.folder;
    this.home = parts.home;
    this.#program = program;
    this.#scratch = scratch;
  }

  static async start(name: PeerName, options: PeerServerOptions = {}): Promise<PeerServer> {
    const scratch = new ScratchFolder();
    // The servers drop their rights, and must still come to it.
    await chmod(scratch.path, 0o755);
    // vsftpd wants a root that nobody may write to.
    const above = join(scratch.path, "served");
    const folder = join(above, "pub");
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o777);
    const address = options.address ?? "127.0.0.1";
    const from = await freePorts(address);
    const passive = [from + 1, from + PORTS - 1] as const;
    const place: Place = { home: scratch.path, folder, address, port: from, passive, options };
    if (options.tls) {
      const { certificate, key } = await testCertificate();
      await writeFile(join(scratch.path, "both.pem"), key + certificate, { mode: 0o600 });
    }
    const { args, user } = await setUps[name](place);
    const program = spawn(binaries[name], args, {
      cwd: scratch.path,
      // A server that finds a socket there takes itself for one that inetd has started.
      stdio: ["ignore", "ignore", "pipe"],
      env: { PATH: process.env["PATH"], HOME: scratch.path, ...(await limitTls(options, scratch.path)) },
    });
    running.add(program);
    const parts = { name, address, port: from, user, folder, home: name === "vsftpd" ? "pub" : "" };
    const server = new PeerServer(parts, program, scratch);
    try {
      await listening(address, from, program);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** How the client's options name it. */
  get options() {
    return { host: this.address, port: this.port, user: this.user, password: this.password };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#program.exitCode === null && this.#program.signalCode === null) {
      const gone = once(this.#program, "exit");
      this.#program.kill("SIGTERM");
      const late = setTimeout(() => this.#program.kill("SIGKILL"), 2000);
      await gone;
      clearTimeout(late);
    }
    running.delete(this.#program);
    await this.#scratch[Symbol.asyncDispose]();
  }
}

/** The control port and those for passive mode. */
const PORTS = 20;

/** Below the ports that other tests and the system use; by chance, since test runs may stand side by side. */
async function freePorts(address: string): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const from = randomInt(20_000, 29_900);
    const free = await Promise.all(Array.from({ length: PORTS }, (_, i) => isFree(from + i, address)));
    if (free.every(Boolean)) return from;
  }
  throw new Error(`no ${PORTS} ports in a row are free`);
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** None of them has an option for it, and all read the configuration of OpenSSL. */
async function limitTls({ tlsVersion }: PeerServerOptions, home: string): Promise<NodeJS.ProcessEnv> {
  if (!tlsVersion) return {};
  const file = join(home, "openssl.cnf");
  const limits = `MinProtocol = TLSv${tlsVersion}\nMaxProtocol = TLSv${tlsVersion}`;
  await writeFile(file, `openssl_conf = c\n[c]\nssl_conf = s\n[s]\nsystem_default = d\n[d]\n${limits}\n`);
  return { OPENSSL_CONF: file };
}

async function listening(address: string, port: number, program: ChildProcess): Promise<void> {
  let said = "";
  program.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  for (let tries = 0; tries < 400; tries++) {
    if (program.exitCode !== null) throw new Error(`the server has ended: ${said}`);
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = net.connect({ host: address, port });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nobody listens on ${address} port ${port}: ${said}`);
}

interface Place {
  readonly home: string;
  readonly folder: string;
  readonly address: string;
  readonly port: number;
  readonly passive: readonly [number, number];
  readonly options: PeerServerOptions;
}

interface SetUp {
  readonly args: readonly string[];
  readonly user: string;
}

const yes = (isSo: boolean): string => (isSo ? "YES" : "NO");

const setUps: Readonly<Record<PeerName, (place: Place) => Promise<SetUp>>> = {
  async vsftpd({ home, folder, address, port, passive, options }) {
    const { tls, requiresReuse = false, announced } = options;
    const empty = join(home, "empty");
    await mkdir(empty);
    const lines = [
      "listen=" + yes(address === "127.0.0.1"),
      "listen_ipv6=" + yes(address === "::1"),
      address === "::1" ? "listen_address6=::1" : "listen_address=127.0.0.1",
      `listen_port=${port}`,
      "background=NO",
      "anonymous_enable=YES",
      "no_anon_password=NO",
      `anon_root=${dirname(folder)}`,
      // Its home must be there, although nobody goes to it.
      "ftp_username=daemon",
      "write_enable=YES",
      "anon_upload_enable=YES",
      "anon_mkdir_write_enable=YES",
      "anon_other_write_enable=YES",
      "anon_world_readable_only=NO",
      "anon_umask=022",
      "mdtm_write=YES",
      `secure_chroot_dir=${empty}`,
      "xferlog_enable=NO",
      "syslog_enable=NO",
      "ascii_download_enable=YES",
      "ascii_upload_enable=YES",
      "seccomp_sandbox=NO",
      "connect_timeout=10",
      `pasv_enable=${yes(options.passive ?? true)}`,
      `port_enable=${yes(options.active ?? true)}`,
      `connect_from_port_20=NO`,
      `pasv_min_port=${passive[0]}`,
      `pasv_max_port=${passive[1]}`,
      ...(announced === undefined ? [] : [`pasv_address=${announced}`]),
      ...(tls === undefined
        ? []
        : [
            "ssl_enable=YES",
            "allow_anon_ssl=YES",
            "force_anon_logins_ssl=YES",
            "force_anon_data_ssl=YES",
            `implicit_ssl=${yes(tls === "implicit")}`,
            `require_ssl_reuse=${yes(requiresReuse)}`,
            "ssl_ciphers=HIGH",
            `rsa_cert_file=${join(home, "both.pem")}`,
            `rsa_private_key_file=${join(home, "both.pem")}`,
          ]),
    ];
    const file = join(home, "vsftpd.conf");
    await writeFile(file, `${lines.join("\n")}\n`);
    return { args: [file], user: "anonymous" };
  },

  async proftpd({ home, folder, address, port, passive, options }) {
    const modules = join(home, "modules");
    await mkdir(modules);
    const unpacked = join(peersFolder, "proftpd/usr/lib/proftpd");
    for (const name of readdirSync(unpacked)) await symlink(join(unpacked, name), join(modules, name));
    const hash = (await runProgram("openssl", ["passwd", "-1", "secret"], { home })).stdout.trim();
    const accounts = join(home, "passwd");
    await writeFile(accounts, `ann:${hash}:${NOBODY}:${NOBODY}::${folder}:/bin/sh\n`, { mode: 0o600 });
    const shut = [
      ...(options.passive === false ? ["PASV EPSV"] : []),
      ...(options.active === false ? ["PORT EPRT"] : []),
    ].map((verbs) => `<Limit ${verbs}>\nDenyAll\n</Limit>`);
    const lines = [
      "ServerName peer",
      "ServerType standalone",
      `DefaultAddress ${address}`,
      `UseIPv6 on`,
      `Port ${port}`,
      `ModulePath ${modules}`,
      ...(options.tls ? ["LoadModule mod_tls.c"] : []),
      "LoadModule mod_digest.c",
      "User nobody",
      "Group nogroup",
      `PidFile ${home}/pid`,
      `ScoreboardFile ${home}/scoreboard`,
      `DefaultRoot ~`,
      "RequireValidShell off",
      "AuthOrder mod_auth_file.c",
      `AuthUserFile ${accounts}`,
      "PersistentPasswd off",
      "UseReverseDNS off",
      "TransferLog NONE",
      "SystemLog NONE",
      "WtmpLog off",
      "DelayEngine off",
      "MaxInstances none",
      `PassivePorts ${passive[0]} ${passive[1]}`,
      "AllowOverwrite on",
      "AllowStoreRestart on",
      "AllowRetrieveRestart on",
      "Umask 022",
      ...(options.announced === undefined ? [] : [`MasqueradeAddress ${options.announced}`]),
      ...shut,
      ...(options.tls
        ? [
            "TLSEngine on",
            "TLSRequired on",
            `TLSECCertificateFile ${home}/both.pem`,
            `TLSECCertificateKeyFile ${home}/both.pem`,
            "TLSVerifyClient off",
            `TLSOptions ${[options.requiresReuse ? "" : "NoSessionReuseRequired", options.tls === "implicit" ? "UseImplicitSSL" : ""].join(" ")}`.trimEnd(),
            "TLSRenegotiate none",
            "TLSLog none",
          ].filter((line) => line !== "TLSOptions")
        : []),
    ];
    const file = join(home, "proftpd.conf");
    await writeFile(file, `${lines.join("\n")}\n`);
    return { args: ["-n", "-q", "-c", file], user: "ann" };
  },

  async "pure-ftpd"({ home, folder, address, port, passive, options }) {
    const hash = (await runProgram("openssl", ["passwd", "-6", "secret"], { home })).stdout.trim();
    const accounts = join(home, "accounts");
    await writeFile(accounts, `ann:${hash}:${NOBODY}:${NOBODY}::${folder}/./::::::::::::\n`, { mode: 0o600 });
    const base = join(home, "accounts.pdb");
    await runProgram(join(peersFolder, "pure-ftpd/usr/bin/pure-pw"), ["mkdb", base, "-f", accounts], { home });
    const args = [
      ...["-S", `${address},${port}`, "-E", "-H", "-u", "1", "-c", "1000", "-I", "10", "-f", "none"],
      ...["-L", "1000000:100", "-g", join(home, "pid"), "-p", `${passive[0]}:${passive[1]}`, "-U", "022:022"],
      ...["-l", `puredb:${base}`],
      ...(options.announced === undefined ? [] : ["-P", options.announced]),
      ...(options.tls ? ["-Y", options.tls === "implicit" ? "3" : "2", "-2", join(home, "both.pem")] : []),
    ];
    return { args, user: "ann" };
  },

  async pyftpdlib({ home, folder, address, port, passive, options }) {
    const { tls, announced } = options;
    const lines = [
      "import logging",
      "from pyftpdlib.authorizers import DummyAuthorizer",
      `from pyftpdlib.handlers import ${tls ? "TLS_FTPHandler" : "FTPHandler"} as Handler`,
      "from pyftpdlib.servers import FTPServer",
      "logging.basicConfig(level=logging.CRITICAL)",
      "users = DummyAuthorizer()",
      `users.add_user("ann", "secret", ${JSON.stringify(folder)}, perm="elradfmwMT")`,
      "Handler.authorizer = users",
      `Handler.passive_ports = range(${passive[0]}, ${passive[1]} + 1)`,
      ...(announced === undefined ? [] : [`Handler.masquerade_address = "${announced}"`]),
      ...(tls
        ? [
            `Handler.certfile = "${home}/both.pem"`,
            `Handler.keyfile = "${home}/both.pem"`,
            "Handler.tls_control_required = True",
            "Handler.tls_data_required = True",
          ]
        : []),
      ...[
        ...(options.passive === false ? ["PASV", "EPSV"] : []),
        ...(options.active === false ? ["PORT", "EPRT"] : []),
      ].map((verb) => `del Handler.proto_cmds["${verb}"]`),
      `FTPServer(("${address}", ${port}), Handler).serve_forever()`,
    ];
    const file = join(home, "server.py");
    await writeFile(file, `${lines.join("\n")}\n`);
    return { args: [file], user: "ann" };
  },

  async twinport({ home, folder, address, port, passive, options }) {
    const { tls, requiresReuse = false } = options;
    const host = address === "::1" ? "[::1]" : address;
    const pem = join(home, "both.pem");
    const args = [
      join(root, "packages/twinport/bin/twinport.js"),
      ...["serve", folder, tls === "implicit" ? "--listen-tls" : "--listen", `${host}:${port}`],
      ...["--user", "ann", "--password", "secret"],
      ...(tls ? ["--tls-cert", pem, "--tls-key", pem, "--tls", "required"] : []),
      ...(requiresReuse ? ["--tls-session-reuse", "require"] : []),
      ...["--passive-ports", `${passive[0]}-${passive[1]}`, "--quiet"],
      ...(options.passive === false ? ["--no-passive"] : []),
      ...(options.active === false ? ["--no-active"] : []),
      ...(options.announced === undefined ? [] : ["--passive-address", options.announced]),
    ];
    return { args, user: "ann" };
  },
};
