// Listings that are hostile or odd: they cannot lead outside, nor take more memory than they may.
import { describe, expect, test } from "vitest";
import { visible } from "@twinport/protocol";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import { openData, sends } from "../testkit/scripted-usual.ts";
import type { ClientWarning } from "@twinport/client";
import type { Script } from "../testkit/scripted-server.ts";

const line = (name: string): string => `-rw-r--r--    1 ann      ann             5 Jan 02  2024 ${name}\r\n`;
const listed = (text: string): Script => sends(() => Buffer.from(text));
const mlsx = ["MLST type*;size*;modify*;", "SIZE"];

describe("names that are none in this folder are reported, and not given", () => {
  const bad = ["../x", "/etc/passwd", "..", "a/../../x", "sub/../x", "a\0b"];
  test.each([
    ["LIST", { LIST: listed(bad.map(line).join("") + line("good")) }, []],
    ["MLSD", { MLSD: listed([...bad, "good"].map((name) => `type=file;size=5; ${name}\r\n`).join("")) }, mlsx],
    ["a lone CR", { LIST: listed(line("a\rb") + line("good")) }, []],
    ["control bytes", { LIST: listed(line("a\u001b[2Jb") + line("good")) }, []],
    ["a line of 100 KiB", { LIST: listed(line("x".repeat(100_000)) + line("good")) }, []],
    ["garbage", { LIST: listed("total 5\r\nwhat is this?\r\n" + line("good")) }, []],
  ])("%s", async (_name, on, features) => {
    await using server = await ScriptedServer.start({ on, features });
    const client = await server.client();
    const warnings: ClientWarning[] = [];
    client.on("warning", (warning) => warnings.push(warning));
    const entries = await client.listAll("");
    for (const { name } of entries) expect(name).not.toMatch(/[/\0\r\n]|^\.\.$/);
    expect(entries.map(({ name }) => name)).toContain("good");
    expect(await client.workingDirectory()).toBe("/");
    for (const { facts } of warnings) expect(String(facts["line"])).toBe(visible(String(facts["line"])));
  });
});

test("a listing of 50,000 entries", async () => {
  const text = Array.from({ length: 50_000 }, (_, i) => line(`file ${i}`)).join("");
  await using server = await ScriptedServer.start({ on: { LIST: listed(text) } });
  const entries = await (await server.client()).listAll("");
  expect(entries).toHaveLength(50_000);
  expect(entries.at(-1)).toMatchObject({ name: "file 49999", size: 5 });
});

test.each([
  ["of lines", line("x").repeat(1000)],
  ["of one line", "x".repeat(60_000)],
])("a listing without an end, %s, is left when it is too long", async (_name, piece) => {
  const LIST: Script = async ({ control }) => {
    const data = await openData(control);
    for (let i = 0; data && !data.destroyed && i < 1000; i++) {
      data.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await using server = await ScriptedServer.start({ on: { LIST } });
  const client = await server.client();
  await expect(client.listAll("", { maxBytes: 1_000_000 })).rejects.toMatchObject({ code: "listing-too-long" });
  expect(await client.workingDirectory()).toBe("/");
});

test.each<[string, Readonly<Record<string, string | Script>>]>([
  ["nothing and 226", { LIST: listed("") }],
  ["226 and no data connection", { LIST: "226 nothing here" }],
  ["total 0", { LIST: listed("total 0\r\n") }],
])("an empty folder: %s", async (_name, on) => {
  await using server = await ScriptedServer.start({ on });
  const client = await server.client({ timeouts: { data: 10 } });
  expect(await client.listAll("")).toEqual([]);
  expect(await client.workingDirectory()).toBe("/");
});

test.each(["550 No files found", "450 No files found."])("NLST of an empty folder: %s", async (NLST) => {
  await using server = await ScriptedServer.start({ on: { NLST } });
  expect(await (await server.client()).names("")).toEqual([]);
});

test("a server that announces MLSD and does not know it is asked by LIST", async () => {
  await using server = await ScriptedServer.start({
    files: { "/a.txt": "hello" },
    features: mlsx,
    on: { MLSD: "502 no" },
  });
  const client = await server.client();
  expect(await client.listAll("")).toMatchObject([{ name: "a.txt", size: 5 }]);
  await client.listAll("");
  expect(server.heard("MLSD")).toBe(1);
});

test("a server that takes -a for a name", async () => {
  await using server = await ScriptedServer.start({
    files: { "/a.txt": "hello" },
    on: {
      LIST: async ({ argument, control, usual }) =>
        argument.startsWith("-a") ? control.say("550 -a: no such folder") : await usual(),
    },
  });
  expect(await (await server.client()).listAll("")).toMatchObject([{ name: "a.txt" }]);
});

test("where no mode moves data, a listing is not asked for a second time in other words", async () => {
  const no = "500 no";
  await using server = await ScriptedServer.start({ on: { EPSV: no, PASV: no, PORT: no, EPRT: no }, features: mlsx });
  await expect((await server.client()).listAll("")).rejects.toMatchObject({ code: "no-mode-moves-data" });
  expect(server.heard("EPSV")).toBe(1);
});

test("a folder that is not there", async () => {
  await using server = await ScriptedServer.start({ on: { LIST: "550 No such file or directory" } });
  await expect((await server.client()).listAll("none")).rejects.toMatchObject({ code: "not-found" });
});

test("names without an end take no more memory than they may", async () => {
  await using server = await ScriptedServer.start({ on: { NLST: listed("a\n".repeat(20_000)) } });
  const client = await server.client();
  const failure = { code: "listing-too-long", facts: { limit: "10000 names" } };
  await expect(client.names("", { maxEntries: 10_000 })).rejects.toMatchObject(failure);
  expect(await client.workingDirectory()).toBe("/");
});

test("lines that nobody understands are told, and how many more there are", async () => {
  await using server = await ScriptedServer.start({
    on: { LIST: listed("what is this?\r\n".repeat(3000) + line("good")) },
  });
  const client = await server.client();
  const warnings: ClientWarning[] = [];
  client.on("warning", (warning) => warnings.push(warning));
  await client.listAll("");
  const told = warnings.filter(({ code }) => code === "listing-line-not-understood");
  expect(told.at(-1)?.facts["because"]).toBe(`${3000 - (told.length - 1)} more`);
});
