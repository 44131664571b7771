// Servers whose TLS is odd: nothing is sent in clear that should not be, and what was cut off does not pass for whole.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import tls from "node:tls";
import { afterAll, describe, expect, test } from "vitest";
import { connectClient } from "@twinport/client";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import { openData } from "../testkit/scripted-usual.ts";
import { delay, passive } from "../testkit/scripted-ways.ts";
import type { ClientOptions } from "@twinport/client";
import type { Script, ScriptedOptions } from "../testkit/scripted-server.ts";

const folder = new ScratchFolder();
afterAll(() => folder[Symbol.asyncDispose]());
const at = (name: string): string => join(folder.path, name);
execFileSync(
  "openssl",
  [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "30",
    "-subj",
    "/CN=localhost",
    "-addext",
    "subjectAltName=IP:127.0.0.1",
    "-keyout",
    at("key.pem"),
    "-out",
    at("cert.pem"),
  ],
  { stdio: "pipe" },
);
const [cert, key] = [readFileSync(at("cert.pem")), readFileSync(at("key.pem"))];
const context = tls.createSecureContext({ cert, key });
const explicit: Partial<ClientOptions> = { tls: "explicit", trust: { ca: cert } };
const content = "what is in the file\r\n".repeat(3000);
const files = { "/a.txt": content };
const start = (more: ScriptedOptions = {}): Promise<ScriptedServer> =>
  ScriptedServer.start({ files, tls: { context }, ...more });

/** The data connection ends without TLS's own end. */
const withoutEnd =
  (count: number, then: Script = ({ control }) => control.say("226 done")): Script =>
  async (heard) => {
    const { control } = heard;
    const bytes =
      heard.verb === "RETR" ? Buffer.from(content) : Buffer.from("-rw-r--r-- 1 a a 5 Jan 02 2024 a.txt\r\n");
    const data = await openData(control);
    const from = control.rest;
    control.rest = 0;
    data?.write(bytes.subarray(from, from + count));
    await delay(50);
    // The socket that TLS runs over.
    (data as tls.TLSSocket & { _parent?: { end(): void } })._parent?.end();
    await then(heard);
  };

describe("all is well", () => {
  test.each<[string, ScriptedOptions, Partial<ClientOptions>]>([
    ["by AUTH", {}, explicit],
    ["from the first byte", { tls: { context, implicit: true } }, { tls: "implicit", trust: { ca: cert } }],
    ["where it is offered", {}, { ...explicit, tls: "if-offered" }],
    ["in active mode", {}, { ...explicit, mode: "active" }],
    ["with data in clear", {}, { ...explicit, clearData: true }],
  ])("%s", async (_name, options, client) => {
    await using server = await start(options);
    const inside = await server.client(client);
    expect(inside.tls?.protocol).toBe("TLSv1.3");
    expect(Buffer.from(await inside.readAll("/a.txt")).toString()).toBe(content);
    await inside.upload(Buffer.from(content), "/b.txt");
    expect(server.text("/b.txt")).toBe(content);
    expect(await inside.listAll("/")).toHaveLength(2);
    expect(server.controls[0]?.isProtected).toBe(client.clearData !== true);
  });

  test("if it is offered, and it is not, that is told", async () => {
    await using server = await ScriptedServer.start({ files });
    const client = await server.client({ tls: "if-offered" });
    expect(client.tls).toBeUndefined();
    expect(server.heard("AUTH")).toBeGreaterThan(0);
  });

  test("no end of TLS, but all bytes by the size", async () => {
    await using server = await start({ on: { RETR: withoutEnd(1e9) } });
    const client = await server.client(explicit);
    const warnings: string[] = [];
    client.on("warning", ({ code }) => warnings.push(code));
    expect(Buffer.from(await client.readAll("/a.txt")).toString()).toBe(content);
    expect(warnings).toContain("tls-end-missing");
  });

  test("no end of TLS in a listing that the server calls whole", async () => {
    await using server = await start({ on: { LIST: withoutEnd(1e9) } });
    const client = await server.client(explicit);
    expect(await client.listAll("")).toMatchObject([{ name: "a.txt" }]);
    expect(server.heard("LIST")).toBe(1);
  });

  test("a listing that is cut off in a line is asked for again", async () => {
    let isFirst = true;
    await using server = await start({
      on: {
        LIST: async (heard) => {
          const cut = isFirst;
          isFirst = false;
          await (cut ? withoutEnd(30)(heard) : heard.usual());
        },
      },
    });
    const client = await server.client(explicit);
    expect(await client.listAll("")).toMatchObject([{ name: "a.txt", size: content.length }]);
    expect(server.heard("LIST")).toBe(2);
  });

  test("a box that closes data connections before TLS is a shut door, and the next one is tried", async () => {
    await using server = await start({ on: { EPSV: passive("resets-silently"), PASV: passive("resets-silently") } });
    const client = await server.client(explicit);
    expect(Buffer.from(await client.readAll("/a.txt")).toString()).toBe(content);
    expect(server.heard("PORT")).toBe(1);
  });

  test("certificates of ours that are none are told of as such", async () => {
    await using server = await start();
    const failure = { code: "tls-failed", message: expect.stringContaining("our own certificates") };
    await expect(server.client({ tls: "explicit", trust: { cert: "none", key: "none" } })).rejects.toMatchObject(
      failure,
    );
  });

  test("cut off in the middle, and called whole: the rest is fetched", async () => {
    let isFirst = true;
    await using server = await start({
      on: {
        RETR: async (heard) => {
          const cut = isFirst;
          isFirst = false;
          await (cut ? withoutEnd(5000)(heard) : heard.usual());
        },
      },
    });
    expect(Buffer.from(await (await server.client(explicit)).readAll("/a.txt")).toString()).toBe(content);
    expect(server.commands).toContain("REST 5000");
  });
});

