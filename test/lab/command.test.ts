import process from "node:process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { proving } from "../testkit/proving.ts";
import { attemptsIn } from "./attempts.ts";
import { canOurs, ours, oursGet, oursPut } from "./clients.ts";
import { labPeer } from "./lab-peer.ts";
import { chosenVariants, inLab } from "./selection.ts";
import { modesOf, outcomesOf, passingModes } from "./topology.ts";
import type { Finding, Mode, Variant } from "./topology.ts";

// What is built is what runs here: `npm run build` comes first.

const DONE = 0;
const NO_MODE_MOVES_DATA = 6;

/** A forced mode waits as long for each thing, and has so long for a transfer with its repetitions. */
const PATIENCE = "8";
const FORCED = 45;
/** Defaults have this where any mode can pass, and where none can. */
const FOUND = 15;
const NOT_FOUND = 20;

/** What our client may call a finding. It cannot know a stranger from nobody: it admits the control peer only. */
const words: Readonly<Record<Exclude<Finding, "passes">, readonly string[]>> = {
  "command-refused": ["command-refused"],
  "dial-refused": ["dial-refused"],
  "dial-silent": ["dial-silent"],
  "dial-unreachable": ["dial-unreachable"],
  // A server that dials in vain may say nothing meanwhile.
  "nobody-came": ["nobody-came", "control-silent"],
  "stranger-came": ["nobody-came", "stranger-came"],
  "server-cannot-connect": ["server-cannot-connect"],
  "no-bytes": ["no-bytes", "data-broken"],
  "control-silent": ["control-silent", "no-bytes"],
  "control-lost": ["control-lost"],
  "data-lost": ["data-broken"],
  "by-port": ["dial-silent", "dial-refused"],
  "no-control": [],
};

const isPassable = ([, variant]: readonly [string, Variant]): boolean => passingModes(variant).length > 0;

/** One variant of each kind: the short form forces modes where something new is declared. */
const kinds = [
  ...new Map(chosenVariants.toReversed().map((chosen) => [JSON.stringify(outcomesOf(chosen[1])), chosen])).values(),
].toReversed();

function commandPeer(title: string, body: () => void): void {
  const isThere = canOurs();
  const sentence = isThere ? title : `${title}: twinport as it is built has no command get`;
  if (!isThere && process.env["CI"]) throw new Error(`${sentence}; under CI it must have`);
  describe.skipIf(!isThere)("twinport", () => {
    labPeer(sentence, [], body);
  });
}

commandPeer("with a forced mode passes where that mode is declared to pass, and ends with 6 elsewhere", () => {
  it.concurrent.for(proving ? chosenVariants : kinds)("%s", ([, variant], test) =>
    inLab(variant, test, async (lab) => {
      const sent = await readFile(lab.file);
      const force = async (mode: Mode): Promise<void> => {
        const forced = ["--mode", mode, "--timeout", PATIENCE, "--json"];
        const local = join(lab.home, `got-${mode}.bin`);
        const passes = outcomesOf(variant)[mode] === "passes";
        const get = await ours(lab, variant, [...oursGet(lab, local), ...forced], FORCED, `get-${mode}`);
        const told = `${mode}:\n${get.stdout}\n${get.stderr}`;
        expect(get, told).toMatchObject({ timedOut: false, status: passes ? DONE : NO_MODE_MOVES_DATA });
        if (!passes) return;
        expect(sent.equals(await readFile(local)), `what ${mode} has got`).toBe(true);
        const put = await ours(lab, variant, [...oursPut(lab, `put-${mode}.bin`), ...forced], FORCED, `put-${mode}`);
        expect(put, `${mode}:\n${put.stdout}\n${put.stderr}`).toMatchObject({ timedOut: false, status: DONE });
        expect(sent.equals(await lab.server.received(`put-${mode}.bin`)), `what ${mode} has put`).toBe(true);
      };
      if (variant.topology.oneAtATime) for (const mode of modesOf(variant)) await force(mode);
      else await Promise.all(modesOf(variant).map(force));
    }),
  );
});

commandPeer("with its defaults passes where any mode can, in 15 s", () => {
  it.concurrent.for(chosenVariants.filter(isPassable))("%s", ([, variant], test) =>
    inLab(variant, test, async (lab) => {
      const sent = await readFile(lab.file);
      const local = join(lab.home, "got.bin");
      const get = await ours(lab, variant, [...oursGet(lab, local), "--json"], FOUND, "get");
      expect(get, `${get.stdout}\n${get.stderr}`).toMatchObject({ timedOut: false, status: DONE });
      expect(sent.equals(await readFile(local)), "what was got").toBe(true);
      const put = await ours(lab, variant, [...oursPut(lab, "put.bin"), "--json"], FOUND, "put");
      expect(put, `${put.stdout}\n${put.stderr}`).toMatchObject({ timedOut: false, status: DONE });
      expect(sent.equals(await lab.server.received("put.bin")), "what was put").toBe(true);
    }),
  );
});

commandPeer("with its defaults ends with 6 in 20 s where none can, and says what stopped each", () => {
  it.concurrent.for(chosenVariants.filter((chosen) => !isPassable(chosen)))("%s", ([, variant], test) =>
    inLab(variant, test, async (lab) => {
      const local = join(lab.home, "nothing");
      await mkdir(local);
      const get = await ours(lab, variant, [...oursGet(lab, join(local, "got.bin")), "--json"], NOT_FOUND, "get");
      const told = `${get.stdout}\n${get.stderr}`;
      expect(get, told).toMatchObject({ timedOut: false, status: NO_MODE_MOVES_DATA });

      const attempts = attemptsIn(told);
      for (const { mode, outcome } of attempts) {
        const declared = outcomesOf(variant)[mode];
        expect(declared && declared !== "passes" ? words[declared] : [], `${mode}:\n${told}`).toContain(outcome);
      }
      const tried = new Set(attempts.map(({ mode }) => mode));
      expect(tried.has("epsv") || tried.has("pasv"), `passive was tried:\n${told}`).toBe(true);
      expect(tried.has("eprt") || tried.has("port"), `active was tried:\n${told}`).toBe(true);
    }),
  );
});
