// Paths on the wire: nothing in them is a second command, and every charset comes back as it went.
import { describe, expect, test } from "vitest";
import { charset } from "@twinport/protocol";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import { sends } from "../testkit/scripted-usual.ts";
import type { Client } from "@twinport/client";

describe("what would be a second command is refused before anything is said", () => {
  const calls: Readonly<Record<string, (client: Client, path: string) => Promise<unknown>>> = {
    readAll: (client, path) => client.readAll(path),
    upload: (client, path) => client.upload(Buffer.from("x"), path),
    append: (client, path) => client.append(Buffer.from("x"), path),
    list: (client, path) => client.listAll(path),
    names: (client, path) => client.names(path),
    stat: (client, path) => client.stat(path),
    size: (client, path) => client.size(path),
    remove: (client, path) => client.remove(path),
    "rename from": (client, path) => client.rename(path, "b"),
    "rename to": (client, path) => client.rename("a", path),
    makeDirectory: (client, path) => client.makeDirectory(path, { recursive: true }),
    changeDirectory: (client, path) => client.changeDirectory(path),
    send: (client, path) => client.send(`DELE ${path}`),
  };
  test.each(
    Object.keys(calls).flatMap((name) => ["\r\n", "\r", "\n", "\0"].map((byte) => [name, JSON.stringify(byte)])),
  )("%s, %s", async (name, written) => {
    await using server = await ScriptedServer.start({ files: { "/a": "x" } });
    const client = await server.client();
    const before = server.commands.length;
    const path = `a${JSON.parse(written)}DELE b`;
    await expect(calls[name]?.(client, path)).rejects.toMatchObject({ name: "ClientError", code: "path-not-valid" });
    expect(server.commands.slice(before)).toEqual([]);
    expect(await client.size("/a")).toBe(1);
  });
});

test.each([
  ["a password", { password: "x\r\nDELE a" }],
  ["a user's name", { user: "ann\nDELE a" }],
])("%s cannot be a second command", async (_name, more) => {
  await using server = await ScriptedServer.start();
  await expect(server.client(more)).rejects.toMatchObject({ code: "path-not-valid" });
  expect(server.heard("DELE")).toBe(0);
});

describe("names in GBK", () => {
  const name = "中文文件.txt";
  const raw = Buffer.from(charset("gbk").encode(name));
  const listing = Buffer.concat([Buffer.from("-rw-r--r-- 1 a a 5 Jan 02 2024 "), raw, Buffer.from("\r\n")]);

  test.each(["gbk", "auto:gbk"])("with %s they are read and written", async (label) => {
    const asked: Buffer[] = [];
    await using server = await ScriptedServer.start({
      features: ["SIZE"],
      on: {
        LIST: sends(() => listing),
        SIZE: ({ line, control }) => {
          asked.push(line);
          control.say("213 5");
        },
      },
    });
    const client = await server.client({ charset: label });
    const [entry] = await client.listAll("");
    expect(entry?.name).toBe(name);
    expect(await client.size(entry?.name ?? "")).toBe(5);
    expect(asked[0]?.equals(Buffer.concat([Buffer.from("SIZE "), raw]))).toBe(true);
  });

  test("with auto:gbk UTF-8 stays UTF-8", async () => {
    await using server = await ScriptedServer.start({ files: { [`/${name}`]: "hello" } });
    const client = await server.client({ charset: "auto:gbk" });
    expect(await client.listAll("/")).toMatchObject([{ name, size: 5 }]);
    expect(await client.size(`/${name}`)).toBe(5);
  });
});

test.each(["with space", " leading", "trailing ", "a  b", "-a", "[x]", "*", "ü", "😀", "a;b", "%41"])(
  "a file that is called %o",
  async (name) => {
    await using server = await ScriptedServer.start({ files: { [`/${name}`]: "hello" } });
    const client = await server.client();
    expect(Buffer.from(await client.readAll(`/${name}`)).toString()).toBe("hello");
    await client.upload(Buffer.from("new"), `/${name}`);
    expect(server.text(`/${name}`)).toBe("new");
    await client.remove(`/${name}`);
    expect(server.files.size).toBe(0);
  },
);

test("a folder whose name is an option, a pattern or two words is listed all the same", async () => {
  for (const folder of ["-la", "a b", "[x]", "*"]) {
    await using server = await ScriptedServer.start({ files: { [`/${folder}/a.txt`]: "hello", "/b.txt": "no" } });
    const client = await server.client();
    expect(await client.listAll(folder)).toMatchObject([{ name: "a.txt" }]);
    expect(await client.workingDirectory()).toBe("/");
  }
});
