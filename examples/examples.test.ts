import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Conversation, freePorts } from "./conversation.ts";
import { start as startCameraUploads } from "./camera-uploads/main.ts";
import { start as startDatabaseAccounts } from "./database-accounts/main.ts";
import { start as startMemoryServer } from "./memory-server/main.ts";
import type { Picture } from "./camera-uploads/main.ts";

const anyPort = { port: 0 };
const passive = async () => ({ ports: await freePorts() });

describe("memory-server", () => {
  it("gives a file in both modes, and takes one", async () => {
    await using server = await startMemoryServer(anyPort, await passive());
    using ann = await Conversation.open(server);
    expect(await ann.login("ann", "secret")).toMatchObject({ code: 230 });
    expect(await ann.get("hello.txt", "passive")).toBe("hello, world\n");
    expect(await ann.get("hello.txt", "active")).toBe("hello, world\n");
    expect(await ann.put("new.txt", Buffer.from("new"))).toMatchObject({ code: 226 });
    expect(await ann.get("new.txt")).toBe("new");
  });
});

describe("camera-uploads", () => {
  it("hands a picture on before the camera hears 226, and takes nothing else", async () => {
    const pictures: Picture[] = [];
    await using server = await startCameraUploads((picture) => void pictures.push(picture), anyPort, await passive());
    using camera = await Conversation.open(server);
    await camera.login("camera", "secret");
    const bytes = Buffer.alloc(300_000, "picture");
    expect(await camera.put("door.jpg", bytes)).toMatchObject({ code: 226 });
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(pictures).toEqual([{ path: "/door.jpg", bytes: bytes.length, sha256 }]);
    expect(await camera.put("door.exe", bytes)).toEqual({ code: 550, text: "550 Only .jpg files are taken here." });
    await expect(camera.get("door.jpg")).rejects.toThrow("550 This account may not read here.");
    expect(pictures).toHaveLength(1);
  });

  it("never hands on half a picture", async () => {
    const pictures: Picture[] = [];
    await using server = await startCameraUploads((picture) => void pictures.push(picture), anyPort, await passive());
    const finished = new Promise<{ outcome: string }>((resolve) => void server.once("transfer-finished", resolve));
    server.once("transfer-started", () => camera[Symbol.dispose]());
    using camera = await Conversation.open(server);
    await camera.login("camera", "secret");
    await expect(camera.put("door.jpg", Buffer.alloc(50_000_000))).rejects.toThrow();
    expect(await finished).toMatchObject({ outcome: "failed" });
    expect(pictures).toEqual([]);
  });
});

describe("database-accounts", () => {
  it("gives each account its own files", async () => {
    await using server = await startDatabaseAccounts(anyPort, await passive());
    for (const name of ["ann", "bob"]) {
      using client = await Conversation.open(server);
      expect(await client.login(name, `${name}'s secret`)).toMatchObject({ code: 230 });
      expect(await client.get("README.txt")).toBe(`These are the files of ${name}.\n`);
    }
  });

  it("answers SITE PLAN from the account", async () => {
    await using server = await startDatabaseAccounts(anyPort, await passive());
    using ann = await Conversation.open(server);
    await ann.login("ann", "ann's secret");
    expect(await ann.ask("SITE PLAN")).toEqual({ code: 200, text: "200 Your plan is large." });
    expect((await ann.ask("SITE HELP")).text.split("\n")).toContain(" PLAN");
  });

  it("keeps strangers and suspended customers out", async () => {
    await using server = await startDatabaseAccounts(anyPort, await passive());
    using client = await Conversation.open(server);
    expect((await client.login("ann", "bob's secret")).text).toBe("530 Login incorrect.");
    expect((await client.login("eve", "eve's secret")).text).toBe("530 This account is suspended; please call us.");
  });
});
