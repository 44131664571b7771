import { describe, expect, it } from "vitest";
import { readLog } from "./read-log.ts";
import { picturesOfLog, sayLog } from "./say-log.ts";
import type { LogKind } from "./formats.ts";
import type { LogReport } from "./read-log.ts";

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string | Uint8Array, as?: LogKind, size = 65_536): Promise<LogReport> {
  const report = await readLog(cut(Buffer.from(text), size), as);
  if (!report) throw new Error("not recognised");
  return report;
}

/** Each transfer in a line: its mode, what came of it, and its ports. */
const told = ({ attempts }: LogReport): string[] =>
  attempts.map(({ evidence, figure: { steps, command = "-" } }) => {
    const ports = [steps[0], steps[2]].map(({ clientPort = "?", serverPort = "?" }) => `${clientPort}-${serverPort}`);
    return `${evidence.mode} ${evidence.outcome} ${command} ${ports.join(" ")}`;
  });

const found = ({ parties }: LogReport): string[] =>
  parties.flatMap(({ name, findings }) => findings.map(({ cause, side, port }) => `${name} ${cause} ${side} ${port}`));

// FileZilla and the npm package basic-ftp are not at hand in tests: these are in their documented form.

const filezilla = `Status:	Resolving address of ftp.example.net
Status:	Connecting to 203.0.113.5:21...
Status:	Connection established, waiting for welcome message...
Response:	220 ready
Command:	AUTH TLS
Response:	234 go on
Status:	Initializing TLS...
Status:	TLS connection established.
Command:	USER ann
Response:	331 Password, please.
Command:	PASS ******
Response:	230 Welcome.
Command:	PBSZ 0
Response:	200 PBSZ=0
Command:	PROT P
Response:	200 Protected.
Status:	Retrieving directory listing...
Command:	TYPE I
Response:	200 Type is image.
Command:	PASV
Response:	227 Entering Passive Mode (192,168,1,10,117,57)
Status:	Server sent passive reply with unroutable address. Using server address instead.
Command:	MLSD
Error:	Connection timed out after 20 seconds of inactivity
Error:	Failed to retrieve directory listing
`;

const basicFtp = `Connected to 203.0.113.5:21 (No encryption)
< 220 ready
Login security: No encryption
> USER ann
< 331 Password, please.
> PASS ###
< 230 Welcome.
> FEAT
< 211-Features:
 MLST
211 End
> TYPE I
< 200 Type is image.
Trying to find optimal transfer mode...
> EPSV
< 229 Entering Extended Passive Mode (|||30009|)
Optimal transfer mode found.
> RETR a.bin
< 150 Here it comes.
Downloading from 203.0.113.5:30009 (No encryption)
< 226 Transfer complete.
> EPSV
< 229 Entering Extended Passive Mode (|||30010|)
Error: Can't open data connection in passive mode: connect ECONNREFUSED 203.0.113.5:30010
`;

const pureFtpd = (
  address: string,
  told = address.replaceAll(".", ","),
): string => `Nov 23 02:19:52 host pure-ftpd[71]: (?@${address}) [INFO] New connection from ${address}
Nov 23 02:19:52 host pure-ftpd[71]: (?@${address}) [DEBUG] 220 You will be disconnected after 10 minutes of inactivity.
Nov 23 02:19:52 host pure-ftpd[71]: (?@${address}) [DEBUG] Command [user] [ann]
Nov 23 02:19:52 host pure-ftpd[71]: (?@${address}) [DEBUG] 331 User ann OK. Password required
Nov 23 02:19:52 host pure-ftpd[71]: (?@${address}) [DEBUG] Command [pass] [<*>]
Nov 23 02:19:52 host pure-ftpd[71]: (ann@${address}) [DEBUG] 230 OK. Current directory is /
Nov 23 02:19:52 host pure-ftpd[71]: (ann@${address}) [DEBUG] Command [port] [${told},5,5]
Nov 23 02:19:52 host pure-ftpd[71]: (ann@${address}) [DEBUG] 500 I won't open a connection to ${told} (only to ${address})
`;

