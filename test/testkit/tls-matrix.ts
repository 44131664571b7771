import { randomBytes } from "node:crypto";
import { copyFile, cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ObservedServer } from "./observed-server.ts";
import { ScratchFolder } from "./scratch-folder.ts";
import { exceptions, isCannot, names, titleOf } from "./client-matrix.ts";
import { peer } from "./peer.ts";
import { proving } from "./proving.ts";
import { sha256 } from "./sha256.ts";
import { testCertificate } from "./peer-server.ts";
import type { PortRange } from "@twinport/channel";
import type { SessionReuse, TlsOptions } from "@twinport/server";
import type { Cannot, Client, Deeds, Place, PlaceTls, Sessions, Way } from "./client-matrix.ts";

/** A row of the matrix with TLS: the client, its ways, and what it does there. */
export interface TlsClient extends Omit<Client, "deeds"> {
  readonly deeds: Pick<Client["deeds"], "put" | "get" | "resumePut" | "resumeGet" | "list">;
  readonly sessions: Sessions;
  /** Versions of TLS with which it cannot do several uploads in a session that must be taken up, and why. */
  readonly oneUpload?: Partial<Record<TlsCell["version"], string>>;
}

/** How TLS is at the server. */
export interface TlsCell {
  readonly way: Way;
  readonly begins: PlaceTls["begins"];
  readonly version: "TLSv1.2" | "TLSv1.3";
  readonly sessionReuse: SessionReuse;
}

const LARGE = 5 * 1024 * 1024;
const SIZES = [0, 100, LARGE];

/** Transfers of one session, one after the other. */
const TIMES = proving ? 20 : 6;

/** What must not be said: the data connection was refused, reset or cut, or none of the session's own. */
const bad: ReadonlySet<number> = new Set([421, 425, 426, 451, 522]);

/** The server's TLS in a cell. */
export async function tlsOf(cell: Pick<TlsCell, "version" | "sessionReuse">): Promise<TlsOptions> {
  const { certificate: cert, key } = await testCertificate();
  return {
    certificates: [{ cert, key }],
    login: "required",
    data: "required",
    sessionReuse: cell.sessionReuse,
    minVersion: cell.version,
    maxVersion: cell.version,
  };
}

/** A place on a server for a client, with the file that vouches for the server. */
export async function placeOn(server: ObservedServer, { way, begins }: TlsCell, folder: string): Promise<Place> {
  const ca = join(server.home, "ca.pem");
  await writeFile(ca, (await testCertificate()).certificate);
  await mkdir(join(server.root, folder), { recursive: true });
  const { user, password, home } = server;
  return {
    way,
    address: way.address,
    port: server.port(way.address),
    user,
    password,
    folder,
    home,
    tls: { begins, ca },
  };
}

/** All transfers went as they should: by this way, this TLS, the session's own, and none was refused or done twice. */
export async function expectAllSecured(
  server: ObservedServer,
  { way, version, mustResume = true }: Pick<TlsCell, "way" | "version"> & { readonly mustResume?: boolean },
  expected: { readonly sent: number; readonly received: number },
): Promise<void> {
  await server.quiet();
  const { transfers, secured } = server;
  expect(transfers.map(({ finished }) => finished?.code)).toEqual(transfers.map(() => "complete"));
  expect(transfers.filter(({ started }) => started.verb === "RETR")).toHaveLength(expected.sent);
  expect(transfers.filter(({ started }) => started.direction === "receive")).toHaveLength(expected.received);
  expect(new Set(transfers.map(({ started }) => started.mode))).toEqual(new Set([way.mode]));
  expect(new Set(secured.map(({ protocol }) => protocol))).toEqual(new Set([version]));
  const data = secured.filter(({ kind }) => kind === "data-secured");
  expect(data).toHaveLength(transfers.length);
  if (mustResume) expect(data.filter(({ isResumed }) => !isResumed)).toEqual([]);
  const verbs = server.lines.map((line) => line.split(" ", 1)[0]!.toUpperCase());
  const agreed = verbs.filter((verb) => ["PASV", "EPSV", "LPSV", "PORT", "EPRT", "LPRT"].includes(verb));
  expect(new Set(agreed)).toEqual(new Set([way.verb]));
  expect(server.codes.filter((code) => code === 226)).toHaveLength(transfers.length);
  expect(server.codes.filter((code) => bad.has(code))).toEqual([]);
  expect(server.steps).not.toContain("data-stranger-dropped");
}

/** Every way with both versions, where sessions must be taken up; the rest of TLS by one way, or all if it is proved. */
function cellsOf({ ways }: TlsClient): TlsCell[] {
  const versions = ["TLSv1.2", "TLSv1.3"] as const;
  const kinds = [
    { begins: "explicit", sessionReuse: "require" },
    { begins: "explicit", sessionReuse: "prefer" },
    { begins: "implicit", sessionReuse: "require" },
  ] as const;
  return ways.flatMap((way, index) =>
    versions.flatMap((version) =>
      kinds.filter((_kind, other) => proving || index === 0 || other === 0).map((kind) => ({ way, version, ...kind })),
    ),
  );
}

