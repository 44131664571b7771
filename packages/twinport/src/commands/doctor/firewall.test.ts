import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { ScratchFolder } from "../../../../../test/testkit/scratch-folder.ts";
import { main } from "../../main.ts";

interface Outcome {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

async function firewall(...args: readonly string[]): Promise<Outcome> {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const terminal = { input: new PassThrough(), output, errors, environment: {}, now: Date.now };
  const status = await main(["--lang", "en", "firewall", ...args], terminal);
  output.end();
  errors.end();
  return { status, output: await text(output), errors: await text(errors) };
}

const usual = ["--listen", "0.0.0.0:21", "--passive-ports", "30000-30009"];

test("writes the rules of the server that serve would be", async () => {
  const { status, output } = await firewall("--for", "nftables", ...usual, "--no-active");
  expect(status).toBe(0);
  expect(output).toContain("meta nfproto ipv4 tcp sport 1024-65535 tcp dport 21 ct state new accept");
  expect(output).toContain("tcp dport 30000-30009 ct state new accept");
  expect(output).not.toContain("tcp sport 20");
});

test("without --listen it is the usual server, at port 21 of all addresses", async () => {
  const { output } = await firewall("--for", "iptables");
  expect(output).toContain("-A INPUT -p tcp --sport 1024:65535 --dport 21 -m conntrack --ctstate NEW");
});

test.each<[string[], string]>([
  [[], "--for DIALECT, or --check"],
  [["--check", "--for", "ufw"], "two commands"],
  [["--for", "ufw", "--client", "--gateway", "client"], "two places"],
  [["--for", "ufw", "--gateway", "server"], "--to ADDRESS"],
  [["--for", "ufw", "--to", "ftp.example"], "needs an IP address"],
  [["--for", "ufw", "--client", "--to", "192.0.2.1", "--to", "192.0.2.2"], "one address of each family"],
  [["--for", "ufw", "--from", "192.0.2.0/33"], "needs a network"],
  [["--for", "ufw", "--client-ports", "9-1"], "--client-ports needs ports"],
  [["--for", "docker", "--client"], "docker has no rules for a client's host"],
  [["--for", "ufw", "--known", "22"], "--known is for --check"],
])("%j is refused", async (args, sentence) => {
  const { status, errors } = await firewall(...args);
  expect(status).toBe(2);
  expect(errors).toContain(sentence);
});

/** What iptables-save would print of a host that lets in port 21, and these. */
const saved = (...more: readonly string[]): string =>
  [
    "*filter",
    ":INPUT DROP [0:0]",
    ":FORWARD DROP [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    "-A INPUT -p tcp -m tcp --dport 21 -j ACCEPT",
    ...more,
    "COMMIT",
    "",
  ].join("\n");
const range = "-A INPUT -p tcp -m tcp --dport 30000:30009 -j ACCEPT";
const ssh = "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT";

test.each<[string, string, string[], number, string]>([
  ["what is exact", saved(range), [], 0, "nothing else"],
  ["a range that is shut", saved(), [], 13, "port 30000-30009, IPv4. Dropped by the policy of chain INPUT"],
  ["the same where passive is all there is", saved(), ["--no-active"], 6, "Missing"],
  ["a port that nothing needs", saved(range, ssh), [], 13, "Open and not needed: port 22, IPv4"],
  ["the same on purpose", saved(range, ssh), ["--known", "20-22"], 0, "nothing else"],
  [
    "a port that is open to more than those that were named",
    saved(range),
    ["--from", "192.0.2.0/24"],
    13,
    "Open to everybody",
  ],
  [
    "a box that forwards nothing",
    saved(range),
    ["--gateway", "server", "--to", "10.0.0.5"],
    6,
    "a port forward to the server",
  ],
])("--check tells %s", async (_title, rules, more, code, sentence) => {
  await using scratch = new ScratchFolder();
  const file = join(scratch.path, "saved");
  await writeFile(file, rules);
  const { status, output } = await firewall("--check", "--rules", file, ...usual, ...more);
  expect(output).toContain(sentence);
  expect(status).toBe(code);
});

test("--check of what is saved of one family says nothing of the other", async () => {
  await using scratch = new ScratchFolder();
  const file = join(scratch.path, "saved");
  await writeFile(file, saved(range));
  const { status, output } = await firewall(
    "--check",
    "--rules",
    file,
    "--listen",
    "[::]:21",
    "--passive-ports",
    "30000-30009",
  );
  expect({ status, output }).toEqual({ status: 0, output: expect.not.stringContaining("IPv6") });
});

test("--check tells as JSON, too, and refuses what are no rules", async () => {
  await using scratch = new ScratchFolder();
  const file = join(scratch.path, "saved");
  await writeFile(file, saved());
  const { output } = await firewall("--check", "--json", "--rules", file, ...usual);
  expect(JSON.parse(output)).toMatchObject({ missing: [{ family: 4, ports: { from: 30_000, to: 30_009 } }], open: [] });
  for (const text of ["no rules", '{"nftables": [']) {
    await writeFile(file, text);
    expect(await firewall("--check", "--rules", file)).toMatchObject({ status: 2 });
  }
});
