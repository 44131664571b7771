// Measures our client beside lftp and curl, from vsftpd to memory, and prints medians and ratios:
//
//   node bench/client-mirror.mjs [--rounds 5] [--files 1000] [--bytes 4096] [--parallel 4] [--large 1024] [--library]
//
// `mirror` fetches many small files with lftp's mirror beside it, `get` one of so many MiB with curl beside it. The peers
// take turns within a round, for a shared machine is not as fast in one minute as in the next. With --library ours is a
// script of a few lines over @twinport/client in place of the command.
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    files: { type: "string", default: "1000" },
    bytes: { type: "string", default: "4096" },
    parallel: { type: "string", default: "4" },
    large: { type: "string", default: "1024" },
    library: { type: "boolean", default: false },
    /** Ours, for itself: `mirror PORT PARALLEL FOLDER` or `get PORT FILE`. */
    as: { type: "string" },
    only: { type: "string", default: "mirror,get,up" },
  },
  allowPositionals: true,
});
const node = process.env.NODE ?? process.execPath;
const command = path.join(here, "../packages/twinport/bin/twinport.js");

/** Memory, so that no disk is measured. */
const memory = existsSync("/dev/shm") ? "/dev/shm" : os.tmpdir();
const scratch = mkdtempSync(path.join(memory, "twinport-bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/** vsftpd with an anonymous account that may write in `pub`. */
async function vsftpd(root) {
  const [port, ...passive] = await freePorts(1 + 100);
  const empty = path.join(scratch, "empty");
  mkdirSync(empty);
  const file = path.join(scratch, "vsftpd.conf");
  const lines = [
    "listen=YES",
    "listen_address=127.0.0.1",
    `listen_port=${port}`,
    "background=NO",
    "anonymous_enable=YES",
    `anon_root=${root}`,
    "ftp_username=daemon",
    "write_enable=YES",
    "anon_upload_enable=YES",
    "anon_mkdir_write_enable=YES",
    "anon_other_write_enable=YES",
    "anon_world_readable_only=NO",
    "anon_umask=022",
    `secure_chroot_dir=${empty}`,
    "xferlog_enable=NO",
    "syslog_enable=NO",
    "seccomp_sandbox=NO",
    "use_sendfile=YES",
    "max_clients=0",
    "max_per_ip=0",
    `pasv_min_port=${passive[0]}`,
    `pasv_max_port=${passive.at(-1)}`,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const unpacked = path.join(process.env.PEERS ?? path.join(here, "../.ci/peers"), "vsftpd/usr/sbin/vsftpd");
  const program = process.env.VSFTPD ?? (existsSync(unpacked) ? unpacked : "vsftpd");
  const child = spawn(program, [file], { stdio: ["ignore", "ignore", "inherit"] });
  process.on("exit", () => child.kill("SIGKILL"));
  // It would keep this process for ever.
  child.unref();
  for (let tries = 0; tries < 400; tries++) {
    if (child.exitCode !== null) throw new Error("vsftpd has ended");
    if (await isOpen(port)) return port;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`vsftpd does not listen on port ${port}`);
}

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: "127.0.0.1", port });
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Ports in a row that nobody has, below those that the system gives away. */
async function freePorts(count) {
  for (let from = 20_000 + (process.pid % 50) * 200; from < 31_000; from += count) {
    const ports = Array.from({ length: count }, (_, i) => from + i);
    const free = await Promise.all(
      ports.map(async (port) => {
        const server = net.createServer();
        try {
          server.listen({ host: "127.0.0.1", port, exclusive: true });
          await once(server, "listening");
          return true;
        } catch {
          return false;
        } finally {
          server.close();
        }
      }),
    );
    if (free.every(Boolean)) return ports;
  }
  throw new Error(`no ${count} ports in a row are free`);
}

/** Seconds that a program takes. */
async function seconds(program, args) {
  const began = performance.now();
  const child = spawn(program, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, HOME: scratch },
  });
  const [status, signal] = await once(child, "close");
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${signal ?? status}`);
  return (performance.now() - began) / 1000;
}

const median = (numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

const fail = (sentence) => {
  throw new Error(sentence);
};

/** Runs the rivals in turns and prints their medians. */
async function race(title, rivals, check) {
  const seen = new Map(Object.keys(rivals).map((name) => [name, []]));
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [name, [program, ...args]] of Object.entries(rivals)) {
      check.before();
      seen.get(name).push(await seconds(program, args));
      check.after(name);
    }
  }
  const medians = [...seen].map(([name, times]) => [name, median(times)]);
  const [, ours] = medians[0];
  for (const [name, value] of medians) {
    const times = seen
      .get(name)
      .map((time) => time.toFixed(3))
      .join(" ");
    console.log(
      `${title.padEnd(26)} ${name.padEnd(10)} ${value.toFixed(3)} s   ours/it ${(ours / value).toFixed(2)}   (${times})`,
    );
  }
}

if (flags.as === undefined) await compare();
else await ours();

async function compare() {
  const root = path.join(scratch, "root");
  const small = path.join(root, "pub/small");
  const down = path.join(scratch, "down");
  mkdirSync(small, { recursive: true });
  const count = Number(flags.files);
  for (let number = 0; number < count; number++)
    writeFileSync(path.join(small, `file-${number}`), Buffer.alloc(Number(flags.bytes), number));
  const megabytes = Number(flags.large);
  if (flags.only.includes("get")) {
    writeFileSync(path.join(root, "pub/large"), Buffer.alloc(1024 * 1024, "large"));
    // Zeros that are really there: a hole costs the server nothing to read.
    truncateSync(path.join(root, "pub/large"), 0);
    const chunk = Buffer.alloc(1024 * 1024, "large");
    for (let i = 0; i < megabytes; i++) writeFileSync(path.join(root, "pub/large"), chunk, { flag: "a" });
  }
  for (const folder of [scratch, root]) chmodSync(folder, 0o755);
  chmodSync(path.join(root, "pub"), 0o777);
  const port = await vsftpd(root);
  const url = `ftp://127.0.0.1:${port}/pub`;
  const script = (...args) => [node, fileURLToPath(import.meta.url), "--as", ...args];
  const { parallel } = flags;

  const fetched = {
    before: () => rmSync(down, { recursive: true, force: true }),
    after: (name) => {
      const files = readdirSync(down);
      if (files.length !== count) fail(`${name}: ${files.length} files of ${count}`);
    },
  };
  if (flags.only.includes("mirror")) {
    await race(
      `mirror ${count} x ${flags.bytes}`,
      {
        twinport: flags.library
          ? script("mirror", "--", port, parallel, down)
          : [node, command, "mirror", "--parallel", parallel, `${url}/small`, down],
        lftp: [
          "lftp",
          "--norc",
          "-e",
          `mirror --parallel=${parallel} pub/small ${down}; exit`,
          `ftp://127.0.0.1:${port}`,
        ],
      },
      fetched,
    );
  }

  const up = path.join(root, "pub/up");
  const sent = {
    before: () => rmSync(up, { recursive: true, force: true }),
    after: (name) => {
      const files = readdirSync(up);
      if (files.length !== count) fail(`${name}: ${files.length} files of ${count}`);
    },
  };
  if (flags.only.includes("up")) {
    await race(
      `mirror up ${count} x ${flags.bytes}`,
      {
        twinport: flags.library
          ? script("up", "--", port, parallel, small)
          : [node, command, "mirror", "--parallel", parallel, small, `${url}/up`],
        lftp: [
          "lftp",
          "--norc",
          "-e",
          `mirror -R --parallel=${parallel} ${small} pub/up; exit`,
          `ftp://127.0.0.1:${port}`,
        ],
      },
      sent,
    );
  }

  const large = path.join(scratch, "large");
  const whole = {
    before: () => rmSync(large, { force: true }),
    after: (name) => {
      const { size } = statSync(large);
      if (size !== megabytes * 1024 * 1024) fail(`${name}: ${size} bytes`);
    },
  };
  if (flags.only.includes("get")) {
    await race(
      `get ${megabytes} MiB`,
      {
        twinport: flags.library ? script("get", "--", port, large) : [node, command, "get", `${url}/large`, large],
        curl: ["curl", "--silent", "--show-error", "--output", large, `${url}/large`],
      },
      whole,
    );
  }
}

async function ours() {
  const { connectClient, mirror } = await import("../packages/client/dist/index.js");
  const { positionals } = parseArgs({ allowPositionals: true, strict: false });
  const words = positionals.filter((word) => word !== flags.as);
  const [port, ...rest] = words;
  const client = await connectClient({ host: "127.0.0.1", port: Number(port), memory: false });
  if (flags.as === "get") {
    await client.download("pub/large", rest[0]);
    await client.close();
    return;
  }
  const [parallel, folder] = rest;
  const local = { kind: "local", path: folder };
  const remote = (at) => ({ kind: "remote", client, path: at });
  const sides = flags.as === "up" ? [local, remote("pub/up")] : [remote("pub/small"), local];
  const report = await mirror(...sides, { parallel: Number(parallel) });
  if (!report.isWhole) throw new Error(JSON.stringify(report.failures));
  await client.close();
}
