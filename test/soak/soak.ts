import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pass } from "node:timers/promises";
import { RawClient } from "../testkit/raw-client.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { freeRange } from "../testkit/free-ports.ts";
import { testCertificate } from "../testkit/peer-server.ts";
import { Ledger } from "./ledger.ts";
import { Load } from "./load.ts";
import { SoakServer } from "./soak-server.ts";
import { digestOf } from "./spot.ts";
import type { SoakLook } from "./soak-server.ts";
import type { LoadParts } from "./load.ts";
import type { Steady } from "./spot.ts";

/** How long a soak runs, and how it tells of itself. */
export interface SoakOptions {
  readonly seconds: number;
  /** The same seed gives the same choices; timing between clients and server is not part of it. */
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** What has come of it: with no problems it is as it must be. */
export interface SoakReport {
  readonly problems: readonly string[];
  readonly [figure: string]: unknown;
}

/** Many: what a client that was killed has begun may still come, and is told from its neighbour at the same address by its port only. */
const PORTS = 96;
const SAY_EVERY_MS = 15_000;

const MIB = 1024 * 1024;
/** What RSS may grow by from the mark at one third to the end. */
const GROWTH = 10 * MIB;
/** … before the allocator has settled: in runs of a minute on a busy machine RSS moved by 30 MiB with nothing more held. */
const UNSETTLED_GROWTH = 64 * MIB;
const SETTLED_SECONDS = 300;
/** What is held, in heap and buffers: this does not depend on the allocator. Over runs it grew by 0.1 to 0.9 MiB. */
const HELD_GROWTH = 3 * MIB;

/** The threads that hash are ended after 10 s without work, and a silent client after 8 s. */
const QUIET_SECONDS = 30;

const mebibytes = (bytes: number): string => (bytes / MIB).toFixed(1);

/** Runs mixed clients and faults against our server, and holds it to what it must have kept and given back. */
export async function soak({ seconds, seed, say }: SoakOptions): Promise<SoakReport> {
  await using scratch = new ScratchFolder();
  const folders = folderSet(scratch.path);
  const steady = await steadyFiles(folders);
  const ports = await freeRange(PORTS);
  const { certificate, key } = await testCertificate();
  const ca = join(scratch.path, "ca.pem");
  await writeFile(ca, certificate);
  await using server = await SoakServer.start({
    folders,
    ports,
    tls: { cert: certificate, key },
  });
  const home = join(scratch.path, "home");
  const parts: LoadParts = { seed, server, home, steady, ca, certificate, ledgers: ledgersOf(folders) };
  await Promise.all(Object.values(parts.ledgers).map((ledger) => ledger.noteAll()));
  const problems: string[] = [];

  const before = await quiet(server, problems, "before the load");
  const load = new Load(parts, say);
  const began = Date.now();
  const line = async (): Promise<void> => {
    const { rss, usage } = await server.look();
    const kinds = [...load.operations].map(([kind, count]) => `${count} ${kind}`).join(", ");
    const failures = `${sum(load.expected)} failures as expected, ${load.problems.length} not`;
    const at = Math.round((Date.now() - began) / 1000);
    say(
      `${at} s: ${load.count} operations, ${failures}; ${usage.sessions} sessions, RSS ${mebibytes(rss)} MiB; ${kinds}`,
    );
  };
  const lines = everySoOften(line);
  await load.run(seconds / 3);
  const third = await quiet(server, problems, "at one third");
  await load.run((seconds * 2) / 3);
  const end = await quiet(server, problems, "at the end");
  await lines.stop();
  await line();

  problems.push(...load.problems, ...end.failures.map((failure) => `the server warns: ${failure}`));
  problems.push(...leaks(before, end));
  if (end.rss > third.rss + (seconds / 3 < SETTLED_SECONDS ? UNSETTLED_GROWTH : GROWTH)) {
    problems.push(`RSS has grown from ${mebibytes(third.rss)} to ${mebibytes(end.rss)} MiB`);
  }
  if (heldBy(end) > heldBy(third) + HELD_GROWTH) {
    problems.push(`what is held has grown from ${mebibytes(heldBy(third))} to ${mebibytes(heldBy(end))} MiB`);
  }
  const { ann, bob } = parts.ledgers;
  problems.push(...(await ann.check()), ...(await bob.check()));
  const unfinished = await ann.unfinished();
  await removeAll(server, unfinished);
  problems.push(...(await ann.unfinished()).map((name) => `${name}: its part stays after DELE`));
  problems.push(...(await server.close()));
  return {
    seed,
    seconds,
    operations: Object.fromEntries(load.operations),
    operationsByTls: Object.fromEntries(load.ways),
    expectedFailures: Object.fromEntries(load.expected),
    unexpectedFailures: load.problems.length,
    files: { atomic: ann.size, direct: bob.size, unfinished: unfinished.length },
    marks: Object.fromEntries(Object.entries({ before, third, end }).map(([mark, look]) => [mark, figuresOf(look)])),
    rssGrowthMiB: Number(mebibytes(end.rss - third.rss)),
    sessions: end.sessions,
    transfers: end.transfers,
    warnings: end.warnings,
    problems,
  };
}

function folderSet(scratch: string): Readonly<Record<"ann" | "bob" | "eve", string>> {
  const at = (name: string): string => {
    mkdirSync(join(scratch, name));
    return join(scratch, name);
  };
  at("home");
  return { ann: at("ann"), bob: at("bob"), eve: at("eve") };
}

const heldBy = ({ heapUsed, external }: SoakLook): number => heapUsed + external;

/** The same files on each account; the largest is more than a connection holds that nobody reads. */
async function steadyFiles(folders: Readonly<Record<string, string>>): Promise<Steady[]> {
  const sizes = [4000, 0, 700_000, 12_000_000];
  const files = sizes.map((size, i) => ({ path: `steady-${i}.bin`, size, bytes: randomBytes(size) }));
  for (const folder of Object.values(folders)) {
    mkdirSync(join(folder, "many"));
    for (const { path, bytes } of files) await writeFile(join(folder, path), bytes);
    for (let i = 0; i < 300; i++) await writeFile(join(folder, `many/${i}.txt`), `${i}`);
    for (const act of ["open", "read"]) await writeFile(join(folder, `fails-${act}.bin`), Buffer.alloc(3_000_000));
  }
  return files.map(({ path, size, bytes }) => ({ path, size, sha256: digestOf(bytes) }));
}

function ledgersOf(folders: Readonly<Record<"ann" | "bob" | "eve", string>>): LoadParts["ledgers"] {
  return {
    ann: new Ledger(folders.ann, "atomic"),
    bob: new Ledger(folders.bob, "direct"),
    eve: new Ledger(folders.eve, "direct"),
  };
}

function everySoOften(act: () => Promise<void>): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async () => {
    while (!signal.aborted) {
      await pass(SAY_EVERY_MS, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await act();
    }
  })();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}

