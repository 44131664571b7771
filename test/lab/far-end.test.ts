import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { inTime } from "../testkit/in-time.ts";
import { runProgram } from "../testkit/run-program.ts";
import { twinport } from "./daemon.ts";
import { labPeer } from "./lab-peer.ts";
import { feed, inside, makeNamespaces, newNames, removeNamespaces } from "./namespaces.ts";
import type { ChildProcess } from "node:child_process";

// What is built is what runs here: `npm run build` comes first.

const script = fileURLToPath(new URL("far_end.py", import.meta.url));
const PASSIVE = "30000-30009";
const addresses = ["10.77.0.1", "fd77::1"];

labPeer("what a server sees of a data connection that does not come about", [], () => {
  const names = newNames();
  const [server, client] = [`${names}s`, `${names}c`];
  let home = "";
  let said = "";
  let daemon: ChildProcess | undefined;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "twinport-far-"));
    await makeNamespaces([server, client], [`link add ends netns ${server} type veth peer name ends netns ${client}`]);
    for (const [name, last] of [
      [server, 1],
      [client, 2],
    ] as const) {
      const up = [
        `addr add 10.77.0.${last}/24 dev ends`,
        `addr add fd77::${last}/64 dev ends nodad`,
        "link set ends up",
      ];
      await feed([...inside(name), "ip", "-batch", "-"], up);
    }
    const listen = ["--listen", "0.0.0.0:2121", "--listen", "[::]:2121", "--passive-ports", PASSIVE];
    const account = ["--user", "ann", "--password", "secret"];
    const [enter = "", ...entering] = inside(server);
    const command = [process.execPath, twinport, "serve", home, ...listen, ...account];
    daemon = spawn(enter, [...entering, ...command], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [daemon.stdout!, daemon.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => (said += text));
    }
    await inTime("the server", once(daemon.stdout!, "data"), 20);
  });

  afterAll(async () => {
    daemon?.kill("SIGKILL");
    await removeNamespaces([server, client]);
    await rm(home, { recursive: true, force: true });
  });

  /** The replies behind the login, with these rules on the client's host. */
  async function replies(address: string, rules: string, ...lines: string[]): Promise<string[]> {
    const table = ["table inet filter {", "chain in {", `type filter hook ${rules};`, "}", "}"];
    await feed([...inside(client), "nft", "-f", "-"], ["flush ruleset", ...table]);
    const [enter = "", ...entering] = inside(client);
    const { stdout } = await runProgram(enter, [...entering, "python3", script, address, ...lines], { home });
    return stdout.trim().split("\n").slice(2);
  }

  const arrival = (word: string): string => `200 PORT {PORT} ${word}`;
  const synAckDropped = `input priority 0; tcp sport ${PASSIVE} tcp flags & (syn | ack) == syn | ack drop`;
  const synDropped = `output priority 0; tcp dport ${PASSIVE} drop`;

  test("who looks for an open port in vain is told of to the operator", async () => {
    const vain = ["EPSV", "try", "EPSV", "try", "EPSV", "try", "EPSV"];
    await replies("10.77.0.1", synDropped, ...vain);
    const sentence = `1 client from 10.77.0.0/24 never reached ports ${PASSIVE}: the range is probably closed on the way`;
    await vi.waitFor(() => expect(said).toContain(sentence));
  });

  test.each(addresses)("a SYN whose answer is lost stands half-open (%s)", async (address) => {
    const [, seen] = await replies(address, synAckDropped, "EPSV", "try", "SITE DOCTOR PORT {PORT}=");
    expect(seen).toBe(arrival("half-open"));
  });

  test.each(addresses)("a SYN that is lost is nothing (%s)", async (address) => {
    const [, seen] = await replies(address, synDropped, "EPSV", "try", "SITE DOCTOR PORT {PORT}");
    expect(seen).toBe(arrival("nothing"));
  });

  test.each(addresses)("a connection that stands is accepted (%s)", async (address) => {
    const [, seen] = await replies(address, "input priority 0; accept", "EPSV", "try", "SITE DOCTOR PORT {PORT}=");
    expect(seen).toBe(arrival("accepted"));
  });

  test("a dial that nobody answers is silent, after 3 s and not more; one that is turned away is not", async () => {
    const rules = "input priority 0; tcp dport 40000 drop; tcp dport 40001 reject with icmpx admin-prohibited";
    const began = performance.now();
    const [silent, refused, unreachable] = await replies(
      "10.77.0.1",
      rules,
      "SITE DOCTOR DIAL 40000",
      "SITE DOCTOR DIAL 40002",
      "SITE DOCTOR DIAL 40001 FROM PASSIVE",
    );
    expect(performance.now() - began).toBeLessThan(8000);
    expect(silent).toBe("200 DIAL 40000 FROM 2120 silent");
    expect(refused).toBe("200 DIAL 40002 FROM 2120 refused");
    expect(unreachable).toMatch(/^200 DIAL 40001 FROM 3000\d unreachable$/);
  });

  test("ABOR ends a dial that nobody answers, and so does the end of its session", async () => {
    const rules = "input priority 0; tcp dport 40000 drop";
    const dial = "SITE DOCTOR DIAL 40000!";
    const began = performance.now();
    const [given, aborted] = await replies("10.77.0.1", rules, dial, "ABOR");
    expect([given?.slice(0, 3), aborted?.slice(0, 3)]).toEqual(["426", "226"]);
    await replies("10.77.0.1", rules, dial);
    expect(performance.now() - began).toBeLessThan(2500);
    // State 02 is a SYN that was sent: 40000 is 9C40.
    await vi.waitFor(() => {
      const table = readFileSync(`/proc/${daemon?.pid}/net/tcp`, "utf8");
      expect(table).toContain(":0849 ");
      expect(table).not.toMatch(/:9C40 02 /);
    });
  });
});
