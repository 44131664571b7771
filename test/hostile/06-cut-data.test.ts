// servers.md §4.2, line 6: only the end of TLS is the end of a file; whoever cuts the connection makes no whole one.
import fs from "node:fs";
import { once } from "node:events";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { diskStorage } from "@twinport/storage";
import { serverCertificate } from "../testkit/certificates.ts";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import type { LoopbackOptions } from "../testkit/loopback-server.ts";
import type { SecureDataPeer, WireClient } from "../testkit/wire-client.ts";
import type { TlsOptions } from "@twinport/server";

const certificates = [serverCertificate()];

function start(more: Partial<TlsOptions> = {}, options: LoopbackOptions = {}): Promise<LoopbackServer> {
  return LoopbackServer.start({ tls: { certificates, ...more }, ...options });
}

/** An upload that has brought this much, and has not ended. */
async function begun(place: LoopbackServer, client: WireClient, text: string): Promise<SecureDataPeer> {
  const data = await client.securePassive();
  expect((await client.ask("STOR a.txt")).code).toBe(150);
  await data.shaken;
  await new Promise((resolve) => data.socket.write(text, resolve));
  await expect.poll(() => place.trace.some(({ kind }) => kind === "data-first-byte")).toBe(true);
  return data;
}

/** The end of the connection and not of TLS, as somebody on the way can bring it about. */
const cut = (data: SecureDataPeer): void => void data.carrier.end();
const close = (data: SecureDataPeer): void => void data.end();

const only = (version: "TLSv1.2" | "TLSv1.3") => ({ tls: { minVersion: version, maxVersion: version } });

describe.each(["TLSv1.2", "TLSv1.3"] as const)("%s", (version) => {
  test.each([
    ["the end of TLS", close, 226],
    ["an end that is not TLS's", cut, 426],
    ["a reset", (data: SecureDataPeer) => data.reset(), 426],
  ])("an upload that ends by %s", async (_title, end, code) => {
    await using place = await start();
    const client = await place.secureClient(only(version));
    const finished = place.next("transfer-finished");
    const data = await begun(place, client, "half of it");
    end(data);
    expect((await client.reply()).code).toBe(code);
    expect((await finished).outcome).toBe(code === 226 ? "complete" : "failed");
    expect((await client.ask("NOOP")).code).toBe(200);
  });

  test("a reset behind the end of TLS takes nothing away", async () => {
    await using place = await start();
    const client = await place.secureClient(only(version));
    const data = await begun(place, client, "all of it");
    data.end();
    await new Promise((resolve) => data.socket.once("finish", resolve));
    data.reset();
    expect((await client.reply()).code).toBe(226);
    const down = await client.securePassive();
    client.send("RETR a.txt");
    expect((await down.bytes()).toString()).toBe("all of it");
  });

  test("a client that goes away in the middle of a download has not got it", async () => {
    const files = { "/big": new Uint8Array(32 * 1024 * 1024) };
    await using place = await start({}, { files });
    for (const leave of [(data: SecureDataPeer) => data.reset(), (data: SecureDataPeer) => data.carrier.destroy()]) {
      const client = await place.secureClient(only(version));
      const data = await client.securePassive();
      expect((await client.ask("RETR big")).code).toBe(150);
      await once(data.socket, "data");
      data.socket.pause();
      leave(data);
      expect((await client.reply()).code).toBe(426);
      expect((await client.ask("NOOP")).code).toBe(200);
      client.destroy();
    }
  });
});

test("a server may be told to take an end for one, for clients that never say it", async () => {
  await using place = await start({ truncatedUploads: "accept" });
  const client = await place.secureClient();
  cut(await begun(place, client, "all of it"));
  expect((await client.reply()).code).toBe(226);
});

test.each(["passive", "active"])(
  "a reset is no end even there, also where it comes with the last bytes: %s",
  async (mode) => {
    await using place = await start({ truncatedUploads: "accept" });
    const client = await place.secureClient();
    await using listener = mode === "active" ? await client.active() : undefined;
    const plain = listener ? undefined : await client.passive();
    client.send("STOR a.txt");
    const data = client.secureData(plain ?? (await listener!.accept()));
    expect((await client.reply()).code).toBe(150);
    await data.shaken;
    await new Promise((resolve) => data.socket.write("half of it", resolve));
    data.reset();
    expect((await client.reply()).code).toBe(426);
  },
);

describe.each(["direct", "atomic"] as const)("on a disk, %s", (uploads) => {
  test("an upload that was cut does not pass for the file, and a file that was there stays where that is promised", async () => {
    await using scratch = new ScratchFolder();
    const file = path.join(scratch.path, "a.txt");
    fs.writeFileSync(file, "old and whole");
    using storage = diskStorage(scratch.path, uploads === "atomic" ? { atomic: {} } : {});
    await using place = await start({}, { storage });
    const client = await place.secureClient();
    cut(await begun(place, client, "half"));
    expect((await client.reply()).code).toBe(426);
    expect(fs.readFileSync(file, "utf8")).toBe(uploads === "atomic" ? "old and whole" : "half");
    expect(fs.readdirSync(scratch.path)).toEqual(["a.txt"]);
  });

  test("an upload that was cut can be gone on with", async () => {
    await using scratch = new ScratchFolder();
    using storage = diskStorage(scratch.path, uploads === "atomic" ? { atomic: {} } : {});
    await using place = await start({}, { storage });
    const client = await place.secureClient();
    cut(await begun(place, client, "half"));
    expect((await client.reply()).code).toBe(426);
    expect(fs.existsSync(path.join(scratch.path, "a.txt"))).toBe(uploads === "direct");
    expect((await client.ask("SIZE a.txt")).text).toBe("213 4");
    const rest = await client.securePassive();
    expect((await client.ask("APPE a.txt")).code).toBe(150);
    rest.end(" and half");
    expect((await client.reply()).code).toBe(226);
    expect(fs.readFileSync(path.join(scratch.path, "a.txt"), "utf8")).toBe("half and half");
  });
});
