// Servers whose uploads end, break or begin in their own way: nothing is lost, cut off, or there twice.
import { PassThrough, Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import { beginUpload, keepUpload, openData } from "../testkit/scripted-usual.ts";
import { active, delay, passive } from "../testkit/scripted-ways.ts";
import { inTime } from "../testkit/in-time.ts";
import type { Heard, Script } from "../testkit/scripted-server.ts";

const bytes = Buffer.from("what is to be sent\n".repeat(3000));
const short = { connect: 2, reply: 0.6, data: 0.6, search: 3 };

/** Takes so many bytes of the first attempt, and then does something else. */
function taking(count: number, then: (heard: Heard) => void | Promise<void>): Script {
  let isFirst = true;
  return async (heard) => {
    if (!isFirst) return await heard.usual();
    isFirst = false;
    const upload = beginUpload(heard);
    const socket = await openData(heard.control);
    if (!socket) return;
    await new Promise<void>((resolve) => {
      socket.on("data", (chunk: Buffer) => {
        upload.bytes = Buffer.concat([upload.bytes, chunk]).subarray(0, count);
        if (upload.bytes.length >= count) resolve();
      });
      socket.on("end", () => resolve());
      socket.on("close", () => resolve());
    });
    keepUpload(heard, upload);
    await then(heard);
  };
}

const all = bytes.length;

describe("the right bytes", () => {
  test.each<[string, Script]>([
    [
      "no 150",
      async (heard) => {
        const { control } = heard;
        const { say } = control;
        control.say = (...replies) =>
          say.apply(
            control,
            replies.filter((reply) => !reply.startsWith("150")),
          );
        await heard.usual();
        control.say = say;
      },
    ],
    ["all bytes taken, and the command connection is lost", taking(all, ({ control }) => control.reset())],
    ["all bytes taken, and no word any more", taking(all, () => {})],
    [
      "some bytes taken, and both connections are lost",
      taking(5000, ({ control }) => {
        control.data?.resetAndDestroy();
        control.reset();
      }),
    ],
    [
      "some bytes taken, and 426",
      taking(5000, ({ control }) => {
        control.data?.resetAndDestroy();
        control.say("426 broken");
      }),
    ],
    [
      "226, and a reset of the data connection behind it",
      taking(all, ({ control }) => {
        control.say("226 there");
        control.data?.resetAndDestroy();
      }),
    ],
  ])("%s", async (_name, STOR) => {
    await using server = await ScriptedServer.start({ on: { STOR } });
    const client = await server.client({ timeouts: short });
    await client.upload(bytes, "/b.txt");
    expect(server.files.get("/b.txt")?.equals(bytes)).toBe(true);
    await client.upload(Readable.from([bytes]), "/c.txt");
    expect(server.files.get("/c.txt")?.equals(bytes)).toBe(true);
  });

  test("what stood there before, with the same size, is not taken for what was sent", async () => {
    await using server = await ScriptedServer.start({
      files: { "/b.txt": "x".repeat(all) },
      on: {
        STOR: async (heard) => {
          if (heard.control.number > 1) return await heard.usual();
          (await openData(heard.control))?.resume();
          await delay(30);
          heard.control.reset();
        },
      },
    });
    const client = await server.client({ timeouts: short });
    await client.readAll("/b.txt");
    await client.upload(bytes, "/b.txt");
    expect(server.files.get("/b.txt")?.equals(bytes)).toBe(true);
  });

  test.each([
    ["nothing had arrived", 0],
    ["half of it had", 5000],
    ["all of it had", all],
  ])("what is appended is there once: %s", async (_name, count) => {
    await using server = await ScriptedServer.start({
      files: { "/log": "before\n" },
      on: { APPE: taking(count, ({ control }) => control.reset()) },
    });
    const client = await server.client({ timeouts: short });
    await client.append(bytes, "/log");
    expect(server.text("/log")).toBe(`before\n${bytes.toString()}`);
  });

  test("where nobody can say how much of what was appended has arrived, it is not sent again", async () => {
    await using server = await ScriptedServer.start({
      files: { "/log": "before\n" },
      on: { SIZE: "502 no", APPE: taking(5000, ({ control }) => control.reset()) },
    });
    const client = await server.client({ timeouts: short });
    await expect(client.append(bytes, "/log")).rejects.toMatchObject({ code: "source-not-repeatable" });
    expect(server.heard("APPE")).toBe(1);
  });
});

describe("a stream that can be read once", () => {
  const chunk = 64 * 1024;
  async function* stream(size: number) {
    for (let at = 0; at < size; at += chunk) yield Buffer.alloc(Math.min(chunk, size - at), at / chunk);
  }
  const whole = async (size: number): Promise<Buffer> => Buffer.concat(await Readable.from(stream(size)).toArray());
  const MiB = 1024 * 1024;

  test.each([
    ["its beginning is kept, and sent again", 3 * MiB, 1 * MiB, ["SIZE", "MDTM"]],
    ["its end is kept, and sent behind what has arrived", 12 * MiB, 9 * MiB, ["SIZE", "MDTM", "REST STREAM"]],
  ])("%s", async (_name, size, count, features) => {
    await using server = await ScriptedServer.start({
      features,
      on: {
        STOR: taking(count, ({ control }) => {
          control.data?.resetAndDestroy();
          control.say("426 broken");
        }),
      },
    });
    const client = await server.client({ timeouts: { ...short, data: 2 } });
    await client.upload(stream(size), "/b.bin");
    expect(server.files.get("/b.bin")?.equals(await whole(size))).toBe(true);
  });

  test("what is not kept any more is not left out in silence", async () => {
    await using server = await ScriptedServer.start({
      features: ["SIZE"],
      on: {
        STOR: taking(9 * MiB, ({ control }) => {
          control.data?.resetAndDestroy();
          control.say("426 broken");
        }),
      },
    });
    const client = await server.client({ timeouts: { ...short, data: 2 } });
    await expect(client.upload(stream(12 * MiB), "/b.bin")).rejects.toMatchObject({ code: "source-not-repeatable" });
    expect(server.heard("STOR")).toBe(1);
    expect(await client.workingDirectory()).toBe("/");
  });

  test("is not read before a data connection stands", async () => {
    let reads = 0;
    const readsAt: number[] = [];
    async function* counted() {
      reads++;
      yield Buffer.from("hello");
    }
    const note: Script = async ({ usual }) => {
      readsAt.push(reads);
      await usual();
    };
    await using server = await ScriptedServer.start({
      on: { EPSV: passive("refuses"), PASV: passive("resets"), PORT: active("425"), EPRT: note, STOR: note },
    });
    const client = await server.client({ mode: "auto" });
    await expect(client.upload(counted(), "/b.txt")).rejects.toMatchObject({ code: "no-mode-moves-data" });
    expect([reads, readsAt.at(-1)]).toEqual([0, 0]);
  });

  test("that fails is the error, and the connection is usable", async () => {
    await using server = await ScriptedServer.start();
    const client = await server.client();
    async function* failing() {
      yield Buffer.from("hello");
      throw new Error("the disk is gone");
    }
    const failure = { code: "local-file", message: expect.stringContaining("the disk is gone") };
    await expect(client.upload(failing(), "/b.txt")).rejects.toMatchObject(failure);
    expect(await client.workingDirectory()).toBe("/");
  });
});

describe("a clear error", () => {
  test("452 after some bytes", async () => {
    await using server = await ScriptedServer.start({
      on: {
        STOR: taking(1000, async ({ control }) => {
          control.say("452 the disk is full");
          await delay(20);
          control.data?.destroy();
        }),
      },
    });
    const client = await server.client();
    const failure = client.upload(Buffer.alloc(20_000_000), "/b.bin");
    await expect(failure).rejects.toMatchObject({ code: "refused", reply: { code: 452 }, retryable: true });
    expect(await client.workingDirectory()).toBe("/");
  });

  test("553 before any", async () => {
    await using server = await ScriptedServer.start({ on: { STOR: "553 could not create file" } });
    const client = await server.client();
    await expect(client.upload(bytes, "/b.bin")).rejects.toMatchObject({ code: "refused", reply: { code: 553 } });
    expect(server.heard("STOR")).toBe(1);
  });

  test("a server that takes nothing any more", async () => {
    await using server = await ScriptedServer.start({
      on: { STOR: async ({ control }) => void (await openData(control))?.pause(), ABOR: () => {} },
    });
    const client = await server.client({ timeouts: { ...short, search: 1.5 }, mode: "epsv", retries: 1 });
    const failure = inTime("the failure", client.upload(Buffer.alloc(30_000_000), "/b.bin"), 10);
    await expect(failure).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:no-mode-moves-data|transfer-broken)$/),
    });
    expect(await client.workingDirectory()).toBe("/");
  });

  test("fewer bytes than were sent, and 226", async () => {
    await using server = await ScriptedServer.start({
      on: {
        STOR: taking(5000, ({ control }) => {
          control.data?.end();
          control.say("226 there");
        }),
      },
    });
    const failure = { code: "size-differs", facts: { expected: all, got: 5000 } };
    await expect((await server.client()).upload(bytes, "/b.txt")).rejects.toMatchObject(failure);
  });
});

