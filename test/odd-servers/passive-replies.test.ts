// How servers tell the port of passive mode, and what is made of it.
import { describe, expect, test } from "vitest";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import { active, passive, tellPort } from "../testkit/scripted-ways.ts";
import type { ClientOptions } from "@twinport/client";
import type net from "node:net";
import type { Script, ScriptedOptions } from "../testkit/scripted-server.ts";

const refused = "502 not here";
const noActive = { PORT: refused, EPRT: refused };
const high = (port: number): number => port >> 8;
const low = (port: number): number => port & 255;
const bytesOf = async (server: ScriptedServer, more: Partial<ClientOptions> = {}): Promise<string> =>
  Buffer.from(await (await server.client(more)).readAll("/a.txt")).toString();

const only = (verb: "EPSV" | "PASV", text: (port: number) => string): ScriptedOptions => ({
  files: { "/a.txt": "hello" },
  on: { ...noActive, EPSV: refused, PASV: refused, [verb]: passive("works", (_verb, port) => text(port)) },
});

describe("understood", () => {
  test.each<[string, ScriptedOptions]>([
    ["229 with another mark", only("EPSV", (port) => `229 ok (!!!${port}!)`)],
    ["229 with the address within", only("EPSV", (port) => `229 ok (|1|127.0.0.1|${port}|)`)],
    ["229 without brackets", only("EPSV", (port) => `229 ok |||${port}|`)],
    ["229 of several lines", only("EPSV", (port) => `229-well\r\n229 ok (|||${port}|)`)],
    ["227 to EPSV", only("EPSV", (port) => tellPort("PASV", port))],
    ["229 to PASV", only("PASV", (port) => tellPort("EPSV", port))],
    ["227 without brackets", only("PASV", (port) => `227 ok 127,0,0,1,${high(port)},${low(port)}`)],
    ["227 with spaces", only("PASV", (port) => `227 ok (127, 0, 0, 1, ${high(port)}, ${low(port)})`)],
    [
      "227 with an equals sign",
      only("PASV", (port) => `227 Entering Passive Mode =127,0,0,1,${high(port)},${low(port)}`),
    ],
    ["227 without words", only("PASV", (port) => `227 127,0,0,1,${high(port)},${low(port)}`)],
    ["227 with an address of nobody", only("PASV", (port) => tellPort("PASV", port, "192.0.2.77"))],
    [
      "227 with our own loopback, doubled zeros",
      only("PASV", (port) => `227 ok (127,000,000,001,${high(port)},${low(port)})`),
    ],
  ])("%s", async (_name, options) => {
    await using server = await ScriptedServer.start(options);
    expect(await bytesOf(server)).toBe("hello");
  });
});

describe("not usable, and the next mode is tried", () => {
  const files = { "/a.txt": "hello" };
  test.each<[string, string]>([
    ["229 with port 0", "229 ok (|||0|)"],
    ["229 with port 70000", "229 ok (|||70000|)"],
    ["229 with no port", "229 ok"],
    ["229 with garbage", "229 ok (|||http|)"],
    ["227 with port 0", "227 ok (127,0,0,1,0,0)"],
    ["227 with 999", "227 ok (127,0,0,1,999,10)"],
    ["227 with letters", "227 ok (127,0,0,1,p1,p2)"],
    ["227 with five numbers", "227 ok (127,0,0,1,200)"],
    ["200", "200 ok"],
    ["a reply of 40 KiB", `229 ${"x".repeat(40_000)}`],
  ])("%s", async (_name, reply) => {
    await using server = await ScriptedServer.start({ files, on: { EPSV: reply, PASV: reply } });
    const client = await server.client();
    const result = await client.download("/a.txt", new WritableStream<Uint8Array>());
    expect(result.attempts.map(({ mode, outcome }) => `${mode} ${outcome}`)).toEqual([
      "epsv reply-not-usable",
      "pasv reply-not-usable",
      "port moved",
    ]);
  });

  test("the error tells all that was tried, what was said last, and what was not tried", async () => {
    await using server = await ScriptedServer.start({
      files,
      on: { EPSV: passive("refuses"), PASV: "227 ok (1,2)", PORT: active("425"), EPRT: refused },
    });
    const failure = (await server.client()).readAll("/a.txt");
    await expect(failure).rejects.toMatchObject({
      code: "no-mode-moves-data",
      reply: { code: 425 },
      attempts: [
        { mode: "epsv", outcome: "dial-refused" },
        { mode: "pasv", outcome: "reply-not-usable" },
        { mode: "port", outcome: "server-cannot-connect" },
      ],
    });
  });
});

