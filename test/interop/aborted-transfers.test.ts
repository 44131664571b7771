// Clients that change their mind: ABOR as ftplib sends it, and what SIGINT makes of a transfer in the clients for people.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ObservedServer } from "../testkit/observed-server.ts";
import { RunningProgram } from "../testkit/running-program.ts";
import { bsdLogin } from "../testkit/bsd-ftp.ts";
import { lftpLogin } from "../testkit/lftp.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { peer } from "../testkit/peer.ts";
import { pythonFtp } from "../testkit/python-ftp.ts";
import type { Place } from "../testkit/client-matrix.ts";

const LARGE = 64 * 1024 * 1024;
/** What the terminal makes SIGINT of. */
const INTERRUPT = "\x03";
/** A whole transfer would take more than half a minute. */
const RATE = 2 * 1024 * 1024;

let server: ObservedServer;
let large: string;

beforeEach(async () => {
  server = await ObservedServer.start(passiveRange(import.meta.url), { limits: { rateUp: RATE, rateDown: RATE } });
  large = join(server.home, "large");
  for (const path of [large, join(server.root, "large")]) await writeFile(path, Buffer.alloc(LARGE, "twinport"));
  await writeFile(join(server.root, "small"), "still here");
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

function placeOf(mode: Place["way"]["mode"]): Place {
  const verb = mode === "passive" ? "PASV" : "PORT";
  const address = "127.0.0.1";
  const { user, password, home } = server;
  return { way: { mode, verb, address }, address, port: server.port(address), user, password, folder: "/", home };
}

/** One transfer was cut short, and the next one of the same session came through whole. */
async function expectCut(
  mode: Place["way"]["mode"],
  direction: "send" | "receive",
  how: "ABOR" | "end of data",
): Promise<void> {
  await server.until("two transfers over", () => server.transfers.filter(({ finished }) => finished).length === 2);
  const [first, second] = server.transfers;
  expect(first?.started).toMatchObject({ mode, direction, path: "/large" });
  expect(first?.finished?.code).toBe(how === "ABOR" ? "aborted" : "complete");
  expect(first?.finished?.bytes).toBeLessThan(LARGE);
  expect(second?.started).toMatchObject({ mode, verb: "RETR", path: "/small" });
  expect(second?.finished).toMatchObject({ outcome: "complete" });
  expect(second?.started.session.id).toBe(first?.started.session.id);
  expect(server.lines.includes("ABOR")).toBe(how === "ABOR");
}

describe.each(["passive", "active"] as const)("%s", (mode) => {
  peer("Python ftplib", ["python3"], () => {
    const thenSmall = `
connection.close()
print("and", ftp.voidresp())
ftp.retrbinary("RETR small", lambda data: print(data.decode()))
`;

    it("aborts a download by an urgent ABOR whose LF never comes, and goes on", async () => {
      const begin = `
connection = ftp.transfercmd("RETR large")
connection.recv(1000)
print(ftp.abort())
`;
      const { stdout } = await pythonFtp(placeOf(mode), begin + thenSmall);
      expect(stdout).toMatch(/^426 .*\nand 226 .*\nstill here\n$/);
      await expectCut(mode, "send", "ABOR");
    });

    it("aborts an upload by an urgent ABOR whose LF never comes, and goes on", async () => {
      const begin = `
connection = ftp.transfercmd("STOR large")
connection.sendall(bytes(300000))
print(ftp.abort())
`;
      await writeFile(join(server.root, "large"), "");
      const { stdout } = await pythonFtp(placeOf(mode), begin + thenSmall);
      expect(stdout).toMatch(/^426 .*\nand 226 .*\nstill here\n$/);
      await expectCut(mode, "receive", "ABOR");
    });
  });

  // Those of the BSD family say nothing when an upload is interrupted: they end the data as if it was whole.
  const clients = [
    {
      program: "lftp",
      args: ["--norc"],
      login: (place: Place) => [...lftpLogin(place), ""].join("\n"),
      download: "get large -o got-large\n",
      upload: "put large\n",
      after: "get small -o got-small\nquit\n",
      uploadEndsBy: "ABOR" as const,
    },
    ...["inetutils-ftp", "tnftp"].map((program) => ({
      program,
      args: ["-n", "-i", "-v", ...(mode === "passive" ? ["-p"] : ["-A"])],
      login: (place: Place) => bsdLogin(place, program === "tnftp" ? ["epsv4"] : []),
      download: "get large got-large\n",
      upload: "put large\n",
      after: "get small got-small\nquit\n",
      uploadEndsBy: "end of data" as const,
    })),
  ];

  for (const { program, args, login, download, upload, after, uploadEndsBy } of clients) {
    peer(`${program}, interrupted at its terminal`, [program, "script"], () => {
      it.each([
        ["a download", "send", download, "ABOR"],
        ["an upload", "receive", upload, uploadEndsBy],
      ] as const)("ends %s and goes on in the same session", async (_title, direction, command, how) => {
        const place = placeOf(mode);
        const terminal = ["--quiet", "--return", "--command", [program, ...args].join(" "), "/dev/null"];
        await using client = new RunningProgram("script", terminal, { home: server.home, env: { TERM: "dumb" } });
        client.write(login(place) + command);
        await server.until("the first byte", () => server.steps.includes("data-first-byte"));
        client.write(INTERRUPT);
        await server.until("the transfer's end", () => server.transfers[0]?.finished !== undefined);
        client.end(after);
        const outcome = await client.outcome;
        expect(await readFile(join(server.home, "got-small"), "utf8").catch(() => outcome)).toBe("still here");
        await expectCut(mode, direction, how);
      });
    });
  }
});
