// Servers whose downloads end, break or begin in their own way.
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import { MODIFIED, openData } from "../testkit/scripted-usual.ts";
import { active, delay } from "../testkit/scripted-ways.ts";
import type { Client } from "@twinport/client";
import type { Script } from "../testkit/scripted-server.ts";

const content = "what is in the file\r\n".repeat(3000);
const bytes = Buffer.from(content);
const files = { "/a.txt": content };
const fetched = async (client: Client): Promise<string> => Buffer.from(await client.readAll("/a.txt")).toString();

/** RETR with other words, and the data as it should be. */
function saying(before: readonly string[], after: readonly string[], data: Uint8Array = bytes): Script {
  return async ({ control }) => {
    const { say } = control;
    // The way's own 150 is not said.
    control.say = () => {};
    const socket = await openData(control);
    control.say = say;
    control.say(...before);
    if (!socket) return;
    socket.end(data.subarray(control.rest));
    control.rest = 0;
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
    control.say(...after);
  };
}

/** Some bytes, and then the connection is reset; or all, if it begins there. */
function breaking(at: number, then: Script = () => {}): Script {
  let isBroken = false;
  return async (heard) => {
    if (isBroken) return await heard.usual();
    isBroken = true;
    const socket = await openData(heard.control);
    socket?.write(bytes.subarray(0, at));
    await delay(50);
    socket?.resetAndDestroy();
    await then(heard);
  };
}

describe("the right bytes", () => {
  test.each<[string, Script]>([
    ["as it should be", saying(["150 now"], ["226 done"])],
    ["125 for 150", saying(["125 now"], ["226 done"])],
    ["no 150", saying([], ["226 done"])],
    ["150 twice", saying(["150 now", "150 again"], ["226 done"])],
    ["150 of several lines", saying(["150-now", "226 not yet", " 150 really", "150 go"], ["226 done"])],
    ["200 before 150", saying(["200 fine", "150 now"], ["226 done"])],
    ["226 before the data", saying(["150 now", "226 done"], [])],
    ["226 twice", saying(["150 now"], ["226 done", "226 done"])],
    ["250 for 226", saying(["150 now"], ["250 done"])],
    ["replies without text", saying(["150"], ["226"])],
    ["one for both", saying(["150 now\r\n226 done"], [])],
    [
      "replies in pieces",
      async ({ control }) => {
        const { say } = control;
        control.say = () => {};
        const socket = await openData(control);
        control.say = say;
        await control.sendBytewise("150-a\r\n b\r\n150 c\r\n");
        socket?.end(bytes);
        await control.sendBytewise("226 done\r\n");
      },
    ],
    ["a reset in the middle, and 426", breaking(20_000, ({ control }) => control.say("426 broken"))],
    ["a reset in the middle, and silence", breaking(20_000)],
    ["a reset in the middle of both connections", breaking(20_000, ({ control }) => control.reset())],
    [
      "an end in the middle of both connections",
      async (heard) => {
        if (heard.control.number > 1) return await heard.usual();
        const socket = await openData(heard.control);
        socket?.end(bytes.subarray(0, 20_000));
        heard.control.close();
      },
    ],
    [
      "all bytes, and the command connection is lost",
      async ({ control, usual }) => {
        if (control.number > 1) return await usual();
        (await openData(control))?.end(bytes);
        await delay(50);
        control.reset();
      },
    ],
    [
      "all bytes, and no word any more",
      async ({ control, usual }) => {
        if (control.number > 1) return await usual();
        (await openData(control))?.end(bytes);
      },
    ],
    [
      "all bytes, and 421",
      async ({ control, usual }) => {
        if (control.number > 1) return await usual();
        (await openData(control))?.end(bytes);
        control.say("421 we close");
        control.close();
      },
    ],
    [
      "the command connection is lost in the middle, while the data goes on",
      async ({ control }) => {
        const socket = await openData(control);
        socket?.write(bytes.subarray(0, 20_000));
        await delay(30);
        control.reset();
        await delay(100);
        socket?.end(bytes.subarray(20_000));
      },
    ],
    [
      "the command connection is closed after each transfer",
      async ({ control, usual }) => {
        await usual();
        control.halfClose();
      },
    ],
  ])("%s", async (_name, RETR) => {
    await using server = await ScriptedServer.start({ files, on: { RETR } });
    const client = await server.client();
    expect(await fetched(client)).toBe(content);
    await delay(10);
    // Whatever was said too much is no answer to what comes now.
    expect(await client.size("/a.txt")).toBe(bytes.length);
    expect(await client.workingDirectory()).toBe("/");
    expect(await fetched(client)).toBe(content);
  });

  test("226 that comes after the next command is no answer to it", async () => {
    await using server = await ScriptedServer.start({
      files,
      on: {
        SIZE: async ({ control, usual }) => {
          control.say("226 done, as I said");
          await usual();
        },
      },
    });
    const client = await server.client();
    expect(await client.size("/a.txt")).toBe(bytes.length);
    expect(await fetched(client)).toBe(content);
  });

  test("all bytes and no last word: it is told that the size was asked for", async () => {
    await using server = await ScriptedServer.start({
      files,
      on: { RETR: async ({ control }) => void (await openData(control))?.end(bytes) },
    });
    const client = await server.client();
    const warnings: string[] = [];
    client.on("warning", ({ code }) => warnings.push(code));
    expect(await fetched(client)).toBe(content);
    expect(warnings).toContain("final-reply-missing");
    expect(server.logins).toBe(2);
  });
});