describe("a clear error", () => {
  test.each<[string, ScriptedOptions, Partial<ClientOptions>, string]>([
    ["a certificate that nobody knows", {}, { tls: "explicit" }, "certificate-refused"],
    [
      "a certificate that is not the pinned one",
      {},
      { tls: "explicit", trust: { pin: "00".repeat(32) } },
      "certificate-refused",
    ],
    ["PROT is refused", { on: { PROT: "536 no" } }, explicit, "tls-failed"],
    ["PBSZ is refused", { on: { PBSZ: "503 no" } }, explicit, "tls-failed"],
    ["AUTH is refused", { on: { AUTH: "534 no" } }, explicit, "tls-not-offered"],
    [
      "AUTH is answered, and TLS is not spoken",
      {
        on: {
          AUTH: ({ control }) => {
            control.say("234 go on");
            setTimeout(() => control.say("500 what?"), 50);
          },
        },
      },
      explicit,
      "tls-failed",
    ],
    [
      "AUTH is answered, and the connection ends",
      {
        on: {
          AUTH: ({ control }) => {
            control.say("234 go on");
            control.halfClose();
          },
        },
      },
      explicit,
      "tls-failed",
    ],
    [
      "text in clear behind the answer to AUTH",
      { on: { AUTH: ({ control }) => control.say("234 go on", "230 come in") } },
      explicit,
      "clear-behind-auth",
    ],
    ["a broken certificate where TLS is only wished for", {}, { tls: "if-offered" }, "certificate-refused"],
  ])("%s: nobody is told the password", async (_name, options, client, code) => {
    await using server = await start(options);
    await expect(connectClient(server.clientOptions(client))).rejects.toMatchObject({ code });
    if (options.on?.["PROT"] === undefined && options.on?.["PBSZ"] === undefined) expect(server.heard("PASS")).toBe(0);
  });

  test("cut off at the same place again and again", async () => {
    await using server = await start({ on: { RETR: withoutEnd(0) } });
    const client = await server.client(explicit);
    await expect(client.readAll("/a.txt")).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:transfer-broken|no-mode)/),
    });
    expect(await client.workingDirectory()).toBe("/");
  });

  test("the server wants the session of the command connection: 522", async () => {
    await using server = await start({
      on: {
        RETR: async ({ control }) => {
          (await openData(control))?.destroy();
          control.say("522 session reuse required");
        },
      },
    });
    const client = await server.client(explicit);
    await expect(client.readAll("/a.txt")).rejects.toMatchObject({ code: "tls-failed", reply: { code: 522 } });
    expect(await client.workingDirectory()).toBe("/");
    expect(server.heard("RETR")).toBe(1);
  });
});

test("each data connection takes up the session of the command connection", async () => {
  await using server = await start();
  const client = await server.client(explicit);
  for (let i = 0; i < 20; i++) await client.readAll("/a.txt");
  expect(server.resumed).toEqual(Array.from({ length: 20 }, () => true));
});
