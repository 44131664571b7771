import { randomBytes } from "node:crypto";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ObservedServer } from "./observed-server.ts";
import { peer } from "./peer.ts";
import { sha256 } from "./sha256.ts";
import type { DataMode } from "@twinport/protocol";
import type { PortRange } from "@twinport/channel";

/** One way to the data: who opens it, by which verb, over which family. */
export interface Way {
  readonly mode: DataMode;
  readonly verb: "PASV" | "EPSV" | "PORT" | "EPRT";
  readonly address: "127.0.0.1" | "::1";
  /** Moves 64 MiB too. */
  readonly large?: true;
}

/** Where a client goes and how. Remote names are below `folder`, local ones are full paths. */
export interface Place {
  readonly way: Way;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The folder of this cell as the server names it: `/passive-pasv-ipv4`. */
  readonly folder: string;
  readonly home: string;
  /** Without it nothing is protected. */
  readonly tls?: PlaceTls;
}

/** How TLS begins at a place, and the file with the certificate that vouches for the server. */
export interface PlaceTls {
  readonly begins: "explicit" | "implicit";
  readonly ca: string;
}

/** What a client does, one act a deed; each is over when the client is. */
export interface Deeds {
  readonly put: (place: Place, local: string, remote: string) => Promise<unknown>;
  readonly get: (place: Place, remote: string, local: string) => Promise<unknown>;
  /** The remote file has the first `have` bytes already. */
  readonly resumePut: (place: Place, local: string, remote: string, have: number) => Promise<unknown>;
  /** The local file has the first `have` bytes already. */
  readonly resumeGet: (place: Place, remote: string, local: string, have: number) => Promise<unknown>;
  /** Gives the names of the folder as the client printed them. */
  readonly list: (place: Place) => Promise<readonly string[]>;
  readonly rename: (place: Place, from: string, to: string) => Promise<unknown>;
  readonly remove: (place: Place, name: string) => Promise<unknown>;
  readonly makeFolder: (place: Place, name: string) => Promise<unknown>;
  readonly removeFolder: (place: Place, name: string) => Promise<unknown>;
}

/** Why a client cannot do a thing; it stands in the title of a test. */
export interface Cannot {
  readonly cannot: string;
}

/** What a client does in one session: many small files of one folder, one after the other. */
export interface Sessions {
  readonly putAll: ((place: Place, from: string, names: readonly string[]) => Promise<unknown>) | Cannot;
  readonly getAll: (place: Place, names: readonly string[], into: string) => Promise<unknown>;
}

/** A client's deeds, and for each that it does not have the reason. */
export type ClientDeeds = { readonly [Name in keyof Deeds]: Deeds[Name] | Cannot };

/** A row of the matrix: the client, its ways, and for each deed the act or the reason why there is none. */
export interface Client {
  readonly name: string;
  readonly programs: readonly string[];
  readonly ways: readonly Way[];
  /** Ways that this client does not have, and why. */
  readonly lacks: Readonly<Record<string, string>>;
  readonly deeds: ClientDeeds;
  /** Names that this client cannot say, and why. */
  readonly cannotName?: Readonly<Record<string, string>>;
}

const MIDDLE = 300_000;
const LARGE = 64 * 1024 * 1024;

const sizes: readonly (readonly [string, number])[] = [
  ["0 bytes", 0],
  ["1 byte", 1],
  ["300,000 bytes", MIDDLE],
];

/** Names at which clients, shells and parsers stumble. */
export const names = ["two  words.txt", "文件 名.txt", 'qu"oted".txt', "apo'strophe's.txt", "-dash.txt"];

