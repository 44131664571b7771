import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { allPermissions, singleAccount } from "@twinport/accounts";
import { diskStorage } from "@twinport/storage";
import { connectClient } from "../client.ts";
import { createPool } from "../pool.ts";
import { memoryOfThisProcess } from "../mode-memory.ts";
import { formatPlan } from "./format-plan.ts";
import { mirror } from "./mirror.ts";
import { planMirror } from "./plan-mirror.ts";
import { LoopbackServer } from "../../../../test/testkit/loopback-server.ts";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import type { Client } from "../client.ts";
import type { LoopbackOptions } from "../../../../test/testkit/loopback-server.ts";
import type { MirrorSide } from "./side.ts";

async function scene(options: LoopbackOptions = {}) {
  const scratch = new ScratchFolder();
  const here = join(scratch.path, "here");
  const served = join(scratch.path, "served");
  mkdirSync(here);
  mkdirSync(served);
  const server = await LoopbackServer.start({ storage: diskStorage(served), ...options });
  const port = server.server.bound[0]?.port ?? 0;
  const login = { host: "127.0.0.1", port, user: "ann", password: "secret", memory: memoryOfThisProcess() };
  const client = await connectClient(login);
  return {
    here,
    served,
    server,
    client,
    login,
    local: { kind: "local", path: here } as MirrorSide,
    remote: { kind: "remote", client, path: "" } as MirrorSide,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
}

function put(path: string, content: string | Uint8Array, seconds = 1_700_000_000): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, seconds, seconds);
}

/** The command lines that the server heard while something was done. */
async function heard(server: LoopbackServer, work: () => Promise<unknown>): Promise<string[]> {
  const before = server.trace.length;
  await work();
  return server.trace.slice(before).flatMap((step) => (step.kind === "command-received" ? [step.line] : []));
}

it("goes over the connections of a pool", async () => {
  await using at = await scene();
  for (let number = 0; number < 20; number++) put(join(at.served, `folder ${number % 3}`, `${number}`), `${number}`);
  await using pool = createPool({ ...at.login, size: 3 });
  const source: MirrorSide = { kind: "remote", client: pool, path: "" };
  const report = await mirror(source, at.local);
  expect([report.transferred, report.made, report.isWhole]).toEqual([20, 3, true]);
  expect(readFileSync(join(at.here, "folder 1", "4"), "utf8")).toBe("4");
  expect(formatPlan(await planMirror(source, at.local))).toEqual([]);
});

it("needs a folder here and one of a server", async () => {
  await using at = await scene();
  await expect(planMirror(at.local, at.local)).rejects.toMatchObject({ code: "option-not-valid" });
  await expect(planMirror(at.remote, at.remote)).rejects.toThrow(/needs a folder of this machine/);
  await expect(planMirror({ ...at.remote, path: "nowhere" }, at.local)).rejects.toMatchObject({ code: "not-found" });
  await expect(planMirror(at.remote, at.local, { parallel: 0 })).rejects.toMatchObject({ code: "option-not-valid" });
});

it("goes on with a large download that was broken off, if the file is still the same", async () => {
  await using at = await scene();
  const content = Buffer.alloc(3 * 1024 * 1024, "content");
  put(join(at.served, "large"), content);
  const [transfer] = (await planMirror(at.remote, at.local)).actions;
  if (transfer?.kind !== "transfer") throw new Error("nothing is transferred");
  put(join(at.here, transfer.part), content.subarray(0, 2 * 1024 * 1024));
  const lines = await heard(at.server, async () => {
    const report = await mirror(at.remote, at.local);
    expect([report.bytes, report.plan.bytes]).toEqual([1024 * 1024, 1024 * 1024]);
  });
  expect(lines).toContain(`REST ${2 * 1024 * 1024}`);
  expect(readFileSync(join(at.here, "large")).equals(content)).toBe(true);
  expect(readdirSync(at.here)).toEqual(["large"]);
});

it("does not go on with the part of what was there before, and takes that away", async () => {
  await using at = await scene();
  put(join(at.served, "large"), Buffer.alloc(2 * 1024 * 1024, "new"));
  put(join(at.here, ".large.01234567.twinport-part"), Buffer.alloc(1024 * 1024 + 5, "old"), Date.now() / 1000);
  const report = await mirror(at.remote, at.local);
  expect(report.bytes).toBe(2 * 1024 * 1024);
  expect(readdirSync(at.here)).toEqual(["large"]);
});

it("takes away what earlier runs have left when it is old, and not what others are at", async () => {
  await using at = await scene();
  put(join(at.served, ".old.01234567.twinport-part"), "old", Date.now() / 1000 - 7200);
  put(join(at.served, ".new.01234567.twinport-part"), "new", Date.now() / 1000 - 60);
  await mirror(at.local, at.remote, { delete: true });
  expect(readdirSync(at.served)).toEqual([".new.01234567.twinport-part"]);
});

it("uploads under another name first, and gives the time", async () => {
  await using at = await scene();
  put(join(at.here, "a"), "content");
  const lines = await heard(at.server, () => mirror(at.local, at.remote));
  const words = lines.map((line) => line.split(" ")[0]);
  expect(words.slice(words.indexOf("STOR"))).toEqual(["STOR", "MFMT", "RNFR", "RNTO", "SIZE"]);
  expect(lines.find((line) => line.startsWith("STOR"))).toMatch(/\/\.a\.[0-9a-f]{8}\.twinport-part$/);
  expect(statSync(join(at.served, "a")).mtimeMs).toBe(1_700_000_000_000);
});

