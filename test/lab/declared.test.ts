import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { labPeer } from "./lab-peer.ts";
import { probe } from "./prober.ts";
import { declaredVariants, inLab, manySlots } from "./selection.ts";
import { topologies } from "./topologies.ts";
import { outcomesOf, passingModes } from "./topology.ts";
import type { Lab } from "./lab.ts";
import type { Topology } from "./topology.ts";

labPeer("what is declared of a topology is what the prober finds", [], () => {
  it.concurrent.for(declaredVariants)("%s", ([, variant], test) => {
    const prove = async (lab: Lab): Promise<void> => {
      const probed = await probe(lab, variant);
      const findings = Object.fromEntries([...probed].map(([mode, { finding }]) => [mode, finding]));
      expect(findings, JSON.stringify(Object.fromEntries(probed), undefined, 2)).toEqual(outcomesOf(variant));
      const sent = await readFile(lab.file);
      for (const mode of passingModes(variant)) {
        expect(sent.equals(await lab.server.received(`up-${mode}.bin`)), `what ${mode} has put`).toBe(true);
      }
    };
    return inLab(variant, test, prove, manySlots);
  });

  it.concurrent("a NAT that forgets silences a control connection that nobody keeps alive", (test) => {
    const variant = { topology: named("NAT that forgets after 4 s"), family: "ipv4", tls: "off" } as const;
    return inLab(variant, test, async (lab) => {
      const probed = await probe(lab, variant, { keepalive: false, modes: ["epsv"] });
      const { finding, log = [] } = probed.get("epsv") ?? {};
      expect(finding).toBe("control-silent");
      expect(log.at(-1)).toMatch(/^S: 150 /);
    });
  });
});

function named(name: string): Topology {
  const found = topologies.find((topology) => topology.name === name);
  if (!found) throw new Error(`there is no topology ${name}`);
  return found;
}
