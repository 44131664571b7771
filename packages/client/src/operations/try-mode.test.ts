import { expect, test } from "vitest";
import { ScriptedServer } from "../../../../test/testkit/scripted-server.ts";
import { active, passive, tellPort } from "../../../../test/testkit/scripted-ways.ts";
import { ClientError } from "../errors.ts";
import type { ModeCommand } from "@twinport/protocol";
import type { Script, ScriptedOptions } from "../../../../test/testkit/scripted-server.ts";
import type { TriedMode, TryModeOptions } from "./try-mode.ts";

type On = NonNullable<ScriptedOptions["on"]>;

/** Short: what is silent is so at once. */
const seconds = { reply: 1, dial: 0.3, arrival: 0.4, handshake: 1, silence: 0.4, end: 0.5, reason: 0.3, abandon: 0.3 };

const files = { "/a.txt": "hello", "/big.bin": Buffer.alloc(600_000, 7) };

async function tried(mode: ModeCommand, on: On, options: Partial<TryModeOptions> = {}): Promise<TriedMode> {
  await using server = await ScriptedServer.start({ files, on, silent: true });
  const client = await server.client();
  return await client.tryMode(mode, { moves: "listing", seconds, ...options });
}

const stuck: Script = () => {};
const elsewhere: typeof tellPort = (verb, port) => tellPort(verb, port, "10.1.2.3");

test.each<[string, ModeCommand, On, Partial<TriedMode>]>([
  ["EPSV moves a listing", "epsv", {}, { outcome: "moved", told: { port: expect.any(Number) } }],
  ["PASV tells an address", "pasv", { PASV: passive("works", elsewhere) }, { outcome: "moved" }],
  ["PORT moves a listing", "port", {}, { outcome: "moved" }],
  ["EPRT moves a listing", "eprt", {}, { outcome: "moved" }],
  ["a command is refused", "epsv", { EPSV: "502 no" }, { outcome: "command-refused" }],
  ["a port refuses", "epsv", { EPSV: passive("refuses") }, { outcome: "dial-refused" }],
  ["a port is silent", "pasv", { PASV: passive("silent") }, { outcome: "dial-silent" }],
  ["a port takes us, and nothing comes", "epsv", { EPSV: passive("hangs") }, { outcome: "no-bytes" }],
  ["nobody comes", "port", { PORT: active("never") }, { outcome: "nobody-came" }],
  ["the server has no connection", "port", { PORT: active("425") }, { outcome: "server-cannot-connect" }],
  ["EPSV has no answer", "epsv", { EPSV: stuck }, { outcome: "control-silent", isStanding: false }],
  [
    "the connection is cut at EPSV",
    "epsv",
    { EPSV: ({ control }) => void control.raw.destroy() },
    { outcome: "control-lost", isStanding: false },
  ],
])("%s", async (_name, mode, on, expected) => {
  expect(await tried(mode, on)).toMatchObject(expected);
});

test("what was told, dialled and connected is told", async () => {
  const { told, dialed, data, dialMs, modeReply, lastReply, bytes, content, control } = await tried("pasv", {
    PASV: passive("works", elsewhere),
  });
  expect(told).toEqual({ address: "10.1.2.3", port: dialed?.port });
  // A private address from a loopback peer leads nowhere: the peer is dialled.
  expect(dialed).toEqual({ address: "127.0.0.1", port: data?.peer.port });
  expect(data?.local.port).toBe(control.local.port + 1);
  expect(dialMs).toBeGreaterThanOrEqual(0);
  expect([modeReply?.code, lastReply?.code]).toEqual([227, 226]);
  expect(Buffer.from(content).toString()).toContain("a.txt");
  expect(bytes).toBe(content.length);
});

test("a folder with nothing in it has moved", async () => {
  await using server = await ScriptedServer.start();
  const client = await server.client();
  expect(await client.tryMode("epsv", { moves: "listing", seconds })).toMatchObject({ outcome: "moved", bytes: 0 });
});

test("what is large is broken off when it is enough, and the login stands", async () => {
  await using server = await ScriptedServer.start({ files });
  const client = await server.client();
  const first = await client.tryMode("epsv", { moves: "file", path: "/big.bin", maxBytes: 50_000, seconds });
  expect(first).toMatchObject({ outcome: "moved", isStanding: true });
  expect(first.bytes).toBeGreaterThanOrEqual(50_000);
  expect(first.bytes).toBeLessThan(600_000);
  expect(await client.tryMode("port", { moves: "listing", seconds })).toMatchObject({ outcome: "moved" });
  expect(server.logins).toBe(1);
});

test("what is not there is refused, which is no matter of the mode", async () => {
  expect(await tried("epsv", {}, { moves: "file", path: "/none" })).toMatchObject({
    outcome: "refused",
    lastReply: { code: 550 },
  });
});

test("a port is only opened where nothing is to move", async () => {
  await using server = await ScriptedServer.start({ files, on: { EPSV: passive("hangs") } });
  const client = await server.client();
  const opened = await client.tryMode("epsv", { moves: "nothing", seconds });
  expect(opened).toMatchObject({ outcome: "moved", bytes: 0, data: { peer: { address: "127.0.0.1" } } });
  expect([server.heard("LIST"), server.heard("RETR")]).toEqual([0, 0]);
});

test("somebody else who comes to our port is told", async () => {
  const { outcome, strangers } = await tried("port", { PORT: active("stranger") });
  expect(outcome).toBe("server-cannot-connect");
  expect(strangers.map(({ address }) => address)).toEqual(["127.0.0.2"]);
});

test("nothing is fallen back to, and no login renewed", async () => {
  await using server = await ScriptedServer.start({ files, on: { EPSV: stuck } });
  const client = await server.client();
  await client.tryMode("epsv", { moves: "listing", seconds });
  await expect(client.tryMode("pasv", { moves: "listing", seconds })).rejects.toThrow(ClientError);
  expect([server.logins, server.heard("PASV")]).toEqual([1, 0]);
});

test("what is called off is stopped", async () => {
  await using server = await ScriptedServer.start({ files, on: { EPSV: passive("hangs") } });
  const client = await server.client();
  const signal = AbortSignal.timeout(100);
  const stopped = await client.tryMode("epsv", { moves: "listing", signal, seconds: { silence: 5 } });
  expect(stopped).toMatchObject({ outcome: "stopped", isStanding: false });
});