test("resume: what the server has already is not sent again, and where REST is refused all is", async () => {
  for (const [on, expected] of [
    [{}, all - 1000],
    [{ REST: "502 no" }, all],
  ] as const) {
    await using server = await ScriptedServer.start({ files: { "/b.txt": bytes.subarray(0, 1000) }, on });
    await (await server.client()).upload(bytes, "/b.txt", { resume: true });
    expect(server.files.get("/b.txt")?.equals(bytes)).toBe(true);
    expect(server.uploads.at(-1)?.bytes.length).toBe(expected);
  }
});

test("a stream that is written to finishes when the server has it all, and fails with the upload", async () => {
  await using server = await ScriptedServer.start();
  const client = await server.client();
  const stream = client.write("/b.txt");
  await new Promise<void>((resolve, reject) => {
    Readable.from([bytes]).pipe(stream).on("finish", resolve).on("error", reject);
  });
  expect(server.files.get("/b.txt")?.equals(bytes)).toBe(true);

  await using strict = await ScriptedServer.start({ on: { STOR: "553 no" } });
  const refused = (await strict.client()).write("/b.txt");
  const failure = new Promise((resolve) => refused.on("error", resolve));
  refused.end("hello");
  expect(await failure).toMatchObject({ code: "refused" });
});

test("a stream that is destroyed before its end ends the upload, and the connection is usable", async () => {
  await using server = await ScriptedServer.start();
  const client = await server.client();
  const stream = client.write("/b.txt");
  stream.on("error", () => {});
  stream.write("hello");
  await delay(100);
  stream.destroy();
  expect(await inTime("the folder", client.workingDirectory())).toBe("/");
});

test("a source that says nothing does not hold an upload that was called off", async () => {
  await using server = await ScriptedServer.start();
  const client = await server.client();
  for (const source of [new PassThrough(), never(), new ReadableStream<Uint8Array>()]) {
    const failure = client.upload(source, "/b.txt", { signal: AbortSignal.timeout(100) });
    await expect(inTime("the failure", failure)).rejects.toMatchObject({ code: "aborted" });
    expect(await client.workingDirectory()).toBe("/");
  }
});

async function* never(): AsyncGenerator<Uint8Array> {
  await new Promise(() => {});
  yield new Uint8Array(0);
}
