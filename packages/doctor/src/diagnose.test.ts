import net from "node:net";
import { createSecureContext } from "node:tls";
import { once } from "node:events";
import { expect, test } from "vitest";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { ScriptedServer } from "../../../test/testkit/scripted-server.ts";
import { TestAuthority } from "../../../test/testkit/certificates.ts";
import { openData } from "../../../test/testkit/scripted-usual.ts";
import { passive } from "../../../test/testkit/scripted-ways.ts";
import { diagnose } from "./diagnose.ts";
import type { DiagnoseOptions, Diagnosis } from "./diagnose.ts";
import type { Script, ScriptedOptions } from "../../../test/testkit/scripted-server.ts";

const files = { "/a.txt": "hello", "/pub/file.bin": Buffer.alloc(80_000, 7) };
const login = { user: "ann", password: "secret-of-ann" };

type Wish = Partial<DiagnoseOptions>;

async function examined(options: ScriptedOptions, wish: Wish = {}): Promise<[Diagnosis, ScriptedServer]> {
  const server = await ScriptedServer.start({ files, ...options });
  try {
    return [await diagnose({ host: "127.0.0.1", port: server.port, ...login, ...wish }), server];
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

const summary = ({ evidence: { attempts } }: Diagnosis, purpose = "turn"): string[] =>
  attempts
    .filter((one) => one.purpose === purpose)
    .map(({ tls, mode, outcome }) => `${tls} ${mode} ${outcome}`)
    .toSorted();

const certificate = createSecureContext(
  new TestAuthority().sign({ commonName: "files.example.org", names: "DNS:files.example.org" }),
);
const tls = { context: certificate };

test("all modes are tried, a few more ports, and a larger file in a folder below", async () => {
  const [diagnosis, server] = await examined({});
  expect(summary(diagnosis)).toEqual(["off eprt moved", "off epsv moved", "off pasv moved", "off port moved"]);
  expect(summary(diagnosis, "further-port")).toHaveLength(6);
  expect(summary(diagnosis, "bulk")).toEqual(["off epsv moved"]);
  expect(server.commands.filter((line) => line.startsWith("RETR"))).toEqual(["RETR pub/file.bin"]);
  expect(server.logins).toBe(1);
  expect(diagnosis.verdict).toMatchObject({ mode: "passive", command: "epsv", works: true });
});

test("one further port that is shut may be chance: three more are asked for", async () => {
  let heard = 0;
  const [diagnosis] = await examined({
    on: { EPSV: async (one) => passive(++heard === 3 ? "refuses" : "works")(one) },
  });
  expect(summary(diagnosis, "further-port")).toHaveLength(9);
  expect(summary(diagnosis, "further-port").filter((one) => one.endsWith("dial-refused"))).toHaveLength(1);
});

test("where a folder may not be listed the root is, and what was said is kept", async () => {
  const script: Script = async ({ argument, control, usual }) => {
    if (argument === "/") await usual();
    else control.say("550 not this one");
  };
  const [{ evidence }] = await examined({ on: { LIST: script } });
  expect(evidence.attempts.filter(({ purpose }) => purpose === "turn").map(({ outcome }) => outcome)).toEqual(
    Array(4).fill("moved"),
  );
  expect(evidence.elsewhere).toEqual({ code: 550, text: "not this one" });
});

test("a connection that is cut while a folder below is listed counts as one that is cut at a file", async () => {
  const script: Script = async ({ argument, control, usual }) => {
    if (argument !== "pub") return await usual();
    control.say("150 here it comes");
    const data = await openData(control);
    data?.write("-rw-r--r-- 1 a", () => data.resetAndDestroy());
  };
  const [diagnosis] = await examined({ on: { LIST: script } });
  expect(summary(diagnosis, "bulk")).toContain("off epsv data-broken");
  expect(new Set(diagnosis.findings.map(({ cause, side }) => `${cause} ${side}`))).toEqual(
    new Set(["data-stalls undecided"]),
  );
  expect(diagnosis.verdict.works).toBe(false);
});

test("nothing may be listed at all, and the data connections stand: that is no fault of the modes", async () => {
  const [{ verdict, findings }] = await examined({ on: { LIST: "550 not for you" } });
  expect([verdict, findings]).toEqual([expect.objectContaining({ works: true, command: "epsv" }), []]);
});

test("who breaks it off learns what was seen until then, at once, and nothing else", async () => {
  await using mute = await Other.start("");
  const stop = new AbortController();
  const began = performance.now();
  const wish = { host: "127.0.0.1", port: mute.port, ...login, signal: stop.signal };
  const diagnosis = await diagnose({ ...wish, onStep: () => setTimeout(() => stop.abort(), 200) });
  expect(performance.now() - began).toBeLessThan(5000);
  expect(diagnosis).toMatchObject({ evidence: { controls: [], isCut: true }, findings: [], verdict: { works: false } });
});

test("the file of a URL is fetched, and the folder of one is gone to", async () => {
  const [, ofFile] = await examined({}, { path: "pub/file.bin", isFolder: false });
  expect(ofFile.heard("RETR pub/file.bin")).toBeGreaterThanOrEqual(4);
  expect(ofFile.heard("LIST")).toBe(0);
  const [diagnosis, ofFolder] = await examined({}, { path: "pub", isFolder: true });
  expect(ofFolder.commands).toContain("CWD pub");
  expect(summary(diagnosis, "bulk")).toEqual(["off epsv moved"]);
});

test("beside clear, TLS is tried where the server has it, and a certificate that is not believed is noted", async () => {
  const [diagnosis, server] = await examined({ tls });
  const { controls, tls: without } = diagnosis.evidence;
  expect(controls.map(({ tls: use, outcome }) => `${use} ${outcome}`)).toEqual([
    "off ready",
    "explicit certificate-refused",
    "explicit ready",
  ]);
  expect(summary(diagnosis)).toHaveLength(8);
  expect(summary(diagnosis).every((one) => one.endsWith("moved"))).toBe(true);
  expect(without).toEqual([expect.objectContaining({ family: 4, withoutReuse: "moved" })]);
  // One that takes up a session for each attempt, and one that does not.
  expect(server.resumed).toContain(false);
});

test("who asks for TLS sends no password in clear", async () => {
  const heardInClear: string[] = [];
  const [{ evidence }] = await examined(
    {
      tls,
      on: {
        USER: async ({ control, line, usual }) => {
          if (control.socket === control.raw) heardInClear.push(line.toString());
          await usual();
        },
      },
    },
    { tls: "explicit" },
  );
  expect(evidence.controls.map(({ tls: use, outcome }) => `${use} ${outcome}`)).toEqual([
    "explicit certificate-refused",
    "explicit ready",
  ]);
  expect(evidence.attempts.every((one) => one.tls === "explicit")).toBe(true);
  expect(heardInClear).toEqual([]);
});

test("a login that is refused ends it, and the password is nowhere in what is told", async () => {
  const [diagnosis] = await examined({ on: { PASS: ({ argument, control }) => control.say(`530 not ${argument}`) } });
  expect(diagnosis.evidence.controls[0]).toMatchObject({ outcome: "login-refused", reply: { code: 530 } });
  expect(JSON.stringify(diagnosis)).not.toContain(login.password);
  expect(diagnosis.evidence.attempts).toEqual([]);
  expect(diagnosis.verdict.works).toBe(false);
});

test("a server that lets in one at a time is examined one use after the other", async () => {
  let isIn = false;
  const [diagnosis] = await examined({
    tls,
    greeting: (control) => {
      if (isIn) return control.say("421 one at a time");
      isIn = true;
      control.raw.once("close", () => (isIn = false));
      control.say("220 ready");
    },
  });
  expect(summary(diagnosis).filter((one) => one.startsWith("off"))).toHaveLength(4);
  expect(summary(diagnosis).filter((one) => one.startsWith("explicit"))).toHaveLength(4);
});

test("a command that has no answer beside others is tried again alone, on a new login", async () => {
  let heard = 0;
  const [diagnosis, server] = await examined({
    on: { PASV: async (one) => (heard++ === 0 ? void one.control.raw.destroy() : await passive()(one)) },
  });
  expect(summary(diagnosis)).toContain("off pasv control-lost");
  expect(summary(diagnosis, "alone")).toEqual(["off pasv moved"]);
  expect(server.logins).toBeLessThanOrEqual(4);
});

test.each([
  ["an SSH server", "SSH-2.0-OpenSSH_9.2\r\n", "ssh"],
  ["a mail server", "220 mail.example.org ESMTP\r\n", "smtp"],
])("%s is seen for what it is", async (_name, greeting, speaks) => {
  await using other = await Other.start(greeting);
  const { evidence } = await diagnose({ host: "127.0.0.1", port: other.port, ...login });
  expect(evidence.controls[0]).toMatchObject({ outcome: "not-ftp", facts: { speaks } });
});

test("nobody listens there, or the name is of nobody", async () => {
  const other = await Other.start("");
  const { port } = other;
  await other[Symbol.asyncDispose]();
  const refused = await diagnose({ host: "127.0.0.1", port, ...login });
  expect(refused.evidence.controls.map(({ outcome }) => outcome)).toEqual(["connect-refused"]);
  const unknown = await diagnose({ host: "no-such-host.invalid", port, ...login });
  expect(unknown.evidence.controls[0]).toMatchObject({ outcome: "name-not-found" });
});

test.each([
  ["lives", {}, "alive"],
  ["is cut", { NOOP: "421 idle" }, "lost"],
])("an idle command connection %s", async (_name, on, outcome) => {
  const [{ evidence }] = await examined({ on }, { idle: 0.1 });
  expect(evidence.idle).toEqual({ seconds: 0.1, outcome });
});

test("one of ours tells what it has seen", async () => {
  await using far = await LoopbackServer.start({ files: { "/a.txt": "hello" } });
  const port = Number(new URL(far.server.url).port);
  const { evidence } = await diagnose({ host: "127.0.0.1", port, user: "ann", password: "secret" });
  expect(evidence.observed).toEqual(evidence.controls[0]?.local);
  expect(evidence.heard?.heard).toBe(evidence.heard?.told);
  expect(evidence.answered?.heard).toBe(evidence.answered?.told);
});

/** A server that is none of FTP: it says one thing, and refuses the rest. */
class Other implements AsyncDisposable {
  readonly #server: net.Server;

  private constructor(server: net.Server) {
    this.#server = server;
  }

  static async start(greeting: string): Promise<Other> {
    const server = net.createServer((socket) => {
      socket.on("error", () => {}).write(greeting);
      socket.on("data", () => socket.write("500 what?\r\n"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Other(server);
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await once(this.#server, "close");
  }
}
