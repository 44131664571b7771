import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import process from "node:process";
import { expect, it } from "vitest";
import { Lab } from "./lab.ts";
import { labPeer } from "./lab-peer.ts";
import { inside, makeNamespaces } from "./namespaces.ts";
import type { Topology } from "./topology.ts";

const topology: Topology = {
  name: "two hosts",
  story: "Nothing stands in between.",
  client: "public",
  server: "public",
  outcomes: { ipv4: { off: { epsv: "passes" } } },
};
const plain = { family: "ipv4", tls: "off" } as const;

const left = (pid: number): string[] =>
  readdirSync("/run/netns").filter((name) => name.startsWith(`twinport-lab-${pid}-`));

labPeer("a lab", [], () => {
  it("removes what a killed run has left behind, and ends what runs there", async () => {
    const { pid: dead } = spawnSync("true");
    const name = `twinport-lab-${dead}-1-server`;
    await makeNamespaces([name], []);
    const [enter = "", ...entering] = inside(name);
    const orphan = spawn(enter, [...entering, "sh", "-c", "echo here; exec sleep 60"]);
    const gone = once(orphan, "exit");
    await once(orphan.stdout, "data");
    // The first build of a process sweeps.
    await using lab = await Lab.build(topology, plain);
    expect(lab.hosts).toHaveLength(5);
    expect(await gone).toEqual([null, "SIGKILL"]);
    expect(left(dead)).toEqual([]);
  });

  it("leaves nothing behind", async () => {
    const lab = await Lab.build(topology, plain);
    expect(left(process.pid)).toHaveLength(5);
    await lab[Symbol.asyncDispose]();
    expect(left(process.pid)).toEqual([]);
  });

  it("leaves nothing behind when a rule is not understood", async () => {
    const wrong = { ...topology, rules: { "server-box": "chain nonsense {" } };
    await expect(Lab.build(wrong, plain)).rejects.toThrow("syntax error");
    expect(left(process.pid)).toEqual([]);
  });

  it("leaves nothing behind when the server does not start", async () => {
    await expect(Lab.build({ ...topology, daemon: { more: ["no_such_option=1"] } }, plain)).rejects.toThrow("OOPS");
    expect(left(process.pid)).toEqual([]);
  });

  it("ends a program whose time is up", async () => {
    await using lab = await Lab.build(topology, plain);
    const run = await lab.client.run("sleep", ["60"], { timeout: 0.3 });
    expect(run).toMatchObject({ timedOut: true, status: null });
    expect(run.seconds).toBeLessThan(2);
  });

  it("is built in half a second", async () => {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const began = performance.now();
      await using lab = await Lab.build(topology, plain);
      times.push(performance.now() - began);
      expect(lab.server.port).toBe(21);
    }
    // The best of five: this machine may have other things to do.
    expect(Math.min(...times)).toBeLessThan(500);
  });
});
