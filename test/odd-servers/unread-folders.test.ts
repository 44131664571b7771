// Folders that a server lists without having read them, and folders that are none: nothing is made up of it, and
// nothing is removed that is not below.
import { expect, test } from "vitest";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import { sends } from "../testkit/scripted-usual.ts";
import { createPool } from "@twinport/client";
import type { ScriptedControl } from "../testkit/scripted-control.ts";
import type { Script } from "../testkit/scripted-server.ts";

const folder = (name: string): string => `drwx------    1 ann      ann             5 Jan 02  2024 ${name}\r\n`;
const listed = (text: string): Script => sends(() => Buffer.from(text));

/** As vsftpd lists a folder that it may not read. */
const itself: Script = (heard) => (heard.argument.includes("secret") ? listed(folder("secret"))(heard) : heard.usual());

test("a folder that is listed as the one name in itself is refused, not empty, and nothing is in it", async () => {
  await using server = await ScriptedServer.start({ files: { "/secret/a.txt": "x" }, on: { LIST: itself } });
  const client = await server.client();
  await expect(client.listAll("/secret")).rejects.toMatchObject({ code: "refused" });
  await expect(client.removeDirectory("/secret", { recursive: true })).rejects.toMatchObject({ code: "refused" });
  expect(server.commands.filter((line) => /^(?:DELE|RMD)/.test(line))).toEqual([]);
  const seen: string[] = [];
  const walk = async (): Promise<void> => {
    for await (const { path } of client.walk("/")) seen.push(path);
  };
  await expect(walk()).rejects.toMatchObject({ code: "refused" });
  expect(seen).toEqual(["/secret"]);
});

test("a folder with one folder of its own name in it is no such thing", async () => {
  await using server = await ScriptedServer.start({ files: { "/a/a/b.txt": "x" } });
  const client = await server.client();
  expect(await client.listAll("/a")).toMatchObject([{ name: "a", kind: "directory" }]);
  expect(await client.workingDirectory()).toBe("/");
});

test("226 that tells of a failure is one", async () => {
  const LIST: Script = async (heard) => {
    const { say } = heard.control;
    heard.control.say = (...replies) =>
      say.apply(
        heard.control,
        replies.map((reply) => (reply.startsWith("226") ? "226 Transfer done (but failed to open directory)." : reply)),
      );
    await listed("")(heard);
    heard.control.say = say;
  };
  await using server = await ScriptedServer.start({ files: { "/secret/a.txt": "x" }, on: { LIST } });
  const client = await server.client();
  await expect(client.listAll("/secret")).rejects.toMatchObject({ code: "refused", reply: { code: 226 } });
  await expect(client.listAll("/nowhere")).rejects.toMatchObject({ code: "not-found" });
});

test("a link that MLSD tells as a folder is removed, and what it leads to stays", async () => {
  const features = ["MLST type*;size*;modify*;", "SIZE"];
  await using server = await ScriptedServer.start({
    files: { "/a/link/kept.txt": "x", "/a/own/b.txt": "x" },
    features,
    on: {
      DELE: async (heard) => {
        if (heard.argument === "/a/own") return heard.control.say("550 is a directory");
        if (heard.argument !== "/a/link") return await heard.usual();
        heard.control.say("250 unlinked");
      },
      RMD: "250 gone",
    },
  });
  const client = await server.client();
  await client.removeDirectory("/a", { recursive: true });
  expect([...server.files.keys()]).toEqual(["/a/link/kept.txt"]);
  expect(server.commands.filter((line) => line.startsWith("RMD"))).toEqual(["RMD /a/own", "RMD /a"]);
});

test.each(["a client", "a pool"])("%s comes to an end where a server makes up folder in folder", async (who) => {
  const MLSD = listed("type=dir; x\r\n");
  // Its replies are not held up until the one before is acknowledged: there are hundreds.
  const greeting = (control: ScriptedControl): void => {
    control.raw.setNoDelay(true);
    control.say("220 ready");
  };
  await using server = await ScriptedServer.start({ on: { MLSD }, features: ["MLST type*;", "SIZE"], greeting });
  const walker = who === "a pool" ? createPool(server.clientOptions()) : await server.client();
  const walk = async (): Promise<void> => {
    for await (const { path } of walker.walk("/")) expect(path.length).toBeLessThan(600);
  };
  await expect(walk()).rejects.toMatchObject({ code: "path-not-valid" });
  await walker.close();
});
