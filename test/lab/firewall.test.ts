import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { askedFlows, checkOptionsOf, checkRules, formatFirewall, sayRulesCheck } from "@twinport/doctor";
import { expect, it } from "vitest";
import { proving } from "../testkit/proving.ts";
import { canOurs, clients, ours, oursGet } from "./clients.ts";
import { load, placeOf, rulesetsOf } from "./firewall-loading.ts";
import { clientBox, onlyClientBehindNat, proofs, usualRequest } from "./firewall-proofs.ts";
import { sweep } from "./firewall-sweep.ts";
import { labPeer } from "./lab-peer.ts";
import { probe } from "./prober.ts";
import { inLab } from "./selection.ts";
import type { Proof, ProvedDialect } from "./firewall-proofs.ts";
import type { Lab, Run } from "./lab.ts";
import type { Topology, Variant } from "./topology.ts";

const inEnglish = { language: "en" } as const;

/** All sweeps of a test on a busy machine. */
const timeout = proving ? 600_000 : 120_000;

function titleOf({ name, family }: Proof, dialect: ProvedDialect): string {
  return `${name}, ${family === "ipv4" ? "IPv4" : "IPv6"}, ${dialect}`;
}

function variantOf({ name, client = "public", server = "public", daemon, family, outcomes = {} }: Proof): Variant {
  const topology: Topology = {
    ...{ name, story: "", client, server, outcomes: { [family]: { off: outcomes } } },
    ...(daemon && { daemon }),
  };
  return { topology, family, tls: "off" };
}

/** Each proof in each of its dialects. ufw takes seconds to load: the short form has it read its rules only. */
const chosen = proofs
  .filter(({ isShort }) => proving || isShort)
  .flatMap((proof) =>
    proof.dialects
      .filter((dialect) => proving || dialect !== "ufw")
      .map((dialect) => [titleOf(proof, dialect), proof, dialect] as const),
  );

async function prove(lab: Lab, proof: Proof, dialect: ProvedDialect, variant: Variant): Promise<void> {
  const { host, family, rulesOnly = false } = proof;
  const request = { ...usualRequest, ...proof.request };
  const guarded = { lab, host, dialect };
  const text = formatFirewall(request, { ...inEnglish, dialect, rulesOnly });
  await load(guarded, text, rulesOnly);
  // What is loaded again is as if it were loaded once.
  if (!rulesOnly) await load(guarded, text, rulesOnly);

  const families = [family === "ipv4" ? 4 : 6] as const;
  const options = { ...checkOptionsOf(request, await placeOf(guarded)), families };
  const check = checkRules(await rulesetsOf(guarded), askedFlows(request), options);
  expect(check, sayRulesCheck(check, "en").join("\n")).toMatchObject({
    ...{ missing: [], unsure: [], open: [], isOpen: [], unmasqueraded: [] },
    // What is said of active mode through a NAT is that it wants a forward, and to whom nobody can know.
    forwards: proof.lacksForward ? [{ flow: { mode: "active", number: 3 } }] : [],
    hasHelper: request.helper,
  });

  if (proof.outcomes) {
    const found = await probe(lab, variant);
    const findings = Object.fromEntries([...found].map(([mode, { finding }]) => [mode, finding]));
    expect(findings, JSON.stringify([...found], null, 1)).toEqual(proof.outcomes);
  }
  for (const { from, sourcePort, to, answer, short } of proof.sweeps) {
    if (!proving && !short?.includes(dialect)) continue;
    const answered = await sweep(lab, { host: from, sourcePort, address: to });
    expect(answered, `from port ${sourcePort} of ${from} to ${to}`).toEqual(answer);
  }
}

labPeer("generated rules let through the flows of the configured modes and nothing else", ["iptables-restore"], () => {
  it.concurrent.for(chosen)("%s", { timeout }, ([, proof, dialect], test) => {
    const variant = variantOf(proof);
    return inLab(variant, test, (lab) => prove(lab, proof, dialect, variant));
  });
});

/** Loads the rules of a proof in nftables, and then has each client fetch the server's file. */
async function fetchAll(lab: Lab, proof: Proof, fetches: readonly ((local: string) => Promise<Run>)[]): Promise<void> {
  const text = formatFirewall(
    { ...usualRequest, ...proof.request },
    { ...inEnglish, dialect: "nftables", rulesOnly: false },
  );
  await load({ lab, host: proof.host, dialect: "nftables" }, text, false);
  const sent = await readFile(lab.file);
  for (const [i, fetch] of fetches.entries()) {
    const local = join(lab.home, `got-${i}.bin`);
    const run = await fetch(local);
    expect(run, `${i}: ${run.stdout}\n${run.stderr}`).toMatchObject({ status: 0 });
    expect(sent.equals(await readFile(local)), `what ${i} has got`).toBe(true);
  }
}

labPeer("through generated rules", ["curl", "lftp"], () => {
  const fetchBy = (lab: Lab, variant: Variant, ...more: readonly string[]) => {
    return (local: string): Promise<Run> => ours(lab, variant, [...oursGet(lab, local), ...more], 20, more.join(""));
  };

  it.skipIf(!canOurs())("curl, lftp and our client fetch in either mode", { timeout }, (test) => {
    const proof = proofs[0]!;
    const variant = variantOf(proof);
    return inLab(variant, test, (lab) =>
      fetchAll(lab, proof, [
        ...clients
          .filter(({ name }) => name === "curl" || name === "lftp")
          .map(
            ({ get }) =>
              (local: string) =>
                get(lab, variant, local, 20),
          ),
        fetchBy(lab, variant, "--mode", "epsv"),
        fetchBy(lab, variant, "--mode", "port"),
      ]),
    );
  });

  it.skipIf(!canOurs())(
    "a client behind a NAT tells the address and the ports that are forwarded to it",
    { timeout },
    (test) => {
      const variant = variantOf(onlyClientBehindNat);
      const told = ["--active-address", clientBox, "--active-ports", "40000-40009"];
      return inLab(variant, test, (lab) =>
        fetchAll(lab, onlyClientBehindNat, [fetchBy(lab, variant, "--mode", "port", ...told)]),
      );
    },
  );
});
