import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inTime } from "../testkit/in-time.ts";
import { RunningProgram } from "../testkit/running-program.ts";
import { twinport } from "./daemon.ts";
import { labPeer } from "./lab-peer.ts";
import { feed, inside, makeNamespaces, newNames, removeNamespaces } from "./namespaces.ts";
import type { ChildProcess } from "node:child_process";

// What is built is what runs here: `npm run build` comes first.

/** What `doctor --server --json` prints, as far as it is looked at. */
interface Report {
  readonly canServe: boolean;
  readonly server: { readonly pid: number; readonly args: readonly string[] } | null;
  readonly checks: readonly { readonly check: string; readonly status: string; readonly code: string }[];
  readonly findings: readonly { readonly code: string; readonly sentence: string; readonly fix: string }[];
}

labPeer("what a machine says of the server on it", [], () => {
  const host = `${newNames()}host`;
  const command = [process.execPath, twinport];
  const listen = ["--listen", "0.0.0.0:2121", "--passive-ports", "30000-30009", "--passive-address", "198.51.100.1"];
  let home = "";
  let daemon: ChildProcess | undefined;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "twinport-check-"));
    await makeNamespaces([host], []);
    await feed(
      [...inside(host), "ip", "-batch", "-"],
      [
        "link add ends type veth peer name other",
        "addr add 10.77.0.1/24 dev ends",
        "link set ends up",
        "link set other up",
        "link set lo up",
      ],
    );
    const [enter = "", ...entering] = [...inside(host), ...command];
    const account = ["--user", "ann", "--password", "secret"];
    daemon = spawn(enter, [...entering, "serve", home, ...listen, ...account], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await inTime("the server", once(daemon.stdout!, "data"), 20);
  });

  afterAll(async () => {
    daemon?.kill("SIGKILL");
    await removeNamespaces([host]);
    await rm(home, { recursive: true, force: true });
  });

  /** The report, with these ports let in by the machine. */
  async function examined(ports: string, ...args: string[]): Promise<Report & { readonly status: number | null }> {
    const rules = [
      "flush ruleset",
      "table inet filter {",
      "chain in {",
      "type filter hook input priority 0; policy drop;",
      'iifname "lo" accept',
      "ct state established,related accept",
      ...(ports === "" ? [] : [`tcp dport { ${ports} } accept`]),
      "}",
      "}",
    ];
    await feed([...inside(host), "nft", "-f", "-"], rules);
    const [enter = "", ...entering] = [...inside(host), ...command];
    await using program = new RunningProgram(enter, [...entering, "doctor", "--server", "--json", ...args], { home });
    program.end();
    const { status, stdout } = await program.outcome;
    return { status, ...(JSON.parse(stdout) as Report) };
  }

  const codesOf = ({ findings }: Report): string[] => findings.map(({ code }) => code);

  test("the server that runs is found by itself, and all that is to be looked at is that it has no certificate", async () => {
    const report = await examined("2121, 30000-30009");
    expect(codesOf(report)).toEqual(["certificate-none"]);
    expect(report).toMatchObject({ status: 13, canServe: true, server: { pid: daemon?.pid } });
    expect(report.server?.args).toContain("****");
    expect(report.server?.args).not.toContain("secret");
    expect(report.checks).toContainEqual(
      expect.objectContaining({ check: "listeners", status: "ok", code: "listens" }),
    );
    expect(report.checks).toContainEqual(expect.objectContaining({ check: "firewall", code: "rules-exact" }));
  });

  test("a passive range that is shut, and a port that is open for nobody, are findings", async () => {
    const report = await examined("2121, 3306");
    expect(report).toMatchObject({ status: 13, canServe: true });
    expect(codesOf(report)).toEqual(["rules-missing", "rules-needless", "certificate-none"]);
    expect(report.findings[0]?.sentence).toContain("30000-30009");
    expect(report.findings[1]?.sentence).toContain("3306");
  });

  test("where nobody gets in the code is 6", async () => {
    expect(await examined("30000-30009")).toMatchObject({ status: 6, canServe: false });
  });

  test("what the arguments say counts before what runs", async () => {
    const report = await examined("21, 30000-30009", "--listen", "0.0.0.0:21", "--passive-ports", "30000-30009");
    expect(report).toMatchObject({ status: 6, canServe: false, server: null });
    expect(codesOf(report)).toContain("listens-not");
  });
});