/** The tests of one client over TLS: each cell moves, resumes and lists files, and is judged by the server's events. */
export function tlsMatrix(client: TlsClient, ports: PortRange): void {
  peer(`${client.name} over TLS`, client.programs, () => {
    const samples = new ScratchFolder();
    const sample = (name: string | number): string => join(samples.path, String(name));
    const many = Array.from({ length: TIMES }, (_, number) => `many-${number}`);

    beforeAll(async () => {
      for (const size of SIZES) await writeFile(sample(size), randomBytes(size));
      await mkdir(sample("many"));
      for (const [number, name] of many.entries()) await writeFile(sample(`many/${name}`), randomBytes(number * 37));
    });

    afterAll(async () => {
      await samples[Symbol.asyncDispose]();
    });

    const cells = cellsOf(client).map((cell) => [sentenceOf(cell), cell] as const);

    it.each(cells)("%s", async (_sentence, cell) => {
      await using server = await ObservedServer.start(ports, { tls: await tlsOf(cell) }, cell.begins);
      const place = await placeOn(server, cell, "/cell");
      const onServer = (name: string): string => join(server.root, "cell", name);
      const here = (name: string): string => join(server.home, name);
      const expectSame = async (one: string, other: string) => expect(await sha256(one)).toBe(await sha256(other));
      const moved = { sent: 0, received: 0 };

      /** Does it, if the client has it. */
      async function deed<Name extends keyof TlsClient["deeds"]>(
        name: Name,
        run: (act: Deeds[Name]) => Promise<void>,
      ): Promise<void> {
        const act: Deeds[Name] | Cannot = client.deeds[name];
        if (!isCannot(act)) await run(act);
      }

      async function putAndCompare(put: Deeds["put"], from: string, name: string): Promise<void> {
        await put(place, from, name);
        await expectSame(onServer(name), from);
        moved.received++;
      }

      async function getAndCompare(get: Deeds["get"], from: string, name: string): Promise<void> {
        await copyFile(from, onServer(name));
        await get(place, name, here("got"));
        await expectSame(here("got"), from);
        await rm(here("got"));
        moved.sent++;
      }

      for (const size of SIZES) {
        await deed("put", (put) => putAndCompare(put, sample(size), `up-${size}`));
        await deed("get", (get) => getAndCompare(get, sample(size), `down-${size}`));
      }
      for (const name of names.slice(0, 2).filter((one) => client.cannotName?.[one] === undefined)) {
        await deed("put", (put) => putAndCompare(put, sample(100), name));
        await deed("get", (get) => getAndCompare(get, sample(100), name));
      }
      await deed("list", async (list) => {
        expect([...(await list(place))].sort()).toEqual((await readdir(onServer(""))).sort());
      });

      const half = (await readFile(sample(LARGE))).subarray(0, LARGE / 2);
      await deed("resumePut", async (resume) => {
        await writeFile(onServer("up-resumed"), half);
        await resume(place, sample(LARGE), "up-resumed", half.length);
        await expectSame(onServer("up-resumed"), sample(LARGE));
        expect(server.transfers.at(-1)?.finished?.bytes).toBe(LARGE - half.length);
        moved.received++;
      });
      await deed("resumeGet", async (resume) => {
        await writeFile(here("resumed"), half);
        await copyFile(sample(LARGE), onServer("down-whole"));
        await resume(place, "down-whole", here("resumed"), half.length);
        await expectSame(here("resumed"), sample(LARGE));
        expect(server.transfers.at(-1)?.finished?.bytes).toBe(LARGE - half.length);
        moved.sent++;
      });

      const { putAll, getAll } = client.sessions;
      await mkdir(onServer("put"));
      await mkdir(here("all"));
      await cp(sample("many"), onServer("get"), { recursive: true });
      const inOneSession = async (act: () => Promise<unknown>): Promise<void> => {
        const before = server.sessions;
        await act();
        expect(server.sessions - before).toBe(1);
      };
      if (!isCannot(putAll) && !(cell.sessionReuse === "require" && client.oneUpload?.[cell.version])) {
        await inOneSession(() => putAll({ ...place, folder: "/cell/put" }, sample("many"), many));
        for (const name of many) await expectSame(onServer(`put/${name}`), sample(`many/${name}`));
        moved.received += many.length;
      }
      await inOneSession(() => getAll({ ...place, folder: "/cell/get" }, many, here("all")));
      for (const name of many) await expectSame(here(`all/${name}`), sample(`many/${name}`));
      moved.sent += many.length;

      const mustResume = cell.sessionReuse === "require" || client.oneUpload?.[cell.version] === undefined;
      await expectAllSecured(server, { ...cell, mustResume }, moved);
    });

    const oneUpload = Object.entries(client.oneUpload ?? {}).map(([version, why]) => [
      `several uploads by ${version}`,
      why,
    ]);
    const lacks = { ...client.lacks, ...Object.fromEntries(oneUpload) };
    it(`${client.name} does all of this${exceptions({ ...client, lacks })}`, () => {
      expect(cells.length).toBeGreaterThan(0);
    });
  });
}

function sentenceOf({ way, begins, version, sessionReuse }: TlsCell): string {
  return `${titleOf(way)}, ${begins} ${version}, session reuse ${sessionReuse}`;
}