describe("a clear error", () => {
  test.each<[string, Readonly<Record<string, string | Script>>, object]>([
    [
      "550 behind a reset of the data connection",
      {
        RETR: async ({ control }) => {
          const { say } = control;
          control.say = () => {};
          const socket = await openData(control);
          control.say = say;
          socket?.resetAndDestroy();
          await delay(100);
          control.say("550 a.txt: permission denied");
        },
      },
      { code: "refused", reply: { code: 550 } },
    ],
    ["550 at once", { RETR: "550 no such file" }, { code: "not-found", reply: { code: 550 } }],
    ["a refusal that speaks of opening", { RETR: "553 can't open that file" }, { code: "refused" }],
    [
      "451 after some bytes",
      {
        RETR: async ({ control }) => {
          const socket = await openData(control);
          socket?.end(bytes.subarray(0, 1000));
          await delay(30);
          control.say("451 the disk is broken");
        },
      },
      { code: "refused", reply: { code: 451 }, retryable: true },
    ],
    ["332 to RETR", { RETR: "332 account?" }, { code: "refused" }],
    [
      "fewer bytes than SIZE says, and 226",
      { RETR: saying(["150 now"], ["226 done"], bytes.subarray(0, 5000)) },
      { code: "size-differs", facts: { expected: bytes.length, got: 5000 } },
    ],
    ["SIZE says more than there is", { SIZE: "213 999999" }, { code: "size-differs", facts: { expected: 999_999 } }],
    ["SIZE says less than there is", { SIZE: "213 10" }, { code: "size-differs", facts: { expected: 10 } }],
    [
      "a reset at the same place again and again",
      {
        REST: "502 no",
        RETR: async ({ control }) => {
          const socket = await openData(control);
          socket?.write(bytes.subarray(0, 5000));
          await delay(30);
          socket?.resetAndDestroy();
          control.say("426 broken");
        },
      },
      { code: "transfer-broken", reply: { code: 426 }, attempts: { length: 3 } },
    ],
    [
      "data that stops, and nothing is said",
      {
        RETR: async ({ control }) => {
          (await openData(control))?.write(bytes.subarray(0, 5000));
        },
        ABOR: () => {},
      },
      { code: "transfer-broken" },
    ],
  ])("%s", async (_name, on, expected) => {
    await using server = await ScriptedServer.start({ files, on });
    const client = await server.client({ timeouts: { connect: 2, reply: 1, data: 0.3, search: 3 } });
    await expect(fetched(client)).rejects.toMatchObject(expected);
    expect(await client.workingDirectory()).toBe("/");
  });

  test.each<[string, string]>([
    ["refused", "550 SIZE not allowed in ASCII mode"],
    ["not known", "500 what?"],
    ["text", "213 many"],
  ])("SIZE is %s: the bytes are right all the same", async (_name, SIZE) => {
    await using server = await ScriptedServer.start({ files, on: { SIZE } });
    expect(await fetched(await server.client())).toBe(content);
  });

  test("a file that grows while it is fetched is whole", async () => {
    await using server = await ScriptedServer.start({
      files: { "/a.txt": "one" },
      on: {
        RETR: async ({ server: { files: there }, usual }) => {
          there.set("/a.txt", Buffer.from("one and two"));
          await usual();
        },
      },
    });
    expect(await fetched(await server.client())).toBe("one and two");
  });
});