/** The tests of one client: each way × each deed, compared by SHA-256 with the files on the server's disk. */
export function clientMatrix(client: Client, ports: PortRange): void {
  peer(client.name, client.programs, () => {
    let server: ObservedServer;
    const samples = new Map<number, string>();
    const done = new Set<string>();

    beforeAll(async () => {
      server = await ObservedServer.start(ports);
      for (const size of [0, 1, MIDDLE, LARGE]) {
        const path = join(server.home, `sample-${size}`);
        await writeFile(path, randomBytes(size));
        samples.set(size, path);
      }
    });

    afterAll(async () => {
      await server[Symbol.asyncDispose]();
    });

    const sample = (size: number): string => samples.get(size)!;

    describe.each(client.ways.map((way) => [titleOf(way), way] as const))("%s", (title, way) => {
      const folder = `/${title.replaceAll(/\W+/g, "-").toLowerCase()}`;
      let place: Place;
      let transfersBefore = 0;
      let linesBefore = 0;
      let movesData = true;
      const onServer = (name: string): string => join(server.root, folder, name);
      const here = (name: string): string => join(server.home, `${folder.slice(1)} ${name}`);

      beforeAll(async () => {
        const { user, password, home } = server;
        const { address } = way;
        await mkdir(onServer(""));
        place = { way, address, port: server.port(address), user, password, folder, home };
      });

      beforeEach(() => {
        transfersBefore = server.transfers.length;
        linesBefore = server.lines.length;
        movesData = true;
      });

      // A client that quietly takes another way than it was told would prove nothing.
      afterEach(async () => {
        await server.until("all transfers over", () => server.transfers.every(({ finished }) => finished));
        const transfers = server.transfers.slice(transfersBefore);
        const verbs = server.lines.slice(linesBefore).map((line) => line.split(" ", 1)[0]!.toUpperCase());
        const channelVerbs = verbs.filter((verb) => ["PASV", "EPSV", "LPSV", "PORT", "EPRT", "LPRT"].includes(verb));
        expect(new Set(transfers.map(({ started }) => started.mode))).toEqual(
          new Set(transfers.length > 0 ? [way.mode] : []),
        );
        expect(new Set(channelVerbs)).toEqual(new Set(channelVerbs.length > 0 ? [way.verb] : []));
        if (movesData) expect(transfers.length).toBeGreaterThan(0);
      });

      /** A test of a deed, where the client has it; what it lacks is counted below, with the reason. */
      function deed<Deed extends keyof Deeds>(
        name: Deed,
        title: string,
        run: (act: Deeds[Deed]) => Promise<void>,
      ): void {
        const act: Deeds[Deed] | Cannot = client.deeds[name];
        if (isCannot(act)) return;
        it(title, async () => {
          await run(act);
          done.add(name);
        });
      }

      function deedOnNames(
        name: "put" | "get",
        title: string,
        run: (act: Deeds["put"], name: string) => Promise<void>,
      ): void {
        for (const one of names) {
          if (client.cannotName?.[one] === undefined)
            deed(name, `${title} ${JSON.stringify(one)}`, (act) => run(act, one));
        }
      }

      for (const [title, size] of way.large ? [...sizes, ["64 MiB", LARGE] as const] : sizes) {
        deed("put", `uploads ${title}`, async (put) => {
          await put(place, sample(size), `up-${size}`);
          expect(await sha256(onServer(`up-${size}`))).toBe(await sha256(sample(size)));
        });

        deed("get", `downloads ${title}`, async (get) => {
          await writeFile(onServer(`down-${size}`), await readFile(sample(size)));
          await get(place, `down-${size}`, here(`got-${size}`));
          expect(await sha256(here(`got-${size}`))).toBe(await sha256(sample(size)));
        });
      }

      const half = MIDDLE / 2;

      deed("resumePut", "resumes an upload at its half", async (resume) => {
        const whole = await readFile(sample(MIDDLE));
        await writeFile(onServer("up-resumed"), whole.subarray(0, half));
        await resume(place, sample(MIDDLE), "up-resumed", half);
        expect(await sha256(onServer("up-resumed"))).toBe(await sha256(sample(MIDDLE)));
        const received = server.transfers
          .slice(transfersBefore)
          .filter(({ started }) => started.direction === "receive");
        expect(received.map(({ finished }) => finished?.bytes)).toEqual([MIDDLE - half]);
      });

      deed("resumeGet", "resumes a download at its half", async (resume) => {
        const whole = await readFile(sample(MIDDLE));
        await writeFile(onServer("down-whole"), whole);
        await writeFile(here("resumed"), whole.subarray(0, half));
        await resume(place, "down-whole", here("resumed"), half);
        expect(await sha256(here("resumed"))).toBe(await sha256(sample(MIDDLE)));
        const sent = server.transfers.slice(transfersBefore).filter(({ started }) => started.verb === "RETR");
        expect(sent.map(({ finished }) => finished?.bytes)).toEqual([MIDDLE - half]);
      });

      deedOnNames("put", "uploads to the name", async (put, name) => {
        await put(place, sample(1), name);
        expect(await sha256(onServer(name))).toBe(await sha256(sample(1)));
      });

      deedOnNames("get", "downloads by the name", async (get, name) => {
        await writeFile(onServer(name), "what the server has");
        const local = here(`named-${names.indexOf(name)}`);
        await get(place, name, local);
        expect(await readFile(local, "utf8")).toBe("what the server has");
      });

      deed("list", "lists all names of a folder", async (list) => {
        const sayable = names.filter((name) => client.cannotName?.[name] === undefined);
        await mkdir(onServer("listed"));
        for (const name of [...sayable, "plain"]) await writeFile(onServer(join("listed", name)), "");
        const listed = await list({ ...place, folder: `${folder}/listed` });
        expect([...listed].sort()).toEqual([...sayable, "plain"].sort());
      });

      deed("rename", "renames", async (rename) => {
        movesData = false;
        await writeFile(onServer("old name"), "renamed");
        await rename(place, "old name", "新 name");
        expect(await readFile(onServer("新 name"), "utf8")).toBe("renamed");
        expect(await isThere(onServer("old name"))).toBe(false);
      });

      deed("remove", "deletes", async (remove) => {
        movesData = false;
        await writeFile(onServer("to go"), "");
        await remove(place, "to go");
        expect(await isThere(onServer("to go"))).toBe(false);
      });

      deed("makeFolder", "makes a folder", async (makeFolder) => {
        movesData = false;
        await makeFolder(place, "made 夹");
        expect(await isThere(join(onServer("made 夹"), "."))).toBe(true);
      });

      deed("removeFolder", "removes a folder", async (removeFolder) => {
        movesData = false;
        await mkdir(onServer("folder to go"));
        await removeFolder(place, "folder to go");
        expect(await isThere(onServer("folder to go"))).toBe(false);
      });
    });

    it(`${client.name} does all of this${exceptions(client)}`, async () => {
      const able = Object.entries(client.deeds).filter(([, act]) => !isCannot(act));
      expect([...done].sort()).toEqual(able.map(([name]) => name).sort());
      await server.quiet();
    });
  });
}

export function titleOf({ mode, verb, address }: Way): string {
  return `${mode} by ${verb}, ${address === "::1" ? "IPv6" : "IPv4"}`;
}

/** What a client cannot do, for the title of a test. */
export function exceptions({
  deeds,
  lacks,
  cannotName = {},
}: Omit<Client, "deeds"> & { readonly deeds: Partial<ClientDeeds> }): string {
  const reasons = [
    ...Object.entries(deeds).flatMap(([name, act]) => (isCannot(act) ? [`${name} (${act.cannot})`] : [])),
    ...Object.entries(lacks).map(([way, reason]) => `${way} (${reason})`),
    ...Object.entries(cannotName).map(([name, reason]) => `the name ${JSON.stringify(name)} (${reason})`),
  ];
  return reasons.length === 0 ? "" : `, but not: ${reasons.join("; ")}`;
}

export function isCannot(act: object): act is Cannot {
  return "cannot" in act;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
