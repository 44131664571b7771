import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { singleAccount } from "@twinport/accounts";
import { createServer } from "@twinport/server";
import { memoryStorage } from "@twinport/storage";
import { explain, fetchFile, sendFile } from "./main.ts";
import type { ClientOptions } from "@twinport/client";
import type { Server } from "@twinport/server";

const big = "a line of a big file\n".repeat(100_000);
let server: Server;
let ann: ClientOptions;
let folder: string;

beforeEach(async () => {
  server = await createServer({
    accounts: singleAccount({ name: "ann", password: "secret" }),
    storage: memoryStorage({ files: { "/big.txt": big } }),
    passive: { ports: "any" },
  }).listen({ port: 0 });
  const [{ address, port } = { address: "", port: 0 }] = server.bound;
  ann = { host: address, port, user: "ann", password: "secret", memory: false };
  folder = await mkdtemp(join(tmpdir(), "twinport-example-"));
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

it("fetches a file, tells how far it is, and compares its hash", async () => {
  const local = join(folder, "big.txt");
  const told: number[] = [];
  const done = await fetchFile(ann, "big.txt", local, ({ bytes }) => void told.push(bytes));
  expect(done).toEqual({ path: "big.txt", bytes: big.length, mode: "epsv", comparedBy: "sha256" });
  expect(await readFile(local, "utf8")).toBe(big);
  expect(told.at(-1)).toBe(big.length);
});

it("goes on behind what an earlier run has left", async () => {
  const local = join(folder, "big.txt");
  await writeFile(`${local}.twinport-part`, big.slice(0, 1_500_000));
  const told: number[] = [];
  await fetchFile(ann, "big.txt", local, ({ bytes }) => void told.push(bytes));
  expect(Math.min(...told)).toBeGreaterThanOrEqual(1_500_000);
  expect(await readFile(local, "utf8")).toBe(big);
});

it("sends a file under another name until it is whole", async () => {
  const local = join(folder, "new.txt");
  await writeFile(local, big);
  expect(await sendFile(ann, local, "new.txt", () => {})).toMatchObject({ bytes: big.length, comparedBy: "sha256" });
  const back = join(folder, "back.txt");
  await fetchFile(ann, "new.txt", back, () => {});
  expect(await readFile(back, "utf8")).toBe(big);
});

it("leaves a part, and nothing under the name, when it is called off", async () => {
  const stop = new AbortController();
  const slow = { ...ann, limitRate: 1_000_000 };
  const fetched = fetchFile(slow, "big.txt", join(folder, "big.txt"), () => stop.abort(), stop.signal);
  await expect(fetched).rejects.toMatchObject({ code: "aborted" });
  expect(await readdir(folder)).toEqual(["big.txt.twinport-part"]);
});

it("finds the mode that this server has", async () => {
  await using activeOnly = await createServer({
    accounts: singleAccount({ name: "ann", password: "secret" }),
    storage: memoryStorage({ files: { "/hello.txt": "hello, world\n" } }),
    passive: false,
  }).listen({ port: 0 });
  const port = activeOnly.bound[0]?.port ?? 0;
  const done = await fetchFile({ ...ann, port }, "hello.txt", join(folder, "hello.txt"), () => {});
  expect(done).toMatchObject({ mode: "port", bytes: 13 });
});

it("says what is wrong in a sentence", async () => {
  const missing = fetchFile(ann, "none.txt", join(folder, "none.txt"), () => {});
  expect(explain(await missing.catch((error: unknown) => error))).toMatch(/^not-found: none\.txt is not there: 550 /);
  const stranger = fetchFile({ ...ann, password: "wrong" }, "big.txt", join(folder, "big.txt"), () => {});
  expect(explain(await stranger.catch((error: unknown) => error))).toMatch(/^login-refused: /);
  expect(await readdir(folder)).toEqual([]);
});
