// A pool, a download in segments and FXP of our client, with the servers of the distribution.
import { randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connectClient, createPool, downloadSegmented, fxp } from "@twinport/client";
import { PeerServer, peerNames, peerServer } from "../testkit/peer-server.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";

const quick = { memory: false, trust: { insecure: true } } as const;

for (const [index, name] of peerNames.entries()) {
  const next = peerNames[(index + 1) % peerNames.length] ?? name;
  peerServer(`our client and ${name}`, name, () => {
    test("a hundred files by a pool, and back", async () => {
      await using peer = await PeerServer.start(name);
      await using pool = createPool({ ...peer.options, ...quick }, { size: 4 });
      const paths = Array.from({ length: 50 }, (_, count) => join(peer.home, `f${count}`));
      const sources = paths.map((path) => Buffer.from(`this is ${path}`.repeat(100)));
      await Promise.all(paths.map((path, count) => pool.upload(sources[count] ?? "", path)));
      const got = await Promise.all(paths.map((path) => pool.readAll(path)));
      expect(got.every((bytes, count) => Buffer.from(bytes).equals(sources[count] ?? Buffer.alloc(0)))).toBe(true);
    });

    test("two uploads at the same time, each of which waits for the other one's beginning", async () => {
      await using peer = await PeerServer.start(name);
      await using pool = createPool({ ...peer.options, ...quick });
      const begun = new EventEmitter();
      const both = [0, 1].map((mine) => once(begun, String(mine)));
      async function* waiting(mine: number): AsyncGenerator<string> {
        yield `this is ${mine}`;
        begun.emit(String(mine));
        await both[1 - mine];
      }
      const paths = ["one", "other"].map((file) => join(peer.home, file));
      await Promise.all(paths.map((path, mine) => pool.upload(waiting(mine), path)));
      expect(pool.connections).toBe(2);
      expect(await Promise.all(paths.map((path) => pool.size(path)))).toEqual([9, 9]);
    });

    test.each([undefined, "explicit"] as const)("a file in segments, TLS: %s", async (tls) => {
      await using peer = await PeerServer.start(name, tls ? { tls } : {});
      await using folder = new ScratchFolder();
      const bytes = randomBytes(24_000_000);
      await writeFile(join(peer.folder, "big"), bytes);
      await using pool = createPool({ ...peer.options, ...quick, ...(tls && { tls }) });
      const local = join(folder.path, "big");
      const began = Date.now();
      const result = await downloadSegmented(pool, join(peer.home, "big"), local, { verify: "hash" });
      expect(result).toMatchObject({ segments: 4, moved: bytes.length });
      expect((await readFile(local)).equals(bytes)).toBe(true);
      // Each connection is stopped in the middle and of use again: none of them is waited for.
      expect(Date.now() - began).toBeLessThan(10_000);
      const sizes = await Promise.all([1, 2, 3, 4].map(() => pool.size(join(peer.home, "big"))));
      expect(sizes).toEqual([1, 2, 3, 4].map(() => bytes.length));
    });

    test(`a file to ${next}, and one back`, async () => {
      await using source = await PeerServer.start(name);
      await using target = await PeerServer.start(next);
      const bytes = randomBytes(3_000_000);
      await writeFile(join(source.folder, "there"), bytes);
      await using from = await connectClient({ ...source.options, ...quick });
      await using to = await connectClient({ ...target.options, ...quick });
      const there = join(source.home, "there");
      const result = await fxp(from, there, to, join(target.home, "copy"));
      expect(result).toMatchObject({ size: bytes.length, verified: "size" });
      expect((await readFile(join(target.folder, "copy"))).equals(bytes)).toBe(true);
      await fxp(to, join(target.home, "copy"), from, join(source.home, "back"));
      expect((await readFile(join(source.folder, "back"))).equals(bytes)).toBe(true);
      expect(await from.size(there)).toBe(bytes.length);
    });

    test(`between it and ${next}, both with TLS, what fails leaves both as they were`, async () => {
      await using source = await PeerServer.start(name, { tls: "explicit" });
      await using target = await PeerServer.start(next, { tls: "explicit" });
      await writeFile(join(source.folder, "there"), "across");
      const tls = { ...quick, tls: "explicit" } as const;
      await using from = await connectClient({ ...source.options, ...tls });
      await using to = await connectClient({ ...target.options, ...tls });
      const paths = [join(source.home, "there"), join(target.home, "copy")] as const;
      const offers = [from, to].some(({ features }) => features.has("CPSV") || features.has("SSCN"));
      if (!offers) await expect(fxp(from, paths[0], to, paths[1])).rejects.toMatchObject({ code: "not-supported" });
      // None of them sends data in clear as it is set up here: each says so by its name.
      const refused = await fxp(from, paths[0], to, paths[1], { clearData: true }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "fxp-failed" });
      expect(String(refused)).toMatch(/:\d+ refuses (?:PROT C|PORT|PASV): 5/);
      // Whatever came of it, both are as they were: their own data is protected.
      expect(String(await from.readAll(paths[0]))).toBe("across");
      await to.upload(Buffer.from("own"), join(target.home, "own"));
      expect(await readFile(join(target.folder, "own"), "utf8")).toBe("own");
    });
  });
}
