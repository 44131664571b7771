// research/clients.md §1.2: no client that was looked at passes all ten of these.
import { describe, expect, test } from "vitest";
import { memoryOfThisProcess } from "@twinport/client";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import { active, passive, tellPort } from "../testkit/scripted-ways.ts";
import type { Client, ClientOptions, ModeMemory, RememberedMode } from "@twinport/client";
import type { Script, ScriptedOptions } from "../testkit/scripted-server.ts";

type On = ScriptedOptions["on"];

const refused = "502 not here";
const noPassive = { EPSV: refused, PASV: refused };
const content = "what is in the file\r\n".repeat(2000);

/** Longer than this no search may take; with the time-outs of these tests it is some seconds. */
const MOST_SECONDS = 15;

/** A memory that says that PORT has worked, wherever it is asked. */
function rememberingPort(): ModeMemory {
  const memory = memoryOfThisProcess();
  return {
    ...memory,
    recall: (route, now) => ({ ...route, mode: "port", because: [], learned: now, expires: now + 60_000 }),
  };
}

const privateAddress = (verb: string, port: number): string => tellPort(verb, port, "10.1.2.3");
const noAddress = (verb: string, port: number): string => tellPort(verb, port, "0.0.0.0");

interface Row {
  readonly name: string;
  readonly on: On;
  readonly options?: readonly Partial<ClientOptions>[];
  readonly silent?: boolean;
}

const activeFirst = (): Partial<ClientOptions>[] => [{ prefer: "active" }, { memory: rememberingPort() }];

const scenarios: readonly Row[] = [
  { name: "S1: passive commands are refused, active works", on: noPassive },
  {
    name: "S2: passive is accepted and its port refuses, active works",
    on: { EPSV: passive("refuses"), PASV: passive("refuses") },
  },
  { name: "S2: passive ports accept and reset", on: { EPSV: passive("resets"), PASV: passive("resets") } },
  {
    name: "S2: passive ports accept and reset, and nothing is said",
    on: { EPSV: passive("resets-silently"), PASV: passive("resets-silently") },
  },
  { name: "S2: passive ports accept, and not a byte comes", on: { EPSV: passive("hangs"), PASV: passive("hangs") } },
  {
    name: "S3: EPSV is refused, PASV tells a private address",
    on: { EPSV: refused, PASV: passive("works", privateAddress) },
  },
  {
    name: "S4: PORT and EPRT are refused, passive works",
    on: { PORT: refused, EPRT: refused },
    options: activeFirst(),
  },
  {
    name: "S5: the port of EPSV is dead, that of PASV is not",
    on: { EPSV: passive("refuses"), PORT: refused, EPRT: refused },
  },
  {
    name: "S6: PASV tells 0.0.0.0",
    on: { EPSV: refused, PASV: passive("works", noAddress), PORT: refused, EPRT: refused },
  },
  {
    name: "S7: EPSV is answered by 227",
    on: {
      EPSV: passive("works", (_verb, port) => tellPort("PASV", port)),
      PASV: refused,
      PORT: refused,
      EPRT: refused,
    },
  },
  {
    name: "S8: passive is accepted and its port is silent, active works",
    on: { EPSV: passive("silent"), PASV: passive("silent") },
    silent: true,
  },
  { name: "S9: PORT is accepted, then 425", on: { PORT: active("425"), EPRT: active("425") }, options: activeFirst() },
  { name: "S9: PORT is accepted, then 426", on: { PORT: active("426"), EPRT: active("426") }, options: activeFirst() },
  {
    name: "S10: PORT is accepted, then silence",
    on: { PORT: active("deaf"), EPRT: active("deaf") },
    options: activeFirst(),
  },
  {
    name: "S10: PORT is accepted, 150, and nobody comes",
    on: { PORT: active("never"), EPRT: active("never") },
    options: activeFirst(),
  },
  {
    name: "S10: PORT is accepted, 150, and who comes then is silent",
    on: { PORT: active("hangs"), EPRT: active("hangs") },
    options: activeFirst(),
  },
  {
    name: "S10: PORT is accepted, and a stranger comes",
    on: { PORT: active("stranger"), EPRT: active("stranger") },
    options: activeFirst(),
  },
];

const runs = scenarios.flatMap(({ options = [{}], ...row }) =>
  options.map((one) => ({
    ...row,
    one,
    told: one.memory ? "remembered active" : one.prefer ? "preferred active" : "defaults",
  })),
);

const isForData = (line: string): boolean => /^(?:EPSV|PASV|PORT|EPRT)/.test(line);

