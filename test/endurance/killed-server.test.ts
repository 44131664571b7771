import { createHash, randomBytes, randomInt } from "node:crypto";
import { readFileSync, readdirSync, statSync, mkdirSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { RawClient } from "../testkit/raw-client.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { ServerProcess, buildServer } from "../testkit/server-process.ts";
import { proving } from "../testkit/proving.ts";

const KILLS = proving ? 50 : 6;
const CLIENTS = 5;
const NAMES = 20;
const LARGEST = 3_000_000;
const quota = { bytes: 30_000_000, files: 30 };

beforeAll(buildServer);

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What a name may hold: what was acknowledged last, or what somebody was sending since. */
interface Expected {
  acknowledged: string | undefined;
  readonly sent: Set<string>;
}

/** Uploads to names of its own until the server is gone. */
async function uploadWithoutEnd(server: ServerProcess, names: readonly string[], files: Map<string, Expected>) {
  using client = await RawClient.connect(server.address);
  await client.login({ user: "ann", password: "secret" });
  for (;;) {
    const name = names[randomInt(names.length)]!;
    const bytes = randomBytes(randomInt(5) === 0 ? randomInt(LARGEST) : randomInt(20_000));
    const file = files.get(name)!;
    const data = await client.transfer("passive", `STOR ${name}`);
    const digest = sha256(bytes);
    file.sent.add(digest);
    data.end(bytes);
    const { code } = await client.reply();
    if (code !== 226) continue;
    file.acknowledged = digest;
    file.sent.clear();
    // The whole upload before it is no longer what may stand there.
    if (!data.closed) await Promise.race([once(data, "close"), once(client.control, "close")]);
  }
}

function visibleFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => !name.startsWith("."));
}

function countOnDisk(folder: string): { bytes: number; files: number } {
  const names = readdirSync(folder);
  return { bytes: names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0), files: names.length };
}

test(
  `killed ${KILLS} times in the middle of uploads, the server has lost nothing that it acknowledged`,
  { timeout: 600_000 },
  async () => {
    await using scratch = new ScratchFolder();
    const folder = join(scratch.path, "served");
    mkdirSync(folder);
    const files = new Map<string, Expected>();
    for (let i = 0; i < NAMES; i++) files.set(`${i}.bin`, { acknowledged: undefined, sent: new Set() });
    const names = [...files.keys()];
    let acknowledged = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      await using server = await ServerProcess.start({ folder, atomic: true, quota });
      expect((await server.look()).counted, "the quota counts what is there").toEqual(countOnDisk(folder));
      const share = NAMES / CLIENTS;
      const uploads = Array.from({ length: CLIENTS }, (_, i) =>
        uploadWithoutEnd(server, names.slice(i * share, (i + 1) * share), files).catch(() => {}),
      );
      await new Promise((resolve) => setTimeout(resolve, randomInt(20, 400)));
      await server.kill();
      await Promise.all(uploads);
      for (const name of visibleFiles(folder)) {
        const file = files.get(name)!;
        const stands = sha256(readFileSync(join(folder, name)));
        expect([file.acknowledged, ...file.sent], `${name} after kill ${kill + 1}`).toContain(stands);
        // An upload whose 226 did not get through any more may well have been kept.
        file.acknowledged = stands;
        file.sent.clear();
      }
      for (const [name, file] of files) {
        if (file.acknowledged === undefined) continue;
        acknowledged++;
        expect(visibleFiles(folder), `${name} was acknowledged`).toContain(name);
      }
    }
    expect(acknowledged).toBeGreaterThan(KILLS);
  },
);
