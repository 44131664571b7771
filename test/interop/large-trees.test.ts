import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ObservedServer } from "../testkit/observed-server.ts";
import { lftp } from "../testkit/lftp.ts";
import { manifest } from "../testkit/manifest.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { peer } from "../testkit/peer.ts";
import { proving } from "../testkit/proving.ts";
import { pythonFtp } from "../testkit/python-ftp.ts";
import { runProgram } from "../testkit/run-program.ts";
import type { Place } from "../testkit/client-matrix.ts";

const ENTRIES = proving ? 100_000 : 10_000;
const DEPTH = 100;

let server: ObservedServer;

beforeAll(async () => {
  server = await ObservedServer.start(passiveRange(import.meta.url));
  const large = join(server.root, "large");
  mkdirSync(large);
  for (let i = 0; i < ENTRIES; i++) writeFileSync(join(large, `file ${i}.txt`), "");
  const deep = join(server.root, "deep", ...Array.from({ length: DEPTH }, (_, i) => `level ${i}`));
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, "bottom.txt"), "at the bottom");
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function placeOf(mode: Place["way"]["mode"]): Place {
  const address = "127.0.0.1";
  const { user, password, home } = server;
  const verb = mode === "passive" ? "PASV" : "PORT";
  return { way: { mode, verb, address }, address, port: server.port(address), user, password, folder: "/", home };
}

peer(`${ENTRIES} entries`, ["python3", "curl", "lftp"], () => {
  it.each(["passive", "active"] as const)("are all listed in %s mode, whichever verb asks", async (mode) => {
    const { stdout } = await pythonFtp(
      placeOf(mode),
      `
lines = []
ftp.retrlines("LIST large", lines.append)
print(len(lines), len(set(lines)))
print(len(set(ftp.nlst("large"))))
print(len([n for n, f in ftp.mlsd("large") if f["type"] == "file"]))
lines = []
ftp.retrlines("LIST -t large", lines.append)
print(len(lines))
lines = []
ftp.retrlines("NLST large/*7.txt", lines.append)
print(len(lines))
`,
    );
    expect(stdout.trim().split("\n")).toEqual([
      `${ENTRIES} ${ENTRIES}`,
      `${ENTRIES}`,
      `${ENTRIES}`,
      `${ENTRIES}`,
      `${ENTRIES / 10}`,
    ]);
  });

  it("are all seen by curl", async () => {
    const url = `ftp://127.0.0.1:${server.port("127.0.0.1")}/large/`;
    const { stdout } = await runProgram("curl", ["-sS", "-l", "-u", "ann:secret", url], { home: server.home });
    expect(stdout.trimEnd().split("\n")).toHaveLength(ENTRIES);
  });
});

peer(`a tree of ${DEPTH} folders in each other`, ["lftp"], () => {
  it("is fetched whole", async () => {
    const to = mkdtempSync(join(server.home, "fetched-"));
    await lftp(placeOf("passive"), `lcd "${to}"`, "mirror deep");
    expect(await manifest(join(to, "deep"))).toEqual(await manifest(join(server.root, "deep")));
  });

  it("is listed whole by LIST -R", async () => {
    const { stdout } = await pythonFtp(placeOf("passive"), 'ftp.retrlines("LIST -R deep")');
    expect(stdout.match(/^deep.*:$/gm)).toHaveLength(DEPTH + 1);
    expect(stdout).toContain("bottom.txt");
  });
});
