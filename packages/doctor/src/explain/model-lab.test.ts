import { expect, test } from "vitest";
import { topologies } from "../../../../test/lab/topologies.ts";
import { modelOf } from "./model.ts";
import { stepsOf } from "./steps.ts";
import type { DataMode } from "@twinport/protocol";
import type { Topology } from "./topology.ts";

const modes = { active: ["port", "eprt"], passive: ["pasv", "epsv"] } as const;
const both: readonly DataMode[] = ["active", "passive"];
const open: Topology = { nat: "none", firewall: "none", tls: false, helper: false };

// The lab proves its table with the kernel's own netfilter: what it declares there, the model says too.
test.each<[lab: string, modes: readonly DataMode[], topology: Partial<Topology>]>([
  ["open", both, {}],
  ["client firewall", both, { firewall: "client" }],
  ["client's own firewall", both, { firewall: "client" }],
  ["client NAT", both, { nat: "client", firewall: "client" }],
  ["server admits 21, drops the rest", both, { firewall: "server" }],
  ["both closed", both, { firewall: "both" }],
  ["both closed, with words", both, { nat: "client", firewall: "both" }],
  ["server forwards 21 only", both, { nat: "server", firewall: "client" }],
  ["client NAT with FTP helper, server admits 21", ["active"], { nat: "client", firewall: "both", helper: true }],
  ["client firewall with FTP helper, server admits 21", ["active"], { firewall: "both", helper: true }],
  ["server's box with FTP helper", ["passive"], { firewall: "both", helper: true }],
  ["server's NAT with FTP helper", ["passive"], { nat: "both", firewall: "client", helper: true }],
  ["FTP helpers at both ends", both, { nat: "client", firewall: "both", helper: true }],
])("%s: %j", (name, compared, parts) => {
  const lab = topologies.find((topology) => topology.name === name);
  expect(lab).toBeDefined();
  let seen = 0;
  for (const [use, outcomes] of Object.entries(lab?.outcomes.ipv4 ?? {})) {
    for (const mode of compared) {
      const model = modelOf({ mode, topology: { ...open, ...parts, tls: use === "explicit" } });
      for (const command of modes[mode]) {
        const outcome = outcomes[command];
        if (outcome === undefined) continue;
        seen++;
        expect(outcome === "passes", `${use} ${command}: ${outcome}`).toBe(model.stoppedAt === undefined);
        if (mode === "active") expect(outcome === "command-refused", `${use} ${command}`).toBe(model.told.isUseless);
      }
    }
  }
  expect(seen).toBeGreaterThan(0);
});

test("boxes that are not there stop nothing", () => {
  for (const mode of both) expect(stepsOf(mode, [], false).every(({ state }) => state === "open")).toBe(true);
});
