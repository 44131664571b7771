import { mkdirSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { beforeAll, expect, test } from "vitest";
import { RawClient } from "../testkit/raw-client.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { ServerProcess, buildServer } from "../testkit/server-process.ts";

beforeAll(buildServer);

test.skipIf(process.platform === "win32")(
  "with 256 descriptors new clients hear 421, and all who are in move files at the same time",
  { timeout: 120_000 },
  async () => {
    await using scratch = new ScratchFolder();
    const folder = join(scratch.path, "served");
    mkdirSync(folder);
    writeFileSync(join(folder, "a.bin"), Buffer.alloc(300_000, "a"));
    await using server = await ServerProcess.start({ folder }, "ulimit -n 256");
    const { room } = await server.look();
    const inside: RawClient[] = [];
    try {
      let refused = 0;
      for (let i = 0; i < 300; i++) {
        try {
          inside.push(await (await RawClient.connect(server.address)).login({ user: "ann", password: "secret" }));
        } catch (error) {
          expect(String(error)).toContain("421");
          refused++;
        }
      }
      expect(inside.length).toBe(room);
      expect(inside.length).toBeGreaterThan(10);
      expect(refused).toBe(300 - room);
      // Everybody who is in has a data connection and a file open at the same time.
      const datas = await Promise.all(inside.map((client, i) => client.transfer("passive", `STOR ${i}.bin`)));
      for (const data of datas) data.write("half ");
      await expect(RawClient.connect(server.address)).rejects.toThrow("421");
      for (const data of datas) data.end("whole");
      for (const client of inside) expect((await client.reply()).code).toBe(226);
      for (const client of inside) {
        const data = await client.transfer("passive", "RETR a.bin");
        let bytes = 0;
        data.on("data", (chunk: Buffer) => (bytes += chunk.length));
        await once(data, "end");
        data.end();
        expect((await client.reply()).code).toBe(226);
        expect(bytes).toBe(300_000);
      }
      // A place that has been left can be taken.
      inside.pop()!.destroy();
      await expect.poll(async () => (await server.look()).usage.sessions).toBe(room - 1);
      inside.push(await (await RawClient.connect(server.address)).login({ user: "ann", password: "secret" }));
    } finally {
      for (const client of inside) client.destroy();
    }
  },
);