describe("a log of a client", () => {
  it("of FileZilla, in English", async () => {
    const report = await read(filezilla);
    expect(report.kind).toBe("filezilla");
    expect(told(report)).toEqual(["pasv dial-silent MLSD ?-21 ?-30009"]);
    expect(found(report)).toEqual([
      "203.0.113.5 out-silent undecided 30009",
      "203.0.113.5 address-private server 30009",
    ]);
    expect(report.attempts[0]?.evidence.tls).toBe("explicit");
  });

  it("of FileZilla, in Chinese, in GBK and with CRLF", async () => {
    // 状态, 命令, 响应, 错误: its own messages are in Chinese then, too; of these here only the labels are.
    const words: Readonly<Record<string, string>> = {
      Status: "d7b4ccac",
      Command: "c3fcc1ee",
      Response: "cfecd3a6",
      Error: "b4edcef3",
    };
    const bytes = filezilla.split("\n").flatMap((line) => {
      const [, label = "", rest = ""] = /^(\w+)(:.*)$/.exec(line) ?? [];
      const spelled = Buffer.from(words[label] ?? "", "hex");
      return [spelled, Buffer.from(`${rest}\r\n`)];
    });
    const report = await read(Buffer.concat(bytes));
    expect([report.kind, told(report)]).toEqual(["filezilla", ["pasv dial-silent MLSD ?-21 ?-30009"]]);
  });

  it("of FileZilla, from its file, with times", async () => {
    const dated = filezilla.split("\n").flatMap((line, i) => {
      if (line === "") return [];
      return `2026-11-23 10:00:${String(i).padStart(2, "0")} 4711 1 ${line.replace("\t", " ")}`;
    });
    const report = await read(dated.join("\n"));
    expect([report.kind, told(report)]).toEqual(["filezilla", ["pasv dial-silent MLSD ?-21 ?-30009"]]);
    expect(report.attempts[0]?.evidence.dialMs).toBe(3000);
  });

  it("of basic-ftp", async () => {
    const report = await read(basicFtp);
    expect(report.kind).toBe("basic-ftp");
    expect(told(report)).toEqual(["epsv moved RETR a.bin ?-21 ?-30009", "epsv dial-refused - ?-21 ?-30010"]);
    expect(found(report)).toEqual(["203.0.113.5 range-outside-firewall undecided 30010"]);
  });

  it("does not count bytes that it does not tell", async () => {
    const [picture] = picturesOfLog(await read(basicFtp), "en");
    expect(picture?.title).toBe("passive · RETR a.bin · complete");
  });

  // What curl -v tells of TLS looks like data, and of data it tells the first piece only.
  it.each([
    ["the whole file", "* Getting file with size: 300000\n< 226 Done.\n", "moved", 300_000],
    ["the end of a file", "* Getting file with size: 7\n< 226 Done.\n", "moved", 7],
    [
      "half of it",
      "* Getting file with size: 90\n* transfer closed with 30 bytes remaining to read\n",
      "data-broken",
      60,
    ],
    ["nothing", "* Operation timed out after 9 milliseconds with 0 out of 90 bytes received\n", "no-bytes", 0],
  ])("of curl tells what moved: %s", async (_name, end, outcome, bytes) => {
    const report = await read(`* Connected to x (203.0.113.5) port 21 (#0)
< 220 ready
> EPSV
* Connect data stream passively
< 229 Entering Extended Passive Mode (|||30009|)
*   Trying 203.0.113.5:30009...
* Connected to 203.0.113.5 (203.0.113.5) port 21 (#0)
> RETR a.bin
< 150 Here it comes.
* TLSv1.3 (IN), TLS handshake, Server hello (2):
{ [155 bytes data]
${end}`);
    expect(report.attempts[0]?.evidence).toMatchObject({ outcome, bytes });
  });

  it("counts what a resumed transfer brings, though 150 tells the whole file", async () => {
    const report = await read(`---- Connecting to x (203.0.113.5) port 21
<--- 220 ready
---> SIZE b.bin
<--- 213 5
---> SIZE a.bin
<--- 213 90
---> REST 60
<--- 350 From 60.
---> PASV
<--- 227 Entering Passive Mode (203,0,113,5,117,57)
---- Data connection established
---> RETR a.bin
<--- 150 Here it comes (90 bytes).
<--- 226 Done.
`);
    expect(report.attempts[0]?.evidence).toMatchObject({ outcome: "moved", bytes: 30 });
  });

  it("that was told a private address and dialled it", async () => {
    const report = await read(`* Connected to ftp.example.net (203.0.113.5) port 21 (#0)
< 220 ready
> USER ann
< 230 Welcome.
> PASV
* Connect data stream passively
< 227 Entering Passive Mode (10,0,0,5,117,57).
* Connecting to 10.0.0.5 (10.0.0.5) port 30009
* Connection time-out
`);
    expect(found(report)).toEqual(["203.0.113.5 address-private server 30009"]);
    expect(report.parties[0]?.findings[0]?.blocks).toBe(true);
  });
});

