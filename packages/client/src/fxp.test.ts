import { expect, test } from "vitest";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { connectClient } from "./client.ts";
import { fxp } from "./fxp.ts";
import type { LoopbackOptions } from "../../../test/testkit/loopback-server.ts";
import type { Client } from "./client.ts";

const login = { user: "ann", password: "secret", memory: false } as const;

const portOf = ({ server }: LoopbackServer): number => Number(new URL(server.urls[0]!).port);

const clientOf = (place: LoopbackServer): Promise<Client> =>
  connectClient({ host: "127.0.0.1", port: portOf(place), ...login });

/** Two servers with a client each; the first has a file. */
async function pair(of: LoopbackOptions = {}, to: LoopbackOptions = {}) {
  const source = await LoopbackServer.start({ files: { "/a.bin": "x".repeat(100_000) }, ...of });
  const target = await LoopbackServer.start(to);
  const clients = [await clientOf(source), await clientOf(target)] as const;
  return {
    source,
    target,
    from: clients[0],
    to: clients[1],
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) await client.close();
      await source[Symbol.asyncDispose]();
      await target[Symbol.asyncDispose]();
    },
  };
}

test("a file goes from server to server, and both clients can be used after", async () => {
  await using two = await pair();
  const result = await fxp(two.from, "a.bin", two.to, "b.bin", { verify: "hash" });
  expect(result).toMatchObject({ size: 100_000, passive: "from", protection: "none", verified: "sha256", failed: [] });
  expect(String(await two.to.readAll("b.bin"))).toBe("x".repeat(100_000));
  expect((await two.from.listAll()).map(({ name }) => name)).toEqual(["a.bin"]);
});

test("where the one may not dial, the other one does", async () => {
  await using two = await pair({}, { active: false });
  const result = await fxp(two.from, "a.bin", two.to, "b.bin");
  expect(result).toMatchObject({ passive: "to", verified: "size" });
  expect(result.failed).toEqual([expect.stringMatching(/:\d+ refuses PORT: 5/)]);
  expect(await two.to.size("b.bin")).toBe(100_000);
});

test("two servers that both refuse say so, each by its name, and stay of use", async () => {
  await using two = await pair({ active: false }, { active: false });
  const ports = [two.source, two.target].map(portOf);
  const failed = await fxp(two.from, "a.bin", two.to, "b.bin").catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: "fxp-failed" });
  expect(String(failed)).toContain(`:${ports[0]} refuses PORT`);
  expect(String(failed)).toContain(`:${ports[1]} refuses PORT`);
  expect(await two.to.listAll()).toEqual([]);
  expect(await two.from.size("a.bin")).toBe(100_000);
});

test("a file that is not there is not overwritten elsewhere", async () => {
  await using two = await pair({}, { files: { "/b.bin": "precious" } });
  await expect(fxp(two.from, "none", two.to, "b.bin")).rejects.toMatchObject({ code: "not-found" });
  expect(String(await two.to.readAll("b.bin"))).toBe("precious");
  expect(await two.from.size("a.bin")).toBe(100_000);
});

test("a refusal of the server that gets the file is told as its own", async () => {
  await using two = await pair();
  const failed = await fxp(two.from, "a.bin", two.to, "no/such/folder/b.bin").catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: "refused" });
  expect(String(failed)).toMatch(/STOR no\/such\/folder\/b\.bin at 127\.0\.0\.1:\d+: 5/);
  expect(await two.from.size("a.bin")).toBe(100_000);
  expect((await fxp(two.from, "a.bin", two.to, "b.bin")).size).toBe(100_000);
});

test("an atomic one leaves what stands there until all has come, and nothing else when it has not", async () => {
  await using two = await pair({}, { files: { "/b.bin": "precious" } });
  await fxp(two.from, "a.bin", two.to, "b.bin", { atomic: true });
  expect(await two.to.size("b.bin")).toBe(100_000);
  await using deaf = await pair({ active: false }, { active: false, files: { "/b.bin": "precious" } });
  await expect(fxp(deaf.from, "a.bin", deaf.to, "b.bin", { atomic: true })).rejects.toMatchObject({
    code: "fxp-failed",
  });
  expect(await deaf.to.names()).toEqual(["b.bin"]);
});

test("two in opposite directions at the same time do not wait for each other", async () => {
  await using two = await pair({}, { files: { "/c.bin": "back" } });
  await Promise.all([fxp(two.from, "a.bin", two.to, "b.bin"), fxp(two.to, "c.bin", two.from, "d.bin")]);
  expect(await two.to.size("b.bin")).toBe(100_000);
  expect(String(await two.from.readAll("d.bin"))).toBe("back");
});

test("one that is aborted leaves both clients of use", async () => {
  await using two = await pair();
  const stop = new AbortController();
  two.target.server.once("trace", () => stop.abort());
  await expect(fxp(two.from, "a.bin", two.to, "b.bin", { signal: stop.signal })).rejects.toMatchObject({
    code: "aborted",
  });
  expect(await two.from.size("a.bin")).toBe(100_000);
  expect(await two.to.names()).toBeInstanceOf(Array);
});
