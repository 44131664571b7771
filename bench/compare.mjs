// Measures several servers in turns and prints the ratios of neighbouring runs:
//
//   node bench/compare.mjs [--rounds 5] [--baseline vsftpd] [--servers twinport,vsftpd,pure-ftpd] [MEASURE...]
//
// MEASURE is one of run.sh's (default: retr stor small list idle). Absolute figures of a shared machine move by a factor of
// two within minutes, so each round runs every server once, and a ratio is always of two runs of one round.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    baseline: { type: "string", default: "vsftpd" },
    servers: { type: "string", default: "twinport,vsftpd,pure-ftpd" },
  },
});
const measures = positionals.length > 0 ? positionals : ["retr", "stor", "small", "list", "idle"];
const servers = flags.servers.split(",");
const rounds = Number(flags.rounds);

/** Where .ci/run has unpacked the servers that cannot be installed side by side. */
const peers = process.env["PEERS"] ?? path.join(here, "../.ci/peers");

/** Rows of one pass of run.sh: `name  value unit  cpu cpu-unit`. */
function measure(server) {
  const vsftpd = path.join(peers, "vsftpd/usr/sbin/vsftpd");
  const { status, stdout, stderr } = spawnSync(path.join(here, "run.sh"), [server, ...measures], {
    encoding: "utf8",
    env: {
      LISTS: "100000",
      IDLE: "500",
      RUNS: "3",
      ...process.env,
      PEERS: peers,
      ...(existsSync(vsftpd) && { VSFTPD: vsftpd }),
    },
  });
  if (status !== 0) throw new Error(`run.sh ${server} failed:\n${stderr}`);
  const rows = new Map();
  for (const line of stdout.split("\n").slice(1)) {
    const found = /^(.{34}) +([\d.]+) (\S+) +([\d.]+)?/.exec(line);
    if (found)
      rows.set(found[1].trim(), { value: Number(found[2]), unit: found[3], cpu: Number(found[4] ?? Number.NaN) });
  }
  return rows;
}

const seen = new Map(servers.map((server) => [server, []]));
for (let round = 1; round <= rounds; round++) {
  for (const server of servers) {
    seen.get(server).push(measure(server));
    process.stderr.write(`round ${round} of ${rounds}: ${server} measured\n`);
  }
}

const median = (numbers) => {
  const sorted = numbers.filter(Number.isFinite).toSorted((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};
const figure = (number) =>
  Number.isFinite(number) ? (number >= 100 ? number.toFixed(0) : number.toPrecision(3)) : "-";

const columns = (cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(30) : cell.padStart(16))).join("");
console.log(
  columns(["", ...servers, ...servers.filter((s) => s !== flags.baseline).flatMap((s) => [`${s} x`, "CPU x"])]),
);
for (const [name, { unit }] of seen.get(flags.baseline)[0]) {
  const values = (server, key) => seen.get(server).map((rows) => rows.get(name)?.[key] ?? Number.NaN);
  const ratio = (server, key) => median(values(server, key).map((value, i) => value / values(flags.baseline, key)[i]));
  console.log(
    columns([
      `${name} (${unit})`,
      ...servers.map((server) => figure(median(values(server, "value")))),
      ...servers
        .filter((s) => s !== flags.baseline)
        .flatMap((s) => [figure(ratio(s, "value")), figure(ratio(s, "cpu"))]),
    ]),
  );
}
