import { randomInt } from "node:crypto";
import process from "node:process";
import { beforeAll, expect, test } from "vitest";
import { buildServer } from "../testkit/server-process.ts";
import { peer } from "../testkit/peer.ts";
import { soak } from "../soak/soak.ts";

/** `npm run soak` takes a quarter of an hour. */
const SECONDS = Number(process.env["TWINPORT_SOAK_SECONDS"] ?? 60);
const SEED = Number(process.env["TWINPORT_SOAK_SEED"] ?? randomInt(1_000_000));

const say = (line: string): void => void process.stdout.write(`${line}\n`);

beforeAll(buildServer);

peer("our server under mixed load", ["curl", "lftp", "wget", "rclone", "python3", "openssl"], () => {
  test.skipIf(process.platform !== "linux")(
    `${SECONDS} s of clients and faults cost no file, and leave nothing behind`,
    { timeout: (SECONDS + 240) * 1000 },
    async () => {
      say(`soak: TWINPORT_SOAK_SEED=${SEED} repeats what is done`);
      const report = await soak({ seconds: SECONDS, seed: SEED, say });
      say(JSON.stringify(report, undefined, 2));
      expect(report.problems).toEqual([]);
    },
  );
});