describe("a log of a server", () => {
  it("of Pure-FTPd, with a client behind a NAT", async () => {
    const report = await read(pureFtpd("203.0.113.9", "192,168,1,7"));
    expect(report.kind).toBe("pure-ftpd");
    expect(found(report)).toEqual(["203.0.113.9 address-private client 1285"]);
  });

  it("of many clients, each for himself", async () => {
    const clients = Array.from({ length: 300 }, (_, i) => `203.0.113.${i % 250}`.replace("113", String(100 + (i % 7))));
    const report = await read(clients.map((address, i) => pureFtpd(address, `10,0,0,${i % 200}`)).join(""));
    expect(report.parties).toHaveLength(200);
    expect(report.moreParties).toBeGreaterThan(0);
    expect(sayLog(report, "en").length).toBeLessThan(400);
  });

  it("does not take a client that has asked on, and found no file, for one that was stopped", async () => {
    const line = (text: string) => `Mon Nov 23 02:18:36 2026 [pid 7] [ann] ${text}\n`;
    const says = (who: "command" | "response", what: string) => line(`FTP ${who}: Client "203.0.113.9", "${what}"`);
    const report = await read(
      line('CONNECT: Client "203.0.113.9"') +
        says("command", "PASV") +
        says("response", "227 Entering Passive Mode (198,51,100,1,117,57).") +
        says("command", "SIZE gone.txt") +
        says("response", "550 Could not get file size.") +
        says("command", "QUIT"),
    );
    expect(told(report)).toEqual(["pasv stopped - ?-? ?-30009"]);
    expect(found(report)).toEqual([]);
  });

  it("does not say more of who never came than it knows", async () => {
    const line = (text: string) => `Mon Nov 23 02:18:36 2026 [pid 7] [ann] ${text}\n`;
    const report = await read(
      line('CONNECT: Client "203.0.113.9"') +
        line('FTP command: Client "203.0.113.9", "PASV"') +
        line('FTP response: Client "203.0.113.9", "227 Entering Passive Mode (198,51,100,1,117,57)."'),
    );
    expect(told(report)).toEqual(["pasv dial-silent - ?-? ?-30009"]);
    expect(report.parties[0]?.findings).toMatchObject([{ cause: "out-silent", side: "undecided", confidence: 0.6 }]);
    expect(sayLog(report, "zh-CN").join("")).toContain("改变了主意");
    expect(sayLog(report, "en").join(" ")).toContain("port 30009 of the server");
  });
});

describe("any log", () => {
  it.each([1, 7, 4096])("says the same however it is cut (%i bytes)", async (size) => {
    expect(told(await read(basicFtp, undefined, size))).toEqual(told(await read(basicFtp)));
  });

  it("is read as what it is said to be", async () => {
    expect((await read("> NOOP\n< 200 fine\n", "basic-ftp")).kind).toBe("basic-ftp");
  });

  it("is recognised behind what was fetched", async () => {
    const report = await read(`${"a line of a text\n".repeat(1000)}${basicFtp}`);
    expect([report.kind, report.lines]).toEqual(["basic-ftp", 1024]);
  });

  it("of a web server is none, although it has the form of an ExtendedLog", async () => {
    const line = '127.0.0.1 - ann [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.0" 200 2326\n';
    expect(await readLog(cut(Buffer.from(line), 100))).toBeUndefined();
  });

  it("that is none is not guessed at", async () => {
    expect(await readLog(cut(Buffer.from("Dear diary,\nit rains.\n"), 100))).toBeUndefined();
    expect(await readLog(cut(new Uint8Array(0), 100))).toBeUndefined();
  });

  it("cannot steer a terminal, nor fill the memory with a line", async () => {
    const evil = "\u001b]0;owned\u0007\u009b31m";
    const report = await read(
      `* Connected to x (203.0.113.5) port 21 (#0)\n< 220 ready\n> PASV\n< 227 yes ${evil} (203,0,113,5,117,57)\n* Connecting to 203.0.113.5 (203.0.113.5) port 30009\n* connect to 203.0.113.5 port 30009 failed: Connection refused\n> RETR ${"a".repeat(3_000_000)}${evil}\n`,
    );
    const text = sayLog(report, "en").join("\n");
    // eslint-disable-next-line no-control-regex -- finding them is the purpose
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(text.length).toBeLessThan(10_000);
  });

  it("never throws, whatever stands in it", async () => {
    const lines = `${filezilla}${basicFtp}${pureFtpd("203.0.113.9")}`.split("\n");
    let seed = 7;
    const dice = (most: number): number => (seed = (seed * 48_271) % 2_147_483_647) % most;
    for (let round = 0; round < 200; round++) {
      const some = Array.from({ length: 30 }, () => {
        const line = lines[dice(lines.length)] ?? "";
        const at = dice(line.length + 1);
        return dice(3) === 0 ? line.slice(0, at) + String.fromCharCode(dice(256)) + line.slice(at + 1) : line;
      });
      const report = await readLog(cut(Buffer.from(some.join("\n"), "latin1"), 64));
      if (report) sayLog(report, round % 2 === 0 ? "en" : "zh-CN");
    }
  });

  it("may be long", async () => {
    async function* long(): AsyncGenerator<Uint8Array> {
      const some = Buffer.from(Array.from({ length: 100 }, (_, i) => pureFtpd(`203.0.113.${i}`)).join(""));
      for (let i = 0; i < 30; i++) yield await Promise.resolve(some);
    }
    const report = await readLog(long());
    expect(report).toMatchObject({ kind: "pure-ftpd", lines: 24_000 });
    expect(report?.attempts.length).toBeLessThan(20);
  });
});
