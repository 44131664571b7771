import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ClientError, connectClient, memoryOfThisProcess } from "@twinport/client";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { PeerServer, peerNames, peerServer, testCertificate } from "../testkit/peer-server.ts";
import type { Client, ClientOptions } from "@twinport/client";
import type { PeerName, PeerServerOptions } from "../testkit/peer-server.ts";

/** A case: the server, what the client is told of it, and in which mode the bytes move in the end. */
interface Case {
  readonly title: string;
  readonly server?: PeerServerOptions;
  readonly client?: Partial<ClientOptions>;
  readonly mode: string;
  readonly only?: readonly PeerName[];
  /** Transfers that follow one another. */
  readonly times?: number;
}

const cases: readonly Case[] = [
  { title: "as it is", mode: "epsv" },
  { title: "in clear by PASV", client: { mode: "pasv" }, mode: "pasv" },
  { title: "in clear by PORT", client: { mode: "port" }, mode: "port" },
  { title: "in clear by EPRT", client: { mode: "eprt" }, mode: "eprt" },
  { title: "over IPv6", server: { address: "::1" }, mode: "epsv" },
  { title: "over IPv6 by EPRT", server: { address: "::1" }, client: { mode: "active" }, mode: "eprt" },
  {
    title: "passive only",
    server: { active: false },
    client: { prefer: "active" },
    mode: "epsv",
    only: ["vsftpd", "proftpd", "pyftpdlib", "twinport"],
  },
  {
    title: "active only",
    server: { passive: false },
    mode: "port",
    only: ["vsftpd", "proftpd", "pyftpdlib", "twinport"],
  },
  { title: "a wrong address in PASV", server: { announced: "10.99.99.99" }, client: { mode: "pasv" }, mode: "pasv" },
  { title: "by explicit TLS", server: { tls: "explicit" }, client: { tls: "explicit" }, mode: "epsv" },
  {
    title: "by explicit TLS, active",
    server: { tls: "explicit" },
    client: { tls: "explicit", mode: "active" },
    mode: "port",
  },
  {
    title: "by implicit TLS",
    server: { tls: "implicit" },
    client: { tls: "implicit" },
    mode: "epsv",
    only: ["vsftpd", "proftpd", "twinport"],
  },
  { title: "by TLS if offered", server: { tls: "explicit" }, client: { tls: "if-offered" }, mode: "epsv" },
  { title: "by TLS if offered, which it is not", client: { tls: "if-offered" }, mode: "epsv" },
  ...(["1.2", "1.3"] as const).map((tlsVersion): Case => ({
    title: `by TLS ${tlsVersion}, whose session each data connection must take up`,
    server: { tls: "explicit", requiresReuse: true, tlsVersion },
    client: { tls: "explicit" },
    mode: "epsv",
    only: ["vsftpd", "proftpd", "twinport"],
    times: 100,
  })),
];

async function connect(server: PeerServer, { server: set = {}, client = {} }: Case): Promise<Client> {
  const trust = set.tls ? { trust: { ca: (await testCertificate()).certificate } } : {};
  const connected = await connectClient({ ...server.options, memory: memoryOfThisProcess(), ...trust, ...client });
  if (server.home !== "") await connected.changeDirectory(server.home);
  return connected;
}

for (const name of [...peerNames, "twinport"] as const) {
  peerServer(`with ${name}, the client moves files`, name, () => {
    const isFor = ({ only }: Case): boolean => only === undefined || only.includes(name);
    it.each(cases.filter(isFor))("$title", async (one) => {
      await using server = await PeerServer.start(name, one.server);
      await using here = new ScratchFolder();
      await using client = await connect(server, one);
      const bytes = randomBytes(300 * 1024);
      const local = join(here.path, "a.bin");
      await writeFile(local, bytes);

      const sent = await client.upload(local, "a b.bin");
      expect(sent).toMatchObject({ mode: one.mode, verified: "size", size: bytes.length });
      expect((await readFile(join(server.folder, "a b.bin"))).equals(bytes)).toBe(true);

      const back = join(here.path, "back.bin");
      const got = await client.download("a b.bin", back);
      expect(got).toMatchObject({ mode: one.mode, size: bytes.length });
      expect((await readFile(back)).equals(bytes)).toBe(true);

      const entries = await client.listAll();
      expect(entries.map(({ name: found, size, kind }) => ({ found, size, kind }))).toEqual([
        { found: "a b.bin", size: bytes.length, kind: "file" },
      ]);
      const age = Date.now() - (entries[0]?.modified?.at ?? 0);
      expect(Math.abs(age)).toBeLessThan(3 * 60_000);

      await writeFile(join(server.folder, "small"), "small");
      for (let time = 0; time < (one.times ?? 1); time++) {
        expect(Buffer.from(await client.readAll("small")).toString()).toBe("small");
      }
      await client.makeDirectory("x/y/z", { recursive: true });
      await client.rename("a b.bin", "x/y/z/b.bin");
      expect(await client.stat("x/y/z/b.bin")).toMatchObject({ kind: "file", size: bytes.length });
      await client.removeDirectory("x", { recursive: true });
      await expect(client.stat("x/y/z/b.bin")).rejects.toMatchObject({ code: "not-found" });
    });

    it("says that a file is not there, and that it may not be made", async () => {
      await using server = await PeerServer.start(name);
      await using client = await connect(server, { title: "", mode: "" });
      await expect(client.readAll("nothing")).rejects.toMatchObject({ code: "not-found" });
      await expect(client.upload(Buffer.from("x"), "no/such/folder/x")).rejects.toBeInstanceOf(ClientError);
      await expect(client.listAll("nothing")).rejects.toMatchObject({ code: "not-found" });
      expect(await client.listAll()).toEqual([]);
    });

    it("takes an upload and a download up again where they broke off", async () => {
      await using server = await PeerServer.start(name);
      await using here = new ScratchFolder();
      await using client = await connect(server, { title: "", mode: "" });
      const bytes = randomBytes(1024 * 1024);
      const local = join(here.path, "a");
      await writeFile(local, bytes);
      await client.upload(bytes.subarray(0, 400_000), "a");
      expect(await client.upload(local, "a", { resume: true })).toMatchObject({ moved: bytes.length - 400_000 });
      expect((await readFile(join(server.folder, "a"))).equals(bytes)).toBe(true);
      await writeFile(join(here.path, "b"), bytes.subarray(0, 300_000));
      expect(await client.download("a", join(here.path, "b"), { resume: true })).toMatchObject({
        moved: bytes.length - 300_000,
      });
      expect((await readFile(join(here.path, "b"))).equals(bytes)).toBe(true);
    });

    it("is of use after what was aborted", async () => {
      await using server = await PeerServer.start(name);
      await using client = await connect(server, { title: "", mode: "", client: { limitRate: 8 * 1024 * 1024 } });
      await writeFile(join(server.folder, "large"), randomBytes(16 * 1024 * 1024));
      const stop = new AbortController();
      const reading = client.readAll("large", {
        signal: stop.signal,
        onProgress: () => stop.abort(),
      });
      await expect(reading).rejects.toMatchObject({ code: "aborted" });
      expect((await client.listAll()).map(({ name: found }) => found)).toEqual(["large"]);
    });
  });
}
