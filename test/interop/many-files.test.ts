import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ObservedServer } from "../testkit/observed-server.ts";
import { lftp } from "../testkit/lftp.ts";
import { manifest } from "../testkit/manifest.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { peer } from "../testkit/peer.ts";
import { proving } from "../testkit/proving.ts";
import { rclone } from "../testkit/rclone.ts";
import type { Place } from "../testkit/client-matrix.ts";

const FOLDERS = proving ? 100 : 10;
const FILES_EACH = 100;
const COUNT = FOLDERS * FILES_EACH;
const TIMEOUT = proving ? 300_000 : 120_000;

let server: ObservedServer;
let wanted: readonly string[];

beforeAll(async () => {
  server = await ObservedServer.start(passiveRange(import.meta.url));
  const source = join(server.home, "source");
  for (let number = 0; number < COUNT; number++) {
    const folder = join(source, `folder ${number % FOLDERS}`);
    if (number < FOLDERS) await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `文件 "${number}".txt`), `${number} `.repeat(1 + (number % 1000)));
  }
  wanted = await manifest(source);
  expect(wanted.length).toBe(COUNT);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function placeOf(mode: Place["way"]["mode"], verb: Place["way"]["verb"], folder: string): Place {
  const address = "127.0.0.1";
  const { user, password, home } = server;
  return { way: { mode, verb, address }, address, port: server.port(address), user, password, folder, home };
}

/** All of them by this mode, and none failed. */
function expectMoved(mode: Place["way"]["mode"], verb: string, since: number): void {
  const moved = server.transfers.slice(since).filter(({ started }) => started.verb === verb);
  expect(moved.length).toBe(COUNT);
  expect(new Set(moved.map(({ started, finished }) => `${started.mode} ${finished?.code}`))).toEqual(
    new Set([`${mode} complete`]),
  );
}

peer(`${COUNT} files by lftp`, ["lftp"], () => {
  it.each([
    ["passive", "PASV"],
    ["active", "PORT"],
  ] as const)("go up and come down in %s mode", { timeout: TIMEOUT }, async (mode, verb) => {
    const since = server.transfers.length;
    const place = placeOf(mode, verb, "/");
    await lftp(place, `mirror --reverse --parallel=4 source ${mode}`);
    expect(await manifest(join(server.root, mode))).toEqual(wanted);
    expectMoved(mode, "STOR", since);
    await lftp(place, `mirror --parallel=4 ${mode} from-${mode}`);
    expect(await manifest(join(server.home, `from-${mode}`))).toEqual(wanted);
    expectMoved(mode, "RETR", since);
    await server.quiet();
  });
});

peer(`${COUNT} files by rclone`, ["lftp", "rclone"], () => {
  it("come down as lftp has put them up", { timeout: TIMEOUT }, async () => {
    const since = server.transfers.length;
    await rclone(placeOf("passive", "EPSV", "/passive"), "copy", { remote: "" }, join(server.home, "by-rclone"));
    expect(await manifest(join(server.home, "by-rclone"))).toEqual(wanted);
    expectMoved("passive", "RETR", since);
    await server.quiet();
  });
});
