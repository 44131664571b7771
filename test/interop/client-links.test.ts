// Links on servers, some of which tell of a link what it leads to: what a tree is removed with is only what is in it,
// and a walk comes to its end.
import { existsSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { connectClient, memoryOfThisProcess } from "@twinport/client";
import { PeerServer, peerNames, peerServer } from "../testkit/peer-server.ts";
import type { Client } from "@twinport/client";

async function connect(server: PeerServer): Promise<Client> {
  const client = await connectClient({ ...server.options, memory: memoryOfThisProcess() });
  if (server.home !== "") await client.changeDirectory(server.home);
  return client;
}

for (const name of [...peerNames, "twinport"] as const) {
  peerServer(`with ${name}`, name, () => {
    it("a tree is removed with its links, and what they lead to stays", async () => {
      await using server = await PeerServer.start(name);
      await using client = await connect(server);
      await client.makeDirectory("tree/own/deep", { recursive: true });
      await client.makeDirectory("kept", { recursive: true });
      await client.upload(Buffer.from("x"), "tree/own/deep/a.txt");
      await client.upload(Buffer.from("kept"), "kept/b.txt");
      await symlink("../kept", join(server.folder, "tree/link"));
      // A server that shows no link may refuse to remove what it does not show.
      await client.removeDirectory("tree", { recursive: true }).catch((error: unknown) => error);
      expect(existsSync(join(server.folder, "kept/b.txt"))).toBe(true);
      expect(existsSync(join(server.folder, "tree/own"))).toBe(false);
    });

    it("a walk over a link that leads back comes to its end", async () => {
      await using server = await PeerServer.start(name);
      await using client = await connect(server);
      await client.makeDirectory("tree/own", { recursive: true });
      await symlink("..", join(server.folder, "tree/own/loop"));
      let seen = 0;
      const walk = async (): Promise<void> => {
        for await (const { path } of client.walk("tree")) if (path !== "") seen++;
      };
      await walk().catch((error: unknown) => expect(error).toMatchObject({ name: "ClientError" }));
      expect(seen).toBeGreaterThan(0);
      expect(seen).toBeLessThan(300);
      expect(await client.workingDirectory()).toBeTypeOf("string");
    });
  });
}
