import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { singleAccount } from "@twinport/accounts";
import { connectClient } from "@twinport/client";
import { createServer } from "@twinport/server";
import { memoryStorage } from "@twinport/storage";
import { mirrorToPartner, tell } from "./main.ts";
import type { Server } from "@twinport/server";
import type { Partner } from "./main.ts";

let server: Server;
let partner: Partner;
let local: string;

beforeEach(async () => {
  server = await createServer({
    accounts: singleAccount({ name: "ann", password: "secret" }),
    storage: memoryStorage({ files: { "/incoming/old.csv": "old", "/elsewhere.txt": "not ours" } }),
    passive: { ports: "any" },
  }).listen({ port: 0 });
  const [{ address, port } = { address: "", port: 0 }] = server.bound;
  const login = { host: address, port, user: "ann", password: "secret", memory: false } as const;
  partner = { server: login, folder: "incoming" };
  local = await mkdtemp(join(tmpdir(), "twinport-example-"));
});

afterEach(async () => {
  await server.close();
  await rm(local, { recursive: true });
});

const theirs = async (): Promise<string[]> => {
  const client = await connectClient(partner.server);
  const paths: string[] = [];
  for await (const { path, kind } of client.walk("")) if (kind === "file") paths.push(path);
  await client.close();
  return paths.sort();
};

it("makes the partner's folder like ours, and touches nothing beside it", async () => {
  await mkdir(join(local, "prices"));
  await writeFile(join(local, "prices", "today.csv"), "1;2;3\n");
  await writeFile(join(local, "list.csv"), "a;b\n");
  await writeFile(join(local, "draft.tmp"), "not yet");
  const outcome = await mirrorToPartner(local, partner);
  expect(outcome).toMatchObject({ kind: "done", report: { transferred: 2, removed: 1, isWhole: true, failures: [] } });
  expect(await theirs()).toEqual(["elsewhere.txt", "incoming/list.csv", "incoming/prices/today.csv"]);
  expect(tell(outcome)).toContain("+ prices/today.csv (new, 6 bytes)");
});

it("sends nothing twice", async () => {
  await writeFile(join(local, "list.csv"), "a;b\n");
  await mirrorToPartner(local, partner);
  const again = await mirrorToPartner(local, partner);
  expect(again).toMatchObject({ kind: "done", plan: { actions: [], same: 1 }, report: { transferred: 0 } });
});

it("does nothing where too much would be removed", async () => {
  const outcome = await mirrorToPartner(local, partner, { mostRemovals: 0 });
  expect(tell(outcome)).toEqual([
    "- old.csv (not-in-source)",
    "nothing was done: it would remove 1 of the partner's files",
  ]);
  expect(await theirs()).toContain("incoming/old.csv");
});
