// What is called off ends at once, and the client is usable after; what is closed is closed.
import { EventEmitter, getEventListeners, once } from "node:events";
import net from "node:net";
import { describe, expect, test, vi } from "vitest";
import { connectClient } from "@twinport/client";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import { openData } from "../testkit/scripted-usual.ts";
import { active, delay, passive } from "../testkit/scripted-ways.ts";
import { inTime } from "../testkit/in-time.ts";
import type { Client } from "@twinport/client";
import type { Script, ScriptedOptions } from "../testkit/scripted-server.ts";

const files = { "/a.txt": "hello", "/sub/b.txt": "hello" };
const stuck: Script = () => {};

/** Data that begins, and does not go on. */
const endless: Script = async ({ control }) => {
  (await openData(control))?.write("-rw-r--r-- 1 a a 1 Jan 02 2024 x\r\n".repeat(10));
};

/** Milliseconds after which a call that was called off has failed. */
const PROMPT = 900;

describe("called off", () => {
  test.each<[string, ScriptedOptions["on"], (client: Client, signal: AbortSignal) => Promise<unknown>]>([
    ["while a reply is waited for", { MDTM: stuck }, (client, signal) => client.modified("/a.txt", { signal })],
    ["while EPSV is not answered", { EPSV: stuck }, (client, signal) => client.readAll("/a.txt", { signal })],
    [
      "while a silent port is dialled",
      { EPSV: passive("silent") },
      (client, signal) => client.readAll("/a.txt", { signal }),
    ],
    [
      "while nobody comes",
      { EPSV: "502 no", PASV: "502 no", PORT: active("never") },
      (client, signal) => client.readAll("/a.txt", { signal }),
    ],
    [
      "while the server is deaf",
      { EPSV: "502 no", PASV: "502 no", PORT: active("deaf") },
      (client, signal) => client.readAll("/a.txt", { signal }),
    ],
    ["in the middle of a download", { RETR: endless }, (client, signal) => client.readAll("/a.txt", { signal })],
    ["in the middle of a listing", { LIST: endless }, (client, signal) => client.listAll("/", { signal })],
    [
      "in the middle of an upload",
      { STOR: async ({ control }) => void (await openData(control))?.pause() },
      (client, signal) => client.upload(Buffer.alloc(20_000_000), "/b.bin", { signal }),
    ],
    [
      "in the middle of a download, and ABOR is not answered",
      { RETR: endless, ABOR: stuck, NOOP: stuck },
      (client, signal) => client.readAll("/a.txt", { signal }),
    ],
    [
      "in the middle of a download, and ABOR has one reply",
      { RETR: endless, ABOR: "226 aborted" },
      (client, signal) => client.readAll("/a.txt", { signal }),
    ],
    [
      "in the middle of a download, and ABOR has three replies",
      { RETR: endless, ABOR: "426 broken\r\n226 aborted\r\n225 still here" },
      (client, signal) => client.readAll("/a.txt", { signal }),
    ],
    [
      "in the middle of a download, and ABOR has a late second reply",
      {
        RETR: endless,
        ABOR: async ({ control }) => {
          control.say("426 broken");
          await delay(400);
          control.say("226 aborted");
        },
      },
      (client, signal) => client.readAll("/a.txt", { signal }),
    ],
    [
      "in the middle of a download, and ABOR is answered by 421",
      { RETR: endless, ABOR: "421 enough" },
      (client, signal) => client.readAll("/a.txt", { signal }),
    ],
    [
      "in the middle of a download, and ABOR ends the connection",
      { RETR: endless, ABOR: ({ control }) => control.reset() },
      (client, signal) => client.readAll("/a.txt", { signal }),
    ],
  ])("%s", async (_name, on, call) => {
    await using server = await ScriptedServer.start({ files, ...(on && { on }), silent: on?.["EPSV"] !== undefined });
    const client = await server.client();
    const stop = new AbortController();
    const failure = call(client, stop.signal);
    failure.catch(() => {});
    await delay(150);
    const began = performance.now();
    stop.abort(new Error("changed my mind"));
    await expect(inTime("the failure", failure)).rejects.toMatchObject({ name: "ClientError", code: "aborted" });
    expect(performance.now() - began).toBeLessThan(PROMPT);
    expect(await client.size("/a.txt")).toBe(5);
    expect(await client.workingDirectory()).toBe("/");
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
  });

  test.each<[string, ScriptedOptions]>([
    ["while the greeting is waited for", { greeting: () => {} }],
    ["while the password is not answered", { on: { PASS: stuck } }],
  ])("%s", async (_name, options) => {
    await using server = await ScriptedServer.start(options);
    const failure = connectClient({ ...server.clientOptions(), signal: AbortSignal.timeout(100) });
    await expect(inTime("the failure", failure, 1)).rejects.toMatchObject({ code: "aborted" });
  });

  test("in the middle of a listing of a folder that was gone to: paths are seen from where they were before", async () => {
    let isStuck = true;
    await using server = await ScriptedServer.start({
      files: { "/a b/x.txt": "inside", "/x.txt": "hello" },
      on: {
        LIST: async (heard) => {
          await (isStuck ? endless(heard) : heard.usual());
          isStuck = false;
        },
      },
    });
    const client = await server.client();
    const failure = client.listAll("a b", { signal: AbortSignal.timeout(100) });
    await expect(failure).rejects.toMatchObject({ code: "aborted" });
    expect(await client.size("x.txt")).toBe(5);
  });

  test("before it began: nothing is said", async () => {
    await using server = await ScriptedServer.start({ files });
    const client = await server.client();
    const before = server.commands.length;
    await expect(client.readAll("/a.txt", { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
    expect(server.commands).toHaveLength(before);
  });

  test("while it waits for its turn: at once, and the others keep theirs", async () => {
    const over = new EventEmitter();
    const goOn = once(over, "aborted");
    await using server = await ScriptedServer.start({
      files,
      on: {
        MDTM: async ({ usual }) => {
          await goOn;
          await usual();
        },
      },
    });
    const client = await server.client();
    const first = client.modified("/a.txt");
    await expect(client.size("/a.txt", { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ code: "aborted" });
    over.emit("aborted");
    const third = client.size("/a.txt");
    expect(await first).toBeDefined();
    expect(await third).toBe(5);
    expect(server.heard("SIZE")).toBe(1);
  });

  test("a thousand calls with one signal leave nothing at it, and warn of nothing", async () => {
    await using server = await ScriptedServer.start({ files });
    const client = await server.client();
    const warnings: string[] = [];
    const note = ({ name }: Error): void => void warnings.push(name);
    process.on("warning", note);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 1000 }, () => client.size("/a.txt", { signal })));
    for (let i = 0; i < 20; i++) await client.readAll("/a.txt", { signal });
    await delay(20);
    process.off("warning", note);
    expect(warnings).toEqual([]);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

test("calls at the same time are done one after the other, and all are right", async () => {
  await using server = await ScriptedServer.start({ files });
  const client = await server.client();
  const [size, text, entries, folder, missing] = await Promise.allSettled([
    client.size("/a.txt"),
    client.readAll("/a.txt"),
    client.listAll("/sub"),
    client.workingDirectory(),
    client.readAll("/none"),
    client.upload(Buffer.from("new"), "/new.txt"),
  ]);
  expect(size).toMatchObject({ value: 5 });
  expect(text).toMatchObject({ value: Buffer.from("hello") });
  expect(entries).toMatchObject({ value: [{ name: "b.txt" }] });
  expect(folder).toMatchObject({ value: "/" });
  expect(missing).toMatchObject({ reason: { code: "not-found" } });
  expect(server.text("/new.txt")).toBe("new");
  expect(server.logins).toBe(1);
});

describe("closed", () => {
  test("in the middle of a transfer: the transfer fails, and nothing can be asked any more", async () => {
    await using server = await ScriptedServer.start({ files, on: { RETR: endless, ABOR: stuck } });
    const client = await server.client();
    const failure = client.readAll("/a.txt");
    const queued = client.size("/a.txt");
    failure.catch(() => {});
    queued.catch(() => {});
    await delay(100);
    await inTime("the close", client.close(), 1);
    await expect(failure).rejects.toMatchObject({ code: "closed" });
    await expect(queued).rejects.toMatchObject({ code: "closed" });
    await expect(client.size("/a.txt")).rejects.toMatchObject({ code: "closed" });
    expect(client.isClosed).toBe(true);
  });

  test("twice, and by the end of a block", async () => {
    await using server = await ScriptedServer.start({ files });
    let kept: Client | undefined;
    {
      await using client = await server.client();
      kept = client;
      await client.close();
    }
    await kept.close();
    await delay(30);
    expect(server.heard("QUIT")).toBe(1);
  });

  test("while it connects", async () => {
    await using server = await ScriptedServer.start({
      greeting: (control) => void (control.number === 1 && control.say("220 ready")),
    });
    const client = await server.client();
    server.controls[0]?.reset();
    await delay(20);
    const failure = client.size("/a.txt");
    failure.catch(() => {});
    await delay(50);
    await inTime("the close", client.close(), 1);
    await expect(failure).rejects.toMatchObject({ code: "closed" });
  });

  test("by the client's own signal", async () => {
    await using server = await ScriptedServer.start({ files, on: { RETR: endless } });
    const stop = new AbortController();
    const client = await server.client({ signal: stop.signal });
    const failure = client.readAll("/a.txt");
    failure.catch(() => {});
    await delay(50);
    stop.abort();
    await expect(inTime("the failure", failure)).rejects.toMatchObject({ code: "aborted" });
    await client.close();
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
  });
});

describe("a stream that is read", () => {
  test("gives the bytes", async () => {
    const content = "x".repeat(3_000_000);
    await using server = await ScriptedServer.start({ files: { "/big": content } });
    const client = await server.client();
    expect(Buffer.concat(await client.read("/big").toArray()).toString() === content).toBe(true);
  });

  test("fails with what the server says", async () => {
    await using server = await ScriptedServer.start();
    const client = await server.client();
    await expect(client.read("/none").toArray()).rejects.toMatchObject({ code: "not-found" });
    expect(await client.workingDirectory()).toBe("/");
  });

  test("may be left before its end, and the connection is usable", async () => {
    await using server = await ScriptedServer.start({ files: { "/big": "x".repeat(30_000_000) } });
    const client = await server.client();
    for (let i = 0; i < 3; i++) {
      for await (const chunk of client.read("/big")) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      expect(await inTime("the folder", client.workingDirectory())).toBe("/");
    }
  });

  test("that is slowly read leaves no listeners behind", async () => {
    await using server = await ScriptedServer.start({ files: { "/big": "x".repeat(8_000_000) } });
    const client = await server.client();
    const warnings: string[] = [];
    const note = ({ name }: Error): void => void warnings.push(name);
    process.on("warning", note);
    let size = 0;
    for await (const chunk of client.read("/big")) {
      size += chunk.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await delay(20);
    process.off("warning", note);
    expect([size, warnings]).toEqual([8_000_000, []]);
  });
});

test("the command connection is kept alive from the beginning: NATs that forget after 4 s have been seen", async () => {
  const kept = vi.spyOn(net.Socket.prototype, "setKeepAlive");
  await using server = await ScriptedServer.start();
  await server.client();
  expect(kept.mock.calls).toContainEqual([true, 3000]);
  kept.mockRestore();
});

test("where nobody listens to the trace, no step is made", async () => {
  await using server = await ScriptedServer.start({ files });
  const client = await server.client();
  expect(client.core.context.trace).toBeUndefined();
  const steps: string[] = [];
  client.on("trace", ({ kind }) => steps.push(kind));
  await client.readAll("/a.txt");
  expect(steps).toEqual(
    expect.arrayContaining([
      "attempt-began",
      "data-dialing",
      "data-connected",
      "data-first-byte",
      "data-last-byte",
      "attempt-ended",
    ]),
  );
});
