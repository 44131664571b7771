import { execFileSync } from "node:child_process";
import { X509Certificate, createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import tls from "node:tls";
import { ip } from "@twinport/protocol";
import { afterAll, describe, expect, test } from "vitest";
import { DataPair } from "../../../test/testkit/data-pair.ts";
import { ScratchFolder } from "../../../test/testkit/scratch-folder.ts";
import { inTime } from "../../../test/testkit/in-time.ts";
import { BufferBudget } from "./buffer-budget.ts";
import { ChannelError } from "./errors.ts";
import { SessionTickets } from "./tls.ts";
import { dialControl } from "./control-dial.ts";
import { dialData } from "./data-dial.ts";
import { direct } from "./connector.ts";
import { receiveAll, sendAll } from "./pump.ts";
import { systemClock } from "./clock.ts";
import type { Connector } from "./connector.ts";
import type { DataConnection, SecureDataOptions } from "./data-connection.ts";
import type { DialedControl } from "./control-dial.ts";
import type { PumpOptions } from "./pump.ts";
import type { TlsTrust } from "./tls.ts";

const folder = new ScratchFolder();
afterAll(() => folder[Symbol.asyncDispose]());

interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { cwd: folder.path, stdio: "pipe" });
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

function selfSigned(name: string, subject: string): Certificate {
  openssl("req", "-x509", ...newKey, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-subj", subject, "-days", "30");
  return read(name);
}

/** Signed by our authority, for some names, and until a date. */
function signed(name: string, names: string, until = "21000101000000Z"): Certificate {
  const extension = ["-addext", `subjectAltName=${names}`];
  openssl("req", ...newKey, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`, ...extension);
  const dates = ["-startdate", "20200101000000Z", "-enddate", until];
  const authority = ["-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key"];
  openssl("ca", "-batch", "-notext", ...authority, "-in", `${name}.csr`, "-out", `${name}.pem`, ...dates);
  return read(name);
}

function read(name: string): Certificate {
  return { cert: readFileSync(join(folder.path, `${name}.pem`)), key: readFileSync(join(folder.path, `${name}.key`)) };
}

writeFileSync(
  join(folder.path, "ca.cnf"),
  "[ca]\ndefault_ca=d\n[d]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n" +
    "copy_extensions=copy\nunique_subject=no\n[p]\nCN=supplied\n",
);
writeFileSync(join(folder.path, "index"), "");
const ca = selfSigned("ca", "/CN=Our authority").cert;
const good = signed("good", "DNS:localhost,IP:127.0.0.1");
const expired = signed("expired", "DNS:localhost", "20210101000000Z");
const alone = selfSigned("alone", "/CN=localhost");
const trusted: TlsTrust = { ca };

const fingerprintOf = ({ cert }: Certificate): string => new X509Certificate(cert).fingerprint256;
const keyPinOf = ({ cert }: Certificate): string => {
  const key = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
  return `sha256//${createHash("sha256").update(key).digest("base64")}`;
};

/** What one of the other ends does with a connection. */
type Talk = (socket: tls.TLSSocket, raw: net.Socket) => void;

/** The other end: TLS over plain sockets of its own, so that it can be rude. */
class Other implements AsyncDisposable {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  private constructor(server: net.Server) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
    });
  }

  static async listen(onConnection: (raw: net.Socket) => void): Promise<Other> {
    const server = net.createServer({ allowHalfOpen: true });
    const other = new Other(server);
    server.on("connection", onConnection).listen({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    return other;
  }

  static tls(talk: Talk, options: tls.TLSSocketOptions & tls.SecureContextOptions = {}): Promise<Other> {
    const { maxVersion, minVersion, ...rest } = options;
    const { cert, key } = { ...good, ...rest };
    // One context, for the tickets are locked with a key of its own.
    const secureContext = tls.createSecureContext({
      cert: cert!,
      key: key!,
      ...(maxVersion && { maxVersion }),
      ...(minVersion && { minVersion }),
    });
    return Other.listen((raw) => {
      const socket = new tls.TLSSocket(raw, { isServer: true, secureContext, ...rest });
      socket.on("error", () => {});
      // Ended within this event, Node 20 leaves out the end of TLS 1.3.
      socket.once("secure", () => setImmediate(() => talk(socket, raw)));
    });
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  async dial(): Promise<DataConnection> {
    const from = ip("127.0.0.1");
    const patience = { timeout: 5, clock: systemClock, signal: new AbortController().signal };
    return dialData({ to: { address: from, port: this.port }, from, fromPort: 0, role: "client", ...patience });
  }

  async control(connector: Connector = direct): Promise<DialedControl> {
    const patience = { timeout: 5, clock: systemClock, signal: new AbortController().signal };
    return dialControl({ host: "127.0.0.1", port: this.port, connector, ...patience });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

function how(more: Partial<SecureDataOptions> = {}): SecureDataOptions {
  return {
    serverName: "localhost",
    trust: trusted,
    tickets: new SessionTickets(),
    timeout: 5,
    clock: systemClock,
    signal: new AbortController().signal,
    ...more,
  };
}

function pumping(connection: DataConnection): PumpOptions {
  return { connection, buffers: new BufferBudget(), clock: systemClock, stallSeconds: 10, onMoved: () => {} };
}

async function receive(connection: DataConnection): Promise<Buffer> {
  const parts: Buffer[] = [];
  const sink = { write: (bytes: Uint8Array) => void parts.push(Buffer.from(bytes)) };
  await inTime("the end of data", receiveAll(sink, pumping(connection)));
  return Buffer.concat(parts);
}

async function send(connection: DataConnection, bytes: Uint8Array): Promise<void> {
  let at = 0;
  const source = {
    expected: bytes.length,
    read(into: Uint8Array): number {
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      at += part.length;
      return part.length;
    },
  };
  await inTime("everything sent", sendAll(source, pumping(connection)));
}

/** What it failed with; a promise that is kept is no failure. */
async function failureOf(promise: Promise<unknown>): Promise<{ code: string; facts: ChannelError["facts"] }> {
  const outcome = await inTime(
    "a failure",
    promise.then(String, (error: ChannelError) => error),
  );
  if (typeof outcome === "string") throw new Error(`no failure, but ${outcome}`);
  return { code: outcome.code, facts: outcome.facts };
}

describe("who is trusted", () => {
  const theirs = fingerprintOf(good);
  test.each<[string, Certificate, string, TlsTrust]>([
    ["a name that a known authority has signed", good, "localhost", trusted],
    ["an address that it has signed", good, "127.0.0.1", trusted],
    ["the pinned certificate, as it is written", good, "localhost", { pin: theirs }],
    ["in small letters without colons", good, "elsewhere", { pin: theirs.replaceAll(":", "").toLowerCase() }],
    ["one of several pins", good, "localhost", { pin: [fingerprintOf(alone), theirs] }],
    ["the pinned key", good, "localhost", { pin: keyPinOf(good) }],
    ["a pinned one that has expired", expired, "localhost", { pin: fingerprintOf(expired) }],
  ])("%s", async (_name, certificate, serverName, trust) => {
    await using other = await Other.tls((socket) => socket.end(), certificate);
    const connection = await other.dial();
    const facts = await connection.secure(how({ serverName, trust }));
    expect(facts).toMatchObject({ isVerified: true, isResumed: false, fingerprint: fingerprintOf(certificate) });
    expect(facts).toMatchObject({ protocol: "TLSv1.3", cipher: expect.stringContaining("TLS_") as string });
    connection.close();
  });

  test.each<[string, Certificate, string, TlsTrust, string]>([
    ["another name", good, "elsewhere.example", trusted, "it is for localhost, 127.0.0.1"],
    ["another address", good, "127.0.0.2", trusted, "it is for localhost, 127.0.0.1"],
    ["one that signed itself", alone, "localhost", trusted, "it is self-signed"],
    ["one that has expired", expired, "localhost", trusted, "it has expired"],
    [
      "an authority that nobody knows",
      good,
      "localhost",
      {},
      "its authority is not known here, or the server leaves out part of the chain",
    ],
    [
      "not the pinned one, though its authority is known",
      good,
      "localhost",
      { ca, pin: "AA:BB" },
      "it is not the one that was pinned",
    ],
    ["not the pinned key", good, "localhost", { ca, pin: keyPinOf(alone) }, "it is not the one that was pinned"],
  ])("refused: %s", async (_name, certificate, serverName, trust, reason) => {
    let saw = "";
    await using other = await Other.tls((socket) => socket.on("data", (chunk) => (saw += String(chunk))), certificate);
    const fingerprint = fingerprintOf(certificate);
    const data = await other.dial();
    expect(await failureOf(data.secure(how({ serverName, trust })))).toEqual({
      code: "tls-certificate-refused",
      facts: { name: serverName, reason, fingerprint },
    });
    const control = await other.control();
    const gone = new Promise((resolve) => control.start({ bytes() {}, ended() {}, closed: resolve }));
    expect(await failureOf(control.secure(how({ serverName, trust })))).toMatchObject({
      code: "tls-certificate-refused",
    });
    expect(await gone).toMatchObject({ code: "tls-certificate-refused" });
    expect(saw).toBe("");

    const insecure = await other.dial();
    const facts = await insecure.secure(how({ serverName, trust: { ...trust, insecure: true } }));
    expect(facts).toMatchObject({ isVerified: false, fingerprint });
    insecure.close();
  });

  test("the server asks for our certificate, and learns our name for it only where that is a name", async () => {
    const seen: unknown[] = [];
    const talk: Talk = (socket) => {
      seen.push([socket.servername, socket.authorized, socket.getPeerX509Certificate()?.fingerprint256]);
      socket.end();
    };
    await using other = await Other.tls(talk, { requestCert: true, rejectUnauthorized: false });
    for (const serverName of ["localhost", "127.0.0.1"]) {
      const connection = await other.dial();
      await connection.secure(how({ serverName, trust: { ca, ...alone } }));
      expect(await receive(connection)).toHaveLength(0);
      connection.leave();
    }
    const fingerprint = fingerprintOf(alone);
    expect(seen).toEqual([
      ["localhost", false, fingerprint],
      [false, false, fingerprint],
    ]);
  });
});

describe("what is no handshake", () => {
  test("an answer in clear text is told as it is", async () => {
    await using other = await Other.listen((raw) => raw.write("220 Hello there\r\n220 more\r\n"));
    const failure = { code: "tls-not-spoken", facts: { said: "220 Hello there" } };
    expect(await failureOf((await other.dial()).secure(how()))).toEqual(failure);
    expect(await failureOf((await other.control()).secure(how()))).toEqual(failure);
  });

  test("silence", async () => {
    await using other = await Other.listen((raw) => raw.resume());
    const failure = { code: "tls-timed-out", facts: { seconds: 0.1 } };
    expect(await failureOf((await other.dial()).secure(how({ timeout: 0.1 })))).toEqual(failure);
    expect(await failureOf((await other.control()).secure(how({ timeout: 0.1 })))).toEqual(failure);
  });

  test("an end, and a reset", async () => {
    for (const leave of [(raw: net.Socket) => raw.end(), (raw: net.Socket) => raw.resetAndDestroy()]) {
      await using other = await Other.listen((raw) => raw.once("data", () => leave(raw)));
      const code = "tls-handshake-failed";
      expect(await failureOf((await other.dial()).secure(how()))).toMatchObject({ code });
      expect(await failureOf((await other.control()).secure(how()))).toMatchObject({ code });
    }
  });

  test("versions that do not meet", async () => {
    await using other = await Other.tls(() => {}, { maxVersion: "TLSv1.2" });
    const trust: TlsTrust = { ca, minVersion: "TLSv1.3" };
    expect(await failureOf((await other.dial()).secure(how({ trust })))).toEqual({
      code: "tls-handshake-failed",
      facts: { cause: "tlsv1 alert protocol version" },
    });
  });

  test("it was called off", async () => {
    await using other = await Other.listen((raw) => raw.resume());
    const off = new AbortController();
    const connection = await other.dial();
    const secured = connection.secure(how({ signal: off.signal }));
    off.abort();
    expect(await failureOf(secured)).toMatchObject({ code: "aborted" });
    const again = await other.dial();
    expect(await failureOf(again.secure(how({ signal: off.signal })))).toMatchObject({ code: "aborted" });
    const failed = await other.dial();
    const late = failed.secure(how());
    failed.close();
    expect(await failureOf(late)).toMatchObject({ code: "aborted" });
  });
});

// Larger than what sockets and TLS hold by themselves.
const content = randomBytes(3_000_000);

describe("data over TLS", () => {
  test("all that is sent arrives, with its end", async () => {
    await using other = await Other.tls((socket) => socket.end(content));
    const connection = await other.dial();
    await connection.secure(how());
    expect(connection.isSecured).toBe(true);
    expect((await receive(connection)).equals(content)).toBe(true);
    expect(connection.wasTruncated).toBe(false);
    connection.leave();
    await inTime("closed", new Promise<void>((resolve) => connection.onClosed(resolve)));
  });

  test("all that we send arrives, though the socket is left at once", async () => {
    const got: Buffer[] = [];
    let ended: () => void = () => {};
    const isEnded = new Promise<void>((resolve) => (ended = resolve));
    await using other = await Other.tls((socket) =>
      socket
        .on("data", (chunk) => got.push(chunk))
        .on("end", () => {
          ended();
          socket.end();
        }),
    );
    const connection = await other.dial();
    await connection.secure(how());
    await send(connection, content);
    connection.leave();
    await inTime("the other end has it", isEnded);
    expect(Buffer.concat(got).equals(content)).toBe(true);
    await inTime("closed", new Promise<void>((resolve) => connection.onClosed(resolve)));
  });

  test("a connection that the other end has dialled is secured in the same way", async () => {
    await using pair = await DataPair.open();
    const theirs = new tls.TLSSocket(pair.theirs, { isServer: true, ...good });
    theirs.on("error", () => {}).once("secure", () => setImmediate(() => theirs.end(content)));
    await pair.ours.secure(how());
    expect((await receive(pair.ours)).equals(content)).toBe(true);
    await inTime("our end of TLS", pair.ours.end());
  });

  test("an end without the end of TLS is a failure, or is told", async () => {
    const talk: Talk = (socket, raw) => socket.write("half of it", () => raw.end());
    await using other = await Other.tls(talk);
    const strict = await other.dial();
    await strict.secure(how());
    expect(await failureOf(receive(strict))).toMatchObject({ code: "tls-truncated" });

    const tolerant = await other.dial();
    await tolerant.secure(how({ onTruncated: "tell" }));
    expect(String(await receive(tolerant))).toBe("half of it");
    expect(tolerant.wasTruncated).toBe(true);
    tolerant.close();
  });

  test.each<tls.SecureVersion>(["TLSv1.2", "TLSv1.3"])(
    "an end that comes in one piece with data (%s)",
    async (maxVersion) => {
      // Everything of the other end's is held back, and comes at once with or without its end of TLS.
      for (const isWhole of [true, false]) {
        await using other = await Other.tls(
          (socket, raw) => {
            raw.cork();
            if (isWhole) socket.end("all of it");
            else socket.write("all of it", () => raw.end());
            setImmediate(() => raw.uncork());
          },
          { maxVersion },
        );
        const connection = await other.dial();
        await connection.secure(how({ onTruncated: "tell" }));
        expect(String(await receive(connection))).toBe("all of it");
        expect(connection.wasTruncated).toBe(!isWhole);
        connection.leave();
      }
    },
  );

  test("an end that was there before anybody read is not missed", async () => {
    await using other = await Other.tls((socket, raw) => (isWhole ? socket.end() : raw.end()));
    let isWhole = true;
    const whole = await other.dial();
    await whole.secure(how());
    await turns();
    expect(await receive(whole)).toHaveLength(0);
    whole.leave();
    isWhole = false;
    const cut = await other.dial();
    await cut.secure(how());
    await turns();
    expect(await failureOf(receive(cut))).toMatchObject({ code: "tls-truncated" });
  });

  test("a reset in the middle is a failure", async () => {
    await using other = await Other.tls((socket, raw) => socket.write("half of it", () => raw.resetAndDestroy()));
    const connection = await other.dial();
    await connection.secure(how({ onTruncated: "tell" }));
    expect(await failureOf(receive(connection))).toMatchObject({ code: "data-reset" });

    const sender = await other.dial();
    await sender.secure(how());
    expect(await failureOf(send(sender, content))).toMatchObject({ code: "data-reset" });
  });

  test("a reset behind the end of TLS is nothing to one who has read all", async () => {
    let reset: () => void = () => {};
    await using other = await Other.tls((socket, raw) => {
      socket.end("all of it");
      reset = () => raw.resetAndDestroy();
    });
    const connection = await other.dial();
    await connection.secure(how());
    expect(String(await receive(connection))).toBe("all of it");
    reset();
    // It has gone when it finds that out, or before.
    await inTime("an answer to nobody", connection.end());
    connection.leave();
    await inTime("closed", new Promise<void>((resolve) => connection.onClosed(resolve)));
  });

  test.each<[string, (socket: tls.TLSSocket, raw: net.Socket) => void]>([
    ["with its end of TLS and a reset", (socket, raw) => socket.end(() => raw.resetAndDestroy())],
    ["with a bare end", (_socket, raw) => raw.end()],
  ])("what we send is sent, though it is answered %s", async (_name, answer) => {
    for (let i = 0; i < 10; i++) {
      let count = 0;
      let has: () => void = () => {};
      const hasAll = new Promise<void>((resolve) => (has = resolve));
      await using other = await Other.tls((socket, raw) => {
        socket.on("data", (chunk) => (count += chunk.length));
        socket.on("end", () => {
          has();
          answer(socket, raw);
        });
      });
      const connection = await other.dial();
      await connection.secure(how());
      await send(connection, content);
      connection.leave();
      await inTime("all of it", hasAll);
      expect(count).toBe(content.length);
    }
  });

  test("whoever only sends does not care for a bare end that is early", async () => {
    await using other = await Other.tls((socket, raw) => {
      raw.end();
      socket.resume();
    });
    const connection = await other.dial();
    await connection.secure(how());
    await turns();
    await send(connection, content);
    expect(connection.wasTruncated).toBe(false);
    connection.leave();
  });

  test("bytes that were changed on the way are a failure", async () => {
    await using other = await Other.tls((_socket, raw) =>
      raw.write(Uint8Array.of(23, 3, 3, 0, 32, ...randomBytes(32))),
    );
    const connection = await other.dial();
    await connection.secure(how());
    expect(await failureOf(receive(connection))).toMatchObject({ code: "tls-broken" });
  });

  test("what we end as failed, the other end sees reset", async () => {
    let seen: (value: unknown) => void = () => {};
    const isSeen = new Promise((resolve) => (seen = resolve));
    await using other = await Other.tls((socket, raw) => {
      raw.on("error", seen);
      socket
        .on("error", seen)
        .on("end", () => seen("an end"))
        .resume();
    });
    const connection = await other.dial();
    await connection.secure(how());
    await connection.write(Buffer.from("half of it"));
    connection.close();
    const failed = await other.dial();
    await failed.secure(how());
    await failed.write(Buffer.from("half of it"));
    failed.fail(new ChannelError("aborted"));
    expect(await inTime("how it was seen", isSeen)).toMatchObject({ code: "ECONNRESET" });
  });

  test("a stall is found under TLS too", async () => {
    await using other = await Other.tls((socket) => socket.write("a start"));
    const connection = await other.dial();
    await connection.secure(how());
    const sink = { write: () => {} };
    const received = receiveAll(sink, { ...pumping(connection), stallSeconds: 0.1 });
    expect(await failureOf(received)).toEqual({ code: "data-stalled", facts: { seconds: 0.1 } });
  });

  test("a reader that stops is not run over", async () => {
    await using other = await Other.tls((socket) => socket.end(content));
    const connection = await other.dial();
    await connection.secure(how());
    const parts: Buffer[] = [];
    const sink = {
      write(bytes: Uint8Array): Promise<void> {
        parts.push(Buffer.from(bytes));
        return new Promise((resolve) => setTimeout(resolve, 5));
      },
    };
    await inTime("all of it", receiveAll(sink, pumping(connection)), 15);
    expect(Buffer.concat(parts).equals(content)).toBe(true);
  });
});

describe("sessions", () => {
  test.each<tls.SecureVersion>(["TLSv1.2", "TLSv1.3"])(
    "every data connection takes one up (%s)",
    async (maxVersion) => {
      await using other = await Other.tls(
        (socket) => socket.on("data", () => {}).once("end", () => socket.end("done")),
        {
          maxVersion,
        },
      );
      const options = how();
      const control = await other.control();
      const { isResumed, protocol } = await control.secure(options);
      expect({ isResumed, protocol }).toEqual({ isResumed: false, protocol: maxVersion });
      control.start({ bytes() {}, ended() {}, closed() {} });
      await inTime(
        "tickets",
        until(() => options.tickets.count > 0),
      );
      const seen: boolean[] = [];
      for (let i = 0; i < 20; i++) {
        const connection = await other.dial();
        seen.push((await connection.secure(options)).isResumed);
        await send(connection, Buffer.from(`file ${i}`));
        connection.leave();
        await new Promise<void>((resolve) => connection.onClosed(resolve));
      }
      expect(seen).toEqual(Array.from({ length: 20 }, () => true));
      // A server of Node brings no more for a session that was taken up.
      expect(options.tickets.count).toBeGreaterThan(0);
      options.tickets.clear();
      const anew = await other.dial();
      expect(await anew.secure(options)).toMatchObject({ isResumed: false });
      anew.close();
      control.destroy();
    },
  );

  test("a session that was taken up is judged as the first was", async () => {
    await using other = await Other.tls((socket) => socket.resume());
    const tickets = new SessionTickets();
    const first = await other.dial();
    await first.secure(how({ tickets, trust: { insecure: true } }));
    await inTime(
      "tickets",
      until(() => tickets.count > 0),
    );
    const second = await other.dial();
    expect(await failureOf(second.secure(how({ tickets, trust: {} })))).toMatchObject({
      code: "tls-certificate-refused",
      facts: { fingerprint: fingerprintOf(good) },
    });
    const third = await other.dial();
    expect(await third.secure(how({ tickets, trust: { pin: fingerprintOf(good) } }))).toMatchObject({
      isResumed: true,
    });
    first.close();
    third.close();
  });
});

describe("a command connection", () => {
  /** The client's side: what came, and how it ended. */
  function listen(control: DialedControl) {
    let text = "";
    let isEnded = false;
    const closed = new Promise<Error | undefined>((resolve) => {
      const bytes = (chunk: Uint8Array): void => void (text += Buffer.from(chunk).toString());
      control.start({ bytes, ended: () => (isEnded = true), closed: resolve });
    });
    return { closed, text: () => text, isEnded: () => isEnded };
  }

  test("AUTH TLS turns it in place", async () => {
    await using other = await Other.listen((raw) => {
      raw.write("220 ready\r\n");
      raw.once("data", () => {
        raw.write("234 go on\r\n");
        const socket = new tls.TLSSocket(raw, { isServer: true, ...good });
        socket.on("error", () => {}).on("data", (chunk) => socket.write(`you said ${String(chunk)}`));
        socket.on("end", () => socket.end());
      });
    });
    const control = await other.control();
    const heard = listen(control);
    await inTime(
      "a greeting",
      until(() => heard.text() === "220 ready\r\n"),
    );
    expect(control.isSecured).toBe(false);
    control.send(Buffer.from("AUTH TLS\r\n"));
    await inTime(
      "an answer",
      until(() => heard.text().endsWith("234 go on\r\n")),
    );
    expect(await control.secure(how())).toMatchObject({ isVerified: true });
    expect(control.isSecured).toBe(true);
    control.send(Buffer.from("PBSZ 0\r\n"));
    await inTime(
      "an answer",
      until(() => heard.text().endsWith("you said PBSZ 0\r\n")),
    );
    control.end();
    expect(await inTime("closed", heard.closed)).toBeUndefined();
  });

  test("implicit TLS is there before the greeting", async () => {
    await using other = await Other.tls((socket) => socket.end("220 ready\r\n"));
    const control = await other.control();
    await control.secure(how());
    await turns();
    const heard = listen(control);
    await inTime("an end", until(heard.isEnded));
    expect(heard.text()).toBe("220 ready\r\n");
    control.end();
    expect(await inTime("closed", heard.closed)).toBeUndefined();
  });

  test("bytes that came in clear and were not read are no part of TLS", async () => {
    await using other = await Other.listen(() => {});
    const connector: Connector = {
      kind: "socks5",
      async connect(request) {
        const socket = await direct.connect(request);
        socket.unshift(Buffer.from("331 password, please\r\n"));
        return socket;
      },
    };
    const unread = await other.control(connector);
    expect(await failureOf(unread.secure(how()))).toEqual({
      code: "tls-not-spoken",
      facts: { said: "331 password, please" },
    });
    const control = await other.control(connector);
    const heard = listen(control);
    expect(await failureOf(control.secure(how()))).toEqual({ code: "clear-behind-auth", facts: { bytes: 22 } });
    expect(await inTime("closed", heard.closed)).toMatchObject({ code: "clear-behind-auth" });
  });

  test("a cut under TLS ends it, and tells why", async () => {
    await using other = await Other.tls((_socket, raw) => setTimeout(() => raw.resetAndDestroy(), 10));
    const control = await other.control();
    await control.secure(how());
    const heard = listen(control);
    expect(await inTime("closed", heard.closed)).toMatchObject({ code: "ECONNRESET" });
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Long enough for whatever is on its way here. */
async function turns(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 30));
}
