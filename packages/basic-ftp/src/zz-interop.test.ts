import { Readable } from "node:stream";
import { expect, test, describe } from "vitest";
import { Client } from "./index.ts";
import { StringWriter } from "./StringWriter.ts";
import { PeerServer, testCertificate } from "../../../test/testkit/peer-server.ts";

const cases = ["vsftpd", "proftpd", "pure-ftpd", "pyftpdlib"].flatMap((name) =>
  [
    {},
    { tls: "explicit", requiresReuse: true },
    { tls: "explicit", requiresReuse: true, tlsVersion: "1.2" },
    { tls: "implicit" },
    { passive: false },
    { passive: false, tls: "explicit" },
    { announced: "10.9.8.7" },
    { address: "::1" },
    { address: "::1", passive: false },
  ].map((o) => [name, o] as const),
);
describe("peers", () => {
  test.each(cases)("%s %j", async (name, o) => {
    await using server = await PeerServer.start(name as never, o as never);
    const client = new Client(8000);
    const said: string[] = [];
    client.ftp.log = (m) => said.push(m);
    const { certificate } = await testCertificate();
    try {
      const tls = (o as { tls?: string }).tls;
      await client.access({
        ...server.options,
        ...(tls && { secure: tls === "implicit" ? ("implicit" as const) : true, secureOptions: { ca: certificate } }),
      });
      if (server.home) await client.cd(server.home);
      const big = Buffer.alloc(3_000_000, "0123456789");
      for (let i = 0; i < 6; i++) {
        await client.uploadFrom(Readable.from([`round ${i}`]), `f${i}`);
        const w = new StringWriter();
        await client.downloadTo(w, `f${i}`);
        expect(w.getText("utf8")).toBe(`round ${i}`);
      }
      await client.uploadFrom(Readable.from([big]), "big");
      const w = new StringWriter(4_000_000);
      await client.downloadTo(w, "big", 1_000_000);
      expect(w.getText("utf8").length).toBe(2_000_000);
      await client.ensureDir("d/e");
      await client.cd("../..");
      expect((await client.list()).map((f) => f.name).toSorted()).toEqual([
        "big",
        "d",
        "f0",
        "f1",
        "f2",
        "f3",
        "f4",
        "f5",
      ]);
      await client.removeDir("d");
    } catch (e) {
      console.log(name, JSON.stringify(o), said.slice(-16).join("\n").slice(0, 2500), e);
      throw e;
    } finally {
      client.close();
    }
  });
});
