// The invariant: whatever clients say and do, the server answers in replies, keeps what it said it has kept, dials nobody but its client, and holds nothing when they are gone.
import fc from "fast-check";
import { afterAll, beforeAll, expect } from "vitest";
import { allPermissions } from "@twinport/accounts";
import { virtualPath } from "@twinport/protocol";
import { memoryStorage } from "@twinport/storage";
import { SECRET, UNSEEN, WatchedServer, restricted } from "./watched-server.ts";
import { scripts } from "./session-script.ts";
import { fuzz } from "./target.ts";
import type { Storage } from "@twinport/storage";

const files = {
  "/a.txt": "one\r\ntwo\n",
  "/folder/b.txt": "b".repeat(100_000),
  "/in/old.txt": SECRET,
  "/ro/kept.txt": "kept",
  "/kept/.": "",
  [`/hidden/below/${UNSEEN}`]: SECRET,
};

let server: WatchedServer;

beforeAll(async () => {
  server = await WatchedServer.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function newStorage(atomic: boolean): Storage {
  const { "/kept/.": _folder, ...rest } = files;
  const storage = memoryStorage({ files: rest, atomic });
  storage.makeDirectory(virtualPath("/kept"));
  return storage;
}

async function contentOf(storage: Storage, path: string): Promise<Buffer> {
  const file = await storage.read(virtualPath(path));
  const bytes = Buffer.alloc(file.size);
  await file.readInto(bytes, 0);
  await file.close();
  return bytes;
}

fuzz(
  {
    "an account that may do all": fc.asyncProperty(scripts, fc.boolean(), async (all, atomic) => {
      const storage = newStorage(atomic);
      const { kept } = await server.run(all, { permissions: allPermissions, storage });
      for (const { name, content } of kept) expect((await contentOf(storage, name)).equals(content), name).toBe(true);
    }),
    "an account that may do little": fc.asyncProperty(scripts, fc.boolean(), async (all, atomic) => {
      const storage = newStorage(atomic);
      const { heard, kept } = await server.run(all, { ...restricted, storage });
      expect(heard).not.toContain(SECRET);
      expect(heard).not.toContain(UNSEEN);
      for (const { name, content } of kept) expect((await contentOf(storage, name)).equals(content), name).toBe(true);
      for (const path of ["/in/old.txt", "/ro/kept.txt", `/hidden/below/${UNSEEN}`]) {
        expect((await contentOf(storage, path)).toString()).toBe(files[path as keyof typeof files]);
      }
    }),
  },
  { runsARound: 10 },
);