it("uploads directly where the server does not rename, and says so", async () => {
  const permissions = new Set([...allPermissions].filter((one) => one !== "rename"));
  await using at = await scene({ accounts: singleAccount({ name: "ann", password: "secret", permissions }) });
  put(join(at.here, "a"), "content");
  put(join(at.here, "b"), "content");
  const report = await mirror(at.local, at.remote, { parallel: 1 });
  expect(report.failures).toEqual([]);
  expect(report.warnings).toEqual([{ code: "not-atomic", count: 2 }]);
  expect(readdirSync(at.served).toSorted()).toEqual(["a", "b"]);
});

it("asks for nothing that the listing has told", async () => {
  await using at = await scene();
  for (let number = 0; number < 5; number++) put(join(at.served, `${number}`), `${number}`);
  const lines = await heard(at.server, () => mirror(at.remote, at.local, { parallel: 1 }));
  const words = new Set(lines.map((line) => line.split(" ")[0]));
  expect(words).toEqual(new Set(["CWD", "EPSV", "MLSD", "PWD", "RETR", "SYST", "TYPE"]));
});

it("fetches a file anew that has become another one since it was listed", async () => {
  await using at = await scene();
  put(join(at.served, "small"), "short");
  put(join(at.served, "large"), Buffer.alloc(1024 * 1024));
  const report = await mirror(at.remote, at.local, {
    onEvent: ({ kind }) => {
      if (kind !== "planned") return;
      appendFileSync(join(at.served, "small"), ", no longer");
      appendFileSync(join(at.served, "large"), "more");
    },
  });
  expect(report.failures).toEqual([]);
  expect(readFileSync(join(at.here, "small"), "utf8")).toBe("short, no longer");
  expect(statSync(join(at.here, "large")).size).toBe(1024 * 1024 + 4);
  expect(readdirSync(at.here).toSorted()).toEqual(["large", "small"]);
});

it("tells what failed for one file, and does the others", async () => {
  await using at = await scene();
  for (const name of ["a", "b", "c"]) put(join(at.served, name), name);
  const failed: string[] = [];
  const report = await mirror(at.remote, at.local, {
    onEvent: (event) => {
      if (event.kind === "planned") mkdirSync(join(at.here, "b", "x"), { recursive: true });
      if (event.kind === "failed") failed.push(event.action.path);
    },
  });
  expect(failed).toEqual(["b"]);
  expect([report.transferred, report.isWhole]).toEqual([2, false]);
  expect(report.failures[0]?.error).toMatchObject({ code: "local-file" });
});

it("follows links where it is told to, and not round in a ring", async () => {
  await using at = await scene();
  put(join(at.here, "folder", "a"), "a");
  symlinkSync("folder", join(at.here, "link"));
  symlinkSync("..", join(at.here, "folder", "up"));
  symlinkSync("nowhere", join(at.here, "broken"));
  const report = await mirror(at.local, at.remote, { links: "follow" });
  expect(report.plan.problems.map(({ code, path }) => `${path}: ${code}`)).toEqual([
    "broken: link-broken",
    "folder/up: link-loop",
    "link/up: link-loop",
  ]);
  expect(readdirSync(at.served).toSorted()).toEqual(["folder", "link"]);
  expect(readFileSync(join(at.served, "link", "a"), "utf8")).toBe("a");
});

it("sets only the time of a file whose content is the same by its hash", async () => {
  await using at = await scene();
  put(join(at.here, "same"), "content", 1_700_000_000);
  put(join(at.served, "same"), "content", 1_600_000_000);
  put(join(at.here, "other"), "contest", 1_700_000_000);
  put(join(at.served, "other"), "content", 1_700_000_000);
  const report = await mirror(at.local, at.remote, { compare: "hash" });
  expect(formatPlan(report.plan)).toEqual(["~ other (hash, 7 bytes)", "~ same (time)"]);
  expect(formatPlan(await planMirror(at.local, at.remote, { compare: "hash" }))).toEqual([]);
});

it("stops when it is told to, and the client can be used after it", async () => {
  await using at = await scene();
  for (let number = 0; number < 50; number++) put(join(at.served, `${number}`), Buffer.alloc(300_000));
  const stop = new AbortController();
  const run = mirror(at.remote, at.local, {
    signal: stop.signal,
    onEvent: ({ kind }) => {
      if (kind === "done") stop.abort();
    },
  });
  await expect(run).rejects.toMatchObject({ code: "aborted" });
  const client: Client = at.client;
  expect(await client.listAll()).toHaveLength(50);
});

it("counts what it has done", async () => {
  await using at = await scene();
  for (let number = 0; number < 10; number++) put(join(at.served, `${number}`), Buffer.alloc(1000));
  const last: unknown[] = [];
  await mirror(at.remote, at.local, {
    onEvent: (event) => {
      if (event.kind === "progress") last.push(event.progress);
    },
  });
  expect(last.at(-1)).toEqual({ files: 10, ofFiles: 10, bytes: 10_000, ofBytes: 10_000 });
});
