import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import tls from "node:tls";
import { ip } from "@twinport/protocol";
import { describe, expect, test } from "vitest";
import { ScratchFolder } from "../../../test/testkit/scratch-folder.ts";
import { inTime } from "../../../test/testkit/in-time.ts";
import { BufferBudget } from "./buffer-budget.ts";
import { ChannelError } from "./errors.ts";
import { dialControl } from "./control-dial.ts";
import { dialData } from "./data-dial.ts";
import { direct } from "./connector.ts";
import { httpConnect } from "./http-connect.ts";
import { receiveAll } from "./pump.ts";
import { socks5 } from "./socks5.ts";
import { systemClock } from "./clock.ts";
import type { Connector } from "./connector.ts";

/** Somebody who listens; whoever is still there when it goes is cut off. */
class Listener implements AsyncDisposable {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  private constructor(server: net.Server, talk: (socket: net.Socket) => void) {
    this.#server = server;
    server.on("connection", (socket: net.Socket) => this.#sockets.add(socket.on("error", () => {})));
    server.on(server instanceof tls.Server ? "secureConnection" : "connection", (socket: net.Socket) => {
      talk(socket.on("error", () => {}));
    });
  }

  static async open(talk: (socket: net.Socket) => void, server = net.createServer()): Promise<Listener> {
    const listener = new Listener(server, talk);
    server.listen({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    return listener;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  get address(): { host: string; port: number } {
    return { host: "127.0.0.1", port: this.port };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** A proxy that answers from a list: for what it was sent, in hex or text, or just in its turn. */
function answering(...answers: readonly (string | Uint8Array)[]): {
  asked: Buffer[];
  talk: (socket: net.Socket) => void;
} {
  const asked: Buffer[] = [];
  const left = [...answers];
  const talk = (socket: net.Socket): void => {
    socket.on("data", (chunk) => {
      asked.push(chunk);
      const answer = left.shift();
      if (answer !== undefined) socket.write(answer);
    });
  };
  return { asked, talk };
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const patience = (timeout = 5) => ({ timeout, clock: systemClock, signal: new AbortController().signal });
const target = { host: "ftp.example", port: 2121 };

async function failureOf(promise: Promise<unknown>): Promise<{ code: string; facts: ChannelError["facts"] }> {
  const outcome = await inTime(
    "a failure",
    promise.then(
      () => undefined,
      (error: ChannelError) => error,
    ),
  );
  if (!outcome) throw new Error("no failure");
  return { code: outcome.code, facts: outcome.facts };
}

/** All that comes over a command connection, until so many bytes are there. */
async function hear(connector: Connector, count: number, over = target): Promise<string> {
  const control = await dialControl({ ...over, connector, ...patience() });
  expect(control.isProxied).toBe(true);
  let text = "";
  await inTime(
    "the greeting",
    new Promise<void>((resolve) => {
      const bytes = (chunk: Uint8Array): void => {
        text += Buffer.from(chunk).toString();
        if (text.length >= count) resolve();
      };
      control.start({ bytes, ended() {}, closed: () => resolve() });
    }),
  );
  control.destroy();
  return text;
}

const socksGranted = "05 00 00 01 7f000001 0015";
const socksName = "05 01 00 03 0b 6674702e6578616d706c65 0849";

describe("SOCKS5", () => {
  test.each<[string, object, (string | Uint8Array)[], string[]]>([
    ["without a login", {}, [hex("0500"), hex(socksGranted)], ["050100", socksName]],
    [
      "with a name and a password",
      { user: "ann", password: "pw" },
      [hex("0502"), hex("0100"), hex(socksGranted)],
      ["05020002", "01 03 616e6e 02 7077", socksName],
    ],
    ["a login that is not asked for", { user: "ann" }, [hex("0500"), hex(socksGranted)], ["05020002", socksName]],
    ["an answer with a name", {}, [hex("0500"), hex("05 00 00 03 02 6162 0015")], ["050100", socksName]],
    ["an answer with IPv6", {}, [hex("0500"), hex(`05 00 00 04 ${"00".repeat(16)} 0015`)], ["050100", socksName]],
  ])("%s; the greeting is there, also in the answer's own segment", async (_name, login, answers, asked) => {
    for (const isTogether of [true, false]) {
      const last = answers.length - 1;
      const script = answers.map((answer, i) =>
        i === last && isTogether ? Buffer.concat([Buffer.from(answer), Buffer.from("220 ready\r\n")]) : answer,
      );
      const proxy = answering(...script);
      await using listener = await Listener.open((socket) => {
        proxy.talk(socket);
        if (!isTogether) socket.on("data", () => proxy.asked.length > last && socket.write("220 ready\r\n"));
      });
      expect(await hear(socks5({ ...listener.address, ...login }), 11)).toBe("220 ready\r\n");
      expect(proxy.asked.map((bytes) => bytes.toString("hex"))).toEqual(asked.map((text) => text.replaceAll(" ", "")));
    }
  });

  test("an answer that comes byte by byte", async () => {
    await using listener = await Listener.open((socket) => {
      socket.setNoDelay(true);
      const bytes = [...hex(`0500 ${socksGranted}`), ...Buffer.from("220 ready\r\n")];
      const next = (): void => {
        const byte = bytes.shift();
        if (byte !== undefined) socket.write(Uint8Array.of(byte), () => setImmediate(next));
      };
      next();
    });
    expect(await hear(socks5(listener.address), 11)).toBe("220 ready\r\n");
  });

  test("addresses go as addresses", async () => {
    for (const [host, asked] of [
      ["192.0.2.7", "05 01 00 01 c0000207 0849"],
      ["2001:db8::7", "05 01 00 04 20010db8000000000000000000000007 0849"],
    ] as const) {
      const proxy = answering(hex("0500"), Buffer.concat([hex(socksGranted), Buffer.from("220")]));
      await using listener = await Listener.open(proxy.talk);
      await hear(socks5(listener.address), 3, { host, port: 2121 });
      expect(proxy.asked[1]).toEqual(hex(asked));
    }
  });

  const refused = { address: "ftp.example", port: 2121 };
  test.each<[string, object, (string | Uint8Array)[], object]>([
    [
      "it wants a login",
      {},
      [hex("05ff")],
      { code: "proxy-login-refused", facts: { reason: "it wants a name and a password" } },
    ],
    [
      "it does not take the login",
      { user: "ann", password: "no" },
      [hex("0502"), hex("0101")],
      { code: "proxy-login-refused", facts: { reason: "name or password is wrong", status: 1 } },
    ],
    [
      "its rules forbid it",
      {},
      [hex("0500"), hex("05 02 00 01 00000000 0000")],
      { code: "proxy-refused", facts: { ...refused, reason: "its rules do not allow it", status: 2 } },
    ],
    [
      "whom it asked refuses",
      {},
      [hex("0500"), hex("05 05 00 01 00000000 0000")],
      { code: "proxy-refused", facts: { ...refused, reason: "the connection was refused", status: 5 } },
    ],
    [
      "it is a web server",
      {},
      ["HTTP/1.1 400 Bad Request\r\n\r\n"],
      { code: "proxy-refused", facts: { ...refused, reason: "it does not speak SOCKS5" } },
    ],
    ["it chose what was not offered", {}, [hex("0502")], { code: "proxy-refused" }],
  ])("refused: %s", async (_name, login, answers, failure) => {
    await using listener = await Listener.open(answering(...answers).talk);
    const request = { ...target, ...patience() };
    const seen = await failureOf(socks5({ ...listener.address, ...login }).connect(request));
    expect(seen).toMatchObject(failure);
    expect(seen.facts).toMatchObject({ proxy: `127.0.0.1:${listener.port}` });
    expect(JSON.stringify(seen)).not.toContain("ann");
  });
});

const secured = "HTTP/1.1 200 Connection established\r\n\r\n";

describe("HTTP CONNECT", () => {
  test.each<[string, object, string]>([
    ["without a login", {}, ""],
    ["with a login", { user: "ann", password: "p:w" }, "proxy-authorization: Basic YW5uOnA6dw==\r\n"],
  ])("%s; the greeting is there, also in the answer's own segment", async (_name, login, header) => {
    for (const greeting of ["220 ready\r\n", ""]) {
      const proxy = answering(secured + greeting);
      await using listener = await Listener.open((socket) => {
        proxy.talk(socket);
        if (greeting === "") socket.once("data", () => setTimeout(() => socket.write("220 ready\r\n"), 5));
      });
      expect(await hear(httpConnect({ ...listener.address, ...login }), 11)).toBe("220 ready\r\n");
      const asked = proxy.asked[0]!.toString();
      expect(asked).toMatch(/^CONNECT ftp\.example:2121 HTTP\/1\.1\r\nhost: ftp\.example:2121\r\n/);
      expect(asked.includes("proxy-authorization")).toBe(header !== "");
      expect(asked).toContain(header);
    }
  });

  test("an IPv6 address has its brackets", async () => {
    const proxy = answering(`${secured}220`);
    await using listener = await Listener.open(proxy.talk);
    await hear(httpConnect(listener.address), 3, { host: "2001:db8::7", port: 21 });
    expect(proxy.asked[0]!.toString()).toMatch(/^CONNECT \[2001:db8::7\]:21 HTTP/);
  });

  test.each<[string, string, object]>([
    [
      "it wants a login",
      "HTTP/1.1 407 Who are you\r\n\r\n",
      { code: "proxy-login-refused", facts: { status: 407, reason: "407 Who are you" } },
    ],
    [
      "its rules forbid it",
      "HTTP/1.1 403 Forbidden\r\n\r\nmore",
      { code: "proxy-refused", facts: { status: 403, reason: "403 Forbidden", address: "ftp.example" } },
    ],
    [
      "it is an FTP server",
      "220 ready\r\n",
      { code: "proxy-refused", facts: { reason: "it does not speak HTTP (HPE_INVALID_CONSTANT)" } },
    ],
    [
      "its headers never end",
      `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(20_000)}`,
      { code: "proxy-refused", facts: { reason: "it does not speak HTTP (HPE_HEADER_OVERFLOW)" } },
    ],
  ])("refused: %s", async (_name, answer, failure) => {
    await using listener = await Listener.open(answering(answer).talk);
    const request = { ...target, ...patience() };
    const seen = await failureOf(httpConnect({ ...listener.address, user: "ann", password: "pw" }).connect(request));
    expect(seen).toMatchObject(failure);
    expect(seen.facts).toMatchObject({ proxy: `127.0.0.1:${listener.port}` });
    expect(JSON.stringify(seen)).not.toContain("ann");
  });

  test("a proxy behind TLS is checked, and carries a reset on", async () => {
    await using folder = new ScratchFolder();
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem"];
    const subject = ["-subj", "/CN=proxy", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "30"];
    execFileSync("openssl", ["req", "-x509", ...key, "-out", "cert.pem", ...subject], {
      cwd: folder.path,
      stdio: "pipe",
    });
    const [cert, ownKey] = ["cert.pem", "key.pem"].map((name) => readFileSync(join(folder.path, name)));
    let gone: (error: unknown) => void = () => {};
    const isGone = new Promise((resolve) => (gone = resolve));
    const server = tls.createServer({ cert: cert!, key: ownKey! });
    server.on("connection", (socket: net.Socket) => socket.on("error", gone));
    const talk = (socket: net.Socket): void => answering(`${secured}220 ready\r\n`).talk(socket.on("error", gone));
    await using listener = await Listener.open(talk, server);
    const trusted = httpConnect({ ...listener.address, tls: { ca: cert! } });
    expect(await hear(trusted, 11)).toBe("220 ready\r\n");
    const request = { ...target, ...patience() };
    expect(await failureOf(httpConnect({ ...listener.address, tls: true }).connect(request))).toEqual({
      code: "proxy-unreachable",
      facts: { proxy: `127.0.0.1:${listener.port}`, cause: "TLS: DEPTH_ZERO_SELF_SIGNED_CERT" },
    });
    const where = { to: { address: ip("192.0.2.7"), port: 2000 }, from: ip("127.0.0.1"), fromPort: 0 };
    const data = await dialData({ ...where, connector: trusted, ...patience() });
    data.fail(new ChannelError("aborted"));
    expect(await inTime("a reset", isGone)).toMatchObject({ code: "ECONNRESET" });
  });
});

describe.each<[string, (address: { host: string; port: number }) => Connector, (string | Uint8Array)[], string]>([
  ["SOCKS5", socks5, [hex("0500"), hex(socksGranted)], "proxy-unreachable"],
  ["HTTP CONNECT", httpConnect, [secured], "dial-silent"],
])("%s", (_name, through, granted, silence) => {
  test("silence is given up", async () => {
    await using listener = await Listener.open(() => {});
    expect(await failureOf(through(listener.address).connect({ ...target, ...patience(0.1) }))).toMatchObject({
      code: silence,
    });
  });

  test("an end in the middle is a refusal", async () => {
    await using listener = await Listener.open((socket) => socket.end());
    expect(await failureOf(through(listener.address).connect({ ...target, ...patience() }))).toMatchObject({
      code: "proxy-refused",
      facts: { reason: "it closed the connection" },
    });
  });

  test("a proxy that is not there", async () => {
    const gone = await Listener.open(() => {});
    const { address } = gone;
    await gone[Symbol.asyncDispose]();
    expect(await failureOf(through(address).connect({ ...target, ...patience() }))).toEqual({
      code: "proxy-unreachable",
      facts: {
        proxy: `127.0.0.1:${address.port}`,
        cause: `127.0.0.1 port ${address.port} refuses the connection`,
      },
    });
  });

  test("it is called off, before and in the middle", async () => {
    await using listener = await Listener.open(() => {});
    const off = new AbortController();
    const asked = through(listener.address).connect({ ...target, ...patience(), signal: off.signal });
    setTimeout(() => off.abort(), 20);
    expect(await failureOf(asked)).toMatchObject({ code: "aborted" });
    const again = through(listener.address).connect({ ...target, ...patience(), signal: off.signal });
    expect(await failureOf(again)).toMatchObject({ code: "aborted" });
  });

  test("data that came with the proxy's answer is not lost, however it is read", async () => {
    const last = granted.length - 1;
    const content = Buffer.alloc(200_000, "0123456789");
    const script = granted.map((answer, i) => (i === last ? Buffer.concat([Buffer.from(answer), content]) : answer));
    const proxy = answering(...script);
    await using listener = await Listener.open((socket) => {
      proxy.talk(socket);
      socket.on("data", () => proxy.asked.length > last && socket.end());
    });
    const connection = await dialData({
      to: { address: ip("192.0.2.7"), port: 2000 },
      from: ip("127.0.0.1"),
      fromPort: 4000,
      role: "client",
      connector: through(listener.address),
      ...patience(),
    });
    expect(connection.mode).toBe("passive");
    expect(connection.peer).toEqual({ address: "192.0.2.7", port: 2000 });
    const parts: Buffer[] = [];
    const sink = { write: (bytes: Uint8Array) => void parts.push(Buffer.from(bytes)) };
    const options = { connection, buffers: new BufferBudget(), clock: systemClock, stallSeconds: 5, onMoved: () => {} };
    await inTime("all of it", receiveAll(sink, options));
    expect(Buffer.concat(parts).equals(content)).toBe(true);
    connection.close();
  });
});

describe("directly", () => {
  test("a name leads to whichever of its addresses answers", async () => {
    await using listener = await Listener.open((socket) => socket.write("220"));
    const control = await dialControl({ host: "localhost", port: listener.port, ...patience() });
    expect(control).toMatchObject({ isProxied: false, peer: { address: "127.0.0.1", port: listener.port } });
    expect(control.peerAddress.text).toBe("127.0.0.1");
    expect(control.local.address).toBe(control.localAddress.text);
    control.destroy();
  });

  test("from an address and a port of ours", async () => {
    await using listener = await Listener.open(() => {});
    const held = await Listener.open(() => {});
    const { port: localPort } = held;
    await held[Symbol.asyncDispose]();
    const localAddress = ip("127.0.0.2");
    const socket = await direct.connect({ ...listener.address, ...patience(), localAddress, localPort });
    expect([socket.localAddress, socket.localPort]).toEqual(["127.0.0.2", localPort]);
    socket.destroy();
  });

  test("a name that nobody has", async () => {
    const failure = await failureOf(direct.connect({ host: "nobody.invalid", port: 21, ...patience() }));
    expect(failure).toMatchObject({ code: "name-not-found", facts: { host: "nobody.invalid" } });
  });

  test("nothing is read before there is somebody to read it", async () => {
    await using listener = await Listener.open((socket) => socket.end("220 ready\r\n"));
    const control = await dialControl({ ...listener.address, ...patience() });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const seen: string[] = [];
    await inTime(
      "closed",
      new Promise<void>((resolve) => {
        control.start({
          bytes: (chunk) => void seen.push(Buffer.from(chunk).toString()),
          ended: () => {
            seen.push("ended");
            control.end();
          },
          closed: (cause) => {
            seen.push(cause ? String(cause) : "closed");
            resolve();
          },
        });
      }),
    );
    expect(seen).toEqual(["220 ready\r\n", "ended", "closed"]);
  });
});
