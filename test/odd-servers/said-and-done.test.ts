// What a server says that is not so, says twice, or says late: nothing counts as done that is not, and no reply is
// taken for another command's.
import fs from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import { openData, sends } from "../testkit/scripted-usual.ts";
import { delay } from "../testkit/scripted-ways.ts";
import { inTime } from "../testkit/in-time.ts";
import type { Client } from "@twinport/client";
import type { Script } from "../testkit/scripted-server.ts";

const bytes = Buffer.from("what is in the file\r\n".repeat(3000));
const files = { "/a.bin": bytes };

/** 226 for a part of what is due, so many times. */
function short(times: number): Script {
  let left = times;
  const part = sends(({ control }) => bytes.subarray(0, control.rest + 5000));
  return (heard) => (left-- > 0 ? part(heard) : heard.usual());
}

describe("226 for less than there is", () => {
  test.each([
    ["once", 1],
    ["twice", 2],
  ])("%s: what is missing is asked for", async (_name, times) => {
    await using folder = new ScratchFolder();
    await using server = await ScriptedServer.start({ files, on: { RETR: short(times) } });
    const client = await server.client();
    const { attempts } = await client.download("/a.bin", join(folder.path, "a"));
    expect(fs.readFileSync(join(folder.path, "a")).equals(bytes)).toBe(true);
    expect(attempts).toHaveLength(times + 1);
    expect(server.commands).toContain("REST 5000");
  });

  test("each time: it is an error", async () => {
    await using server = await ScriptedServer.start({ files, on: { RETR: short(100) } });
    const client = await server.client();
    await expect(client.readAll("/a.bin")).rejects.toMatchObject({ code: "size-differs" });
    expect(server.heard("RETR")).toBe(3);
  });

  test("and nothing the next time: it is an error at once", async () => {
    const some = sends(() => bytes.subarray(0, 5000));
    await using server = await ScriptedServer.start({ files, on: { RETR: some } });
    const client = await server.client();
    await expect(client.readAll("/a.bin")).rejects.toMatchObject({ code: "size-differs", facts: { got: 5000 } });
    expect(server.heard("RETR")).toBe(2);
  });

  test("where the file is shorter by now, that is the file", async () => {
    await using server = await ScriptedServer.start({ files });
    const client = await server.client();
    const known = { size: bytes.length + 1 };
    expect(Buffer.from(await client.readAll("/a.bin", { known })).equals(bytes)).toBe(true);
    expect(server.heard("RETR")).toBe(1);
  });
});

test("the last word of another transfer is none of this one", async () => {
  let isFirst = true;
  const STOR: Script = async (heard) => {
    if (isFirst) {
      isFirst = false;
      return await heard.usual();
    }
    heard.control.say("226 the first is there");
    await delay(30);
    // It says 150, takes all, and has no room.
    const socket = await openData(heard.control);
    socket?.resume();
    await new Promise((resolve) => socket?.once("end", resolve));
    await delay(60);
    heard.control.say("452 no room");
  };
  await using server = await ScriptedServer.start({ on: { STOR } });
  const client = await server.client();
  await client.upload(bytes, "/one");
  await expect(client.upload(bytes, "/two", { verify: "nothing" })).rejects.toMatchObject({ reply: { code: 452 } });
});

test("after ABOR the answers fit the questions, however late those to ABOR are", async () => {
  await using server = await ScriptedServer.start({
    files,
    on: {
      RETR: async ({ control }) => void (await openData(control))?.write(bytes),
      ABOR: async ({ control }) => {
        control.say("426 broken");
        await delay(500);
        control.say("250 aborted");
      },
      PWD: async (heard) => {
        await delay(600);
        await heard.usual();
      },
    },
  });
  const client = await server.client({ timeouts: { reply: 5, connect: 5, data: 5, search: 14 } });
  const stop = new AbortController();
  const reading = client.readAll("/a.bin", { signal: stop.signal, onProgress: () => stop.abort() });
  setTimeout(() => stop.abort(), 150);
  await expect(reading).rejects.toMatchObject({ code: "aborted" });
  for (let i = 0; i < 3; i++) {
    expect(await client.size("/a.bin")).toBe(bytes.length);
    expect((await client.send("NOOP")).code).toBe(200);
  }
});

test.each<[string, Script]>([
  ["preliminary replies", ({ control }) => void drip(() => control.say("150 soon"))],
  ["the ends of other transfers", ({ control }) => void drip(() => control.say("226 done"))],
])("a server that answers with %s for ever is left", async (_name, SITE) => {
  await using server = await ScriptedServer.start({ on: { SITE } });
  const client = await server.client();
  await expect(inTime("the answer", client.send("SITE x"), 5)).rejects.toMatchObject({ code: "connection-lost" });
});

async function drip(say: () => void): Promise<void> {
  for (let i = 0; i < 60; i++) {
    say();
    await delay(10);
  }
}

describe("an atomic upload", () => {
  test("is told by the name that it will have", async () => {
    await using server = await ScriptedServer.start();
    const client = await server.client();
    const paths = new Set<string>();
    await client.upload(bytes, "/a.bin", { atomic: true, onProgress: ({ path }) => paths.add(path) });
    expect([...paths]).toEqual(["/a.bin"]);
  });

  test("is not removed when it is all that is left", async () => {
    let renames = 0;
    await using server = await ScriptedServer.start({
      files: { "/a.bin": "before" },
      on: { RNTO: async ({ control }) => control.say(++renames === 1 ? "550 it exists" : "451 not now") },
    });
    const client = await server.client();
    await expect(client.upload(bytes, "/a.bin", { atomic: true })).rejects.toMatchObject({ reply: { code: 451 } });
    const [left] = [...server.files.values()];
    expect(left?.equals(bytes)).toBe(true);
  });

  test("loses nothing where a name is refused, or what is to be renamed is gone", async () => {
    for (const RNTO of ["550 file does not exist", "553 permission denied", "553 name not allowed"]) {
      await using server = await ScriptedServer.start({ files: { "/a.bin": "before" }, on: { RNTO } });
      const client = await server.client();
      await expect(client.upload(bytes, "/a.bin", { atomic: true })).rejects.toMatchObject({ code: "refused" });
      expect([...server.files.keys()]).toEqual(["/a.bin"]);
      expect(server.text("/a.bin")).toBe("before");
    }
  });
});

