import { once } from "node:events";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { readLog } from "@twinport/doctor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../packages/twinport/src/main.ts";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { peer } from "../testkit/peer.ts";
import { peerServer, testCertificate } from "../testkit/peer-server.ts";
import { RawClient } from "../testkit/raw-client.ts";
import { RunningProgram } from "../testkit/running-program.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { LoggingServer } from "./logging-servers.ts";
import type { LogReport } from "@twinport/doctor";

const scratch = new ScratchFolder();
afterAll(() => scratch[Symbol.asyncDispose]());

/** What a program says, whatever it ends with. */
async function said(program: string, ...args: string[]): Promise<string> {
  await using running = new RunningProgram(program, args, { home: scratch.path, within: 20 });
  running.end();
  const { stdout, stderr } = await running.outcome;
  return stdout + stderr;
}

async function read(file: string): Promise<LogReport> {
  const report = await readLog(createReadStream(file));
  if (!report) throw new Error(`${file} is not recognised`);
  return report;
}

async function readText(text: string): Promise<LogReport> {
  const file = join(scratch.path, "some.log");
  await writeFile(file, text);
  return read(file);
}

/** Each transfer: its mode, what became of it, what moved, and where it is known, the ports of its data connection. */
const told = ({ attempts }: LogReport): string[] =>
  attempts.map(({ evidence: { mode, outcome, bytes }, figure, hasBytes }) => {
    const { clientPort, serverPort } = figure.steps[2];
    const ends = [clientPort, serverPort].map((port) => (port === undefined ? "?" : "port"));
    return `${mode} ${outcome} ${hasBytes ? bytes : "?"} ${ends.join(" ")}`;
  });

const causes = ({ parties }: LogReport): string[] =>
  parties.flatMap(({ findings }) => findings.map(({ cause, side, blocks }) => `${cause} ${side}${blocks ? "!" : ""}`));