/** What the server has open when all clients are gone; it is given some time to find that out. */
async function quiet(server: SoakServer, problems: string[], when: string): Promise<SoakLook> {
  const until = Date.now() + QUIET_SECONDS * 1000;
  for (;;) {
    const look = await server.look();
    const noise = noiseOf(look);
    if (noise.length === 0) return look;
    if (Date.now() > until) {
      problems.push(...noise.map((one) => `${when}: ${one}`));
      return look;
    }
    await pass(250);
  }
}

/** What stands although nobody is there. */
function noiseOf({ usage, timers, openedByEve, resources }: SoakLook): string[] {
  const { openPorts: _open, ...busy } = usage;
  const alive = resources.filter((resource) => resource !== "TCPServerWrap" && resource !== "PipeWrap");
  const counts = { ...busy, timers, openedByEve, "things that keep the process alive": alive.length };
  return Object.entries(counts)
    .filter(([, count]) => count !== 0)
    .map(([what, count]) => `${what}: ${count} ${alive.join(" ")}`.trimEnd());
}

/** Descriptors that were not there before, but those of passive ports, which stay open. */
function leaks(before: SoakLook, end: SoakLook): string[] {
  const opened = end.usage.openPorts - before.usage.openPorts;
  const kinds = new Set([...Object.keys(before.descriptors), ...Object.keys(end.descriptors)]);
  return [...kinds].flatMap((kind) => {
    const expected = (before.descriptors[kind] ?? 0) + (kind === "socket" ? opened : 0);
    const found = end.descriptors[kind] ?? 0;
    return found === expected ? [] : [`${found} descriptors of ${kind}, and not ${expected}`];
  });
}

/** Whoever has begun an upload can take what came of it away. */
async function removeAll(server: SoakServer, names: readonly string[]): Promise<void> {
  using client = await RawClient.connect({ address: "127.0.0.1", port: server.port });
  await client.login({ user: "ann", password: "secret" });
  for (const name of names) await client.ask(`DELE ${name}`, 250);
  await client.ask("QUIT", 221);
}

function figuresOf({ rss, heapUsed, external, usage, timers, descriptors, resources }: SoakLook): object {
  const sockets = descriptors["socket"] ?? 0;
  const all = sum(new Map(Object.entries(descriptors)));
  return {
    ...{
      rssMiB: Number(mebibytes(rss)),
      heapMiB: Number(mebibytes(heapUsed)),
      externalMiB: Number(mebibytes(external)),
    },
    ...{ usage, timers, descriptors: all, sockets, resources: resources.length },
  };
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((all, one) => all + one, 0);
}