describe("ASCII is not gone on with: what is here is counted otherwise there", () => {
  test("an upload", async () => {
    await using server = await ScriptedServer.start({ files: { "/t": "one\r\n" } });
    const client = await server.client();
    await client.upload(Buffer.from("one\ntwo\n"), "/t", { ascii: true, resume: true });
    expect(server.text("/t")).toBe("one\r\ntwo\r\n");
  });

  test("a download, of which is told what was written", async () => {
    await using folder = new ScratchFolder();
    const target = join(folder.path, "t");
    fs.writeFileSync(target, "one\n");
    await using server = await ScriptedServer.start({ files: { "/t": "one\r\ntwo\r\n" } });
    const client = await server.client();
    expect(await client.download("/t", target, { ascii: true, resume: true })).toMatchObject({ moved: 8, size: 8 });
    expect(fs.readFileSync(target, "utf8")).toBe("one\ntwo\n");
  });
});

describe("what a user sends by hand does not mislead what comes then", () => {
  test.each<[string, readonly string[], (client: Client, server: ScriptedServer) => Promise<void>]>([
    [
      "TYPE",
      ["TYPE I", "TYPE A"],
      async (client, server) => {
        await client.readAll("/a.bin");
        expect(server.controls[0]?.type).toBe("I");
      },
    ],
    [
      "REST",
      ["REST 100"],
      async (client) => expect(Buffer.from(await client.readAll("/a.bin")).equals(bytes)).toBe(true),
    ],
    [
      "CWD",
      ["PWD", "CWD /sub"],
      async (client, server) => {
        expect(await client.workingDirectory()).toBe("/sub");
        server.controls[0]?.reset();
        expect(await client.size("b.txt")).toBe(5);
      },
    ],
  ])("%s", async (_name, commands, then) => {
    await using server = await ScriptedServer.start({ files: { ...files, "/sub/b.txt": "hello" } });
    const client = await server.client();
    await client.workingDirectory();
    for (const command of commands) await client.send(command);
    await then(client, server);
  });

  test("a hash is asked of a new login where the last one has idled too long", async () => {
    const XMD5 = "250 0123456789abcdef0123456789abcdef";
    await using server = await ScriptedServer.start({ files, features: ["SIZE", "XMD5"], on: { XMD5 } });
    const client = await server.client();
    await client.size("/a.bin");
    server.controls[0]?.say("421 idle");
    server.controls[0]?.halfClose();
    await delay(30);
    server.controls[0]?.close();
    expect(await client.hash("/a.bin")).toMatchObject({ algorithm: "md5" });
  });

  test("a client is closed in order also where the server has just sent it away", async () => {
    await using server = await ScriptedServer.start();
    const client = await server.client();
    server.controls[0]?.say("421 idle");
    await delay(30);
    await client.close();
    expect(client.isClosed).toBe(true);
  });

  test("its signal ends a client, its connection too", async () => {
    await using server = await ScriptedServer.start();
    const stop = new AbortController();
    const client = await server.client({ signal: stop.signal });
    stop.abort();
    await expect(client.size("/a")).rejects.toMatchObject({ code: "aborted" });
    expect(client.isClosed).toBe(true);
  });
});

describe("a stream that takes nothing", () => {
  const stuck = (): Writable => new Writable({ highWaterMark: 1, write() {} });

  test("can be called off after the transfer has broken", async () => {
    const RETR: Script = async ({ control }) => {
      const socket = await openData(control);
      socket?.write(bytes.subarray(0, 5000));
      await delay(50);
      socket?.resetAndDestroy();
      control.say("426 broken");
    };
    await using server = await ScriptedServer.start({ files, on: { RETR } });
    const client = await server.client();
    const signal = AbortSignal.timeout(400);
    const done = client.download("/a.bin", stuck(), { signal });
    await expect(inTime("the abort", done, 3)).rejects.toMatchObject({ code: "aborted" });
  });

  test("is given back: many files may go to one, one after the other", async () => {
    await using server = await ScriptedServer.start({ files, on: { RETR: "550 no such file" } });
    const client = await server.client();
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
    const before = stream.listenerCount("error");
    for (let i = 0; i < 12; i++) await expect(client.download("/a.bin", stream)).rejects.toThrow("not there");
    expect(stream.listenerCount("error")).toBe(before);
    expect(stream.destroyed).toBe(false);
  });
});

test("an upload whose turn never comes leaves its source alone", async () => {
  await using server = await ScriptedServer.start();
  const client = await server.client();
  const source = Readable.from(["x"]);
  await expect(client.upload(source, "/x", { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
  expect(source.destroyed).toBe(false);
});

test("a command that is empty, and a time that is none, are not sent", async () => {
  await using server = await ScriptedServer.start();
  const client = await server.client();
  const before = server.commands.length;
  for (const asked of [client.send(""), client.send(" x"), client.setModified("/a", new Date("never"))]) {
    await expect(asked).rejects.toMatchObject({ code: "option-not-valid" });
  }
  expect(server.commands).toHaveLength(before);
});
