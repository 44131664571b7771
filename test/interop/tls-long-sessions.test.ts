// The tickets of a session must be good for as long as the session: hours later its data connections still take it up.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { MovedClock } from "../testkit/moved-clock.ts";
import { RunningProgram } from "../testkit/running-program.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { ServerProcess, buildServer } from "../testkit/server-process.ts";
import { behindLogin, saidTo } from "../testkit/python-ftp.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { peer } from "../testkit/peer.ts";
import { testCertificate } from "../testkit/peer-server.ts";
import { tlsOf } from "../testkit/tls-matrix.ts";

/** Each line that it hears is a transfer; it says what came, and its clock. */
const onDemand = `
import time
for line in sys.stdin:
    got = []
    ftp.retrbinary("RETR there", got.append)
    print(json.dumps([b"".join(got).decode(), int(time.time())]), flush=True)
`;

peer("a session whose data connections must take up its TLS session", ["faketime", "python3"], () => {
  it.each(["TLSv1.2", "TLSv1.3"] as const)("is of use for eight hours, %s", async (version) => {
    await using scratch = new ScratchFolder();
    const folder = join(scratch.path, "served");
    await mkdir(folder);
    await writeFile(join(folder, "there"), "the file");
    await writeFile(join(scratch.path, "ca.pem"), (await testCertificate()).certificate);
    const clock = await MovedClock.start(join(scratch.path, "clock"));
    await buildServer();
    await using server = await ServerProcess.start({
      ...{ folder, ports: passiveRange(import.meta.url), env: clock.env },
      tls: await tlsOf({ version, sessionReuse: "require" }),
    });
    const place = {
      ...({ way: { mode: "passive", verb: "PASV", address: "127.0.0.1" }, ...server.address } as const),
      ...{ user: "ann", password: "secret", folder: "/", home: scratch.path },
      tls: { begins: "explicit", ca: join(scratch.path, "ca.pem") },
    } as const;
    await using client = new RunningProgram("python3", ["-c", behindLogin(onDemand), saidTo(place)], {
      home: scratch.path,
      env: clock.env,
    });
    let done = 0;
    for (const hours of [0, 3, 8]) {
      await clock.moveTo(hours);
      for (let time = 0; time < 3; time++) {
        client.write("go\n");
        done++;
        await vi.waitFor(async () => expect((await server.look()).dataByTls.own).toBe(done), {
          timeout: 10_000,
          interval: 50,
        });
      }
    }
    client.end();
    const { status, stdout } = await client.outcome;
    expect(status).toBe(0);
    const said = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as [string, number]);
    expect(said.map(([got]) => got)).toEqual(Array(done).fill("the file"));
    const hoursBetween = (said.at(-1)![1] - said[0]![1]) / 3600;
    expect(Math.round(hoursBetween)).toBe(8);
    expect((await server.look()).dataByTls).toEqual({ own: done, unproven: 0 });
  });
});
