import { readFile, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ObservedServer } from "../testkit/observed-server.ts";
import { lftp } from "../testkit/lftp.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { peer } from "../testkit/peer.ts";
import { sha256 } from "../testkit/sha256.ts";
import type { Place } from "../testkit/client-matrix.ts";

const log = "2026-11-22 16:00:00 192.0.2.7 RETR /a.txt 226\n".repeat(50_000);

peer("lftp in MODE Z", ["lftp"], () => {
  let server: ObservedServer;
  let place: Place;

  beforeAll(async () => {
    server = await ObservedServer.start(passiveRange(import.meta.url));
    const { user, password, home } = server;
    const address = "127.0.0.1";
    const way = { mode: "passive", verb: "EPSV", address } as const;
    place = { way, address, port: server.port(address), user, password, folder: "/", home };
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  const run = (...commands: string[]) => lftp(place, "set ftp:use-mode-z yes", "set ftp:mode-z-level 9", ...commands);

  test.each([
    ["text", Buffer.from(log)],
    ["noise", randomBytes(3_000_000)],
    ["one byte", Buffer.from("x")],
    ["nothing", Buffer.alloc(0)],
  ])("%s arrives whole in both directions, and is compressed on its way", async (name, bytes) => {
    const local = join(server.home, `${name}.bin`);
    const back = join(server.home, `${name}.back`);
    await writeFile(local, bytes);
    const before = server.transfers.length;
    await run(`put "${local}" -o "/${name}.bin"`);
    expect(await sha256(join(server.root, `${name}.bin`))).toBe(await sha256(local));
    await run(`get "/${name}.bin" -o "${back}"`);
    expect(await sha256(back)).toBe(await sha256(local));
    await server.until("both transfers over", () => server.transfers.every(({ finished }) => finished));
    expect(server.lines).toContain("MODE Z");
    const moved = server.transfers.slice(before).filter(({ started }) => /RETR|STOR/.test(started.verb));
    expect(moved.map(({ finished }) => finished?.outcome)).toEqual(["complete", "complete"]);
    if (name === "text") for (const { finished } of moved) expect(finished?.bytes).toBeLessThan(bytes.length / 20);
  });

  test("a listing arrives whole", async () => {
    await writeFile(join(server.root, "文件 名.txt"), "x");
    expect((await run("cls -1 /")).stdout).toContain("文件 名.txt");
    expect((await run("ls /")).stdout).toContain("文件 名.txt");
  });

  test("a download and an upload are taken up where they were cut off", async () => {
    const remote = join(server.root, "half.log");
    const local = join(server.home, "half.log");
    await writeFile(remote, log);
    await writeFile(local, log.slice(0, 100_001));
    await run(`get -c /half.log -o "${local}"`);
    expect(await readFile(local, "utf8")).toBe(log);
    await writeFile(remote, log.slice(0, 100_001));
    await run(`put -c "${local}" -o /half.log`);
    expect(await readFile(remote, "utf8")).toBe(log);
  });
});