describe("resumed", () => {
  const fetch = async (server: ScriptedServer, left: string, { at = Date.now() / 1000 } = {}): Promise<string> => {
    await using folder = new ScratchFolder();
    const target = path.join(folder.path, "a.txt");
    fs.writeFileSync(`${target}.twinport-part`, left);
    fs.utimesSync(`${target}.twinport-part`, at, at);
    await (await server.client()).download("/a.txt", target, { resume: true });
    expect(fs.readdirSync(folder.path)).toEqual(["a.txt"]);
    return fs.readFileSync(target, "utf8");
  };
  const modified = Date.UTC(2024, 0, 2, 3, 4, 5) / 1000;

  test("from where it was", async () => {
    await using server = await ScriptedServer.start({ files });
    expect(MODIFIED).toBe("20240102030405");
    expect(await fetch(server, content.slice(0, 1000), { at: modified })).toBe(content);
    expect(server.commands).toContain("REST 1000");
  });

  test.each([
    ["another version of the file was there", { at: modified - 3600.5 }],
    ["a newer version, which was replaced by an older one, was there", { at: modified + 3600 }],
  ])("anew: %s", async (_name, when) => {
    await using server = await ScriptedServer.start({ files });
    expect(await fetch(server, "x".repeat(1000), when)).toBe(content);
    expect(server.heard("REST")).toBe(0);
  });

  test("anew: the file is shorter than what is there", async () => {
    await using server = await ScriptedServer.start({ files: { "/a.txt": "short" } });
    expect(await fetch(server, "x".repeat(1000))).toBe("short");
  });

  test("anew: REST is refused", async () => {
    await using server = await ScriptedServer.start({ files, on: { REST: "502 no" } });
    expect(await fetch(server, content.slice(0, 1000))).toBe(content);
  });

  test("anew, when the file changes between two attempts", async () => {
    const other = "y".repeat(70_000);
    await using server = await ScriptedServer.start({
      files,
      on: {
        RETR: breaking(20_000, ({ control, server: { files: there } }) => {
          there.set("/a.txt", Buffer.from(other));
          control.say("426 broken");
        }),
      },
    });
    await using folder = new ScratchFolder();
    const target = path.join(folder.path, "a.txt");
    await (await server.client()).download("/a.txt", target);
    expect(fs.readFileSync(target, "utf8")).toBe(other);
  });

  test("not into a stream, which has been given the beginning of another file", async () => {
    await using server = await ScriptedServer.start({
      files,
      on: {
        RETR: breaking(20_000, ({ control, server: { files: there } }) => {
          there.set("/a.txt", Buffer.from("another"));
          control.say("426 broken");
        }),
      },
    });
    const given: Uint8Array[] = [];
    const target = new WritableStream<Uint8Array>({ write: (chunk) => void given.push(chunk) });
    const failure = (await server.client()).download("/a.txt", target);
    await expect(failure).rejects.toMatchObject({ code: "source-not-repeatable" });
  });
});

test("a server that is deaf after PORT, and lets one in at a time: the new login waits until the old one is gone", async () => {
  let isTaken = false;
  await using server = await ScriptedServer.start({
    files,
    greeting: (control) => {
      if (isTaken) return control.say("421 one at a time");
      isTaken = true;
      control.raw.on("close", () => setTimeout(() => (isTaken = false), 200));
      control.raw.on("end", () => setTimeout(() => (isTaken = false), 200));
      control.say("220 ready");
    },
    on: {
      PORT: ({ control }) => {
        control.say("200 noted");
        control.way = async () => undefined;
      },
      ABOR: () => {},
    },
  });
  const client = await server.client({ prefer: "active" });
  expect(await fetched(client)).toBe(content);
});

test("a server that is deaf after PORT, and lets nobody else in meanwhile: the error tells both", async () => {
  await using server = await ScriptedServer.start({
    files,
    greeting: (control) => control.say(control.number > 1 ? "421 one at a time" : "220 ready"),
    on: { PORT: active("deaf"), EPRT: active("deaf") },
  });
  const client = await server.client({ prefer: "active" });
  const failure = { code: "server-busy", attempts: [{ mode: "port", outcome: "control-silent" }] };
  await expect(fetched(client)).rejects.toMatchObject(failure);
});