/** A server that lets everybody in and tells a port at which nobody listens. */
async function shutServer(): Promise<AsyncDisposable & { readonly url: string; readonly port: number }> {
  const nobody = net.createServer().listen(0, "127.0.0.1");
  await once(nobody, "listening");
  const { port } = nobody.address() as net.AddressInfo;
  nobody.close();
  const answers: Readonly<Record<string, string>> = {
    USER: "331 Password, please.",
    PASS: "230 Welcome.",
    PWD: '257 "/"',
    TYPE: "200 fine",
    SIZE: "213 6",
    EPSV: `229 Entering Extended Passive Mode (|||${port}|)`,
    PASV: `227 Entering Passive Mode (127,0,0,1,${port >> 8},${port & 255})`,
    QUIT: "221 Bye.",
  };
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).write("220 ready\r\n");
    socket.on("data", (data) => {
      for (const line of String(data).split("\r\n").slice(0, -1)) {
        socket.write(`${answers[line.split(" ", 1)[0]!.toUpperCase()] ?? "502 Not here."}\r\n`);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `ftp://ann:secret@127.0.0.1:${(server.address() as net.AddressInfo).port}/`,
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** What a client meets that tells a port at which he does not listen, and one that goes when he is told where to come. */
async function failAtWire(port: number, user: string): Promise<void> {
  using raw = await RawClient.connect({ address: "127.0.0.1", port });
  await raw.login({ user, password: "secret" });
  await raw.ask("PORT 127,0,0,1,4,7", 200);
  await raw.ask(user === "ann" ? "RETR hello.txt" : "RETR pub/hello.txt", 425);
  await raw.ask("EPSV", 229);
}

const curl = (...args: string[]): Promise<string> =>
  said("curl", "-v", "--no-progress-meter", "-o", "/dev/null", ...args);

const lftp = (url: string, ...settings: string[]): Promise<string> => {
  const gentle = [
    "net:max-retries 1",
    "net:reconnect-interval-base 1",
    "net:timeout 5",
    "ftp:ssl-allow no",
    ...settings,
  ];
  const script = [...gentle.map((one) => `set ${one}`), "debug 9", `open ${url}`, "cat hello.txt", "exit"].join("; ");
  return said("lftp", "-c", script);
};

async function twinportGet(...args: string[]): Promise<string> {
  let trace = "";
  const errors = new PassThrough().on("data", (chunk: Buffer) => (trace += chunk.toString()));
  const terminal = { input: new PassThrough(), output: new PassThrough().resume(), errors };
  await main(["cat", ...args, "--trace", "--json"], {
    ...terminal,
    environment: { HOME: scratch.path },
    now: Date.now,
  });
  return trace;
}

describe("logs of clients", () => {
  let server: LoopbackServer;
  let url: string;
  beforeAll(async () => {
    server = await LoopbackServer.start({ files: { "hello.txt": "hello\n" } });
    url = server.server.urls[0]!.replace("//", "//ann:secret@");
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it("of twinport", async () => {
    for (const [mode, ends] of [
      ["epsv", "port port"],
      ["port", "port port"],
    ]) {
      const report = await readText(await twinportGet(`${url}hello.txt`, "--mode", mode!));
      expect([report.kind, told(report)]).toEqual(["twinport", [`${mode} moved 6 ${ends}`]]);
      expect(report.parties[0]?.verdict?.works).toBe(true);
    }
    const trace = await twinportGet(`${url}hello.txt`, "--mode", "pasv");
    const twice = await readText(trace + trace);
    expect([told(twice).length, twice.parties[0]?.evidence.controls.length]).toEqual([2, 2]);
    await using shut = await shutServer();
    const report = await readText(await twinportGet(`${shut.url}hello.txt`, "--mode", "epsv"));
    expect(told(report)[0]).toBe("epsv dial-refused ? port port");
    expect(causes(report)).toEqual(["out-refused undecided!"]);
  });

  it("of twinport serve", async () => {
    await twinportGet(`${url}hello.txt`, "--mode", "pasv");
    const lines = server.trace.map(({ kind, ...facts }) => JSON.stringify({ level: "info", event: kind, ...facts }));
    const report = await readText(lines.join("\n"));
    expect(report.kind).toBe("twinport-serve");
    expect(told(report).at(-1)).toBe("pasv moved 6 port port");
  });

  peer("of the system", ["curl", "lftp"], () => {
    it("of curl", async () => {
      expect(told(await readText(await curl(`${url}hello.txt`)))).toEqual(["epsv moved 6 ? port"]);
      expect(told(await readText(await curl("--disable-epsv", `${url}hello.txt`)))).toEqual(["pasv moved 6 ? port"]);
      expect(told(await readText(await curl("-P", "-", `${url}hello.txt`)))).toEqual(["eprt moved 6 port ?"]);
      expect(told(await readText(await curl("--trace-ascii", "-", `${url}hello.txt`)))).toEqual([
        "epsv moved 6 ? port",
      ]);
      expect(told(await readText(await curl("-C", "4", `${url}hello.txt`)))).toEqual(["epsv moved 2 ? port"]);
      await using shut = await shutServer();
      const broken = await readText(await curl("--disable-epsv", `${shut.url}hello.txt`));
      expect([broken.kind, ...told(broken), ...causes(broken)]).toEqual([
        "curl",
        "pasv dial-refused ? ? port",
        "out-refused undecided!",
      ]);
      expect(broken.parties[0]?.findings[0]?.port).toBe(shut.port);
    });

    it("of curl, by TLS", async () => {
      const { certificate, key } = await testCertificate();
      const tls = { certificates: [{ cert: certificate, key }] };
      await using secure = await LoopbackServer.start({ files: { "big.bin": "b".repeat(200_000) }, tls });
      const place = secure.server.urls[0]!.replace("//", "//ann:secret@");
      const report = await readText(await curl("--ssl-reqd", "--insecure", `${place}big.bin`));
      expect([...told(report), report.attempts[0]?.figure.tls]).toEqual(["epsv moved 200000 ? port", "TLSv1.3"]);
      const refused = await readText(await curl("--ssl-reqd", `${place}big.bin`));
      expect(refused.parties[0]?.findings).toMatchObject([{ cause: "tls-certificate", side: "server" }]);
    });

    it("of curl that nobody lets in, or that finds nobody", async () => {
      const wrong = await readText(await curl(url.replace("secret", "wrong")));
      expect(causes(wrong)).toEqual(["login-refused undecided!"]);
      expect(causes(await readText(await curl("ftp://127.0.0.1:1/x")))).toEqual(["out-refused undecided!"]);
    });

    it("of lftp", async () => {
      expect(told(await readText(await lftp(url)))).toEqual(["pasv moved 6 ? port"]);
      expect(told(await readText(await lftp(url, "ftp:passive-mode no")))).toEqual(["port moved 6 port port"]);
      await using shut = await shutServer();
      const broken = await readText(await lftp(shut.url));
      expect(broken.kind).toBe("lftp");
      expect(told(broken)[0]).toBe("pasv dial-refused ? ? port");
      expect(causes(broken)).toEqual(["out-refused undecided!"]);
    });
  });
});

describe("logs of servers", () => {
  peerServer("of vsftpd", "vsftpd", () => {
    it("tell each mode, what the server told, and that nobody came", async () => {
      await using server = await LoggingServer.start("vsftpd");
      await curl(`${server.url}hello.txt`);
      await curl("-P", "127.0.0.1", "--disable-eprt", `${server.url}hello.txt`);
      // It dials where it is told to, and the server is not there.
      const believing = await curl("--disable-epsv", "--no-ftp-skip-pasv-ip", `${server.url}hello.txt`);
      await failAtWire(server.port, server.user);
      const report = await read(server.log("protocol"));
      expect(report.kind).toBe("vsftpd");
      expect(told(report).toSorted()).toEqual([
        "epsv dial-silent ? ? port",
        "epsv moved 6 ? port",
        "pasv dial-silent ? ? port",
        "port moved 6 port ?",
        "port server-cannot-connect ? port ?",
      ]);
      expect(causes(await readText(believing))).toEqual(["address-wrong server!"]);
      const transfers = await read(server.log("xferlog"));
      expect(transfers).toMatchObject({ kind: "xferlog", attempts: [] });
      expect(transfers.transfers.map(({ bytes, isComplete }) => [bytes, isComplete])).toEqual([
        [6, true],
        [6, true],
        [0, false],
      ]);
    });
  });

  peerServer("of ProFTPD", "proftpd", () => {
    it("tell as much as each of them knows", async () => {
      await using server = await LoggingServer.start("proftpd");
      await curl(`${server.url}hello.txt`);
      await curl("-P", "127.0.0.1", "--disable-eprt", `${server.url}hello.txt`);
      await failAtWire(server.port, server.user);
      const system = await read(server.log("system"));
      expect([system.kind, ...told(system)]).toEqual([
        "proftpd",
        "epsv moved 6 port port",
        "port moved 6 port port",
        "port server-cannot-connect ? port ?",
        "epsv dial-silent ? ? port",
      ]);
      const trace = await read(server.log("trace"));
      expect([trace.kind, ...told(trace)]).toEqual([
        "proftpd",
        "epsv moved 6 ? port",
        "port moved 6 port ?",
        "port server-cannot-connect ? port ?",
        "epsv dial-silent ? ? port",
      ]);
      const extended = await read(server.log("extended"));
      expect([extended.kind, ...told(extended)]).toEqual([
        "proftpd-extended",
        "epsv moved 6 ? ?",
        "port moved 6 port ?",
        "port server-cannot-connect 0 port ?",
        "epsv stopped ? ? ?",
      ]);
      expect((await read(server.log("xferlog"))).kind).toBe("xferlog");
    });
  });

  peerServer("of Pure-FTPd", "pure-ftpd", () => {
    it("tell what syslog is told", async () => {
      await using server = await LoggingServer.start("pure-ftpd");
      await curl(`${server.url}hello.txt`);
      await curl("-P", "127.0.0.1", "--disable-eprt", `${server.url}hello.txt`);
      await failAtWire(server.port, server.user);
      const report = await read(server.log("syslog"));
      expect([report.kind, ...told(report)]).toEqual([
        "pure-ftpd",
        "epsv moved 6 ? port",
        "port moved 6 port ?",
        "port server-cannot-connect ? port ?",
        "epsv dial-silent ? ? port",
      ]);
    });
  });
});
