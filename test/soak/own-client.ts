import { rm } from "node:fs/promises";
import { join } from "node:path";
import { connectClient, createPool, downloadSegmented, mirror } from "@twinport/client";
import { sha256 } from "../testkit/sha256.ts";
import { thereAndBack } from "./programs.ts";
import { aName, downloads, freshFile, mustBe, mustHave, something, uploads } from "./spot.ts";
import type { Client, ClientOptions, ProgressListener } from "@twinport/client";
import type { Deed, Spot } from "./spot.ts";

const optionsOf = ({ address, port, user, password, begins, way, ca }: Spot): ClientOptions => ({
  ...{ host: address, port, user, password, tls: begins },
  trust: { ca },
  mode: way.mode,
  memory: false,
});

async function connected(
  spot: Spot,
  act: (client: Client) => Promise<unknown>,
  more: Partial<ClientOptions> = {},
): Promise<void> {
  await using client = await connectClient({ ...optionsOf(spot), ...more });
  await act(client);
}

/** Stops a transfer when some of it has come; false where it was done before that. */
async function stopped(
  spot: Spot,
  act: (options: { readonly signal: AbortSignal; readonly onProgress: ProgressListener }) => Promise<unknown>,
): Promise<boolean> {
  const stop = new AbortController();
  const most = spot.dice.below(2_000_000);
  try {
    await act({ signal: stop.signal, onProgress: ({ bytes }) => bytes > most && stop.abort() });
    return false;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    spot.expected("aborted");
    return true;
  }
}

/** Told ten times a second how far it is, a transfer of some MiB is caught in its middle. */
const slowly = { limitRate: 4_000_000 };

/** What our own client does. */
export const ownDeeds: readonly Deed[] = [
  {
    name: "own upload",
    weight: 3,
    run: (spot) => connected(spot, (client) => uploads(spot, (local, remote) => client.upload(local, remote))),
  },
  {
    name: "own download",
    weight: 3,
    run: (spot) => connected(spot, (client) => downloads(spot, (remote, local) => client.download(remote, local))),
  },
  {
    name: "own upload, aborted",
    weight: 3,
    run: (spot) =>
      connected(
        spot,
        async (client) => {
          const noted = aName(spot);
          if (!noted) return;
          const local = await freshFile(spot, 3_000_000);
          await noted.begin(local);
          const wasStopped = await stopped(spot, (options) => client.upload(local, noted.path, options));
          if (wasStopped) noted.cutOff();
          else await noted.store(local);
          // It is of use again.
          mustBe("the steady file's size", await client.size(spot.steady[0]?.path ?? ""), spot.steady[0]?.size);
        },
        slowly,
      ),
  },
  {
    name: "own download, aborted and resumed",
    weight: 3,
    async run(spot) {
      const file = spot.steady.find(({ size }) => size > 4_000_000);
      if (!file) return;
      const local = join(spot.home, "resumed.bin");
      await connected(
        spot,
        async (client) => {
          await stopped(spot, (options) => client.download(file.path, local, options));
        },
        slowly,
      );
      await connected(spot, (client) => client.download(file.path, local, { resume: true }));
      mustBe("the resumed download", await sha256(local), file.sha256);
      await rm(local);
    },
  },
  {
    name: "own upload, resumed",
    weight: 2,
    run: (spot) =>
      connected(spot, async (client) => {
        const noted = aName(spot, (one) => one.isUnfinished);
        const local = noted?.begun.at(-1);
        if (!noted || local === undefined) return;
        await client.upload(local, noted.path, { resume: true });
        await noted.store(local);
      }),
  },
  {
    name: "own pool",
    weight: 2,
    async run(spot) {
      await using pool = createPool(optionsOf(spot), { size: 3 });
      await Promise.all(
        spot.steady.map(async ({ path, sha256: digest }) => {
          const hash = await pool.hash(path, "sha256");
          mustBe(`the hash of ${path}`, hash.value, digest);
        }),
      );
      const file = something(spot);
      const local = join(spot.home, "by-pool.bin");
      await downloadSegmented(pool, file.path, local);
      mustBe("the download in segments", await sha256(local), file.sha256);
      await rm(local);
    },
  },
  {
    name: "own mirror",
    weight: 2,
    run: (spot) =>
      connected(spot, (client) => {
        const here = (path: string) => ({ kind: "local", path }) as const;
        const there = (path: string) => ({ kind: "remote", client, path }) as const;
        return thereAndBack(
          spot,
          (local, remote) => mirror(here(local), there(remote), { parallel: 3 }),
          (remote, local) => mirror(there(remote), here(local), { parallel: 3 }),
          (remote) => client.removeDirectory(remote, { recursive: true }),
        );
      }),
  },
  {
    name: "own append and rename",
    weight: 2,
    run: (spot) =>
      connected(spot, async (client) => {
        const name = `${spot.prefix}-moved`;
        const [one, other] = [await freshFile(spot, 30_000), await freshFile(spot, 30_000)];
        await client.upload(one, name);
        await client.append(other, name);
        await client.rename(name, `${name}-on`);
        const bytes = await client.readAll(`${name}-on`);
        await mustHave(one, bytes.subarray(0, 30_000));
        await mustHave(other, bytes.subarray(30_000));
        await client.remove(`${name}-on`);
        await Promise.all([one, other].map((path) => rm(path)));
      }),
  },
];