test("with leave, the data comes from another host", async () => {
  const PASV: Script = async ({ control, server }) => {
    const listener = await server.listenForData("127.0.0.2");
    const arrived = new Promise<net.Socket>((resolve) => listener.once("connection", resolve));
    control.way = async () => {
      control.say("150 here it comes");
      return await arrived;
    };
    control.say(tellPort("PASV", (listener.address() as net.AddressInfo).port, "127.0.0.2"));
  };
  await using server = await ScriptedServer.start({
    files: { "/a.txt": "hello" },
    on: { ...noActive, EPSV: refused, PASV },
  });
  expect(await bytesOf(server, { allowSeparateTransferHost: true })).toBe("hello");
  await expect(bytesOf(server)).rejects.toMatchObject({
    attempts: [{}, { mode: "pasv", outcome: "dial-refused" }, {}, {}],
  });
});

test("another public address is dialled only if that is allowed, and the warning says what was dialled instead", async () => {
  await using server = await ScriptedServer.start(only("PASV", (port) => tellPort("PASV", port, "203.0.113.7")));
  const client = await server.client();
  const warnings: string[] = [];
  client.on("warning", ({ code, facts }) => warnings.push(`${code} ${facts["told"]} ${facts["dialed"]}`));
  await client.readAll("/a.txt");
  expect(warnings).toContain("passive-address-replaced 203.0.113.7 127.0.0.1");
});

test.each([
  ["EPSV", "epsv"],
  ["PASV", "pasv"],
  ["PORT", "port"],
  ["EPRT", "eprt"],
] as const)("who asks for %s alone gets nothing else", async (verb, mode) => {
  await using server = await ScriptedServer.start({ files: { "/a.txt": "hello" } });
  expect(await bytesOf(server, { mode })).toBe("hello");
  expect(["EPSV", "PASV", "PORT", "EPRT"].filter((one) => server.heard(one) > 0)).toEqual([verb]);
});

test.each([
  ["passive", { EPSV: refused, PASV: refused }],
  ["active", noActive],
] as const)("who asks for %s mode does not get the other one", async (mode, on) => {
  await using server = await ScriptedServer.start({ files: { "/a.txt": "hello" }, on });
  await expect(bytesOf(server, { mode })).rejects.toMatchObject({
    code: "no-mode-moves-data",
    attempts: { length: 2 },
  });
});

test.each(["works", "before-150", "late"] as const)("a server that dials and %s", async (manner) => {
  await using server = await ScriptedServer.start({ files: { "/a.txt": "hello" }, on: { PORT: active(manner) } });
  expect(await bytesOf(server, { mode: "active" })).toBe("hello");
});

test("the data connection comes from, and goes to, the port beside the command connection's", async () => {
  await using server = await ScriptedServer.start({ files: { "/a.txt": "hello" } });
  const client = await server.client();
  const ports: number[] = [];
  client.on("trace", (step) => {
    if (step.kind === "data-connected") ports.push(step.local.port);
  });
  const { port } = client.core.standing!.conversation.control.local;
  await client.readAll("/a.txt");
  const offering = await server.client({ mode: "port" });
  await offering.readAll("/a.txt");
  expect(ports).toEqual([port + 1]);
  const told =
    server.commands
      .find((line) => line.startsWith("PORT"))
      ?.split(/[ ,]/)
      .slice(5)
      .map(Number) ?? [];
  expect(told[0]! * 256 + told[1]!).toBe(offering.core.standing!.conversation.control.local.port + 1);
});
