// research/clients.md §1.2: no client that was looked at passes all ten of these.
import { describe, expect, test } from "vitest";
import { expiryOf, memoryOfThisProcess } from "@twinport/client";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import { active, passive, tellPort } from "../testkit/scripted-ways.ts";
import type { Client, ClientOptions, ModeMemory } from "@twinport/client";
import type { ScriptedOptions } from "../testkit/scripted-server.ts";

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
    recall: (route, now) => ({ ...route, mode: "port", because: [], learned: now, expires: expiryOf(now) }),
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
    // What worked is what comes first the next time.
    const before = server.commands.length;
    await actions[action]?.(client, server);
    expect(server.commands.slice(before).filter((line) => /^(?:EPSV|PASV|PORT|EPRT)/.test(line))).toHaveLength(1);
  });
});
