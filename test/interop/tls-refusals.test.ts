// What the server refuses over TLS, and what scanners find.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RunningProgram } from "../testkit/running-program.ts";
import { ObservedServer } from "../testkit/observed-server.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { peer } from "../testkit/peer.ts";
import { placeOn, tlsOf } from "../testkit/tls-matrix.ts";
import { pythonFtp } from "../testkit/python-ftp.ts";
import { runProgram } from "../testkit/run-program.ts";
import { testCertificate } from "../testkit/peer-server.ts";
import type { Outcome } from "../testkit/running-program.ts";
import type { TlsCell } from "../testkit/tls-matrix.ts";

const ports = passiveRange(import.meta.url);
const versions = ["TLSv1.2", "TLSv1.3"] as const;

peer("ftplib without session reuse, where that is required", ["python3"], () => {
  const ways = [
    { mode: "passive", verb: "PASV", address: "127.0.0.1" },
    { mode: "active", verb: "PORT", address: "127.0.0.1" },
  ] as const;
  const cells = ways.flatMap((way) => versions.map((version) => [`${way.mode}, ${version}`, way, version] as const));

  it.each(cells)("hears 522 and why, %s, and its session goes on", async (_title, way, version) => {
    const cell: TlsCell = { way, begins: "explicit", version, sessionReuse: "require" };
    await using server = await ObservedServer.start(ports, { tls: await tlsOf(cell) });
    const place = await placeOn(server, cell, "/cell");
    await writeFile(join(server.root, "cell/there"), "across");
    const script = `
import io
refused = []
for act in [
    lambda: ftp.retrbinary("RETR there", print),
    lambda: ftp.storbinary("STOR new", io.BytesIO(b"x" * 100000)),
    lambda: ftp.nlst(),
    lambda: ftp.retrbinary("RETR there", print),
]:
    try:
        act()
        refused.append("nothing")
    except (ftplib.error_perm, OSError) as error:
        said = str(error) if isinstance(error, ftplib.error_perm) else ftp.getmultiline()
        refused.append(said)
    refused.append(ftp.pwd())
print(json.dumps(refused))
`;
    const { stdout } = await pythonFtp(place, script, { resumes: false });
    const refusal = expect.stringMatching(/^522 .*session.* not taken up/);
    expect(JSON.parse(stdout)).toEqual(Array.from({ length: 4 }, () => [refusal, "/cell"]).flat());
    await server.quiet();
    expect(server.transfers.map(({ finished }) => finished?.code)).toEqual(Array(4).fill("tls-session-not-resumed"));
    expect(server.server.dataByTls).toEqual({ own: 0, unproven: 4 });
  });
});

async function runAnyway(command: string, args: readonly string[], home: string): Promise<Outcome> {
  await using program = new RunningProgram(command, args, { home });
  program.end();
  return await program.outcome;
}

/** nmap asks for TLS as FTP does at this port alone. */
const wellKnown = { address: "127.0.0.21", port: 21 };

/** A server with TLS where nothing else is told. */
async function asItComes(): Promise<ObservedServer> {
  const { certificate: cert, key } = await testCertificate();
  const server = await ObservedServer.start(ports, { tls: { certificates: [{ cert, key }] } });
  await server.server.listen(wellKnown);
  await server.server.listen({ tls: "implicit" });
  return server;
}

const implicitPort = (server: ObservedServer): number => server.server.bound.at(-1)!.port;

peer("openssl s_client", ["openssl"], () => {
  const old = ["-tls1", "-tls1_1"];
  it.each(old)("is refused with %s, explicit and implicit", async (version) => {
    await using server = await asItComes();
    // This machine's OpenSSL would say such a hello only if its security level is lowered.
    const hello = [version, "-cipher", "ALL:@SECLEVEL=0"];
    const connects = [
      ["-connect", `127.0.0.1:${server.port("127.0.0.1")}`, "-starttls", "ftp"],
      ["-connect", `127.0.0.1:${implicitPort(server)}`],
    ];
    for (const connect of connects) {
      const { status, stdout, stderr } = await runAnyway("openssl", ["s_client", ...connect, ...hello], server.home);
      expect({ status, said: stderr + stdout }).toMatchObject({
        status: 1,
        said: expect.stringContaining("alert protocol version"),
      });
    }
    await server.quiet();
    expect(server.secured).toEqual([]);
    expect(server.warnings.splice(0).map(({ code }) => code)).toEqual(["tls-failed", "tls-failed"]);
  });

  it.each([
    ["-tls1_2", "TLS session ticket lifetime hint"],
    ["-tls1_3", "TLS session ticket lifetime hint"],
  ])("is told with %s that its tickets are good for a week", async (version, title) => {
    await using server = await asItComes();
    const connect = [
      "-connect",
      `127.0.0.1:${implicitPort(server)}`,
      version,
      "-sess_out",
      join(server.home, "session"),
    ];
    await using client = new RunningProgram("openssl", ["s_client", ...connect], { home: server.home });
    // By TLS 1.3 tickets come behind the handshake: an answer is waited for.
    await server.until("TLS", () => server.secured.length === 1);
    client.write("NOOP\r\n");
    await server.until("a reply", () => server.codes.includes(530) || server.codes.includes(200));
    client.write("QUIT\r\n");
    await client.outcome;
    const { stdout } = await runProgram(
      "openssl",
      ["sess_id", "-in", join(server.home, "session"), "-noout", "-text"],
      {
        home: server.home,
      },
    );
    expect(stdout).toContain(`${title}: 604800 (seconds)`);
  });
});

peer("nmap", ["nmap"], () => {
  const scan = async (
    server: ObservedServer,
    { address, port }: { readonly address: string; readonly port: number },
    scripts: string,
  ): Promise<string> => {
    const args = ["-n", "-Pn", "-sT", "-p", String(port), "--script", scripts, address];
    return (await runProgram("nmap", args, { home: server.home, within: 100 })).stdout;
  };

  it("finds no anonymous login, no bounce, and nothing told of the system but its kind", async () => {
    await using server = await asItComes();
    await mkdir(join(server.root, "pub"));
    const found = await scan(server, wellKnown, "+ftp-anon,+ftp-bounce,+ftp-syst");
    expect(found).toMatch(/\/tcp +open/);
    expect(found).not.toMatch(/ftp-anon|bounce working/);
    await server.quiet();
    expect(server.transfers).toEqual([]);
  });

  describe.each(["explicit", "implicit"] as const)("%s", (begins) => {
    it("finds TLS 1.2 and 1.3 alone, and no cipher that is not graded A", async () => {
      await using server = await asItComes();
      const where = begins === "explicit" ? wellKnown : server.server.bound.at(-1)!;
      const found = await scan(server, where, "+ssl-enum-ciphers");
      expect(found.match(/^\|   (?:SSL|TLS)v[\d.]+/gm)).toEqual(["|   TLSv1.2", "|   TLSv1.3"]);
      const grades = [...found.matchAll(/^\|       TLS_\S.* - (\w)$/gm)].map(([, grade]) => grade);
      expect(grades.length).toBeGreaterThan(3);
      expect(new Set(grades)).toEqual(new Set(["A"]));
      expect(found).toContain("least strength: A");
      expect(found).not.toContain("warnings:");
      await server.quiet();
      // Each version and cipher that is refused is told.
      expect(new Set(server.warnings.splice(0).map(({ code }) => code))).toEqual(new Set(["tls-failed"]));
    });
  });
});
