import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lftp } from "../testkit/lftp.ts";
import { manifest } from "../testkit/manifest.ts";
import { rclone } from "../testkit/rclone.ts";
import { runProgram } from "../testkit/run-program.ts";
import { aName, downloads, freshTree, mustBe, uploads } from "./spot.ts";
import type { Outcome } from "../testkit/running-program.ts";
import type { Deed, Spot, Tls } from "./spot.ts";

const schemes: Readonly<Record<Tls, string>> = { off: "ftp", explicit: "ftp", implicit: "ftps" };

const urlOf = ({ begins, port, address }: Spot, path: string): string =>
  `${schemes[begins]}://${address}:${port}/${path}`;

/** What curl is told, whatever it does. */
function curlArgs(spot: Spot): string[] {
  const { way, tls, user, password } = spot;
  const passive = way.verb === "EPSV" ? [] : ["--disable-epsv"];
  const active = ["--ftp-port", "-", ...(way.verb === "EPRT" ? [] : ["--disable-eprt"])];
  return [
    ...["--silent", "--show-error", "--user", `${user}:${password}`, "--max-time", "50"],
    // curl 7.88 fails at TLS over a data connection that came to it, with any server.
    ...(way.mode === "passive" || tls ? passive : active),
    ...(tls ? ["--cacert", tls.ca, "--ssl-reqd"] : []),
  ];
}

const curl = (spot: Spot, path: string, ...args: string[]): Promise<Outcome> =>
  runProgram("curl", [...curlArgs(spot), ...args, urlOf(spot, path)], { home: spot.home });

/** Words for an upload by curl that takes some seconds. */
export const slowCurlPut = (spot: Spot, local: string, path: string, rate: string): string[] => [
  ...[...curlArgs(spot), "--limit-rate", rate, "--upload-file", local, urlOf(spot, path)],
];

/** Words for a download by curl that takes some seconds. */
export const slowCurlGet = (spot: Spot, path: string, local: string, rate: string): string[] => [
  ...[...curlArgs(spot), "--limit-rate", rate, "--output", local, urlOf(spot, path)],
];

function wget(spot: Spot, path: string, local: string): Promise<Outcome> {
  const { tls, address, port, user, password, home, way } = spot;
  const url = `${tls ? "ftps" : "ftp"}://${address}:${port}/${path}`;
  const args = [
    ...["--no-verbose", "--tries=1", "--timeout=30", `--user=${user}`, `--password=${password}`, "-O", local, url],
    ...(way.mode === "passive" ? [] : ["--no-passive-ftp"]),
    ...(tls ? [`--ca-certificate=${tls.ca}`] : []),
    ...(tls?.begins === "implicit" ? ["--ftps-implicit"] : []),
  ];
  return runProgram("wget", args, { home });
}

const python = fileURLToPath(new URL("ftplib-deeds.py", import.meta.url));

/** Does a deed of ftplib-deeds.py, and gives what it printed. */
export async function ftplib(spot: Spot, deed: string, words: object = {}): Promise<string> {
  const { tls, address, port, user, password, home, way, dice } = spot;
  const passive = way.mode === "passive";
  const said = { ...words, deed, tls, address, port, user, password, passive, reuse: dice.once(2) };
  const { stdout } = await runProgram("python3", [python, JSON.stringify(said)], { home });
  return stdout;
}

/** A tree goes up by one client, is noted, comes down by it again, and is the same; then its name is free again. */
export async function thereAndBack(
  spot: Spot,
  up: (local: string, remote: string) => Promise<unknown>,
  down: (remote: string, local: string) => Promise<unknown>,
  remove: (remote: string) => Promise<unknown>,
): Promise<void> {
  const local = await freshTree(spot);
  const remote = `${spot.prefix}-${local.slice(local.lastIndexOf("/") + 1)}`;
  await up(local, remote);
  mustBe(
    "the tree on the server",
    String(await manifest(join(spot.ledger.folder, remote))),
    String(await manifest(local)),
  );
  const copy = `${local}-copy`;
  await down(remote, copy);
  mustBe("the tree that came back", String(await manifest(copy)), String(await manifest(local)));
  // Some stay, to be there at the end.
  if (spot.dice.once(4)) await spot.ledger.storeTree(local, remote);
  else await remove(remote);
  for (const one of [local, copy]) await rm(one, { recursive: true });
}

/** What programs of the distribution do that must succeed. */
export const programDeeds: readonly Deed[] = [
  {
    name: "curl put",
    weight: 4,
    run: (spot) => uploads(spot, (local, remote) => curl(spot, remote, "--upload-file", local)),
  },
  {
    name: "curl get",
    weight: 4,
    run: (spot) => downloads(spot, (remote, local) => curl(spot, remote, "--output", local)),
  },
  {
    name: "curl list",
    weight: 3,
    async run(spot) {
      const { stdout } = await curl(spot, "", ...(spot.dice.once(2) ? ["--list-only"] : []));
      for (const { path } of spot.steady) {
        if (!stdout.includes(path)) throw new Error(`${path} is not in the list:\n${stdout}`);
      }
    },
  },
  {
    name: "curl resume",
    weight: 3,
    async run(spot) {
      const noted = aName(spot, ({ begun }) => begun.length > 0);
      const local = noted?.begun.at(-1);
      // Over a finished file nothing stays to go on with; it would be added to.
      if (!noted?.isUnfinished || local === undefined) return;
      await curl(spot, noted.path, "--continue-at", "-", "--upload-file", local);
      await noted.store(local);
    },
  },
  {
    name: "curl delete",
    weight: 1,
    async run(spot) {
      const noted = aName(spot, ({ content }) => content !== undefined);
      if (!noted) return;
      await curl(spot, "", "--list-only", "--quote", `DELE ${noted.path}`, "--output", "/dev/null");
      await noted.removed();
    },
  },
  {
    name: "lftp mirror",
    weight: 3,
    run: (spot) =>
      thereAndBack(
        spot,
        (local, remote) => lftp(spot, `mirror -R --parallel=3 ${local} ${remote}`),
        (remote, local) => lftp(spot, `mirror --parallel=3 ${remote} ${local}`),
        (remote) => lftp(spot, `rm -r ${remote}`),
      ),
  },
  {
    name: "lftp put",
    weight: 1,
    run: (spot) => uploads(spot, (local, remote) => lftp(spot, `put ${local} -o ${remote}`)),
  },
  {
    name: "lftp pget",
    weight: 1,
    run: (spot) => downloads(spot, (remote, local) => lftp(spot, `pget -n 3 ${remote} -o ${local}`)),
  },
  {
    name: "rclone copy",
    weight: 2,
    mode: "passive",
    run: (spot) =>
      thereAndBack(
        spot,
        (local, remote) => rclone(spot, "copy", local, { remote }),
        (remote, local) => rclone(spot, "copy", { remote }, local),
        (remote) => rclone(spot, "purge", { remote }),
      ),
  },
  {
    name: "wget",
    weight: 3,
    run: (spot) => downloads(spot, (remote, local) => wget(spot, remote, local)),
  },
  {
    name: "ftplib put",
    weight: 3,
    run: (spot) => uploads(spot, (local, remote) => ftplib(spot, "put", { local, remote })),
  },
  {
    name: "ftplib get",
    weight: 3,
    run: (spot) => downloads(spot, (remote, local) => ftplib(spot, "get", { local, remote })),
  },
  {
    name: "ftplib work",
    weight: 2,
    async run(spot) {
      await ftplib(spot, "work", { names: spot.steady.map(({ path }) => path), folder: `${spot.prefix}-folder` });
    },
  },
];