const actions: Readonly<Record<string, (client: Client, server: ScriptedServer) => Promise<void>>> = {
  get: async (client) => {
    expect(Buffer.from(await client.readAll("/a.txt")).toString()).toBe(content);
  },
  put: async (client, server) => {
    await client.upload(Buffer.from(content), "/b.txt");
    expect(server.text("/b.txt")).toBe(content);
  },
  list: async (client) => {
    expect(await client.listAll("/")).toMatchObject([{ name: "a.txt", kind: "file", size: content.length }]);
  },
};

describe.each(Object.keys(actions))("%s", (action) => {
  test.concurrent.each(runs)("$name ($told)", async ({ on, one, silent = false }) => {
    await using server = await ScriptedServer.start({ files: { "/a.txt": content }, ...(on && { on }), silent });
    const client = await server.client(one);
    const began = performance.now();
    await actions[action]?.(client, server);
    expect((performance.now() - began) / 1000).toBeLessThan(MOST_SECONDS);
    const isActiveFirst = one.prefer === "active" || one.memory !== undefined;
    expect(server.commands.find(isForData)).toMatch(isActiveFirst ? /^PORT/ : /^EPSV/);
    // What worked is what comes first the next time.
    const before = server.commands.length;
    await actions[action]?.(client, server);
    expect(server.commands.slice(before).filter(isForData)).toHaveLength(1);
  });
});

test("a mode that has worked, and is shut later, is followed by another one", async () => {
  const shut = passive("resets-silently");
  let isShut = false;
  const EPSV: Script = async (heard) => await (isShut ? shut : passive())(heard);
  await using server = await ScriptedServer.start({ files: { "/a.txt": content }, on: { EPSV, PASV: EPSV } });
  const client = await server.client();
  for (isShut of [false, true]) {
    const result = await client.download("/a.txt", new WritableStream<Uint8Array>());
    expect(result.mode).toBe(isShut ? "port" : "epsv");
    await client.upload(Buffer.from(content), "/b.txt");
    expect(server.text("/b.txt")).toBe(content);
  }
});

test("what was found out is told and remembered, with its reason; and forgotten when it does not hold any more", async () => {
  const memory = memoryOfThisProcess();
  const remembered: RememberedMode[] = [];
  const noted: ModeMemory = {
    ...memory,
    remember: (mode) => {
      remembered.push(mode);
      return memory.remember(mode);
    },
  };
  let isActiveShut = false;
  const EPSV: Script = async (heard) => await passive(isActiveShut ? "works" : "refuses")(heard);
  const PORT: Script = async (heard) => await active(isActiveShut ? "425" : "works")(heard);
  const on = { EPSV, PASV: refused, PORT };
  await using server = await ScriptedServer.start({ files: { "/a.txt": content }, on });
  const first = await server.client({ memory: noted });
  const warnings: string[] = [];
  first.on("warning", ({ code, facts }) => warnings.push(`${code} ${facts["mode"]}`));
  await first.readAll("/a.txt");
  expect(warnings).toEqual(["mode-fell-back port"]);
  expect(remembered).toMatchObject([
    { mode: "port", server: `127.0.0.1:${server.port}`, because: ["epsv dial-refused", "pasv command-refused"] },
  ]);
  const before = server.commands.length;
  await (await server.client({ memory: noted })).readAll("/a.txt");
  expect(server.commands.slice(before).find(isForData)).toMatch(/^PORT/);
  isActiveShut = true;
  await (await server.client({ memory: noted })).readAll("/a.txt");
  expect(remembered.map(({ mode }) => mode)).toEqual(["port", "port", "epsv"]);
});

test("a memory that fails keeps no byte from moving", async () => {
  const fails = (): never => {
    throw new Error("the disk is full");
  };
  await using server = await ScriptedServer.start({ files: { "/a.txt": content }, on: noPassive });
  const client = await server.client({ memory: { recall: fails, remember: fails, forget: fails } });
  const warnings = new Set<string>();
  client.on("warning", ({ code }) => warnings.add(code));
  expect(Buffer.from(await client.readAll("/a.txt")).toString()).toBe(content);
  expect([...warnings]).toEqual(["memory-not-written", "mode-fell-back"]);
});

test("without a memory a fall-back is told all the same", async () => {
  await using server = await ScriptedServer.start({ files: { "/a.txt": content }, on: noPassive });
  const client = await server.client({ memory: false });
  const warnings: string[] = [];
  client.on("warning", ({ code }) => warnings.push(code));
  await client.readAll("/a.txt");
  await client.readAll("/a.txt");
  expect(warnings).toEqual(["mode-fell-back"]);
});

test("a server that ends the connection when it hears EPSV is asked in other words", async () => {
  await using server = await ScriptedServer.start({
    files: { "/a.txt": content },
    on: { EPSV: ({ control }) => control.reset() },
  });
  const client = await server.client();
  expect(Buffer.from(await client.readAll("/a.txt")).toString()).toBe(content);
  expect(server.heard("PASV")).toBe(1);
});
