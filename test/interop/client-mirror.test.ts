import { lstatSync, readFileSync, readdirSync } from "node:fs";
import { appendFile, chmod, mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { createHash, randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import process from "node:process";
import { beforeAll, describe, expect, it } from "vitest";
import { connectClient, formatPlan, memoryOfThisProcess, mirror, planMirror } from "@twinport/client";
import { diskStorage } from "@twinport/storage";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { PeerServer, peerNames, peerServer } from "../testkit/peer-server.ts";
import { RunningProgram } from "../testkit/running-program.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { proving } from "../testkit/proving.ts";
import { runProgram } from "../testkit/run-program.ts";
import type { Client, ClientOptions, MirrorFailure, MirrorSide } from "@twinport/client";

/** Names that are hard for somebody on the way: the shell, the listing, the command line, the URL. */
const oddNames = [
  "with space",
  " leading space",
  "trailing space ",
  "two  spaces",
  "-rf",
  "--help",
  "#hash",
  "100%41",
  "a'b",
  'a"b"c',
  "back\\slash",
  "star*",
  "[set]",
  "{brace}",
  "~tilde",
  "semi;colon",
  "$(echo)",
  "Grüße",
  "文件 名",
  "emoji 🚪",
  "e\u0301 composed otherwise",
  "...dots",
  ".hidden",
  "a -> b",
  "2024-01-01 12:00",
];

/** A tree of them, with empty folders, empty files, and one that is larger than all buffers. */
async function makeTree(root: string, names: readonly string[]): Promise<void> {
  const old = Date.UTC(2019, 4, 6, 7, 8, 9) / 1000;
  for (const [number, name] of names.entries()) {
    await put(join(root, name), `content ${number}`, old + number * 86_400);
    await put(join(root, "folders", `${name}`, name), name.repeat(number + 1), Date.now() / 1000 - 600 * number);
  }
  await put(join(root, "empty file"), "");
  await put(join(root, "large.bin"), randomBytes(3 * 1024 * 1024 + 17));
  await mkdir(join(root, "empty folder", "in which is another"), { recursive: true });
}

async function put(path: string, content: string | Uint8Array, seconds = Date.now() / 1000 - 60): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await utimes(path, seconds, seconds);
}

/** All that is below a folder: its folders, and its files with what is in them. */
function treeOf(root: string, at = root): string[] {
  return readdirSync(at)
    .flatMap((name) => {
      const path = join(at, name);
      const stats = lstatSync(path);
      if (stats.isDirectory()) return [`${relative(root, path)}/`, ...treeOf(root, path)];
      const content = stats.isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : "link";
      return [`${relative(root, path)} ${content}`];
    })
    .toSorted();
}

/** Times of files, in whole units. */
function timesOf(root: string, seconds: number, at = root): string[] {
  return readdirSync(at).flatMap((name) => {
    const path = join(at, name);
    const stats = lstatSync(path);
    if (stats.isDirectory()) return timesOf(root, seconds, path);
    return [`${relative(root, path)} ${Math.floor(stats.mtimeMs / 1000 / seconds)}`];
  });
}

function sayFailure({ action, error }: MirrorFailure): string {
  return `${action.kind} ${action.path}: ${String(error)}`;
}

/** A server with a folder that its account may do everything in. */
interface Served extends AsyncDisposable {
  readonly folder: string;
  /** Where a login has to go to be there. */
  readonly home: string;
  readonly options: ClientOptions;
}

async function ours(): Promise<Served> {
  const scratch = new ScratchFolder();
  const folder = join(scratch.path, "served");
  await mkdir(folder);
  const server = await LoopbackServer.start({
    storage: diskStorage(folder),
    untraced: true,
    passive: { ports: "any" },
  });
  const port = server.server.bound[0]?.port ?? 0;
  return {
    folder,
    home: "",
    options: { host: "127.0.0.1", port, user: "ann", password: "secret" },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
}

/** Names that a server refuses to make, or to give, whoever asks. */
const refused: Readonly<Record<string, readonly string[]>> = {
  proftpd: ["star*"],
  "pure-ftpd": ["back\\slash", "trailing space "],
};

const local = (path: string): MirrorSide => ({ kind: "local", path });
const remote = (client: Client, path: string): MirrorSide => ({ kind: "remote", client, path });
const connect = (server: Served): Promise<Client> =>
  connectClient({ ...server.options, memory: memoryOfThisProcess() });

function cases(name: string, start: () => Promise<Served>): void {
  const names = oddNames.filter((one) => !refused[name]?.includes(one));
  const FILES = names.length * 2 + 2;

  it("comes up whole, and a second run has nothing to do", async () => {
    await using server = await start();
    await using here = new ScratchFolder();
    await makeTree(here.path, names);
    await using client = await connect(server);
    const target = remote(client, join(server.home, "up"));
    const first = await mirror(local(here.path), target, { delete: true });
    expect(first.failures.map(sayFailure)).toEqual([]);
    expect(first.plan.problems).toEqual([]);
    expect(treeOf(join(server.folder, "up"))).toEqual(treeOf(here.path));
    const second = await planMirror(local(here.path), target, { delete: true });
    expect(formatPlan(second)).toEqual([]);
    expect(second.same).toBe(FILES);
  });

  it("comes down whole with its times, and a second run has nothing to do", async () => {
    await using server = await start();
    await using here = new ScratchFolder();
    await makeTree(server.folder, names);
    await using client = await connect(server);
    const source = remote(client, server.home);
    const first = await mirror(source, local(join(here.path, "down")), { delete: true });
    expect(first.failures.map(sayFailure)).toEqual([]);
    expect(first.plan.problems).toEqual([]);
    expect(treeOf(join(here.path, "down"))).toEqual(treeOf(server.folder));
    expect(timesOf(join(here.path, "down"), 60)).toEqual(timesOf(server.folder, 60));
    const second = await planMirror(source, local(join(here.path, "down")), { delete: true });
    expect(formatPlan(second)).toEqual([]);
    expect(second.same).toBe(FILES);
  });

  it("sends what has changed, removes what is gone, and leaves alone what is excluded", async () => {
    await using server = await start();
    await using here = new ScratchFolder();
    const up = join(server.folder, "up");
    for (const path of ["changed", "same", "gone", "folder/gone too", "folder/kept.log", "empty/deep/er/x"]) {
      await put(join(here.path, path), path);
    }
    await using client = await connect(server);
    const target = remote(client, join(server.home, "up"));
    const options = { delete: true, exclude: ["*.log"] };
    await mirror(local(here.path), target, { delete: true });
    await appendFile(join(here.path, "changed"), ", and longer");
    for (const path of ["gone", "folder", "empty"]) await rm(join(here.path, path), { recursive: true });
    await put(join(here.path, "new.log"), "is not sent");
    const dry = await mirror(local(here.path), target, { ...options, dryRun: true });
    expect(dry.transferred + dry.removed).toBe(0);
    expect(treeOf(up).map((line) => line.split(" ")[0])).toContain("gone");
    expect(formatPlan(dry.plan)).toEqual([
      "~ changed (size, 19 bytes)",
      "- empty/deep/er/x (not-in-source)",
      "- empty/deep/er/ (not-in-source)",
      "- empty/deep/ (not-in-source)",
      "- empty/ (not-in-source)",
      "- folder/gone too (not-in-source)",
      "- gone (not-in-source)",
    ]);
    const report = await mirror(local(here.path), target, options);
    expect(report.failures.map(sayFailure)).toEqual([]);
    expect(treeOf(up).map((line) => line.replace(/ [0-9a-f]{64}$/, ""))).toEqual([
      "changed",
      "folder/",
      "folder/kept.log",
      "same",
    ]);
    expect(readFileSync(join(up, "changed"), "utf8")).toBe("changed, and longer");
    expect(formatPlan(await planMirror(local(here.path), target, options))).toEqual([]);
  });
}

describe("a mirror with our server", () => {
  cases("ours", ours);
});

for (const name of peerNames) {
  peerServer(`a mirror with ${name}`, name, () => {
    cases(name, () => PeerServer.start(name));
  });
}

for (const name of ["vsftpd", "proftpd", "pure-ftpd"] as const) {
  peerServer(`what ${name} does not show`, name, () => {
    it.each(["shut", "shut up"])("is not taken for gone: %s", async (shut) => {
      await using server = await PeerServer.start(name);
      await using here = new ScratchFolder();
      await put(join(server.folder, shut, "a"), "a");
      await put(join(server.folder, "open", "a"), "a");
      await using client = await connect(server);
      const source = remote(client, server.home);
      await mirror(source, local(here.path));
      await put(join(here.path, shut, "extra"), "extra");
      await put(join(here.path, "open", "extra"), "extra");
      // The folder is root's.
      await chmod(join(server.folder, shut), 0o711);
      const report = await mirror(source, local(here.path), { delete: true });
      expect(report.plan.problems.map(({ code, path }) => `${path}: ${code}`)).toEqual([`${shut}: not-listed`]);
      expect(report.isWhole).toBe(false);
      expect(readdirSync(join(here.path, shut)).toSorted()).toEqual(["a", "extra"]);
      expect(readdirSync(join(here.path, "open"))).toEqual(["a"]);
    });
  });
}

/** How often each kind of interruption is tried in each direction. */
const TIMES = proving ? 50 : 5;

peerServer("a mirror that is interrupted at any moment", "vsftpd", () => {
  beforeAll(async () => {
    const root = fileURLToPath(new URL("../../", import.meta.url));
    await runProgram(join(root, "node_modules/.bin/tsc"), ["-b", join(root, "packages/client")], { home: tmpdir() });
  });

  /** What is made like `from`, over something older. */
  async function scene(direction: "up" | "down") {
    const server = await PeerServer.start("vsftpd");
    const here = new ScratchFolder();
    const mine = join(here.path, "mine");
    const theirs = join(server.folder, "theirs");
    await mkdir(mine);
    await mkdir(theirs);
    // The server's account is another one than that of the test.
    await runProgram("chmod", ["777", theirs], { home: here.path });
    const source = direction === "up" ? mine : theirs;
    for (let number = 0; number < 40; number++) {
      const size = number % 10 === 0 ? 2 * 1024 * 1024 + number : 5000 * number;
      await put(join(source, `folder ${number % 3}`, `file ${number}`), randomBytes(size));
    }
    return { server, mine, theirs, source, target: direction === "up" ? theirs : mine, here };
  }

  const interruptions = ["abort", "kill"] as const;
  const directions = ["down", "up"] as const;
  const all = interruptions.flatMap((how) => directions.map((direction) => ({ how, direction })));

  it.each(all)(
    "$how while files go $direction: the next run ends it, and the one after has nothing to do",
    async ({ how, direction }) => {
      const { server, mine, source, target, here } = await scene(direction);
      await using _server = server;
      await using _here = here;
      const path = join(server.home, "theirs");
      await using client = await connect(server);
      const sides =
        direction === "up"
          ? ([local(mine), remote(client, path)] as const)
          : ([remote(client, path), local(mine)] as const);
      const told = JSON.stringify({ server: server.options, direction, folder: mine, path });
      const script = fileURLToPath(new URL("../testkit/mirror-process.mjs", import.meta.url));
      const options = { delete: true, parallel: 3 };
      /** Runs until it is interrupted, or done. */
      const run = async (milliseconds: number): Promise<void> => {
        if (how === "abort") {
          const outcome = mirror(...sides, { ...options, signal: AbortSignal.timeout(milliseconds) });
          await expect(
            outcome.then(
              () => ({ code: "aborted" }),
              (error: unknown) => error,
            ),
          ).resolves.toMatchObject({ code: "aborted" });
          return;
        }
        await using program = new RunningProgram(process.execPath, [script, told], { home: here.path });
        await Promise.race([program.outcome, pause(milliseconds)]);
      };
      const began = performance.now();
      await run(60_000);
      const whole = performance.now() - began;
      for (let time = 0; time < TIMES; time++) {
        await rm(target, { recursive: true });
        await mkdir(target);
        await runProgram("chmod", ["777", target], { home: here.path });
        // Something older stands there already.
        await put(join(target, "folder 0", "file 0"), "older", 1_000_000_000);
        await runProgram("chmod", ["-R", "a+rwX", target], { home: here.path });
        await run(Math.floor(Math.random() * whole));
        const report = await mirror(...sides, options);
        expect(report.failures.map(sayFailure)).toEqual([]);
        expect(treeOf(target)).toEqual(treeOf(source));
        expect(formatPlan(await planMirror(...sides, options))).toEqual([]);
      }
    },
  );
});
